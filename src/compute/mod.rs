//! Fast backends of the kernels that the domain declares.

mod candidates;
mod cpu;

pub use cpu::{Cpu, multiply_rows};
