//! What GPUs and hosts report, and which processes may be ended to free GPU memory.

mod clear;
mod gpu;
mod host;
mod kernel_memory;
mod model_change;
mod model_server;
mod protected;
mod release_plan;
mod sighting;

pub use clear::{ClearPlan, ClearRequest, GpuChoice, PlannedEnd, SparedProcess, plan_clear};
pub use gpu::{GpuProcess, GpuSnapshot, ProcessFacts, ProcessKind, ProcessState, unattributed_mib};
pub use host::{GpuCapacity, HostCapacity};
pub use kernel_memory::with_kernel_memory;
pub use model_change::{ModelChange, ModelChangeKind};
pub use model_server::{
    HeldModel, ModelActivity, Obstacle, ReleaseAction, ReleaseOffer, ServerAddress, ServerKind,
    ServerReading, Undo, WhenBusy,
};
pub use protected::{SpareReason, supervising_unit};
pub use release_plan::{
    ModelChoice, ReleasePlan, ReleaseRequest, ReleaseSpareReason, ReleaseStep, SparedModel, plan_releases,
};
pub use sighting::{ModelSighting, sighted, with_last_use};
