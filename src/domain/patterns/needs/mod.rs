//! What the next runs will need: from the values of past runs, in order of time, to a median and upper bounds.

mod bound;
mod candidates;
mod failure_rate;
mod level;
#[cfg(test)]
mod measure_test;
mod pool;
mod recent_median;
mod series;

pub use failure_rate::{FailureRate, failure_rate};
pub use pool::pool_spreads;
pub(super) use series::{Measured, next_need};
