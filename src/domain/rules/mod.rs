//! Rules: a schedule plus an action and a flexibility window, the unit that is moved.

mod action;
mod rule;

pub use action::{RuleAction, RuleActionKind};
pub use rule::{Flexibility, Rule, RuleId, RuleSource, RuleSourceKind, StoredRule};
