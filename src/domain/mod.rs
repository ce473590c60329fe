//! What tidetable knows and decides: pure functions over values, no input or output of any kind.

pub mod activity;
pub mod applied;
pub mod bytes;
pub mod calendar;
pub mod device;
pub mod kernels;
pub mod patterns;
pub mod plan;
pub mod prediction;
pub mod retention;
pub mod rules;
pub mod similarity;
pub mod time;
