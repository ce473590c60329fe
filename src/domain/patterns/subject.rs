//! What a pattern is about, in one name.

use super::{Pattern, PatternType};

/// What a pattern is about: its task types, with the user of a habit and the resource of a load.
pub fn subject(pattern: &Pattern) -> String {
    let details = &pattern.evidence.details;
    if let Some(load) = &details.load {
        return format!("{} ({})", load.resource, pattern.task_types.join(", "));
    }
    if let Some(habit) = &details.habit {
        return format!("{} ({})", pattern.task_types.join(", "), habit.user);
    }
    match pattern.pattern_type {
        PatternType::Seasonal if pattern.task_types.len() > 1 => {
            format!("all runs ({})", pattern.task_types.join(", "))
        }
        _ => pattern.task_types.join(" -> "),
    }
}
