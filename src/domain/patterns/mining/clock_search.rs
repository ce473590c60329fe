//! Clock times worth examining for one history: peaks of the folded history, at every step and width.

use super::clock_evidence::{ClockCandidate, examine};
use super::clock_times::ClockTimes;
use super::code_length::{HALF_WIDTHS_MS, STEPS_MINUTES};
use super::peaks::{Folded, Peak};
use super::phase::mean_phase;
use super::surroundings::Surroundings;
use crate::domain::time::{DAY_MS, HOUR_MS, MINUTE_MS};

/// Peaks examined per width: of the whole day (a list of times may be long) and of shorter steps.
const DAY_PEAKS: usize = 64;
const STEP_PEAKS: usize = 6;

/// Candidates with at least `least_net` nats, in no particular order.
pub(super) fn clock_candidates(
    starts: &[i64],
    around: &Surroundings,
    resolution_ms: i64,
    least_net: f64,
) -> Vec<ClockCandidate> {
    let (Some(&first), Some(&last)) = (starts.first(), starts.last()) else { return Vec::new() };
    let mut found = Vec::new();
    for (clock, table) in around.clocks.iter().enumerate() {
        // Away from changes of the clocks one zone says as much as the other.
        if clock > 0 && !around.clocks[0].changes_within(first, last) {
            continue;
        }
        let busiest = busiest_day(starts);
        // Slots are hit two times in five at least, on the days they are kept on.
        let most_slots = |step_ms: i64| (last - first).min(DAY_MS) / step_ms;
        let local: Vec<i64> = starts.iter().map(|start| table.local(*start)).collect();
        for step_minutes in STEPS_MINUTES {
            let step_ms = step_minutes * MINUTE_MS;
            if clock > 0 && HOUR_MS % step_ms == 0 {
                continue;
            }
            let observed_ms = around.observation.observed_ms(first, last) + step_ms;
            // Slots are kept on one day in seven at the least, and maybe for a tenth of the time.
            let least = (observed_ms / step_ms / if step_ms == DAY_MS { 400 } else { 60 }).max(3) as u64;
            if (starts.len() as u64) < least || (step_ms < DAY_MS && busiest * 3 < most_slots(step_ms)) {
                continue;
            }
            let folded = Folded::new(&local, step_ms, MINUTE_MS / 2);
            let limit = if step_ms == DAY_MS && clock == 0 { DAY_PEAKS } else { STEP_PEAKS };
            let mut narrower: Vec<Peak> = Vec::new();
            if step_ms <= HOUR_MS && starts.len() as i64 * step_ms < 5 * observed_ms {
                let half_width_ms = step_ms / 4;
                let centre_ms = mean_phase(&local, step_ms as f64) as i64;
                let times = ClockTimes { clock, step_ms, label_ms: centre_ms, delay_ms: 0, half_width_ms };
                let candidate = examine(times, starts, around, resolution_ms, None);
                found.extend(candidate.filter(|candidate| candidate.net >= least_net));
            }
            for half_width_ms in HALF_WIDTHS_MS {
                let times = |centre_ms| ClockTimes {
                    clock,
                    step_ms,
                    label_ms: centre_ms,
                    delay_ms: 0,
                    half_width_ms,
                };
                // Where nearly every window is hit anyway, no slot can stand out.
                let per_window = starts.len() as f64 * 2.0 * half_width_ms as f64 / observed_ms as f64;
                if per_window > 2.5 {
                    continue;
                }
                if half_width_ms * 2 < resolution_ms || half_width_ms * 6 > step_ms {
                    continue;
                }
                let peaks = folded.peaks(half_width_ms, times(0).flank_ms(), least, limit);
                for peak in &peaks {
                    // The same starts in a narrower window say the same and more.
                    let known = narrower.iter().any(|other| {
                        let apart = (other.centre_ms - peak.centre_ms).rem_euclid(step_ms);
                        other.count >= peak.count && apart.min(step_ms - apart) <= half_width_ms
                    });
                    if !known {
                        let candidate = examine(times(peak.centre_ms), starts, around, resolution_ms, None);
                        found.extend(candidate.filter(|candidate| candidate.net >= least_net));
                    }
                }
                narrower.extend(peaks);
            }
        }
    }
    found
}

/// Most starts within any 24 hours.
fn busiest_day(starts: &[i64]) -> i64 {
    let mut end = 0;
    let counts = starts.iter().enumerate().map(|(index, start)| {
        while end < starts.len() && starts[end] - start < DAY_MS {
            end += 1;
        }
        end - index
    });
    counts.max().unwrap_or(0) as i64
}
