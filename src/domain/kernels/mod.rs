//! What a compute backend must be able to do, and a plain reference of it.

mod matrix;
mod reference;
mod top_k;

pub use matrix::{Matrix, MatrixError, normalize_rows};
pub use reference::Reference;
pub use top_k::{Kernels, Scored, TopK, inner_product, order};
