//! Clock times worth examining for one history: peaks of the folded history, at every step and width.

use super::clock_evidence::{ClockCandidate, examine};
use super::clock_times::ClockTimes;
use super::code_length::{HALF_WIDTHS_MS, STEPS_MINUTES, clock_times_nats};
use super::peaks::{Folded, Peak};
use super::period::PeriodCandidate;
use super::phase::mean_phase;
use super::surroundings::Surroundings;
use crate::domain::calendar::DayFilter;
use crate::domain::time::{DAY_MS, HOUR_MS, MINUTE_MS};

/// Peaks examined per width: of the whole day (a list of times may be long) and of shorter steps.
const DAY_PEAKS: usize = 64;
const STEP_PEAKS: usize = 6;

/// A period found in the same starts. A round ends with it, so that clock times which it outweighs need not be looked
/// at: the next round finds those that it leaves over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rival {
    net: f64,
    period_ms: f64,
}

impl Rival {
    /// The strongest of `periods`.
    pub(super) fn of(periods: &[PeriodCandidate]) -> Option<Rival> {
        let strongest = periods.iter().max_by(|one, other| one.net.total_cmp(&other.net))?;
        Some(Rival { net: strongest.net, period_ms: strongest.period_ms })
    }

    /// Nats that slots every `step_ms` must be able to weigh. Those at about its own distance are looked at in any
    /// case: they say what it is.
    fn least_nats(rival: Option<Rival>, step_ms: i64) -> f64 {
        const ALIKE: f64 = 0.02;
        match rival {
            Some(rival) if (rival.period_ms / step_ms as f64 - 1.0).abs() > ALIKE => rival.net,
            _ => f64::NEG_INFINITY,
        }
    }
}

/// Candidates with at least `least_net` nats, in no particular order; of those that a `rival` outweighs, not all.
pub(super) fn clock_candidates(
    starts: &[i64],
    around: &Surroundings,
    resolution_ms: i64,
    least_net: f64,
    rival: Option<Rival>,
) -> Vec<ClockCandidate> {
    let (Some(&first), Some(&last)) = (starts.first(), starts.last()) else { return Vec::new() };
    let busiest = busiest_day(starts);
    // Slots are hit two times in five at least, on the days they are kept on.
    let most_slots = |step_ms: i64| (last - first).min(DAY_MS) / step_ms;
    let all_observed_ms = around.observation.observed_ms(first, last);
    let mut found = Vec::new();
    for (clock, table) in around.clocks.iter().enumerate() {
        // Away from changes of the clocks one zone says as much as the other.
        if clock > 0 && !around.clocks[0].changes_within(first, last) {
            continue;
        }
        let local: Vec<i64> = starts.iter().map(|start| table.local(*start)).collect();
        for step_minutes in STEPS_MINUTES {
            let step_ms = step_minutes * MINUTE_MS;
            if clock > 0 && HOUR_MS % step_ms == 0 {
                continue;
            }
            let observed_ms = all_observed_ms + step_ms;
            // Slots are kept on one day in seven at the least, and maybe for a tenth of the time.
            let least = (observed_ms / step_ms / if step_ms == DAY_MS { 400 } else { 60 }).max(3) as u64;
            if (starts.len() as u64) < least || (step_ms < DAY_MS && busiest * 3 < most_slots(step_ms)) {
                continue;
            }
            let limit = if step_ms == DAY_MS && clock == 0 { DAY_PEAKS } else { STEP_PEAKS };
            if step_ms <= HOUR_MS && starts.len() as i64 * step_ms < 5 * observed_ms {
                let half_width_ms = step_ms / 4;
                let centre_ms = mean_phase(&local, step_ms as f64) as i64;
                let times = ClockTimes { clock, step_ms, label_ms: centre_ms, delay_ms: 0, half_width_ms };
                let candidate = examine(times, starts, around, resolution_ms, None);
                found.extend(candidate.filter(|candidate| candidate.net >= least_net));
            }
            let least_nats = Rival::least_nats(rival, step_ms);
            // A start weighs most in the narrowest window.
            let per_start = ((step_ms / 2).min(3 * HOUR_MS) as f64 / HALF_WIDTHS_MS[0] as f64).ln();
            let slots = (last - first) / step_ms + 2;
            if (starts.len() as i64).min(slots) as f64 * per_start < least_nats {
                continue;
            }
            let folded = Folded::new(&local, step_ms, MINUTE_MS / 2);
            let mut guesses: Vec<Guess> = Vec::new();
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
                let wider: Vec<Guess> = peaks
                    .into_iter()
                    // The same starts in a narrower window say the same and more.
                    .filter(|peak| {
                        !guesses
                            .iter()
                            .any(|other| other.count >= peak.count && other.times.holds(peak.centre_ms))
                    })
                    .map(|peak| Guess::new(times(peak.centre_ms), peak))
                    .filter(|guess| guess.most >= least_nats)
                    .collect();
                guesses.extend(wider);
            }
            found.extend(examine_all(guesses, starts, around, resolution_ms, least_net));
        }
    }
    found
}

/// A window to examine.
struct Guess {
    times: ClockTimes,
    count: u64,
    /// The most nats that so many hits can weigh, kept every day.
    most: f64,
}

impl Guess {
    fn new(times: ClockTimes, peak: Peak) -> Guess {
        let per_hit = (times.flank_ms() as f64 / times.half_width_ms as f64).ln();
        let nats = clock_times_nats(times.step_ms, times.label_ms, times.half_width_ms);
        Guess { times, count: peak.count, most: peak.count as f64 * per_hit - nats }
    }
}

/// Examines the most promising windows first: where one weighs more than a wider or narrower one around it can, that
/// need not be looked at. `guesses` share their step.
fn examine_all(
    mut guesses: Vec<Guess>,
    starts: &[i64],
    around: &Surroundings,
    resolution_ms: i64,
    least_net: f64,
) -> Vec<ClockCandidate> {
    guesses.sort_by(|one, other| other.most.total_cmp(&one.most));
    let mut found: Vec<ClockCandidate> = Vec::new();
    for guess in guesses {
        let is_beaten = found.iter().any(|better| {
            let every_day = better.choice.filter == DayFilter::Daily;
            every_day
                && better.net >= guess.most
                && (better.times.holds(guess.times.label_ms) || guess.times.holds(better.times.label_ms))
        });
        if !is_beaten {
            let candidate = examine(guess.times, starts, around, resolution_ms, None);
            found.extend(candidate.filter(|candidate| candidate.net >= least_net));
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
