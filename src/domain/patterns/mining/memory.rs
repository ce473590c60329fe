//! What an analysis remembers of a history: where it found schedules. The next analysis weighs those places on the
//! history as it has become, and searches anew only where they no longer explain it as they did.

use serde::{Deserialize, Serialize};

use super::clock_evidence::ClockCandidate;
use super::clock_times::ClockTimes;
use super::period::PeriodCandidate;
use crate::domain::calendar::DayFilter;

/// Starts that no remembered schedule explains, from which on they may hold a new one.
const MAY_BE_NEW: usize = 3;
/// A search is repeated once this share of the starts is new: more starts tell windows and minutes more sharply.
const NEW_SHARE: usize = 10;

/// What a search of one history found, and how far it saw. Opaque outside the miner; kept as a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// First and last start it looked at, ms UTC.
    pub(super) searched_ms: (i64, i64),
    /// How many starts that were.
    pub(super) starts: usize,
    /// How many of them nothing explained.
    pub(super) left: usize,
    /// Grain of the starts, ms.
    pub(super) resolution_ms: i64,
    /// Whether only the first runs of bursts were looked at.
    pub(super) heads_only: bool,
    /// What was found.
    pub(super) trail: Trail,
}

/// Where schedules were found, in the order in which they were accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Trail {
    /// Windows and periods, each with the round it was accepted in.
    pub(super) places: Vec<(usize, Place)>,
    /// When the phase that all starts share was accepted, if it was.
    pub(super) phase: Option<PhaseRank>,
    /// Whether the gaps of what is left are those of a loop.
    pub(super) is_loop: bool,
    /// Whether only the folded phases of all starts show a schedule.
    #[serde(default)]
    pub(super) is_fold: bool,
}

/// When the phase that all starts share is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum PhaseRank {
    /// Before any window.
    First,
    /// After nothing else was found.
    Last,
}

/// A place that is worth weighing again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Place {
    /// Clock times, the days they were kept on, and whether they were kept to the end.
    Clock { times: ClockTimes, filter: DayFilter, is_open: bool },
    /// A period, as the bits of its length in ms, and whether it was kept to the end.
    Period { length_bits: u64, is_open: bool },
}

impl Place {
    pub(super) fn of_clock(found: &ClockCandidate) -> Place {
        Place::Clock { times: found.times, filter: found.choice.filter, is_open: found.is_open }
    }

    pub(super) fn of_period(found: &PeriodCandidate) -> Place {
        Place::Period { length_bits: found.period_ms.to_bits(), is_open: found.is_open }
    }
}

impl Remembered {
    /// Whether starts (ascending) are those of the search with a few more at the end, or fewer at the beginning.
    pub(super) fn may_hold_for(&self, starts: &[i64], resolution_ms: i64) -> bool {
        let newer = starts.len() - starts.partition_point(|start| *start <= self.searched_ms.1);
        // Analysed as of an earlier time, a history must not know what came later.
        let is_later = starts.last().is_some_and(|last| *last >= self.searched_ms.1);
        is_later
            && starts.first().is_some_and(|first| *first >= self.searched_ms.0)
            && resolution_ms == self.resolution_ms
            && newer * NEW_SHARE <= self.starts
            && starts.len() <= self.starts + newer
    }

    /// Whether weighing the places again gave the same `trail`, with `left` (ascending) unexplained: nothing ended,
    /// moved to other days or fell below what counts, and too few starts are unexplained to hold more.
    pub(super) fn is_confirmed_by(&self, trail: &Trail, left: &[i64]) -> bool {
        let newer = left.len() - left.partition_point(|start| *start <= self.searched_ms.1);
        // What a loop or a phase explains is never taken from what is left.
        let is_explained = trail.is_loop || trail.is_fold || trail.phase.is_some();
        *trail == self.trail
            && (is_explained || newer < MAY_BE_NEW.max(self.left / NEW_SHARE))
            && left.len() <= self.left + newer
    }
}
