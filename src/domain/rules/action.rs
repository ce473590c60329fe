//! What may be done to a rule.

use std::fmt;

use serde::Serialize;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleActionKind {
    /// It was stored for the first time.
    Created,
    /// Plans and predictions began to count it.
    Enabled,
    /// Plans and predictions ceased to count it.
    Disabled,
    /// An applied plan moved it.
    Moved,
    /// Its schedule, command or limits became others at their source, or it went back to an earlier state.
    Changed,
    /// It was removed.
    Removed,
}

impl RuleActionKind {
    /// All kinds.
    pub const ALL: [RuleActionKind; 6] = [
        RuleActionKind::Created,
        RuleActionKind::Enabled,
        RuleActionKind::Disabled,
        RuleActionKind::Moved,
        RuleActionKind::Changed,
        RuleActionKind::Removed,
    ];

    /// The word used in output and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            RuleActionKind::Created => "created",
            RuleActionKind::Enabled => "enabled",
            RuleActionKind::Disabled => "disabled",
            RuleActionKind::Moved => "moved",
            RuleActionKind::Changed => "changed",
            RuleActionKind::Removed => "removed",
        }
    }
}

impl fmt::Display for RuleActionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
