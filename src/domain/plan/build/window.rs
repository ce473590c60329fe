//! How far a rule may move, in slots: its flexibility, as far as some schedule says the moved times.

use super::{TimeGrid, WindowLimit};
use crate::domain::rules::{Flexibility, RuleSource, StoredRule};
use crate::domain::time::{DAY_MS, MINUTE_MS, TimeSpan};

use super::grid::clocks_change;

/// The shifts a rule may have, and what ends them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ShiftWindow {
    /// Least shift, slots, at most 0.
    pub(super) earliest: i64,
    /// Greatest shift, slots, at least 0.
    pub(super) latest: i64,
    /// What ends it towards earlier.
    pub(super) earlier: WindowLimit,
    /// What ends it towards later.
    pub(super) later: WindowLimit,
}

/// The window of a rule. Flexibility counts from where the rule was before any plan moved it. `around` holds all
/// of its runs that the problem may look at.
pub(super) fn shift_window(
    stored: &StoredRule,
    flexibility: Flexibility,
    grid: &TimeGrid,
    around: TimeSpan,
) -> ShiftWindow {
    let shift = stored.rule.shift_minutes;
    let check = Check { stored, clocks_change: clocks_change(stored.rule.zone, around), around };
    let (reach_earlier, earlier) = check.reach(i64::from(flexibility.earlier_minutes) + shift, -1, grid);
    let (reach_later, later) = check.reach(i64::from(flexibility.later_minutes) - shift, 1, grid);
    ShiftWindow { earliest: -reach_earlier, latest: reach_later, earlier, later }
}

struct Check<'a> {
    stored: &'a StoredRule,
    clocks_change: bool,
    around: TimeSpan,
}

impl Check<'_> {
    /// Slots that the rule may move in `direction`, at most a day, and what ends them.
    fn reach(&self, minutes: i64, direction: i64, grid: &TimeGrid) -> (i64, WindowLimit) {
        let slot = grid.slot_minutes;
        let most = (minutes.max(0) / slot).min(DAY_MS / MINUTE_MS / slot);
        for slots in 1..=most {
            if let Some(limit) = self.obstacle(direction * slots * slot) {
                return (slots - 1, limit);
            }
        }
        (most, WindowLimit::Flexibility)
    }

    /// What keeps the rule from moving by `minutes`.
    fn obstacle(&self, minutes: i64) -> Option<WindowLimit> {
        let rule = &self.stored.rule;
        let Some(moved) = rule.schedule.shifted(minutes) else { return Some(WindowLimit::Schedule) };
        let stands_in_crontab = matches!(rule.source, RuleSource::Declared { .. });
        if stands_in_crontab && rule.schedule.cron().is_some() && moved.cron().is_none() {
            return Some(WindowLimit::Crontab);
        }
        if self.clocks_change {
            let shift_ms = minutes * MINUTE_MS;
            let moved_span = TimeSpan {
                start: self.around.start.plus_ms(shift_ms),
                end: self.around.end.plus_ms(shift_ms),
            };
            let wanted = rule.schedule.occurrences_iter(self.around, rule.zone);
            let shifted = moved.occurrences_iter(moved_span, rule.zone);
            if !wanted.map(|at| at.plus_ms(shift_ms)).eq(shifted) {
                return Some(WindowLimit::ClockChange);
            }
        }
        None
    }
}
