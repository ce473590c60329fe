//! What GPUs and hosts report, and which processes may be ended to free GPU memory.

mod benchmark;
mod choice;
mod clear;
mod gpu;
mod host;
mod protected;

pub use benchmark::{Bench, BenchDevice, Compared, Measurement, RateUnit, Work};
pub use choice::{DeviceChoice, DeviceRequest, GpuState, SearchSize, choose_device, choose_without_looking};
pub use clear::{ClearPlan, ClearRequest, GpuChoice, PlannedEnd, SparedProcess, plan_clear};
pub use gpu::{GpuProcess, GpuSnapshot, ProcessFacts, ProcessKind, ProcessState, unattributed_mib};
pub use host::{GpuCapacity, HostCapacity};
pub use protected::{SpareReason, supervising_unit};
