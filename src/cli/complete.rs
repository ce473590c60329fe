//! Completion of ids and task types from the store: what a shell asks for between two key strokes.

use std::sync::OnceLock;

use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};

/// What can be completed from a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompletionKind {
    /// Ids of patterns.
    Patterns,
    /// Ids of rules.
    Rules,
    /// Names of task types.
    TaskTypes,
}

/// A value and what it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The value.
    pub value: String,
    /// What it is, for shells that show help.
    pub help: Option<String>,
}

/// Reads suggestions; given by the root, because this layer knows no store.
pub type Suggest = fn(CompletionKind) -> Vec<Suggestion>;

static SUGGEST: OnceLock<Suggest> = OnceLock::new();

/// Tells where suggestions come from. Only the first call counts.
pub fn suggest_with(suggest: Suggest) {
    // A second registration would be the same function.
    let _ = SUGGEST.set(suggest);
}

fn candidates(kind: CompletionKind) -> Vec<CompletionCandidate> {
    let Some(suggest) = SUGGEST.get() else { return Vec::new() };
    suggest(kind)
        .into_iter()
        .map(|suggestion| CompletionCandidate::new(suggestion.value).help(suggestion.help.map(Into::into)))
        .collect()
}

/// Ids of patterns in the store.
pub fn pattern_ids() -> ArgValueCandidates {
    ArgValueCandidates::new(|| candidates(CompletionKind::Patterns))
}

/// Ids of rules in the store.
pub fn rule_ids() -> ArgValueCandidates {
    ArgValueCandidates::new(|| candidates(CompletionKind::Rules))
}

/// Task types in the store.
pub fn task_types() -> ArgValueCandidates {
    ArgValueCandidates::new(|| candidates(CompletionKind::TaskTypes))
}
