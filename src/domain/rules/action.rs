//! What was done to a rule: the record that lets a person read it back and undo it.

use std::fmt;

use serde::Serialize;

use super::Rule;
use crate::domain::time::Timestamp;

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
    /// Its schedule, command or limits became others at their source.
    Changed,
}

impl RuleActionKind {
    /// All kinds.
    pub const ALL: [RuleActionKind; 5] = [
        RuleActionKind::Created,
        RuleActionKind::Enabled,
        RuleActionKind::Disabled,
        RuleActionKind::Moved,
        RuleActionKind::Changed,
    ];

    /// The word used in output and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            RuleActionKind::Created => "created",
            RuleActionKind::Enabled => "enabled",
            RuleActionKind::Disabled => "disabled",
            RuleActionKind::Moved => "moved",
            RuleActionKind::Changed => "changed",
        }
    }
}

impl fmt::Display for RuleActionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One entry of a rule's history.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleAction {
    /// What was done.
    pub kind: RuleActionKind,
    /// When.
    pub at: Timestamp,
    /// The rule before; `None` where it did not exist.
    pub before: Option<Rule>,
    /// The rule after.
    pub after: Option<Rule>,
    /// The plan that asked for it, by its id in the store.
    pub optimization_id: Option<i64>,
}
