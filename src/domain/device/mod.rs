//! What GPUs and hosts report, how full they are, and which processes may be ended to free GPU memory.

mod benchmark;
mod choice;
mod clear;
mod clear_plan;
mod clear_release;
mod clear_request;
mod fit;
#[cfg(test)]
mod fixture;
mod gpu;
mod gpu_sample;
mod host;
mod idle;
mod kernel_memory;
mod model_change;
mod model_server;
mod pressure;
mod process_watch;
mod protected;
mod release_plan;
mod sighting;
mod task_match;
mod unattributed;

pub use benchmark::{Bench, BenchDevice, Compared, Measurement, RateUnit, Work};
pub use choice::{DeviceChoice, DeviceRequest, GpuState, SearchSize, choose_device, choose_without_looking};
pub use clear::{EndReason, PlannedEnd, SparedProcess};
pub use clear_plan::{ClearPlan, ClearStep, NeedTarget, StepAction, plan_clear};
pub use clear_release::without_kept_kernels;
pub use clear_request::{ClearKnowledge, ClearRequest, GpuChoice, SignalChoice};
pub use fit::{ExpectedGrowth, FIT_MARGIN_MIB, Fit, FitRequest, GpuFit, fit};
pub use gpu::{
    GpuProcess, GpuSnapshot, MigInstance, ProcessFacts, ProcessKind, ProcessSource, ProcessState,
    unattributed_mib,
};
pub use gpu_sample::GpuSample;
pub use host::{GpuCapacity, HostCapacity};
pub use idle::{BeforeIdle, IdleEvidence, asked};
pub use kernel_memory::with_kernel_memory;
pub use model_change::{ModelChange, ModelChangeKind};
pub use model_server::{
    HeldModel, Keeping, ModelActivity, Obstacle, ReleaseAction, ReleaseOffer, ServerAddress, ServerKind,
    ServerReading, Undo, WhenBusy,
};
pub use pressure::{MemoryReading, Pressure, PressureLevel, PressureWatch, Thresholds};
pub use process_watch::{LONGEST_GAP_MS, ProcessWatch};
pub use protected::{SpareReason, supervising_unit, unit_of};
pub use release_plan::{
    ModelChoice, ReleasePlan, ReleaseRequest, ReleaseSpareReason, ReleaseStep, SparedModel, plan_releases,
};
pub use sighting::{ModelSighting, sighted, with_last_use};
pub use task_match::task_type_of;
pub use unattributed::{PidNamespace, Sight, Unattributed, UnattributedCause, explain_unattributed};
