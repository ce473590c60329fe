//! What a subcommand hands back.

use crate::output::Report;

/// Whether everything asked for was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completion {
    /// All of it (also: there was nothing to do).
    Done,
    /// Nothing: the person at the terminal was told the plan and did not want it.
    Declined,
    /// Some of it; the report and warnings say what is missing.
    Partial,
    /// All of it was looked at, and something is wrong; the report says what.
    Failed,
    /// Some of it: somebody asked to stop.
    Interrupted,
}

/// A report, what to know besides, and whether all was done.
pub struct Outcome {
    /// What was found or done.
    pub report: Box<dyn Report>,
    /// What the reader should know besides.
    pub warnings: Vec<String>,
    /// Whether all was done.
    pub completion: Completion,
}

impl Outcome {
    /// All done.
    pub fn done(report: impl Report + 'static, warnings: Vec<String>) -> Outcome {
        Outcome { report: Box::new(report), warnings, completion: Completion::Done }
    }
}
