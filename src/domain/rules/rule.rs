//! A rule and where it comes from.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::calendar::{Schedule, Zone};
use crate::domain::patterns::{PatternId, ResourceProfile};

/// Names a rule within one store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RuleId(pub i64);

/// Where a rule comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "source", rename_all = "snake_case")]
pub enum RuleSource {
    /// Generated from a pattern.
    Mined {
        /// The pattern.
        pattern_id: PatternId,
    },
    /// Read from a scheduler's own configuration.
    Declared {
        /// The file it stood in, and its line, such as `/etc/crontab:12`.
        origin: String,
    },
    /// Added by hand.
    Manual,
}

/// Where a rule comes from, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleSourceKind {
    /// Generated from a pattern.
    Mined,
    /// Read from a scheduler's own configuration.
    Declared,
    /// Added by hand.
    Manual,
}

impl RuleSourceKind {
    /// All kinds.
    pub const ALL: [RuleSourceKind; 3] =
        [RuleSourceKind::Mined, RuleSourceKind::Declared, RuleSourceKind::Manual];

    /// The word used in options and output.
    pub fn as_str(self) -> &'static str {
        match self {
            RuleSourceKind::Mined => "mined",
            RuleSourceKind::Declared => "declared",
            RuleSourceKind::Manual => "manual",
        }
    }
}

impl fmt::Display for RuleSourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl RuleSource {
    /// The source in one word.
    pub fn kind(&self) -> RuleSourceKind {
        match self {
            RuleSource::Mined { .. } => RuleSourceKind::Mined,
            RuleSource::Declared { .. } => RuleSourceKind::Declared,
            RuleSource::Manual => RuleSourceKind::Manual,
        }
    }
}

/// How far a rule may move as a whole, in minutes; both 0 is fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flexibility {
    /// Minutes it may start earlier.
    pub earlier_minutes: u32,
    /// Minutes it may start later.
    pub later_minutes: u32,
}

impl Default for Flexibility {
    fn default() -> Self {
        Flexibility { earlier_minutes: 30, later_minutes: 30 }
    }
}

/// A schedule plus an action and a flexibility window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// One line for people.
    pub name: String,
    /// The task type it starts.
    pub task_type: String,
    /// When.
    pub schedule: Schedule,
    /// The zone of its local times.
    pub zone: Zone,
    /// The command it runs, where one is known.
    pub command: Option<String>,
    /// Who it runs as, where known.
    pub user: Option<String>,
    /// Where it runs, where known.
    pub host: Option<String>,
    /// Where it comes from.
    #[serde(flatten)]
    pub source: RuleSource,
    /// 1 (least) to 10; weighs displacement in plans and decides conflicts.
    pub priority: u8,
    /// How far it may move.
    pub flexibility: Flexibility,
    /// That of the pattern, 1 for a declared rule.
    pub confidence: f64,
    /// Whether plans and predictions count it.
    pub enabled: bool,
    /// Minutes that applied plans have moved it so far.
    pub shift_minutes: i64,
    /// What its runs need.
    pub resources: ResourceProfile,
}

impl Rule {
    /// The schedule before applied plans moved it; the present one where it cannot be moved back in form.
    pub fn wanted_schedule(&self) -> Schedule {
        let back = self.shift_minutes.checked_neg().and_then(|shift| self.schedule.shifted(shift));
        back.unwrap_or_else(|| self.schedule.clone())
    }

    /// What the source of this rule says of it now, with what people, plans and patterns did to it since:
    /// whether it is enabled, how far it was moved, and known needs where the source knows none.
    pub fn renewed_by(&self, told: &Rule) -> Rule {
        let further = self.shift_minutes.checked_sub(told.shift_minutes);
        let moved = further.and_then(|minutes| told.schedule.shifted(minutes));
        Rule {
            // Where the new form cannot be moved as the plan asked, what was applied stays.
            schedule: moved.unwrap_or_else(|| self.schedule.clone()),
            shift_minutes: self.shift_minutes,
            enabled: self.enabled,
            resources: if told.resources.runs_used > 0 { told.resources } else { self.resources },
            ..told.clone()
        }
    }
}

/// A rule with its id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredRule {
    /// Its id in the store.
    pub id: RuleId,
    /// The rule.
    #[serde(flatten)]
    pub rule: Rule,
}
