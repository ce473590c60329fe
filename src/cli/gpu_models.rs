//! Arguments of `gpu models`.

use clap::{ArgGroup, Args};

use super::{DurationArg, complete, duration_with_unit};

/// Arguments of `gpu models`.
#[derive(Clone, Debug, Args)]
#[command(group = ArgGroup::new("change").args(["unload", "preload_for", "undo"]))]
pub struct ModelsArgs {
    /// Only these servers: a kind such as ollama, or an address (repeatable)
    #[arg(long, value_name = "KIND|ADDRESS", value_delimiter = ',')]
    pub server: Vec<String>,

    /// Ask servers to let this model go (repeatable); lru: the one that was not used for longest, by our own looks
    #[arg(long, value_name = "MODEL|lru")]
    pub unload: Vec<String>,

    /// With --unload lru: that many, least recently used first
    #[arg(long, value_name = "N", default_value_t = 1, requires = "unload",
          value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub count: u32,

    /// With --unload lru: only models that were not used for so long
    #[arg(long, value_name = "DURATION", default_value = "0s", requires = "unload",
          value_parser = duration_with_unit)]
    pub idle_for: DurationArg,

    /// Load the model that [[preload]] names for the next predicted run of this task type, and keep it until that ends
    #[arg(long, value_name = "TASK_TYPE|PREDICTION", add = complete::task_types())]
    pub preload_for: Option<String>,

    /// Take back what the last --unload or --preload-for did
    #[arg(long)]
    pub undo: bool,

    /// How long to wait for memory to come back, or for a model to be there
    #[arg(long, value_name = "DURATION", default_value = "10s")]
    pub wait: DurationArg,

    /// Do it; without this the plan is only shown
    #[arg(short, long)]
    pub yes: bool,
}
