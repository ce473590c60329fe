//! Looking up many ascending instants in ascending starts: from where the last one was found, not from anew.

/// A place in ascending starts that moves along with the instants asked for.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a> {
    starts: &'a [i64],
    below: usize,
}

impl<'a> Cursor<'a> {
    /// Before the first of `starts`.
    pub(super) fn new(starts: &'a [i64]) -> Cursor<'a> {
        Cursor { starts, below: 0 }
    }

    /// Number of starts before `instant`. Quick for instants that ascend slowly, right for any.
    #[inline]
    pub(super) fn below(&mut self, instant: i64) -> usize {
        let starts = self.starts;
        if self.below > 0 && starts[self.below - 1] >= instant {
            self.below = starts[..self.below].partition_point(|start| *start < instant);
            return self.below;
        }
        // Ever longer steps, so that a far instant costs a logarithm and a near one a comparison.
        let (mut low, mut step) = (self.below, 1);
        while low + step <= starts.len() && starts[low + step - 1] < instant {
            low += step;
            step *= 2;
        }
        let high = (low + step).min(starts.len());
        self.below = low + starts[low..high].partition_point(|start| *start < instant);
        self.below
    }

    /// Index of the start nearest to `instant` within `half_width_ms`; of two equally near ones the earlier.
    #[inline]
    pub(super) fn nearest(&mut self, instant: i64, half_width_ms: i64) -> Option<usize> {
        let after = self.below(instant);
        let ahead = self.starts.get(after).map_or(i64::MAX, |start| start - instant);
        let behind = after.checked_sub(1).map_or(i64::MAX, |before| instant - self.starts[before]);
        if behind <= ahead {
            (behind <= half_width_ms).then(|| after.saturating_sub(1))
        } else {
            (ahead <= half_width_ms).then_some(after)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::generator::Chance;
    use super::*;

    /// Found without any order.
    fn nearest(starts: &[i64], instant: i64, half_width_ms: i64) -> Option<usize> {
        let apart = |index: &usize| (starts[*index] - instant).abs();
        // Of two equally near ones the earlier; of equal starts the last before, the first after.
        let before = (0..starts.len()).rev().find(|index| starts[*index] < instant);
        let after = (0..starts.len()).find(|index| starts[*index] >= instant);
        [before, after].into_iter().flatten().filter(|index| apart(index) <= half_width_ms).min_by_key(apart)
    }

    #[test]
    fn a_cursor_finds_what_a_search_of_all_finds() {
        let mut chance = Chance::new(4);
        for length in [0, 1, 2, 7, 100, 1_000] {
            let mut starts: Vec<i64> = (0..length).map(|_| (chance.unit() * 5_000.0) as i64).collect();
            starts.sort_unstable();
            let mut instants: Vec<i64> = (0..300).map(|_| (chance.unit() * 6_000.0) as i64 - 500).collect();
            for ascending in [true, false] {
                if ascending {
                    instants.sort_unstable();
                } else {
                    instants.reverse();
                }
                let mut cursor = Cursor::new(&starts);
                for &instant in &instants {
                    assert_eq!(
                        cursor.nearest(instant, 20),
                        nearest(&starts, instant, 20),
                        "{length} {instant}"
                    );
                    assert_eq!(cursor.below(instant), starts.partition_point(|start| *start < instant));
                }
            }
        }
    }
}
