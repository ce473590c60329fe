//! Which minute of the clock a crontab would name for starts that scatter around or after it.

use super::code_length::minute_share;
use super::lateness::{Shape, forms};
use crate::domain::time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};

/// Half widths up to which starts are exact enough to tell a fixed delay from lateness.
const MOST_EXACT_MS: i64 = 5_000;

/// Starts around the places of one clock time, folded to a circle of one length.
#[derive(Clone, Debug)]
pub(super) struct Folds {
    /// Length of the circle, ms: whole minutes.
    circle_ms: i64,
    /// Bins of `bin_ms` with starts: bin after the circle's zero, and starts in it. Ascending.
    bins: Vec<(i64, f64)>,
    /// Width of a bin; divides a minute.
    bin_ms: i64,
    /// Where the circle begins, ms local: a full minute.
    from_ms: i64,
}

/// A minute, and how sure it is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Minutes {
    /// Minutes (after the same midnight as the places; may lie outside the day) with the ln of their weight,
    /// the likeliest first.
    pub(super) ranked: Vec<(i64, f64)>,
    /// The window after the likeliest minute in which nearly all starts lie, as first and last ms.
    pub(super) window_ms: (i64, i64),
}

impl Folds {
    /// The length of circle that windows of `half_width_ms` every `step_ms` are seen against: long enough for
    /// starts far outside of a window that was chosen too narrow.
    pub(super) fn circle_ms(half_width_ms: i64, step_ms: i64) -> i64 {
        let most = (2 * HOUR_MS).max(4 * half_width_ms);
        let wished = (12 * half_width_ms).clamp(4 * MINUTE_MS, most).min(step_ms);
        (wished / MINUTE_MS).max(1) * MINUTE_MS
    }

    /// Folds `places_ms` (local, each less than half a circle from `centre_ms`).
    pub(super) fn new(places_ms: &[i64], centre_ms: i64, circle_ms: i64, resolution_ms: i64) -> Folds {
        const MOST_BINS: i64 = 360;
        let from_ms = (centre_ms - circle_ms / 2).div_euclid(MINUTE_MS) * MINUTE_MS;
        let fits = |bin: &i64| *bin >= resolution_ms && circle_ms / bin <= MOST_BINS;
        let seconds = [1, 2, 5, 10, 15, 20, 30].map(|seconds| seconds * SECOND_MS);
        let bin_ms = seconds.into_iter().find(fits).unwrap_or(MINUTE_MS);
        let mut filled: Vec<i64> =
            places_ms.iter().map(|place| (place - from_ms).rem_euclid(circle_ms) / bin_ms).collect();
        filled.sort_unstable();
        let mut bins: Vec<(i64, f64)> = Vec::new();
        for bin in filled {
            match bins.last_mut() {
                Some(last) if last.0 == bin => last.1 += 1.0,
                _ => bins.push((bin, 1.0)),
            }
        }
        Folds { circle_ms, bins, bin_ms, from_ms }
    }

    /// Weighs every minute on the circle: the likelihood of the starts, averaged over how they may be late, how
    /// far, and how many of them belong to something else, times the share of clock times that name the minute.
    /// Most lie within about `half_width_ms` of `centre_ms`; `step_ms` is the distance of slots.
    pub(super) fn weigh(&self, centre_ms: i64, half_width_ms: i64, step_ms: i64) -> Option<Minutes> {
        let copies = (DAY_MS / step_ms).max(1);
        let first = self.from_ms / MINUTE_MS;
        let minutes: Vec<i64> = (first..first + self.circle_ms / MINUTE_MS).collect();
        let mut sums: Vec<LogSum> = vec![LogSum::default(); minutes.len()];
        let mut best: Vec<(f64, Shape, f64)> = vec![(f64::NEG_INFINITY, Shape::Normal, 0.0); minutes.len()];
        let mut likelihoods = vec![0.0; minutes.len()];
        for form in forms(self.circle_ms, self.bin_ms, half_width_ms).iter() {
            likelihoods.fill(0.0);
            for (bin, starts) in &self.bins {
                for (sum, ln_density) in likelihoods.iter_mut().zip(form.by_minute(*bin as usize)) {
                    *sum += starts * ln_density;
                }
            }
            for (index, likelihood) in likelihoods.iter().enumerate() {
                let value = form.shape.share().ln() + likelihood;
                sums[index].add(value);
                if value > best[index].0 {
                    best[index] = (value, form.shape, form.spread_ms);
                }
            }
            if form.shape == Shape::Normal && half_width_ms <= MOST_EXACT_MS {
                // A fixed delay within the minute, which any second of it could be.
                let after_ms = centre_ms - self.from_ms;
                let named = 2.0 * half_width_ms as f64 / MINUTE_MS as f64;
                let value = named.ln() + self.ln_likelihood(&form.ln_density, after_ms);
                if let Some(sum) = sums.get_mut((after_ms / MINUTE_MS) as usize) {
                    sum.add(value);
                }
            }
        }
        let mut ranked: Vec<(i64, f64)> = minutes
            .iter()
            .zip(&sums)
            .map(|(minute, sum)| {
                let share: f64 =
                    (0..copies).map(|copy| minute_share(minute + copy * step_ms / MINUTE_MS)).sum();
                (*minute, share.ln() + sum.ln())
            })
            .collect();
        ranked.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        let (likeliest, _) = *ranked.first()?;
        let (_, shape, spread_ms) = best[(likeliest - first) as usize];
        let (from, to) = shape.window();
        let window_ms = ((from * spread_ms) as i64, (to * spread_ms) as i64);
        Some(Minutes { ranked, window_ms })
    }

    /// Width of a bin, ms.
    pub(super) fn bin_ms(&self) -> i64 {
        self.bin_ms
    }

    /// Starts in each bin, from the circle's zero on.
    pub(super) fn counts(&self) -> Vec<u32> {
        let mut counts = vec![0; (self.circle_ms / self.bin_ms) as usize];
        for (bin, starts) in &self.bins {
            counts[*bin as usize] = *starts as u32;
        }
        counts
    }

    /// ln likelihood of all starts when a schedule names this minute.
    pub(super) fn ln_likelihood_at(&self, ln_density: &[f64], minute: i64) -> f64 {
        self.ln_likelihood(ln_density, minute * MINUTE_MS - self.from_ms)
    }

    /// ln likelihood of all starts when the schedule lies `minute_ms` after the circle's zero.
    fn ln_likelihood(&self, ln_density: &[f64], minute_ms: i64) -> f64 {
        let (count, zero) = (self.circle_ms / self.bin_ms, minute_ms / self.bin_ms);
        self.bins
            .iter()
            .map(|(bin, starts)| {
                // Both lie on the circle: a division would be most of the work.
                let after = bin - zero;
                starts * ln_density[(if after < 0 { after + count } else { after }) as usize]
            })
            .sum()
    }
}

/// ln of a sum of exponentials, term by term.
#[derive(Clone, Copy, Debug)]
struct LogSum {
    greatest: f64,
    sum: f64,
}

impl Default for LogSum {
    fn default() -> Self {
        LogSum { greatest: f64::NEG_INFINITY, sum: 0.0 }
    }
}

impl LogSum {
    fn add(&mut self, value: f64) {
        if value <= self.greatest {
            self.sum += (value - self.greatest).exp();
        } else {
            self.sum = self.sum * (self.greatest - value).exp() + 1.0;
            self.greatest = value;
        }
    }

    fn ln(&self) -> f64 {
        self.greatest + self.sum.ln()
    }
}

#[cfg(test)]
mod tests {
    use super::super::lateness::normal_below;
    use super::*;

    fn likeliest(places: &[i64], centre_ms: i64, half_width_ms: i64, step_ms: i64) -> i64 {
        let circle_ms = Folds::circle_ms(half_width_ms, step_ms);
        let folds = Folds::new(places, centre_ms, circle_ms, 1_000);
        folds.weigh(centre_ms, half_width_ms, step_ms).expect("minutes").ranked[0].0
    }

    #[test]
    fn a_daemon_that_is_a_second_late_names_the_minute_before() {
        let places: Vec<i64> = (0..30).map(|index| 385 * MINUTE_MS + 1_000 * (index % 10 / 9 + 1)).collect();
        assert_eq!(likeliest(&places, 385 * MINUTE_MS + 1_000, 1_000, DAY_MS), 385);
    }

    #[test]
    fn starts_that_come_up_to_minutes_late_name_the_minute_they_wait_for() {
        let places: Vec<i64> =
            (0..60_i64).map(|index| 120 * MINUTE_MS + (index * index % 61) * 6_000).collect();
        assert_eq!(likeliest(&places, 123 * MINUTE_MS, 600_000, DAY_MS), 120);
    }

    #[test]
    fn a_fixed_delay_within_the_minute_is_not_rounded_up() {
        let places: Vec<i64> = (0..40).map(|index| 121 * MINUTE_MS + 45_000 + 200 * (index % 5)).collect();
        assert_eq!(likeliest(&places, 121 * MINUTE_MS + 45_000, 1_000, DAY_MS), 121);
    }

    #[test]
    fn strangers_around_do_not_move_the_minute() {
        // Late by the upper half of a normal distribution (five minutes), amid one stranger every four minutes.
        let mut places: Vec<i64> = (0..40_i64)
            .map(|index| {
                let share = (index as f64 + 0.5) / 40.0;
                let late =
                    (0..3_000).find(|second| 2.0 * normal_below(f64::from(*second) / 300.0) - 1.0 > share);
                123 * MINUTE_MS + i64::from(late.expect("share below one")) * 1_000
            })
            .collect();
        places.extend((0..14_i64).map(|index| (95 + index * 4) * MINUTE_MS + index * index % 7 * 20_000));
        assert_eq!(likeliest(&places, 126 * MINUTE_MS, 180_000, DAY_MS), 123);
    }

    #[test]
    fn the_normal_distribution_is_that_of_the_tables() {
        assert!((normal_below(1.0) - 0.841_345).abs() < 1e-6);
        assert!((normal_below(-2.0) - 0.022_750).abs() < 1e-6);
    }
}
