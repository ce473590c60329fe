//! A change of a scheduler, and the place it was made in.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::calendar::Schedule;
use crate::domain::rules::RuleId;
use crate::domain::time::Timestamp;

/// Names a change within one store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChangeId(pub i64);

/// A scheduler that rules can be carried to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheduler {
    /// Cron.
    Crontab,
    /// systemd's timers.
    Systemd,
    /// Slurm's scrontab.
    Slurm,
}

impl Scheduler {
    /// All of them.
    pub const ALL: [Scheduler; 3] = [Scheduler::Crontab, Scheduler::Systemd, Scheduler::Slurm];

    /// The word used in options, output and the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Scheduler::Crontab => "crontab",
            Scheduler::Systemd => "systemd",
            Scheduler::Slurm => "slurm",
        }
    }
}

/// Something that holds a scheduler's text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A file, by its absolute path.
    File(String),
    /// What `crontab -l` tells a user.
    Crontab {
        /// The user.
        user: String,
    },
    /// What `scrontab -l` tells a user.
    Scrontab {
        /// The user.
        user: String,
    },
}

impl Place {
    /// The text it is stored as.
    pub fn key(&self) -> String {
        match self {
            Place::File(path) => format!("file:{path}"),
            Place::Crontab { user } => format!("crontab:{user}"),
            Place::Scrontab { user } => format!("scrontab:{user}"),
        }
    }

    /// Reads what [`Place::key`] wrote.
    pub fn from_key(key: &str) -> Option<Place> {
        let (kind, rest) = key.split_once(':')?;
        let rest = rest.to_owned();
        match kind {
            "file" => Some(Place::File(rest)),
            "crontab" => Some(Place::Crontab { user: rest }),
            "scrontab" => Some(Place::Scrontab { user: rest }),
            _ => None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::File(path) => f.write_str(path),
            Place::Crontab { user } => write!(f, "the crontab of {user}"),
            Place::Scrontab { user } => write!(f, "the scrontab of {user}"),
        }
    }
}

/// What is known to have become of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeState {
    /// About to be made; a process may have died before or after it was.
    Begun,
    /// It was made.
    Applied,
    /// It was not made, and the place is as it was.
    Abandoned,
    /// About to be taken back.
    UndoBegun,
    /// It was taken back.
    Undone,
    /// Somebody else wrote to the place before this was settled.
    Unclear,
}

impl ChangeState {
    /// All states.
    pub const ALL: [ChangeState; 6] = [
        ChangeState::Begun,
        ChangeState::Applied,
        ChangeState::Abandoned,
        ChangeState::UndoBegun,
        ChangeState::Undone,
        ChangeState::Unclear,
    ];

    /// The word used in output and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            ChangeState::Begun => "begun",
            ChangeState::Applied => "applied",
            ChangeState::Abandoned => "abandoned",
            ChangeState::UndoBegun => "undo_begun",
            ChangeState::Undone => "undone",
            ChangeState::Unclear => "unclear",
        }
    }

    /// Whether a process may have died while it was made or taken back.
    pub fn is_pending(self) -> bool {
        matches!(self, ChangeState::Begun | ChangeState::UndoBegun)
    }

    /// Whether there is something of it to take back.
    pub fn is_in_force(self) -> bool {
        matches!(self, ChangeState::Applied | ChangeState::Unclear)
    }
}

/// When a scheduler starts a rule, and how far that is from where the rule was before any plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScheduleForm {
    /// When.
    pub schedule: Schedule,
    /// Minutes that plans had moved it.
    pub shift_minutes: i64,
}

/// What a change meant for one rule.
#[derive(Clone, Debug, PartialEq)]
pub struct AppliedRule {
    /// The rule; `None` once it was removed from the store.
    pub rule_id: Option<RuleId>,
    /// What the scheduler had before; `None` where the rule was not in it.
    pub before: Option<ScheduleForm>,
    /// What it has since; `None` where the rule was taken out of it.
    pub after: Option<ScheduleForm>,
}

/// A change of one place.
#[derive(Clone, Debug, PartialEq)]
pub struct AppliedChange {
    /// The scheduler it belongs to.
    pub target: Scheduler,
    /// Where.
    pub place: Place,
    /// Who asked, where the system tells.
    pub user: Option<String>,
    /// On which host.
    pub host: Option<String>,
    /// By which command.
    pub command: String,
    /// When.
    pub begun: Timestamp,
    /// What stood there; `None` where there was nothing.
    pub before: Option<Vec<u8>>,
    /// What stands there since; `None` where there is nothing.
    pub after: Option<Vec<u8>>,
    /// The rules it carried.
    pub rules: Vec<AppliedRule>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_back_from_its_key() {
        for place in [
            Place::File("/etc/cron.d/a:b".to_owned()),
            Place::Crontab { user: "ada".to_owned() },
            Place::Scrontab { user: "ada".to_owned() },
        ] {
            assert_eq!(Place::from_key(&place.key()), Some(place));
        }
        assert_eq!(Place::from_key("elsewhere:x"), None);
    }
}
