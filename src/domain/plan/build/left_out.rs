//! Why a rule takes no part in a plan, and whether its load is missing from it.

/// Why a rule takes no part.
pub(super) enum LeftOut {
    /// It runs, and its load is missing from the plan.
    Loaded(String),
    /// It has no run in the horizon whose load could be missing.
    Idle(String),
}

/// Rules that a warning names.
const MOST_MISSED: usize = 3;

/// What is missing from a plan, in a sentence.
pub(super) fn missed_words(missed: &[String]) -> Option<String> {
    let named = missed.iter().take(MOST_MISSED).cloned().collect::<Vec<_>>().join(", ");
    let more = missed.len().saturating_sub(MOST_MISSED);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    (!missed.is_empty()).then(|| format!("the plan is made without the load of {named}{more}"))
}
