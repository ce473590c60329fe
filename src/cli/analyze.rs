//! Arguments of `analyze-activity-patterns`.

use clap::{Args, ValueEnum};

/// Which language model may help to name things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ModelArg {
    /// None: everything is computed here
    None,
}

/// What runs are split by before schedules are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GroupByArg {
    /// Task type; always part of the grouping
    TaskType,
    /// Who ran it
    User,
    /// Where it ran
    Host,
    /// Queue or partition it waited in
    Queue,
}

/// Arguments of `analyze-activity-patterns`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  tidetable analyze-activity-patterns
  tidetable analyze-activity-patterns --days 90 --timezone Europe/Berlin
  tidetable analyze-activity-patterns --task-types 'root: *backup*' --output-format json
  tidetable analyze-activity-patterns --group-by user,host
  tidetable analyze-activity-patterns --search-anew
  tidetable analyze-activity-patterns --dry-run --min-confidence 0.5")]
pub struct AnalyzeArgs {
    /// Days of history to look at [default: 30]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub days: Option<u32>,

    /// Least confidence of a pattern that is shown and saved [default: 0.7]
    #[arg(long, value_name = "0..1", value_parser = super::ratio)]
    pub min_confidence: Option<f64>,

    /// Only these task types: names or globs, comma-separated
    #[arg(long, value_name = "A,B", value_parser = super::task_types, add = super::complete::task_types())]
    pub task_types: Vec<String>,

    /// Look for schedules within each user, host or queue of a task type, or each combination [default: task-type]
    #[arg(long, value_enum, value_name = "A,B", value_delimiter = ',')]
    pub group_by: Vec<GroupByArg>,

    /// Take names that differ only in dates, ids and the like for one task type [default]
    #[arg(long, overrides_with = "no_normalize_names")]
    pub normalize_names: bool,

    /// Take each name for a task type of its own
    #[arg(long)]
    pub no_normalize_names: bool,

    /// Also learn when each user's work usually starts [default]
    #[arg(long, overrides_with = "no_include_user_behavior")]
    pub include_user_behavior: bool,

    /// Leave user behaviour out
    #[arg(long)]
    pub no_include_user_behavior: bool,

    /// Keep what is found in the store [default]
    #[arg(long, overrides_with = "no_save_patterns")]
    pub save_patterns: bool,

    /// Show only
    #[arg(long)]
    pub no_save_patterns: bool,

    /// Search all of the history, not only what has changed since the last analysis
    #[arg(long)]
    pub search_anew: bool,

    /// Language model that names patterns
    #[arg(long, value_enum, default_value = "none", value_name = "MODEL")]
    pub use_model: ModelArg,
}
