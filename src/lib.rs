//! tidetable learns from the history of a machine's jobs when work recurs and what it needs, predicts
//! the hours ahead and proposes a better timetable.
//!
//! Layers, outermost first; see `docs/architecture.md` for the picture and `tests/architecture.rs` for
//! the arrows that hold it.

pub mod domain;
pub mod ingest;

/// Runs the program.
pub fn run() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
