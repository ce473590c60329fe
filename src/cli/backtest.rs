//! Arguments of `backtest`.

use clap::Args;

/// Arguments of `backtest`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  tidetable backtest
  tidetable backtest --cut 2026-10-01 --look-ahead-hours 168
  tidetable backtest --folds 20 --save
  tidetable backtest --output-format json | jq '.data.all | {precision, recall, f1, calibration_error}'

Declared rules are left out: nobody knows since when they have been there.")]
pub struct BacktestArgs {
    /// Cut the history here: a local day or an RFC 3339 time
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

    /// Days of history mined before each cut [default: as analyze-activity-patterns]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=36500))]
    pub days: Option<u32>,

    /// Keep what the outcomes teach: later predictions are calibrated by it
    #[arg(long)]
    pub save: bool,
}
