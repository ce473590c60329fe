//! The least and the most load that any plan has in a slot, and what one rule adds to the distance from a level.

use super::model::Model;
use super::state::for_each_part;

/// Least and most loads per row (`cell * horizon + slot`), and where each rule can run.
#[derive(Clone, Debug)]
pub struct Extent {
    least: Vec<f64>,
    most: Vec<f64>,
    /// Stretches of slots that some option of a rule occupies, apart from each other and within the horizon.
    reach: Vec<Vec<(usize, usize)>>,
    /// Occurrences that overlap in a rule's slots, where that is the same in all of them.
    multiplicity: Vec<Option<f64>>,
}

/// A level of one row beside the least and the most load there.
#[derive(Clone, Copy, Debug)]
pub struct Corner {
    /// What the least load exceeds the level by, 0 where it does not.
    pub least_excess: f64,
    /// What the most load is below the level by, 0 where it is not.
    pub least_lack: f64,
    above: f64,
    below: f64,
}

impl Corner {
    /// Least that a rule of `units` adds to the squared excess over the level by running here.
    pub fn standing_out(&self, units: f64) -> f64 {
        (self.above + units).max(0.0).powi(2) - self.least_excess.powi(2)
    }

    /// Least that a rule of `units` adds to the squared lack below the level by not running here.
    pub fn missed(&self, units: f64) -> f64 {
        (self.below + units).max(0.0).powi(2) - self.least_lack.powi(2)
    }

    /// Half of what `standing_out` falls by as the level rises.
    pub fn standing_out_slope(&self, units: f64) -> f64 {
        (self.above + units).max(0.0) - self.least_excess
    }

    /// Half of what `missed` rises by as the level rises.
    pub fn missed_slope(&self, units: f64) -> f64 {
        (self.below + units).max(0.0) - self.least_lack
    }
}

impl Extent {
    /// The extent of `model`.
    pub fn new(model: &Model) -> Extent {
        let rows = model.capacity.len() * model.horizon;
        let mut extent = Extent {
            least: vec![0.0; rows],
            most: vec![0.0; rows],
            reach: model.rules.iter().map(|rule| reach(rule.ranges.iter(), model.horizon)).collect(),
            multiplicity: model
                .rules
                .iter()
                .map(|rule| {
                    let first = rule.segments.first().map(|segment| segment.multiplicity);
                    first.filter(|&first| rule.segments.iter().all(|segment| segment.multiplicity == first))
                })
                .collect(),
        };
        for rule in 0..model.rules.len() {
            let mut least = std::mem::take(&mut extent.least);
            extent.for_each_core(model, rule, |row, units| least[row] += units);
            extent.least = least;
            let overlap = model.rules[rule].segments.iter().map(|segment| segment.multiplicity);
            let overlap = overlap.fold(0.0, f64::max);
            let mut most = std::mem::take(&mut extent.most);
            extent.visit_reach(model, rule, overlap, &mut |row, units| most[row] += units);
            extent.most = most;
        }
        extent
    }

    /// The level of a row beside the least and the most load there.
    pub fn corner(&self, row: usize, level: f64) -> Corner {
        let (above, below) = (self.least[row] - level, level - self.most[row]);
        Corner { least_excess: above.max(0.0), least_lack: below.max(0.0), above, below }
    }

    /// The most load of a row.
    pub fn most(&self, row: usize) -> f64 {
        self.most[row]
    }

    /// Whether a rule has the same load wherever it runs, so that what it leaves out is known.
    pub fn is_even(&self, rule: usize) -> bool {
        self.multiplicity[rule].is_some()
    }

    /// Calls `each` with the rows and units of the slots that a rule on a single host covers at every shift.
    pub fn for_each_core(&self, model: &Model, rule: usize, mut each: impl FnMut(usize, f64)) {
        let described = &model.rules[rule];
        let [host] = described.hosts[..] else { return };
        for segment in &described.segments {
            let covered = (segment.length + 1).saturating_sub(described.width);
            let first = segment.start + described.width - 1;
            for_each_part(first, covered, model.horizon, |slot, _, part| {
                for &(resource, units) in &described.demand {
                    let from = (host * model.resources + resource) * model.horizon + slot;
                    (from..from + part).for_each(|row| each(row, units * segment.multiplicity));
                }
            });
        }
    }

    /// Calls `each` with the rows and units of the slots that an even rule can run in; never for others.
    pub fn for_each_reach(&self, model: &Model, rule: usize, mut each: impl FnMut(usize, f64)) {
        if let Some(multiplicity) = self.multiplicity[rule] {
            self.visit_reach(model, rule, multiplicity, &mut each);
        }
    }

    fn visit_reach(&self, model: &Model, rule: usize, multiplicity: f64, each: &mut impl FnMut(usize, f64)) {
        let described = &model.rules[rule];
        for &host in &described.hosts {
            for &(resource, units) in &described.demand {
                let first = (host * model.resources + resource) * model.horizon;
                for &(start, length) in &self.reach[rule] {
                    (first + start..first + start + length).for_each(|row| each(row, units * multiplicity));
                }
            }
        }
    }
}

/// The slots of some ranges, each once.
fn reach<'a>(ranges: impl Iterator<Item = &'a super::model::Range>, horizon: usize) -> Vec<(usize, usize)> {
    let mut parts: Vec<(usize, usize)> = Vec::new();
    for range in ranges {
        for_each_part(range.first, range.length.min(horizon), horizon, |slot, _, part| {
            parts.push((slot, part));
        });
    }
    parts.sort_unstable();
    let mut apart: Vec<(usize, usize)> = Vec::new();
    for (start, length) in parts {
        match apart.last_mut() {
            Some((first, covered)) if start <= *first + *covered => {
                *covered = (*covered).max(start + length - *first);
            }
            _ => apart.push((start, length)),
        }
    }
    apart
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::presolve::Windows;
    use crate::domain::plan::random::Random;
    use crate::domain::plan::sample::random_problem;
    use crate::domain::plan::state::SearchState;
    use proptest::prelude::{any, proptest};

    proptest! {
        #[test]
        fn every_plan_lies_between_the_least_and_the_most_load_and_pays_what_its_rules_add(seed in any::<u64>()) {
            let problem = random_problem(seed);
            let Ok(windows) = Windows::propagate(&problem) else { return Ok(()) };
            let model = Model::new(&problem, &windows);
            let extent = Extent::new(&model);
            let mut random = Random::new(seed);
            let options: Vec<usize> = model.rules.iter().map(|rule| random.below(rule.options())).collect();
            let state = SearchState::new(&model, options, &vec![f64::INFINITY; model.capacity.len()]);
            let level = random.below(20) as f64;
            let mut added = vec![0.0; state.loads.len()];
            for (rule, &option) in state.options.iter().enumerate() {
                let described = &model.rules[rule];
                let (step, host) = (option % described.width, described.hosts[option / described.width]);
                let mut runs = vec![false; state.loads.len()];
                for (first, length, multiplicity) in described.stretches(step) {
                    for_each_part(first, length, model.horizon, |slot, _, part| {
                        for &(resource, units) in &described.demand {
                            let from = (host * model.resources + resource) * model.horizon + slot;
                            for row in from..from + part {
                                runs[row] = true;
                                added[row] += extent.corner(row, level).standing_out(units * multiplicity);
                            }
                        }
                    });
                }
                extent.for_each_core(&model, rule, |row, units| {
                    assert!(runs[row]);
                    added[row] -= extent.corner(row, level).standing_out(units);
                });
                extent.for_each_reach(&model, rule, |row, units| {
                    added[row] += if runs[row] { 0.0 } else { extent.corner(row, level).missed(units) };
                });
            }
            for (row, &load) in state.loads.iter().enumerate() {
                assert!(extent.least[row] <= load + 1e-9 && load <= extent.most[row] + 1e-9);
                let corner = extent.corner(row, level);
                let paid = added[row] + corner.least_excess.powi(2) + corner.least_lack.powi(2);
                assert!(paid <= (load - level).powi(2) + 1e-6, "{paid} {load} {level}");
            }
        }
    }
}
