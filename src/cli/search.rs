//! Arguments of `search-similar-patterns`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum};

use crate::domain::device::DeviceRequest;
use crate::domain::patterns::PatternType;

/// What task types are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ModelChoice {
    /// Their letters.
    None,
    /// What they mean, by a model of an Ollama server.
    Ollama,
    /// What they mean, by a model of a server that speaks OpenAI's protocol.
    Openai,
}

/// Arguments of `search-similar-patterns`.
#[derive(Clone, Debug, Args)]
#[command(
    group(ArgGroup::new("asked_for").args(["pattern_id", "pattern_type", "task_types", "vectors"])),
    group(ArgGroup::new("scope").required(true).multiple(true)
        .args(["pattern_id", "pattern_type", "task_types", "vectors", "all_pairs", "cluster"])),
    after_help = "Examples:
  tidetable search-similar-patterns --pattern-id 3
  tidetable search-similar-patterns --pattern-id 3 --similarity 0.5 --output-format detailed
  tidetable search-similar-patterns --task-types 'root: *backup*' --active-only
  tidetable search-similar-patterns --pattern-type daily_recurring --all-pairs --output-format json
  tidetable search-similar-patterns --cluster --similarity 0.9
  tidetable search-similar-patterns --task-types backup --use-model ollama
  tidetable search-similar-patterns --vectors base.npy --queries some.npy --max-results 10 --output-format json"
)]
pub struct SearchArgs {
    /// What behaves like this pattern?
    #[arg(long, value_name = "N", add = super::complete::pattern_ids())]
    pub pattern_id: Option<i64>,

    /// What behaves like the patterns of this type? Answers are other patterns; --all-pairs compares these with each other
    #[arg(long, value_name = "TYPE", value_parser = super::pattern_type())]
    pub pattern_type: Option<PatternType>,

    /// What behaves like the patterns of these task types? Names or globs, comma-separated; a text that is neither
    /// stands for the names nearest to it. Answers are other patterns; --all-pairs compares these with each other
    #[arg(long, value_name = "A,B", value_parser = super::task_types, add = super::complete::task_types())]
    pub task_types: Vec<String>,

    /// What is nearest among the rows of this .npy file (float32, C order)? By inner products: normalised rows give
    /// cosines. Rows of zeros have no neighbours and are nobody's. Needs no store
    #[arg(long, value_name = "FILE", conflicts_with_all = ["min_confidence", "active_only", "no_active_only", "cluster", "use_model"])]
    pub vectors: Option<PathBuf>,

    /// Rows to look up in --vectors; without it, each of its rows is looked up among the others
    #[arg(long, value_name = "FILE", requires = "vectors",
        conflicts_with_all = ["all_pairs", "pattern_id", "pattern_type", "task_types"])]
    pub queries: Option<PathBuf>,

    /// Least similarity of a result [default: 0.8; none with --vectors]
    #[arg(long, value_name = "0..1", value_parser = super::ratio)]
    pub similarity: Option<f64>,

    /// At most this many results for each pattern asked for
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_results: u32,

    /// Only patterns of at least this confidence
    #[arg(long, value_name = "0..1", value_parser = super::ratio)]
    pub min_confidence: Option<f64>,

    /// Only patterns that are still kept
    #[arg(long, overrides_with = "no_active_only")]
    pub active_only: bool,

    /// Also patterns that have ended [default]
    #[arg(long)]
    pub no_active_only: bool,

    /// What searches: auto, cpu, or a GPU as CUDA numbers it (cuda:0). auto takes a GPU where `gpu bench`
    /// measured that it pays, and it is neither full, hot nor busy
    #[arg(long, value_name = "DEVICE", default_value = "auto", value_parser = parse_device)]
    pub device: DeviceRequest,

    /// Compare the patterns asked for with each other too; alone, all patterns with each other
    #[arg(long)]
    pub all_pairs: bool,

    /// Group the patterns asked for (all, where nothing is asked for): those with enough neighbours of --similarity, and
    /// their neighbours
    #[arg(long, conflicts_with_all = ["pattern_id", "all_pairs", "max_results"])]
    pub cluster: bool,

    /// With --cluster: neighbours, itself included, that make a pattern the core of a group
    #[arg(long, default_value_t = 3, value_name = "N", requires = "cluster",
        conflicts_with_all = ["pattern_id", "all_pairs", "vectors"], value_parser = clap::value_parser!(u32).range(2..))]
    pub min_members: u32,

    /// Compare task types by their letters (none), or by what a model makes of them; server, model and key are configured
    /// under [embedding]
    #[arg(long, default_value = "none", value_name = "MODEL")]
    pub use_model: ModelChoice,
}

fn parse_device(text: &str) -> Result<DeviceRequest, String> {
    text.parse()
}

impl SearchArgs {
    /// Least similarity of two patterns.
    pub fn least_similarity(&self) -> f64 {
        const LEAST: f64 = 0.8;
        self.similarity.unwrap_or(LEAST)
    }
}
