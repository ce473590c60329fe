//! When a user's work starts on each weekday, in half hours: what a habit is held against.

/// Half hours of a day.
pub(super) const HALF_HOURS: usize = 48;

/// Counts of starts by weekday (Monday first) and half hour of the local day.
#[derive(Clone, Debug)]
pub(super) struct ActivityProfile {
    counts: [[f64; HALF_HOURS]; 7],
}

impl Default for ActivityProfile {
    fn default() -> Self {
        ActivityProfile { counts: [[0.0; HALF_HOURS]; 7] }
    }
}

impl ActivityProfile {
    /// Counts a start at a minute of a weekday.
    pub(super) fn add(&mut self, weekday: u8, minute: u16) {
        self.counts[usize::from(weekday)][usize::from(minute) / 30] += 1.0;
    }

    /// Adds all counts of `other`.
    pub(super) fn merge(&mut self, other: &ActivityProfile) {
        self.combine(other, 1.0);
    }

    /// What is left without the counts of `other`, which are part of these.
    pub(super) fn without(&self, other: &ActivityProfile) -> ActivityProfile {
        let mut rest = self.clone();
        rest.combine(other, -1.0);
        rest
    }

    fn combine(&mut self, other: &ActivityProfile, factor: f64) {
        for (own, others) in self.counts.iter_mut().flatten().zip(other.counts.iter().flatten()) {
            *own += factor * others;
        }
    }

    /// Counts by half hour on the weekdays of `bits` (Monday lowest).
    pub(super) fn on(&self, bits: u8) -> [f64; HALF_HOURS] {
        let mut sum = [0.0; HALF_HOURS];
        for (_, counts) in self.counts.iter().enumerate().filter(|(day, _)| bits & (1 << day) != 0) {
            for (half_hour, count) in counts.iter().enumerate() {
                sum[half_hour] += count;
            }
        }
        sum
    }

    /// All starts.
    pub(super) fn total(&self) -> f64 {
        self.counts.iter().flatten().sum()
    }
}

/// Chance that a start of the profile `counts` lies in any window, for windows asked for one after another.
pub(super) struct WindowChances {
    total: f64,
    fine: [f64; HALF_HOURS + 1],
    coarse: [f64; HALF_HOURS + 1],
}

impl WindowChances {
    /// Two scales: the half hours beside one, and two hours around it. A profile of few runs has gaps where
    /// nothing but chance left them, and a curved one fools a single scale.
    pub(super) fn new(counts: &[f64; HALF_HOURS]) -> WindowChances {
        let at = |index: usize| counts[index % HALF_HOURS];
        let fine = |index: usize| 0.5 * at(index) + 0.25 * at(index + 1) + 0.25 * at(index + HALF_HOURS - 1);
        let coarse = |index: usize| (0..9).map(|away| at(index + HALF_HOURS + away - 4)).sum::<f64>() / 9.0;
        WindowChances { total: counts.iter().sum(), fine: running(fine), coarse: running(coarse) }
    }

    /// The larger of both scales, one standard error up, for `length` half hours from `start` on.
    pub(super) fn chance(&self, start: usize, length: usize) -> f64 {
        let mass = |sums: &[f64; HALF_HOURS + 1]| sums[start + length] - sums[start];
        let inside = mass(&self.fine).max(mass(&self.coarse));
        let share = (inside + 1.0) / (self.total + 2.0);
        let error = (share * (1.0 - share) / (self.total + 2.0)).sqrt();
        (share + error).min(1.0)
    }
}

fn running(value: impl Fn(usize) -> f64) -> [f64; HALF_HOURS + 1] {
    let mut sums = [0.0; HALF_HOURS + 1];
    for index in 0..HALF_HOURS {
        sums[index + 1] = sums[index] + value(index);
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_takes_its_share_of_the_profile_and_a_margin() {
        let mut counts = [0.0; HALF_HOURS];
        counts[18..34].fill(25.0);
        let chances = WindowChances::new(&counts);
        let chance = chances.chance(20, 4);
        assert!((0.25..0.29).contains(&chance), "{chance}");
        assert!(chances.chance(0, 4) < 0.01);
    }

    #[test]
    fn a_gap_in_a_small_profile_is_not_taken_for_a_rule() {
        let mut counts = [0.0; HALF_HOURS];
        counts[18..34].fill(2.0);
        counts[22..24].fill(0.0);
        assert!(WindowChances::new(&counts).chance(22, 2) > 0.05);
    }
}
