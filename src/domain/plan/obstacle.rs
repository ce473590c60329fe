//! Why rules cannot be placed: found before the search starts, or by its exhaustion.

use serde::{Deserialize, Serialize};

/// A reason that no valid plan exists, or that none was found. Rules are positions in the problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Obstacle {
    /// Precedences run in a circle, or along a chain too long for the windows of its rules.
    PrecedenceImpossible {
        /// A rule whose window the precedences leave empty.
        rule: usize,
        /// The rules on the chain or circle that empties it.
        chain: Vec<usize>,
    },
    /// Two rules share a tag and meet wherever they are put.
    ExclusionImpossible {
        /// The tag.
        tag: String,
        /// One rule.
        first: usize,
        /// The other.
        second: usize,
    },
    /// The rules of a tag need more slots than the horizon has.
    ExclusionTooLong {
        /// The tag.
        tag: String,
        /// Slots they need.
        needed_slots: i64,
        /// Slots there are.
        horizon_slots: i64,
    },
    /// One rule asks for more than any host it may use has.
    DemandTooLarge {
        /// Which rule.
        rule: usize,
        /// Which resource.
        resource: usize,
        /// What it asks for, overlapping occurrences together.
        demand: i64,
        /// Most that an eligible host has.
        capacity: i64,
    },
    /// Rules that cannot leave a slot together ask for more than the host has.
    FixedLoadTooLarge {
        /// Which host.
        host: usize,
        /// Which resource.
        resource: usize,
        /// First such slot.
        slot: usize,
        /// What they ask for.
        load: i64,
        /// What it has.
        capacity: i64,
        /// The rules.
        rules: Vec<usize>,
    },
    /// Rules that cannot all be placed, whatever the others do.
    RulesCannotFit {
        /// The rules.
        rules: Vec<usize>,
        /// Whether it is proven that without any one of them the rest can be placed.
        irreducible: bool,
    },
    /// None was found within the work allowed; nothing is proven.
    NotFound,
}
