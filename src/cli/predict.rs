//! Arguments of `predict`.

use clap::{Args, Subcommand};

/// Arguments of `predict`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  tidetable predict
  tidetable predict --look-ahead-hours 168 --min-confidence 0.8
  tidetable predict --task-types 'root: *backup*' --output-format detailed
  tidetable predict --output-format json | jq '.data.predictions[0]'
  tidetable predict evaluate --days 30")]
pub struct PredictArgs {
    /// What to do instead of predicting.
    #[command(subcommand)]
    pub command: Option<PredictCommand>,

    /// Hours ahead, 1 to 8784 [default: 24]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=8784))]
    pub look_ahead_hours: Option<u32>,

    /// Least confidence of a prediction that is shown and kept [default: 0.5]
    #[arg(long, value_name = "0..1", value_parser = super::ratio)]
    pub min_confidence: Option<f64>,

    /// Only these task types: names or globs, comma-separated
    #[arg(long, value_name = "A,B", value_parser = super::task_types, add = super::complete::task_types())]
    pub task_types: Vec<String>,
}

/// Subcommands of `predict`.
#[derive(Clone, Debug, Subcommand)]
pub enum PredictCommand {
    /// Compare past predictions with what really ran
    Evaluate(EvaluateArgs),
}

/// Arguments of `predict evaluate`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  tidetable predict evaluate
  tidetable predict evaluate --days 7 --task-types 'root: *backup*'
  tidetable predict evaluate --output-format json | jq '.data.precision, .data.recall'")]
pub struct EvaluateArgs {
    /// Only the last N days [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=36500))]
    pub days: Option<u32>,

    /// Only these task types: names or globs, comma-separated
    #[arg(long, value_name = "A,B", value_parser = super::task_types, add = super::complete::task_types())]
    pub task_types: Vec<String>,
}
