//! What a compute backend must be able to do, and a plain reference of it.

mod backend;
mod matrix;
mod oscillators;
mod pairs;
mod reference;
mod top_k;

pub use backend::Kernels;
pub use matrix::{Matrix, MatrixError, normalize_rows};
pub use oscillators::{OPERATIONS_PER_STEP, Oscillators, double_step, single_step};
pub use pairs::{Pair, pair_order};
pub use reference::Reference;
pub use top_k::{Scored, TopK, inner_product, order};
