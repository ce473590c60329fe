//! Arguments of `generate-scheduling-rules`.

use clap::{Args, ValueEnum};

/// What to do about rules that need too much together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ConflictStrategyArg {
    /// The higher priority keeps its time; the other moves within its flexibility to the nearest time at which
    /// both fit, or stays and is reported
    Priority,
    /// Patterns that mean the same become one rule, the surest; other conflicts are reported
    Merge,
    /// The rule of lower priority is stored disabled
    DisableLower,
}

/// Arguments of `generate-scheduling-rules`.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Only active patterns with fixed times become rules, the best first (confidence x regularity). \
A pattern whose times a rule of the same task type already has is not doubled. Doing it twice adds nothing.

Priority 1 to 10 is 5, +1 for each task type that follows (at most 3), +1 if it fires less often than every six \
days, -1 if every hour or more often. Rules may move by the configured minutes (rules.earlier_minutes, \
rules.later_minutes), never by more than half of their own spacing.

Conflicts are looked for in the next seven days: too little CPU, memory or GPUs (only where `capacity` is \
configured and the needs are known), runs longer than their spacing, circles of followers, rules of one meaning. \
They are only reported; nothing is moved or left disabled because of them unless --conflict-strategy says so, and \
then among new rules only.

Examples:
  tidetable generate-scheduling-rules
  tidetable generate-scheduling-rules --pattern-ids 1,3 --auto-enable
  tidetable generate-scheduling-rules --min-confidence 0.6 --max-rules 50 --dry-run
  tidetable generate-scheduling-rules --conflict-strategy disable-lower --output-format json"
)]
pub struct GenerateArgs {
    /// Make rules from the patterns in the store [default, and the only source]
    #[arg(long)]
    pub from_patterns: bool,

    /// Only these patterns
    #[arg(long, value_name = "1,3", value_delimiter = ',', add = super::complete::pattern_ids())]
    pub pattern_ids: Vec<i64>,

    /// Least confidence of a pattern that becomes a rule [default: 0.8]
    #[arg(long, value_name = "0..1", value_parser = super::ratio)]
    pub min_confidence: Option<f64>,

    /// At most this many rules
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_rules: u32,

    /// Let new rules count at once; otherwise `rules enable` does after a look
    #[arg(long)]
    pub auto_enable: bool,

    /// What to do about conflicts of new rules [default: report them only]
    #[arg(long, value_enum, value_name = "STRATEGY")]
    pub conflict_strategy: Option<ConflictStrategyArg>,
}
