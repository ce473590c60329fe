//! What anybody would predict without looking for patterns: the measure of whether looking is worth it.

use serde::Serialize;

use crate::domain::time::{DAY_MS, TimeSpan, Timestamp};

/// Predictions of one task type at most; a gap of a second repeats no further than this.
const MOST: usize = 5_000;

/// A way of predicting starts from starts alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NaivePredictor {
    /// The last gap repeats.
    LastGap,
    /// The mean of the last three gaps repeats.
    MeanOfThreeGaps,
    /// The starts of seven days before come again.
    WeekBefore,
}

impl NaivePredictor {
    /// All of them.
    pub const ALL: [NaivePredictor; 3] =
        [NaivePredictor::LastGap, NaivePredictor::MeanOfThreeGaps, NaivePredictor::WeekBefore];

    /// The word used in output.
    pub fn as_str(self) -> &'static str {
        match self {
            NaivePredictor::LastGap => "last_gap",
            NaivePredictor::MeanOfThreeGaps => "mean_of_three_gaps",
            NaivePredictor::WeekBefore => "week_before",
        }
    }

    /// The starts expected within `horizon`, from the ascending `starts` before it.
    pub fn predict(self, starts: &[Timestamp], horizon: TimeSpan) -> Vec<Timestamp> {
        match self {
            NaivePredictor::LastGap => repeated(starts, 1, horizon),
            NaivePredictor::MeanOfThreeGaps => repeated(starts, 3, horizon),
            NaivePredictor::WeekBefore => {
                let mut found = Vec::new();
                // A horizon of more than a week repeats its first one.
                for weeks in 1..=horizon.length_ms() / (7 * DAY_MS) + 1 {
                    let shift = weeks * 7 * DAY_MS;
                    let from = horizon.start.plus_ms((weeks - 1) * 7 * DAY_MS - shift);
                    let week =
                        starts.iter().filter(|start| (from..from.plus_ms(7 * DAY_MS)).contains(*start));
                    found.extend(
                        week.map(|start| start.plus_ms(shift))
                            .filter(|start| horizon.contains(*start))
                            .take(MOST),
                    );
                }
                found
            }
        }
    }
}

/// The last start, repeated at the mean of the last `gaps` gaps.
fn repeated(starts: &[Timestamp], gaps: usize, horizon: TimeSpan) -> Vec<Timestamp> {
    let Some(last) = starts.last() else { return Vec::new() };
    let Some(first) = starts.len().checked_sub(gaps + 1).or(starts.len().checked_sub(2)) else {
        return Vec::new();
    };
    let gap = last.since(starts[first]) / (starts.len() - 1 - first) as i64;
    if gap <= 0 {
        return Vec::new();
    }
    let passed = (horizon.start.since(*last).max(0) + gap - 1) / gap;
    (passed.max(1)..)
        .map(|number| last.plus_ms(number.saturating_mul(gap)))
        .take_while(|start| *start < horizon.end)
        .take(MOST)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::HOUR_MS;

    fn at(hours: &[i64]) -> Vec<Timestamp> {
        hours.iter().map(|hour| Timestamp::clamped(hour * HOUR_MS)).collect()
    }

    #[test]
    fn gaps_repeat_and_weeks_come_again() {
        let starts = at(&[0, 10, 20, 24]);
        let horizon = TimeSpan { start: at(&[30])[0], end: at(&[40])[0] };
        assert_eq!(NaivePredictor::LastGap.predict(&starts, horizon), at(&[32, 36]));
        assert_eq!(NaivePredictor::MeanOfThreeGaps.predict(&starts, horizon), at(&[32]));
        assert_eq!(NaivePredictor::WeekBefore.predict(&starts, horizon), []);
        let fortnight = TimeSpan { start: at(&[168])[0], end: at(&[168 * 3])[0] };
        assert_eq!(
            NaivePredictor::WeekBefore.predict(&starts, fortnight),
            at(&[168, 178, 188, 192, 336, 346, 356, 360])
        );
    }

    #[test]
    fn one_run_or_one_instant_repeats_nothing() {
        let horizon = TimeSpan { start: at(&[1])[0], end: at(&[9])[0] };
        assert_eq!(NaivePredictor::LastGap.predict(&at(&[0]), horizon), []);
        assert_eq!(NaivePredictor::LastGap.predict(&at(&[0, 0]), horizon), []);
    }
}
