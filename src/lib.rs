//! tidetable learns from the history of a machine's jobs when work recurs and what it needs, predicts
//! the hours ahead and proposes a better timetable.
//!
//! Layers, outermost first; see `docs/architecture.md` for the picture and `tests/architecture.rs` for
//! the arrows that hold it.

mod app;
pub mod cli;
pub mod commands;
pub mod config;
mod fail_point;
pub mod failure;

pub mod compute;
pub mod devices;
pub mod export;
pub mod ingest;
pub mod output;
pub mod schedulers;
pub mod store;

pub mod domain;

pub use app::run;
