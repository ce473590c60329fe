//! Fast backends of the kernels that the domain declares.

mod candidates;
mod cpu;
mod cuda;
mod stop;

pub use cpu::{Cpu, multiply_rows};
pub use cuda::{
    CudaError, Device, Gpus, HostMemory, Precision, ProductTime, TransferSeconds, device_count, device_uuids,
};
pub use stop::Stop;
