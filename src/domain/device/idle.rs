//! What our own readings tell of a process that has not been idle for long: what was seen, and no more than that.

use std::fmt;

use super::{GpuSample, LONGEST_GAP_MS, ProcessWatch};
use crate::domain::time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Timestamp};

/// What is known of a process's idleness. Spans are milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdleEvidence {
    /// The driver says that it is at work now.
    AtWork,
    /// The last reading did not find it idle.
    NotIdleAt {
        /// How long ago that was.
        ago_ms: i64,
    },
    /// All readings for so long found it idle.
    IdleFor {
        /// For how long.
        idle_ms: i64,
        /// What was known before.
        before: BeforeIdle,
    },
}

/// What was known of a process before it was seen idle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BeforeIdle {
    /// The reading before did not find it idle.
    NotIdle,
    /// It had not been seen yet.
    Unseen,
    /// Nobody watched for so long, milliseconds.
    Unwatched(i64),
    /// The readings of that time are no longer kept.
    Unknown,
}

impl IdleEvidence {
    /// How long it is known to be idle, milliseconds.
    pub fn idle_ms(&self) -> i64 {
        match self {
            IdleEvidence::AtWork | IdleEvidence::NotIdleAt { .. } => 0,
            IdleEvidence::IdleFor { idle_ms, .. } => *idle_ms,
        }
    }

    /// What `watch` tells at `now`, with the readings of its GPU, oldest first.
    pub fn of(
        watch: &ProcessWatch,
        samples: &[GpuSample],
        is_busy_now: bool,
        now: Timestamp,
    ) -> IdleEvidence {
        if is_busy_now {
            return IdleEvidence::AtWork;
        }
        let Some(since) = watch.idle_since_at(now) else {
            return IdleEvidence::NotIdleAt { ago_ms: now.since(watch.last_seen).max(0) };
        };
        let last_before = samples.iter().map(|sample| sample.at).filter(|at| *at < since).max();
        let before = match last_before {
            _ if watch.first_seen >= since => BeforeIdle::Unseen,
            None => BeforeIdle::Unknown,
            Some(last) if since.since(last) > LONGEST_GAP_MS => BeforeIdle::Unwatched(since.since(last)),
            Some(_) => BeforeIdle::NotIdle,
        };
        IdleEvidence::IdleFor { idle_ms: now.since(since).max(0), before }
    }
}

impl fmt::Display for IdleEvidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            IdleEvidence::AtWork => f.write_str("at work now"),
            IdleEvidence::NotIdleAt { ago_ms } => {
                write!(f, "not idle at the last reading, {} ago", span(*ago_ms))
            }
            IdleEvidence::IdleFor { idle_ms, before } => {
                write!(f, "seen idle for {}", span(*idle_ms))?;
                match before {
                    BeforeIdle::Unseen => f.write_str(", and not seen before"),
                    BeforeIdle::Unwatched(gap_ms) => {
                        write!(f, "; not watched in the {} before", span(*gap_ms))
                    }
                    BeforeIdle::NotIdle => f.write_str(", not at the reading before"),
                    BeforeIdle::Unknown => Ok(()),
                }
            }
        }
    }
}

/// What was asked for, in words: as a span, but down to the second.
pub fn asked(span_ms: i64) -> String {
    if span_ms < MINUTE_MS { format!("{} s", span_ms as f64 / SECOND_MS as f64) } else { span(span_ms) }
}

/// A span in words: `less than a minute`, `12 min`, `2 h`, `1 h 30 min`, `3 d`.
pub(super) fn span(span_ms: i64) -> String {
    let minutes = span_ms / MINUTE_MS % 60;
    match span_ms {
        ms if ms < MINUTE_MS => "less than a minute".to_owned(),
        ms if ms < HOUR_MS => format!("{minutes} min"),
        ms if ms < DAY_MS && minutes == 0 => format!("{} h", ms / HOUR_MS),
        ms if ms < DAY_MS => format!("{} h {minutes} min", ms / HOUR_MS),
        ms => format!("{} d", ms / DAY_MS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::device::fixture::{gpu, now, process};

    /// What is known at `now` of a process that was read at these minutes before, with its GPU's utilisation then.
    fn known(readings: &[(i64, f64)]) -> String {
        let at = |minutes: i64| now().plus_ms(-minutes * MINUTE_MS);
        let mut watch = None;
        for (minutes, busy) in readings {
            watch = ProcessWatch::after(watch.as_ref(), &process(900), Some(*busy), at(*minutes));
        }
        let samples: Vec<GpuSample> =
            readings.iter().map(|(minutes, _)| GpuSample::of(&gpu(), None, at(*minutes))).collect();
        IdleEvidence::of(&watch.expect("seen"), &samples, false, now()).to_string()
    }

    #[test]
    fn nothing_is_said_that_no_reading_saw() {
        assert_eq!(known(&[(5, 0.9), (4, 0.0), (0, 0.0)]), "seen idle for 4 min, not at the reading before");
        assert_eq!(known(&[(5, 0.0), (1, 0.9)]), "not idle at the last reading, 1 min ago");
        assert_eq!(
            known(&[(120, 0.0), (0, 0.0)]),
            "seen idle for less than a minute; not watched in the 2 h before"
        );
        assert_eq!(known(&[(3, 0.0), (0, 0.0)]), "seen idle for 3 min, and not seen before");
    }

    #[test]
    fn readings_that_are_gone_tell_nothing_of_what_was_before() {
        let began = now().plus_ms(-9 * MINUTE_MS);
        let first = ProcessWatch::after(None, &process(900), Some(0.9), began).expect("seen");
        let idle_since = Some(now().plus_ms(-5 * MINUTE_MS));
        let watch = ProcessWatch { last_seen: now(), idle_since, ..first };
        let evidence = IdleEvidence::of(&watch, &[], false, now());
        assert_eq!(evidence.to_string(), "seen idle for 5 min");
        assert_eq!(IdleEvidence::of(&watch, &[], true, now()), IdleEvidence::AtWork);
    }

    #[test]
    fn spans_are_told_in_few_words() {
        let told = [30_000, 12 * MINUTE_MS, 2 * HOUR_MS, 90 * MINUTE_MS, 3 * DAY_MS].map(span);
        assert_eq!(told, ["less than a minute", "12 min", "2 h", "1 h 30 min", "3 d"]);
        assert_eq!([500, 10_000, 600_000].map(asked), ["0.5 s", "10 s", "10 min"]);
    }
}
