//! The median of the latest values, the newest of which weigh most.

use std::sync::LazyLock;

/// Values after which a value weighs half.
const HALF_LIFE: f64 = 20.0;
/// Values looked at: those before them would weigh less than an eighth.
const MOST: usize = 60;

/// Weight of a value by how many came after it.
static WEIGHTS: LazyLock<[f64; MOST]> =
    LazyLock::new(|| std::array::from_fn(|after| 0.5_f64.powf(after as f64 / HALF_LIFE)));

/// The latest values in order of size, with their place in the series.
#[derive(Clone, Debug, Default)]
pub(super) struct RecentMedian {
    sorted: Vec<(f64, usize)>,
    /// Places that still count.
    from: usize,
    next: usize,
}

impl RecentMedian {
    /// Adds the next value of the series.
    pub(super) fn push(&mut self, value: f64) {
        let place = self.next;
        self.next += 1;
        self.from = self.from.max(self.next.saturating_sub(MOST));
        let from = self.from;
        self.sorted.retain(|(_, known)| *known >= from);
        let at = self.sorted.partition_point(|(known, _)| *known < value);
        self.sorted.insert(at, (value, place));
    }

    /// Forgets what lies before `place`, but never the newest value.
    pub(super) fn forget_before(&mut self, place: usize) {
        self.from = self.from.max(place.min(self.next.saturating_sub(1)));
        let from = self.from;
        self.sorted.retain(|(_, known)| *known >= from);
    }

    /// The weighted median; `None` before the first value.
    pub(super) fn median(&self) -> Option<f64> {
        let weight = |place: usize| WEIGHTS.get(self.next - 1 - place).copied().unwrap_or(0.0);
        let half = self.sorted.iter().map(|(_, place)| weight(*place)).sum::<f64>() / 2.0;
        let mut below = 0.0;
        for (index, (value, place)) in self.sorted.iter().enumerate() {
            below += weight(*place);
            if below > half {
                return Some(*value);
            }
            // Exactly half lies below: between the two values that share it.
            if below == half {
                return self.sorted.get(index + 1).map(|next| (value + next.0) / 2.0);
            }
        }
        self.sorted.last().map(|(value, _)| *value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64]) -> RecentMedian {
        let mut median = RecentMedian::default();
        values.iter().for_each(|value| median.push(*value));
        median
    }

    #[test]
    fn the_newest_values_weigh_most() {
        let mut values = vec![1.0; 30];
        values.extend([2.0; 20]);
        assert_eq!(of(&values).median(), Some(2.0));
        assert_eq!(of(&[]).median(), None);
    }

    #[test]
    fn what_is_forgotten_counts_no_more() {
        let mut median = of(&[5.0, 5.0, 5.0, 1.0]);
        median.forget_before(3);
        assert_eq!(median.median(), Some(1.0));
        median.forget_before(9);
        assert_eq!(median.median(), Some(1.0));
    }
}
