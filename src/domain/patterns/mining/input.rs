//! What the miner reads and may be told.

use crate::domain::activity::TaskHistory;
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
}

impl Default for MiningOptions {
    fn default() -> Self {
        MiningOptions { min_occurrences: 3 }
    }
}
