//! Arguments of `optimize-resource-schedule`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{ArgGroup, Args, ValueHint};

use super::DurationArg;

/// Arguments of `optimize-resource-schedule`.
#[derive(Clone, Debug, Args)]
#[command(
    group(ArgGroup::new("strategy").required(true).multiple(false)),
    after_help = "Examples:
  tidetable optimize-resource-schedule --peak-mitigation
  tidetable optimize-resource-schedule --balance-load --target-date 2026-12-01 --look-ahead-hours 168
  tidetable optimize-resource-schedule --conflict-resolution --auto-apply --dry-run
  tidetable optimize-resource-schedule --peak-mitigation --explain --output-format json
  tidetable optimize-resource-schedule --balance-load --report plan.html
  tidetable optimize-resource-schedule --verify-applied
  tidetable optimize-resource-schedule --undo --dry-run
  tidetable optimize-resource-schedule --balance-load --instance problem.json --time-limit 30s

Rules move as a whole, within their flexibility windows. Nothing to gain is answered as `unchanged`."
)]
pub struct OptimizeArgs {
    /// Even out the load over time (least variance)
    #[arg(long, group = "strategy")]
    pub balance_load: bool,

    /// Lower the highest load
    #[arg(long, group = "strategy")]
    pub peak_mitigation: bool,

    /// Spend less: energy, idle hours, overload
    #[arg(long, group = "strategy")]
    pub resource_efficiency: bool,

    /// Make everything fit its capacity with the least displacement
    #[arg(long, group = "strategy")]
    pub conflict_resolution: bool,

    /// Solve nothing: compare what the last applied plan promised with what the runs since tell
    #[arg(long, group = "strategy", conflicts_with_all = [
        "instance", "auto_apply", "explain", "report", "target_date", "look_ahead_hours", "time_limit",
        "learn_windows",
    ])]
    pub verify_applied: bool,

    /// Solve nothing: give the rules that the last applied plan (or this one) moved their times back, at once; --dry-run
    /// only shows it
    #[arg(long, group = "strategy", value_name = "PLAN", num_args = 0..=1, conflicts_with_all = [
        "instance", "auto_apply", "explain", "report", "target_date", "look_ahead_hours", "time_limit",
        "learn_windows",
    ])]
    pub undo: Option<Option<i64>>,

    /// First local day of the horizon [default: tomorrow]
    #[arg(long, value_name = "YYYY-MM-DD", conflicts_with = "instance")]
    pub target_date: Option<NaiveDate>,

    /// Hours of the horizon [default: 24; 168 when a rule keeps to weekdays]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=8784),
          conflicts_with = "instance")]
    pub look_ahead_hours: Option<u32>,

    /// How long to search [default: 10s]; a proof of optimality ends it earlier
    #[arg(long, value_name = "DURATION")]
    pub time_limit: Option<DurationArg>,

    /// Move the rules in the store if the gain is large enough (5 % unless configured)
    #[arg(long, conflicts_with = "instance")]
    pub auto_apply: bool,

    /// Solve this problem (format sched-opt/1, plain, gzip or zstd; - for standard input) instead of the store's rules
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub instance: Option<PathBuf>,

    /// Also give the problem that was solved, in the format sched-opt/1, and what each of its rules stands for
    #[arg(long)]
    pub explain: bool,

    /// Also let rules move as far as their starts have moved before (at most 4 h)
    #[arg(long, conflicts_with = "instance")]
    pub learn_windows: bool,

    /// Write the plan as a web page, with heat maps of the load before and after
    #[arg(long, value_name = "FILE.html", value_hint = ValueHint::FilePath)]
    pub report: Option<PathBuf>,
}
