//! Noticing, run by run, that a quantity has moved to another level.

/// Deviations, in standard deviations, below which a run speaks for the old level.
const ALLOWANCE: f64 = 0.75;
/// Evidence at which the old level is given up: four runs in a row far off, or more that are a little off.
const THRESHOLD: f64 = 8.0;
/// No single run counts for more standard deviations: an outlier is no level.
const MOST: f64 = 3.0;

/// Two-sided cumulative sum of deviations (Page 1954) from a running median.
#[derive(Clone, Debug)]
pub(super) struct LevelWatch {
    scale: f64,
    /// Evidence for a higher and for a lower level, and the place where each began to gather.
    sides: [(f64, usize); 2],
}

impl LevelWatch {
    /// `scale`: the standard deviation of the values around one level.
    pub(super) fn new(scale: f64) -> LevelWatch {
        LevelWatch { scale, sides: [(0.0, 0); 2] }
    }

    /// Looks at the value at `place`, `deviation` above the level so far; the place where a new level began,
    /// once that is certain enough.
    pub(super) fn observe(&mut self, place: usize, deviation: f64) -> Option<usize> {
        let scaled = (deviation / self.scale).clamp(-MOST, MOST);
        for (side, sign) in self.sides.iter_mut().zip([1.0, -1.0]) {
            if side.0 <= 0.0 {
                *side = (0.0, place);
            }
            side.0 = (side.0 + sign * scaled - ALLOWANCE).max(0.0);
        }
        let (_, began) = *self.sides.iter().find(|side| side.0 >= THRESHOLD)?;
        self.sides = [(0.0, place); 2];
        Some(began)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_level_is_noticed_at_its_fourth_run_and_an_outlier_is_not_one() {
        let mut watch = LevelWatch::new(0.1);
        for (place, deviation) in [0.05, -0.08, 5.0, 0.02, -0.05].into_iter().enumerate() {
            assert_eq!(watch.observe(place, deviation), None);
        }
        let found: Vec<_> = (5..10).map(|place| watch.observe(place, -0.7)).collect();
        assert_eq!(found[..4], [None, None, None, Some(5)]);
    }
}
