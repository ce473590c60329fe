//! What the miner reads and may be told.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::memory::Remembered;
use crate::domain::activity::{TaskHistory, UserId};
use crate::domain::calendar::Zone;
use crate::domain::time::TimeSpan;

/// What the miner reads.
#[derive(Clone, Debug)]
pub struct MiningInput<'a> {
    /// One history per task type.
    pub histories: &'a [TaskHistory],
    /// The span looked at.
    pub span: TimeSpan,
    /// Parts of the span, ascending and apart, in which something recorded runs at all. A slot outside was
    /// not observed and counts neither for nor against.
    pub observed: &'a [TimeSpan],
    /// The zone local times are read in first; UTC is tried beside it.
    pub zone: Zone,
}

/// What the miner may be told.
#[derive(Clone, Debug)]
pub struct MiningOptions {
    /// Least number of hits a pattern needs.
    pub min_occurrences: u64,
    /// What users are called; one that is missing is named by its number.
    pub user_names: BTreeMap<UserId, String>,
    /// Days on which schedules may rest.
    pub holidays: Vec<NaiveDate>,
    /// Whether the histories are all there are.
    pub coverage: Coverage,
    /// What an earlier mining with the same zone, span length and least number of hits remembered, by name of the
    /// history.
    pub remembered: BTreeMap<String, Remembered>,
}

/// How much of what ran the histories tell of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// All of it.
    AllTaskTypes,
    /// Only some task types: nothing can be said of users' hours, of loads or of busy ends of months.
    SomeTaskTypes,
}

impl Default for MiningOptions {
    fn default() -> Self {
        MiningOptions {
            min_occurrences: 3,
            user_names: BTreeMap::new(),
            holidays: Vec::new(),
            coverage: Coverage::AllTaskTypes,
            remembered: BTreeMap::new(),
        }
    }
}
