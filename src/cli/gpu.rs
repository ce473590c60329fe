//! Arguments of `gpu`.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Subcommand, ValueEnum, ValueHint};

use super::gpu_models::ModelsArgs;
use super::{DurationArg, duration_with_unit, gpu_memory, pause};

/// Arguments of `gpu`.
#[derive(Clone, Debug, Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Examples:
  tidetable gpu status --fits 20GiB
  tidetable gpu processes --output-format json
  tidetable gpu watch --interval 30s
  tidetable gpu clear                         (shows the plan)
  tidetable gpu clear --need 20GiB --device 0 --yes
  tidetable gpu bench --quick

Without an NVIDIA driver these commands end with exit code 3; `gpu bench` then measures the processor alone."
)]
pub struct GpuArgs {
    /// Recorded readings in the place of the driver
    #[arg(long, global = true, value_name = "FILE", env = "TIDETABLE_GPU_REPLAY", hide = true)]
    pub replay: Option<PathBuf>,

    /// What to do.
    #[command(subcommand)]
    pub action: GpuAction,
}

/// What to do with GPUs.
#[derive(Clone, Debug, Subcommand)]
pub enum GpuAction {
    /// Show each GPU: memory and who accounts for it, utilisation, temperature, power; and what would fit
    #[command(after_help = "Examples:
  tidetable gpu status --output-format json
  tidetable gpu status --fits 20GiB,2 && start-training

--fits counts what running work is still going to take: the peak that runs of its task type had, until the age by which
they had it. Peaks come from the history and from `gpu watch`. The state is the level that `gpu watch` would tell: of this
reading alone where nobody watched in the last 15 minutes, otherwise of averages (`gpu watch --help`), as far back as
gpu.keep_samples goes. Exit code 0: it fits; 4: it does not, and the answer says
why.")]
    Status(StatusArgs),
    /// Show which processes hold GPU memory, since when they are idle, and what no process accounts for
    #[command(after_help = "Example:\n  tidetable gpu processes --device 0")]
    Processes(ProcessesArgs),
    /// Read GPUs again and again: keep the readings, warn when memory runs out
    #[command(after_help = "Examples:
  tidetable gpu watch --interval 30s
  tidetable gpu watch --once                              (from cron, every minute)
  tidetable gpu watch --exit-on critical || echo enough
  tidetable gpu watch --on-critical /usr/local/bin/page-me

What it keeps is what `gpu clear` knows of idleness and `gpu status --fits` of peaks. Levels, here as in `gpu status`: the
first reading after 15 minutes without one counts at once; from then on a level begins when the average of half a minute
has been at it for half a minute, and ends 5 % below. \"Full in\" is told while memory grows, at the rate of the last
minute. The program of --on-critical is started without a shell and without arguments, once each time a GPU becomes
critical; it finds TIDE_GPU_INDEX, _UUID, _USED_MIB, _TOTAL_MIB and _FULL_IN_SECONDS in its environment, and is ended
after 30 s. Exit code 4: --exit-on has come true, or that program failed; 1: there is no such program.")]
    Watch(WatchArgs),
    /// Free GPU memory: end what is idle; without --yes, show what and why
    #[command(after_help = "Examples:
  tidetable gpu clear
  tidetable gpu clear --need 20GiB --device 0 --yes
  tidetable gpu clear --idle-for 0 --include '*train.py*' --force --yes
  tidetable gpu clear --pid 4711 --force --yes

One step at a time, cheapest to undo first; after each, the driver's word on memory counts. With --need it stops once so
much is free on one GPU. Left alone, unless named with --pid: what has been at work within --idle-for, or that nobody
watched (`gpu watch` does), services and containers that would start again. Left alone without --force, named or not: a
model server at work. Always left alone: other users' processes, what draws the screen or serves the driver, tidetable
and what started it, model servers of other machines. What the driver does not list goes only when
its parent is gone, it is as old as --idle-for, it serves no port, and memory is missing that it may hold. A --need that
cannot be met ends nothing. Exit code 4: less was freed than should be, or a named process was left alone; 130: it was
interrupted.")]
    Clear(ClearArgs),
    /// Measure the processor and each GPU side by side, and compare with the last time
    #[command(after_help = "Examples:
  tidetable gpu bench --quick
  tidetable gpu bench --output-format json

What was measured is kept in the user's data folder (not with --dry-run); --device auto of other commands decides by it.")]
    Bench(BenchArgs),
    /// Show what model servers hold; with --unload, --preload-for or --undo and --yes, change it
    #[command(after_help = "Examples:
  tidetable gpu models
  tidetable gpu models --unload lru
  tidetable gpu models --unload llama3.1:8b --yes
  tidetable gpu models --preload-for 'ml: summarise' --yes
  tidetable gpu models --undo --yes

Looks for Ollama, ComfyUI, vLLM, SGLang, llama-server, llama-swap, LM Studio, Triton, TabbyAPI and Jupyter on their
default ports of this machine, and where [[model_server]] says. Looking loads nothing and keeps nothing awake. Works
without an NVIDIA driver. Exit code 4: a server of [[model_server]] could not be read, or one was asked and its memory did
not come back.")]
    Models(ModelsArgs),
}

/// Arguments of `gpu bench`.
#[derive(Clone, Debug, Args)]
pub struct BenchArgs {
    /// Small sizes only: seconds instead of minutes
    #[arg(long)]
    pub quick: bool,
}

/// Arguments of `gpu status`.
#[derive(Clone, Debug, Args)]
pub struct StatusArgs {
    /// Whether so much memory is free, on so many GPUs
    #[arg(long, value_name = "SIZE[,GPUS]")]
    pub fits: Option<FitsArg>,
}

/// An amount of memory, and on how many GPUs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FitsArg {
    /// On each GPU, MiB.
    pub memory_mib: f64,
    /// On so many.
    pub gpus: u32,
}

impl FromStr for FitsArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (size, gpus) = text.split_once(',').unwrap_or((text, "1"));
        let gpus = gpus.trim().parse().ok().filter(|gpus| (1..=1_024).contains(gpus));
        let gpus = gpus.ok_or_else(|| format!("\"{text}\" is not like 20GiB or 20GiB,2"))?;
        Ok(FitsArg { memory_mib: gpu_memory(size)?, gpus })
    }
}

/// Arguments of `gpu processes`.
#[derive(Clone, Debug, Args)]
pub struct ProcessesArgs {
    /// Only this GPU (repeatable)
    #[arg(long, visible_alias = "gpu", value_name = "INDEX|UUID", value_delimiter = ',')]
    pub device: Vec<String>,
}

/// A level of memory in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LevelArg {
    /// At gpu.warn_ratio (80 %)
    Warn,
    /// At gpu.critical_ratio (90 %)
    Critical,
}

/// Arguments of `gpu watch`.
#[derive(Clone, Debug, Args)]
pub struct WatchArgs {
    /// Time between two readings
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = pause)]
    pub interval: DurationArg,

    /// End after so many readings; otherwise with Ctrl-C
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub samples: Option<u64>,

    /// One reading, as from cron; levels go on from the readings kept before
    #[arg(long, conflicts_with = "samples")]
    pub once: bool,

    /// End, with exit code 4, once a GPU is at this level
    #[arg(long, value_name = "LEVEL", value_enum)]
    pub exit_on: Option<LevelArg>,

    /// Program to start each time a GPU becomes critical
    #[arg(long, value_name = "PROGRAM", value_hint = ValueHint::ExecutablePath)]
    pub on_critical: Option<PathBuf>,
}

/// Arguments of `gpu clear`.
#[derive(Clone, Debug, Args)]
pub struct ClearArgs {
    /// Only on this GPU (repeatable)
    #[arg(long, visible_alias = "gpu", value_name = "INDEX|UUID", value_delimiter = ',')]
    pub device: Vec<String>,

    /// Free no more than it takes to have so much free on one GPU
    #[arg(long, value_name = "SIZE", value_parser = gpu_memory)]
    pub need: Option<f64>,

    /// Only what has been idle this long, by the readings of `gpu watch`, such as 10m; 0 does not ask for idleness
    #[arg(long, value_name = "DURATION", default_value = "10m", value_parser = duration_with_unit)]
    pub idle_for: DurationArg,

    /// Only this process (repeatable); also one that a service or container would start again, or that is not idle
    #[arg(long, value_name = "PID", value_delimiter = ',')]
    pub pid: Vec<u32>,

    /// Only processes of this user, by name or number (repeatable)
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub user: Vec<String>,

    /// Also processes of this user, by name or number (repeatable)
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub allow_user: Vec<String>,

    /// Only what matches, by command line, unit or container (repeatable)
    #[arg(long, value_name = "GLOB")]
    pub include: Vec<String>,

    /// Nothing that matches, by command line, unit or container (repeatable)
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,

    /// Only ask model servers; signal nothing
    #[arg(long, conflicts_with_all = ["force", "pid"])]
    pub servers_only: bool,

    /// Only processes that have run at least this long
    #[arg(long, value_name = "DURATION", default_value = "0s")]
    pub min_age: DurationArg,

    /// How long a process may take to end
    #[arg(long, value_name = "DURATION", default_value = "10s")]
    pub grace: DurationArg,

    /// Kill what still holds the device by then
    #[arg(long)]
    pub force: bool,

    /// Do it; without this a terminal is asked, and elsewhere the plan is only shown
    #[arg(short, long)]
    pub yes: bool,
}
