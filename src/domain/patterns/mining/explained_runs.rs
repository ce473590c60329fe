//! Which runs of a history its patterns explain.

use super::cursor::Cursor;
use super::history::Starts;
use crate::domain::calendar::Schedule;
use crate::domain::patterns::Pattern;
use crate::domain::time::{SECOND_MS, TimeSpan, Timestamp};

/// For each run of `starts`, whether one of `patterns` explains it. `ends_of` gives the ascending instants (ms)
/// that successors of a task type wait for.
pub(super) fn explained_runs(
    starts: &Starts<'_>,
    patterns: &[&Pattern],
    ends_of: &dyn Fn(&str) -> Vec<i64>,
) -> Vec<bool> {
    let mut explained = vec![false; starts.at_ms.len()];
    for pattern in patterns {
        let evidence = &pattern.evidence;
        let half_ms = (evidence.tolerance_seconds.max(evidence.jitter_seconds.p95) * SECOND_MS as f64) as i64;
        let (from, to) = (evidence.first_seen.millis() - half_ms, evidence.last_seen.millis() + half_ms + 1);
        let mut cursor = Cursor::new(&starts.at_ms);
        let mut mark = |slot_ms: i64| {
            if let Some(hit) = cursor.nearest(slot_ms, half_ms) {
                explained[hit] = true;
            }
        };
        match &pattern.schedule {
            Schedule::Follows { predecessor, lag_ms, .. } => ends_of(predecessor)
                .into_iter()
                .map(|end| end + lag_ms)
                .filter(|slot| (from..to).contains(slot))
                .for_each(&mut mark),
            // As many slots as runs at the most can be hit; a schedule far denser than its runs is not walked out.
            schedule => {
                let span = TimeSpan { start: Timestamp::clamped(from), end: Timestamp::clamped(to) };
                let most = (4 * starts.at_ms.len()).max(10_000);
                let slots = schedule.occurrences_iter(span, pattern.zone).take(most);
                slots.for_each(|slot| mark(slot.millis()));
            }
        }
    }
    explained
}

#[cfg(test)]
mod tests {
    use super::super::generator::{Chance, days, history, mined};
    use super::*;
    use crate::domain::calendar::Zone;
    use crate::domain::time::{DAY_MS, HOUR_MS};

    #[test]
    fn the_runs_of_a_schedule_are_explained_and_others_are_not() {
        let mut chance = Chance::new(5);
        let span = days(30);
        let nightly = (0..30)
            .map(|day| span.start.millis() + day * DAY_MS + 2 * HOUR_MS + (chance.unit() * 20_000.0) as i64);
        let mut starts_ms: Vec<i64> = nightly.collect();
        let mut others = Chance::new(6);
        starts_ms.extend((0..8).map(|_| {
            let day = others.index(30) as i64;
            span.start.millis() + day * DAY_MS + 8 * HOUR_MS + others.index(36_000_000) as i64
        }));
        let histories = [history("job", starts_ms)];
        let found = mined(&histories, span, Zone::UTC);
        let starts = Starts::new(&histories[0], span.start.millis(), span.end.millis());
        let explained = explained_runs(&starts, &found.iter().collect::<Vec<_>>(), &|_| Vec::new());
        assert_eq!(explained.iter().filter(|explained| **explained).count(), 30);
    }
}
