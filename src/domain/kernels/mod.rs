//! What a compute backend must be able to do, and a plain reference of it.

mod backend;
mod circle_points;
mod matrix;
mod oscillators;
mod pairs;
mod periodogram;
mod reference;
mod shift_costs;
mod top_k;

pub use backend::Kernels;
pub(in crate::domain) use circle_points::{LANES, nearest_whole, point};
pub use matrix::{Matrix, MatrixError, normalize_rows};
pub use oscillators::{OPERATIONS_PER_STEP, Oscillators, double_step, single_step};
pub use pairs::{Pair, pair_order};
pub use periodogram::{Band, Events, Periodogram, PeriodogramError, TURNED, longest_resultant, resultants};
pub use reference::Reference;
pub use shift_costs::{
    Movable, ShiftCosts, ShiftError, Stretch, Window, add_window, costs_of_shifts, prefix_sums,
};
pub use top_k::{Scored, TopK, inner_product, order};
