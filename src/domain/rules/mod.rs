//! Rules: a schedule plus an action and a flexibility window, the unit that is moved.

mod action;
mod capacity;
mod change;
mod choice;
mod conflicts;
mod declared_again;
#[cfg(test)]
pub(in crate::domain) mod fixture;
mod generate;
mod history;
mod learned;
mod meaning;
mod overload;
mod placed;
mod precedence;
mod priority;
mod resolve;
mod rule;
mod spacing;

pub use action::RuleActionKind;
pub use capacity::{Capacity, SharedResource, usual_duration_ms};
pub use change::{ChangeEffect, PlannedChange, RuleChange, plan_changes};
pub use choice::{SkipReason, SkippedPattern};
pub use conflicts::{Conflict, ConflictKind, find_conflicts};
pub use declared_again::recognise_moved;
pub use generate::{GenerateOptions, GeneratedRule, GeneratedRules, InitialState, generate};
pub use history::{Author, PlanEvent, ReturnEffect, Revision, RevisionId, RuleReturn, RuleStep, plan_return};
pub use learned::learned_flexibility;
pub use meaning::{is_duplicate, same_instants};
pub use overload::{Overload, overloads};
pub use precedence::{Precedence, cycles, direct_successors, precedences};
pub use priority::{DEFAULT_PRIORITY, derived_priority};
pub use resolve::{ConflictStrategy, Resolution};
pub use rule::{Flexibility, Rule, RuleId, RuleSource, RuleSourceKind, StoredRule};
pub use spacing::shortest_spacing_ms;
