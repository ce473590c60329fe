//! The kernels on the processor: blocks of a matrix product on every core, looked through while they are in its cache.

mod backend;
#[cfg(test)]
mod laws;
mod near_rows;
mod product;
mod rows;
mod symmetric;
mod top_k;

pub use backend::Cpu;
pub use product::multiply_rows;
pub(super) use rows::{longest, products_fit};
pub(super) use top_k::{QUERIES, nearest_of};
