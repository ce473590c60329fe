//! The command line: types only, one file per subcommand; help, completions and man pages come from here.

mod duration;
mod global;
mod values;

pub mod analyze;
pub mod backtest;
pub mod backup;
pub mod complete;
pub mod completions;
pub mod config;
pub mod demo;
pub mod doctor;
pub mod generate;
pub mod gpu;
pub mod gpu_models;
pub mod import;
pub mod man;
pub mod optimize;
pub mod predict;
pub mod restore;
pub mod rules;
pub mod search;
pub mod view;

use clap::{Parser, Subcommand};

pub use duration::{DurationArg, duration_with_unit, parse_duration, pause};
pub use global::{ColorChoice, GlobalArgs, OutputFormat};
pub use values::{gpu_memory, mebibytes, pattern_type, ratio, task_types};

/// Learns from the history of a machine's jobs when work recurs and what it needs, predicts the hours ahead,
/// and proposes a better timetable.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "tidetable",
    version,
    propagate_version = true,
    subcommand_required = true,
    arg_required_else_help = true,
    max_term_width = 110,
    after_help = "Start with `tidetable demo`, then `tidetable import /var/log/syslog`. Every command answers \
                  `--help` with examples. Exit codes: 0 done, 1 data or request at fault, 2 usage, 3 this \
                  machine lacks something, 4 partly done, 10 busy, 70 defect, 130 interrupted."
)]
pub struct Cli {
    /// Options that every subcommand takes.
    #[command(flatten)]
    pub global: GlobalArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Show the whole pipeline on the bundled sample history, in a throw-away store
    Demo(demo::DemoArgs),
    /// Read the history of jobs from a log or an export
    Import(import::ImportArgs),
    /// Find out when work recurs and what it needs
    #[command(name = "analyze-activity-patterns", visible_alias = "analyze")]
    Analyze(analyze::AnalyzeArgs),
    /// List the patterns found, or one with its evidence
    #[command(name = "view-detected-patterns", visible_alias = "view")]
    View(view::ViewArgs),
    /// Turn patterns into scheduling rules
    #[command(name = "generate-scheduling-rules", visible_alias = "generate")]
    Generate(generate::GenerateArgs),
    /// List, show, add, enable, disable and remove scheduling rules
    Rules(rules::RulesArgs),
    /// Predict which runs the next hours bring and what they need
    Predict(predict::PredictArgs),
    /// Test predictions on the past: cut the history, predict, compare with what came
    Backtest(backtest::BacktestArgs),
    /// Propose better start times for the rules
    #[command(name = "optimize-resource-schedule", visible_alias = "optimize")]
    Optimize(optimize::OptimizeArgs),
    /// Find patterns that behave like others
    #[command(name = "search-similar-patterns", visible_alias = "search")]
    Search(search::SearchArgs),
    /// See which processes hold GPU memory, and free it
    Gpu(gpu::GpuArgs),
    /// Copy the store, list copies, verify and prune them
    Backup(backup::BackupArgs),
    /// Bring back a copy of the store
    Restore(restore::RestoreArgs),
    /// Look for damage, leftovers and copies that nobody proved, and mend what can be mended
    Doctor(doctor::DoctorArgs),
    /// Show, check or write the configuration
    Config(config::ConfigArgs),
    /// Print the completion script of a shell
    Completions(completions::CompletionsArgs),
    /// Print the manual, or write its pages into a folder
    Man(man::ManArgs),
}

impl Command {
    /// The subcommand as it is spelled in JSON and messages.
    pub fn name(&self) -> &'static str {
        match self {
            Command::Demo(_) => "demo",
            Command::Import(_) => "import",
            Command::Analyze(_) => "analyze-activity-patterns",
            Command::View(_) => "view-detected-patterns",
            Command::Generate(_) => "generate-scheduling-rules",
            Command::Rules(_) => "rules",
            Command::Predict(_) => "predict",
            Command::Backtest(_) => "backtest",
            Command::Optimize(_) => "optimize-resource-schedule",
            Command::Search(_) => "search-similar-patterns",
            Command::Gpu(_) => "gpu",
            Command::Backup(_) => "backup",
            Command::Restore(_) => "restore",
            Command::Doctor(_) => "doctor",
            Command::Config(_) => "config",
            Command::Completions(_) => "completions",
            Command::Man(_) => "man",
        }
    }
}
