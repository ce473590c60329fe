//! The subcommands: each loads, lets the domain decide, and returns a report. None prints.

mod backtest_plan;
mod backup_folder;
mod confirm;
mod context;
mod error;
mod gpu_models;
mod gpu_preload;
mod gpu_undo;
mod import_rules;
mod model_servers;
mod model_sightings;
mod optimize_config;
mod optimize_effect;
mod optimize_input;
mod optimize_page;
mod optimize_report;
mod optimize_undo;
mod outcome;
mod task_type_filter;
mod task_typing;

pub mod analyze;
pub mod backtest;
pub mod backup;
pub mod complete;
pub mod completions;
pub mod config;
pub mod demo;
pub mod generate;
pub mod gpu;
pub mod import;
pub mod man;
pub mod optimize;
pub mod predict;
pub mod restore;
pub mod rules;
pub mod search;
mod search_vectors;
pub mod view;

pub use context::{Context, Interrupt, Mode};
pub use error::CommandError;
pub use outcome::{Completion, Outcome};
pub use task_type_filter::TaskTypeFilter;
