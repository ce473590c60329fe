//! What GPUs and hosts report, and which processes may be ended to free GPU memory.

mod clear;
mod gpu;
mod host;
mod protected;

pub use clear::{ClearPlan, ClearRequest, GpuChoice, PlannedEnd, SparedProcess, plan_clear};
pub use gpu::{GpuProcess, GpuSnapshot, ProcessFacts, ProcessKind, ProcessState, unattributed_mib};
pub use host::{GpuCapacity, HostCapacity};
pub use protected::{SpareReason, supervising_unit};
