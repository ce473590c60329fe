//! What GPUs and hosts report, and what may be ended to free GPU memory.

mod host;

pub use host::{GpuCapacity, HostCapacity};
