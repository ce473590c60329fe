//! NVIDIA GPUs through the driver's management library (NVML). What one call does not tell is unknown, and leaves the rest.

mod driver;
mod lists;
mod snapshot;
mod utilization;
mod xid;

pub use driver::Nvidia;
pub use xid::XidListener;

/// Bytes of a MiB.
const MIB: f64 = 1_048_576.0;
