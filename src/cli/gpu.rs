//! Arguments of `gpu`.

use clap::{Args, Subcommand};

use super::DurationArg;

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
  tidetable gpu bench --quick

Without an NVIDIA driver these commands end with exit code 3; `gpu bench` then measures the processor alone."
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
    /// Measure the processor and each GPU side by side, and compare with the last time
    #[command(after_help = "Examples:
  tidetable gpu bench --quick
  tidetable gpu bench --output-format json

What was measured is kept in the user's data folder (not with --dry-run); --device auto of other commands decides by it.")]
    Bench(BenchArgs),
}

/// Arguments of `gpu bench`.
#[derive(Clone, Debug, Args)]
pub struct BenchArgs {
    /// Small sizes only: seconds instead of minutes
    #[arg(long)]
    pub quick: bool,
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
