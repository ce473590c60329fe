//! The kernel of the search: the cost of every option of one rule at once, by prefix sums.

use super::idle::IdleView;
use super::landscape::{Landscape, OptionCharge};
use super::model::Model;
use super::state::{SearchState, for_each_part};
use crate::domain::kernels::{add_window, prefix_sums};

/// Room the kernel needs, kept between calls.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    /// Cost of every option after [`option_costs`].
    pub costs: Vec<f64>,
    buffer: Vec<f64>,
    idle: IdleView,
}

/// Fills `scratch.costs` with what each option of `rule`, which is out of `state`, would add.
pub fn option_costs(
    model: &Model,
    landscape: &Landscape,
    state: &SearchState,
    rule: usize,
    scratch: &mut Scratch,
) {
    let described = &model.rules[rule];
    landscape.charge_options(described, &mut scratch.costs);
    add_slot_costs(model, rule, scratch, |host, slot, multiplicity, out| {
        for &(resource, units) in &described.demand {
            let cell = host * model.resources + resource;
            let from = cell * model.horizon + slot;
            let loads = &state.loads[from..from + out.len()];
            landscape.add_marginals(cell, units * multiplicity, loads, out);
        }
        for &tag in &described.tags {
            let from = tag * model.horizon + slot;
            for (out, &count) in out.iter_mut().zip(&state.tag_counts[from..]) {
                *out += if count > 0 { landscape.tag_weight } else { 0.0 };
            }
        }
    });
    if landscape.charge == OptionCharge::Energy {
        let rows = scratch.costs.chunks_exact_mut(described.width);
        for (costs, &host) in rows.zip(&described.hosts) {
            let busy = &state.busy[host * model.horizon..(host + 1) * model.horizon];
            scratch.idle.look(model, host, busy);
            scratch.idle.add_marginals(model, host, described, costs);
        }
    }
    charge_missing_slots(model, landscape, state, rule, &mut scratch.costs);
}

/// Adds to every option the sum of a cost per slot over the slots it occupies. `fill` adds the costs from a
/// slot on, for a host and a multiplicity, to the entries it is given.
pub fn add_slot_costs(
    model: &Model,
    rule: usize,
    scratch: &mut Scratch,
    mut fill: impl FnMut(usize, usize, f64, &mut [f64]),
) {
    let described = &model.rules[rule];
    let width = described.width;
    if scratch.buffer.len() < described.buffer_length {
        scratch.buffer.resize(described.buffer_length, 0.0);
    }
    for (costs, &host) in scratch.costs.chunks_exact_mut(width).zip(&described.hosts) {
        for range in &described.ranges {
            let buffer = &mut scratch.buffer[range.offset..=range.offset + range.length];
            buffer.fill(0.0);
            for_each_part(range.first, range.length, model.horizon, |slot, done, part| {
                fill(host, slot, range.multiplicity, &mut buffer[done..done + part]);
            });
            prefix_sums(buffer);
        }
        for segment in &described.segments {
            add_window(&scratch.buffer[segment.offset..], segment.length, costs);
        }
    }
}

/// Charges every option for the slots that it and the neighbours of `rule` lack of their precedences. Soft,
/// because a chain whose members may only move one by one within what the others leave hardly moves at all.
fn charge_missing_slots(
    model: &Model,
    landscape: &Landscape,
    state: &SearchState,
    rule: usize,
    costs: &mut [f64],
) {
    let described = &model.rules[rule];
    let shift_of = |other: usize| model.rules[other].decode(state.options[other]).0;
    for row in costs.chunks_exact_mut(described.width) {
        for &(other, gap) in &described.before {
            let least = shift_of(other) + gap - described.lowest;
            for (cost, missing) in row.iter_mut().zip((1..=least).rev()) {
                *cost += landscape.tag_weight * missing as f64;
            }
        }
        for &(other, gap) in &described.after {
            let greatest = shift_of(other) - gap - described.lowest;
            let free = usize::try_from(greatest + 1).unwrap_or(0).min(row.len());
            let first_missing = (free as i64 - greatest) as f64;
            for (cost, step) in row[free..].iter_mut().zip(0u32..) {
                *cost += landscape.tag_weight * (first_missing + f64::from(step));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::kernels::{Movable, ShiftCosts, Stretch, Window, costs_of_shifts};
    use crate::domain::plan::choice::Strategy;
    use crate::domain::plan::model::{Range, Segment};
    use crate::domain::plan::presolve::Windows;
    use crate::domain::plan::random::Random;
    use crate::domain::plan::sample::random_problem;
    use crate::domain::plan::score::score;
    use proptest::prelude::{any, proptest};

    const STRATEGIES: [Strategy; 4] = [
        Strategy::BalanceLoad,
        Strategy::PeakMitigation,
        Strategy::ResourceEfficiency,
        Strategy::ConflictResolution,
    ];

    fn model_of(seed: u64) -> (crate::domain::plan::Problem, Model) {
        let mut problem = random_problem(seed);
        let windows = match Windows::propagate(&problem) {
            Ok(windows) => windows,
            Err(_) => {
                problem.precedences.clear();
                Windows::propagate(&problem).expect("no precedences")
            }
        };
        let model = Model::new(&problem, &windows);
        (problem, model)
    }

    proptest! {
        #[test]
        fn every_option_costs_what_the_whole_state_says(seed in any::<u64>()) {
            let (_, model) = model_of(seed);
            let mut scratch = Scratch::default();
            for strategy in STRATEGIES {
                let landscape = Landscape::new(&model, strategy, 3.0);
                let options = vec![0; model.rules.len()];
                let mut state = SearchState::new(&model, options, &landscape.limit);
                for rule in 0..model.rules.len() {
                    let base = {
                        state.remove(&model, rule);
                        option_costs(&model, &landscape, &state, rule, &mut scratch);
                        state.place(&model, rule, 0);
                        state.total(&model, &landscape) - scratch.costs[0]
                    };
                    for (option, cost) in scratch.costs.clone().into_iter().enumerate() {
                        state.shift(&model, rule, option);
                        let total = state.total(&model, &landscape);
                        // A self-overlapping rule has a constant own square that differs by host.
                        assert!((total - base - cost).abs() < 1e-6 * total.abs().max(1.0));
                    }
                }
            }
        }

        #[test]
        fn the_kernel_for_many_rules_tells_what_each_costs_alone(seed in any::<u64>()) {
            let (_, model) = model_of(seed);
            let landscape = Landscape::new(&model, Strategy::BalanceLoad, 3.0);
            let state = SearchState::new(&model, vec![0; model.rules.len()], &landscape.limit);
            let (mut rows, mut movables, mut alone) = (Vec::new(), Vec::new(), Vec::new());
            let mut scratch = Scratch::default();
            for (rule, described) in model.rules.iter().enumerate() {
                let marginals = |host: usize, multiplicity: f64| {
                    let mut row = vec![0.0; model.horizon];
                    for &(resource, units) in &described.demand {
                        let cell = host * model.resources + resource;
                        let loads = &state.loads[cell * model.horizon..(cell + 1) * model.horizon];
                        landscape.add_marginals(cell, units * multiplicity, loads, &mut row);
                    }
                    row
                };
                scratch.costs = vec![0.0; described.options()];
                add_slot_costs(&model, rule, &mut scratch, |host, slot, multiplicity, out| {
                    out.copy_from_slice(&marginals(host, multiplicity)[slot..slot + out.len()]);
                });
                alone.extend(scratch.costs.chunks(described.width).map(<[f64]>::to_vec));
                for &host in &described.hosts {
                    let stretch = |range: &Range| {
                        rows.extend(marginals(host, range.multiplicity));
                        let row = rows.len() / model.horizon - 1;
                        Stretch { row, first: range.first, length: range.length }
                    };
                    let window = |segment: &Segment| {
                        let lies_in = |range: &Range| {
                            (range.offset..=range.offset + range.length).contains(&segment.offset)
                        };
                        let stretch = described.ranges.iter().position(lies_in).expect("a range");
                        let start = segment.offset - described.ranges[stretch].offset;
                        Window { stretch, start, length: segment.length }
                    };
                    movables.push(Movable {
                        shifts: described.width,
                        stretches: described.ranges.iter().map(stretch).collect(),
                        windows: described.segments.iter().map(window).collect(),
                    });
                }
            }
            let asked = ShiftCosts::new(&rows, model.horizon, &movables).expect("a model stays within its bounds");
            let found: Vec<Vec<f64>> =
                movables.iter().map(|movable| costs_of_shifts(&asked, movable, &mut Vec::new())).collect();
            assert_eq!(found, alone);
        }

        #[test]
        fn the_incremental_state_scores_as_the_judge_does(seed in any::<u64>()) {
            let (problem, model) = model_of(seed);
            let mut random = Random::new(seed);
            let mut landscape = Landscape::new(&model, Strategy::BalanceLoad, 0.0);
            landscape.tag_weight = 0.0;
            let options = vec![0; model.rules.len()];
            let mut state = SearchState::new(&model, options, &model.capacity);
            for _ in 0..20 {
                let rule = random.below(model.rules.len());
                let option = random.below(model.rules[rule].options());
                state.shift(&model, rule, option);
            }
            let judged = score(&problem, &model.choice(&state.options));
            let close = |ours: f64, theirs: f64| (ours - theirs).abs() <= 1e-6 * theirs.abs().max(1.0);
            assert!(close(state.total(&model, &landscape) - model.square_offset, judged.balance));
            assert!(close(100.0 * state.peak(&model), judged.peak));
            assert_eq!(state.shared, judged.exclusion_violations);
            assert_eq!(state.missing_slots(&model) > 0, judged.precedence_violations > 0);
            assert_eq!(state.over > 0.0, judged.overload_slots > 0);
            landscape = Landscape::new(&model, Strategy::ResourceEfficiency, 0.0);
            landscape.tag_weight = 0.0;
            assert!(close(state.total(&model, &landscape), judged.efficiency));
            landscape = Landscape::new(&model, Strategy::ConflictResolution, 0.0);
            landscape.tag_weight = 0.0;
            assert!(close(state.total(&model, &landscape), judged.conflict));
        }
    }
}
