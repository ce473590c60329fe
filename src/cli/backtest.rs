//! Arguments of `backtest`.

use std::str::FromStr;

use clap::Args;

/// Which plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanArg {
    /// The last one that was proposed.
    Latest,
    /// The one of this id.
    Id(i64),
}

impl FromStr for PlanArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "latest" => Ok(PlanArg::Latest),
            number => number
                .parse()
                .map(PlanArg::Id)
                .map_err(|_| "it is neither `latest` nor the id of a plan".to_owned()),
        }
    }
}

/// Arguments of `backtest`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  tidetable backtest
  tidetable backtest --cut 2026-10-01 --look-ahead-hours 168
  tidetable backtest --folds 20 --save
  tidetable backtest --plan latest
  tidetable backtest --plan 3 --cut 2026-10-01
  tidetable backtest --output-format json | jq '.data.all | {precision, recall, f1, calibration_error}'

Declared rules are left out: nobody knows since when they have been there.")]
pub struct BacktestArgs {
    /// Replay the real runs of the last weeks with the shifts of a plan: a plan's id, or `latest`
    #[arg(long, value_name = "latest|ID",
          conflicts_with_all = ["folds", "look_ahead_hours", "min_confidence", "save"])]
    pub plan: Option<PlanArg>,

    /// Cut the history here: a local day or an RFC 3339 time; with --plan, replay what came from here on
    #[arg(long, value_name = "DATE", conflicts_with = "folds")]
    pub cut: Option<String>,

    /// Cut it N times, each cut one horizon before the next, the last one horizon before the history's end
    /// [default: 5]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=400))]
    pub folds: Option<u32>,

    /// Hours predicted from each cut, 1 to 8784 [default: 24]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=8784))]
    pub look_ahead_hours: Option<u32>,

    /// Least confidence of a prediction that counts [default: 0.5]
    #[arg(long, value_name = "0..1", value_parser = super::ratio)]
    pub min_confidence: Option<f64>,

    /// Days of history mined before each cut [default: as analyze-activity-patterns]; with --plan, days replayed
    /// before the history's end [default: 28]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=36500))]
    pub days: Option<u32>,

    /// Keep what the outcomes teach: later predictions are calibrated by it
    #[arg(long)]
    pub save: bool,
}
