//! Rules: a schedule plus an action and a flexibility window, the unit that is moved.

mod rule;

pub use rule::{Flexibility, Rule, RuleId, RuleSource, StoredRule};
