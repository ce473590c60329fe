//! Arguments of `view-detected-patterns`.

use clap::{Args, ValueEnum};

use crate::domain::patterns::PatternType;

/// In which order to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SortBy {
    /// By confidence
    Confidence,
    /// By number of runs that fit
    Frequency,
    /// By last run that fits
    Date,
    /// By pattern type
    Type,
}

/// Which end comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SortOrder {
    /// Smallest first
    Asc,
    /// Largest first
    Desc,
}

/// Arguments of `view-detected-patterns`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  tidetable view-detected-patterns
  tidetable view-detected-patterns --pattern-type weekly_recurring --sort-by date
  tidetable view-detected-patterns --pattern-id 3 --output-format detailed
  tidetable view-detected-patterns --active-only --output-format json")]
pub struct ViewArgs {
    /// One pattern with its evidence
    #[arg(long, value_name = "N", add = super::complete::pattern_ids(),
          conflicts_with_all = ["pattern_type", "min_confidence", "limit"])]
    pub pattern_id: Option<i64>,

    /// Only this type
    #[arg(long, value_name = "TYPE", value_parser = super::pattern_type())]
    pub pattern_type: Option<PatternType>,

    /// At least this confidence
    #[arg(long, value_name = "0..1", value_parser = super::ratio)]
    pub min_confidence: Option<f64>,

    /// In which order
    #[arg(long, value_enum, default_value = "confidence", value_name = "KEY")]
    pub sort_by: SortBy,

    /// Which end first
    #[arg(long, value_enum, default_value = "desc", value_name = "ORDER")]
    pub sort_order: SortOrder,

    /// At most this many
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,

    /// Only patterns that are still kept
    #[arg(long, overrides_with = "no_active_only")]
    pub active_only: bool,

    /// Also patterns that have ended [default]
    #[arg(long)]
    pub no_active_only: bool,
}
