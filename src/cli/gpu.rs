//! Arguments of `gpu`.

use clap::{Args, Subcommand};

use super::DurationArg;
use super::gpu_models::ModelsArgs;

/// Arguments of `gpu`.
#[derive(Clone, Debug, Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Examples:
  tidetable gpu status
  tidetable gpu processes --output-format json
  tidetable gpu clear                         (shows the plan)
  tidetable gpu clear --gpu 0 --min-age 2h --yes

Without an NVIDIA driver these commands end with exit code 3."
)]
pub struct GpuArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: GpuAction,
}

/// What to do with GPUs.
#[derive(Clone, Debug, Subcommand)]
pub enum GpuAction {
    /// Show each GPU: memory, utilisation, temperature, power
    #[command(after_help = "Example:\n  tidetable gpu status --output-format json")]
    Status,
    /// Show which processes hold GPU memory, and what no process accounts for
    #[command(after_help = "Example:\n  tidetable gpu processes --gpu 0")]
    Processes(ProcessesArgs),
    /// End processes that hold GPU memory; without --yes, show which and why
    #[command(after_help = "Examples:
  tidetable gpu clear
  tidetable gpu clear --gpu 0 --min-age 2h --yes
  tidetable gpu clear --pid 4711 --force --yes

Left alone: other users' processes, what draws the screen or serves the driver, tidetable and what started it,
services and containers that would start again (unless named with --pid).")]
    Clear(ClearArgs),
    /// Show what model servers hold; with --unload, --preload-for or --undo and --yes, change it
    #[command(after_help = "Examples:
  tidetable gpu models
  tidetable gpu models --unload lru
  tidetable gpu models --unload llama3.1:8b --yes
  tidetable gpu models --preload-for 'ml: summarise' --yes
  tidetable gpu models --undo --yes

Looks for Ollama, ComfyUI, vLLM, SGLang, llama-server, llama-swap, LM Studio, Triton, TabbyAPI and Jupyter on their
default ports of this machine, and where [[model_server]] says. Looking loads nothing and keeps nothing awake. Works
without an NVIDIA driver. Exit code 4: a server was asked and its memory did not come back.")]
    Models(ModelsArgs),
}

/// Arguments of `gpu processes`.
#[derive(Clone, Debug, Args)]
pub struct ProcessesArgs {
    /// Only this GPU (repeatable)
    #[arg(long, value_name = "INDEX|UUID", value_delimiter = ',')]
    pub gpu: Vec<String>,
}

/// Arguments of `gpu clear`.
#[derive(Clone, Debug, Args)]
pub struct ClearArgs {
    /// Only processes on this GPU (repeatable)
    #[arg(long, value_name = "INDEX|UUID", value_delimiter = ',')]
    pub gpu: Vec<String>,

    /// Only this process (repeatable); also one that a service or container would start again
    #[arg(long, value_name = "PID", value_delimiter = ',')]
    pub pid: Vec<u32>,

    /// Also processes of this user, by name or number (repeatable)
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub allow_user: Vec<String>,

    /// Only processes that have run at least this long
    #[arg(long, value_name = "DURATION", default_value = "0s")]
    pub min_age: DurationArg,

    /// How long a process may take to end
    #[arg(long, value_name = "DURATION", default_value = "10s")]
    pub grace: DurationArg,

    /// Kill what has not ended by then
    #[arg(long)]
    pub force: bool,

    /// Do it; without this the plan is only shown
    #[arg(short, long)]
    pub yes: bool,
}
