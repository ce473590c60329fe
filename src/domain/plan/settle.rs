//! After the search: rules whose move gains nothing go home, or as near to it as costs nothing.

use super::choice::Strategy;
use super::incumbent::Incumbent;
use super::kernel::{Scratch, option_costs};
use super::landscape::Landscape;
use super::model::Model;
use super::state::SearchState;

/// Rounds over all rules; what one rule leaves free another may take.
const ROUNDS: usize = 4;
/// Charges that no gain outweighs, for what a plan may not do.
const FORBIDDING: f64 = 1e9;

/// Options of equal or lower cost than those of `best`, nearer to the wanted ones.
pub fn settle(model: &Model, strategy: Strategy, best: &Incumbent) -> Vec<usize> {
    let mut landscape = match strategy {
        Strategy::PeakMitigation => Landscape::below_peak(model, best.value),
        _ => Landscape::new(model, strategy, FORBIDDING),
    };
    landscape.tag_weight = FORBIDDING;
    let mut state = SearchState::new(model, best.options.clone(), &landscape.limit);
    let mut scratch = Scratch::default();
    // Rounding of the sums, relative to the whole; a rule stays where it is for less.
    let margin = 1e-12 * state.total(model, &landscape).abs().max(1e-3);
    for _ in 0..ROUNDS {
        let mut moved = false;
        for &rule in &model.movable {
            let described = &model.rules[rule];
            let present = state.options[rule];
            let distance = |option: usize| {
                let (shift, host) = described.decode(option);
                let home = described.home.map(|home| described.decode(home).1);
                (home != Some(host), shift.unsigned_abs())
            };
            if distance(present) == (false, 0) {
                continue;
            }
            state.remove(model, rule);
            option_costs(model, &landscape, &state, rule, &mut scratch);
            let most = scratch.costs[present] + margin;
            let free = (0..described.options()).filter(|&option| scratch.costs[option] <= most);
            let nearest = free.min_by_key(|&option| distance(option)).unwrap_or(present);
            let better = distance(nearest) < distance(present);
            state.place(model, rule, if better { nearest } else { present });
            moved |= better;
        }
        if !moved {
            break;
        }
    }
    state.options
}
