//! The kernels on NVIDIA GPUs: driver, NVRTC and cuBLAS are loaded at run time, so that the program is built without a
//! toolkit and runs without a GPU.

mod device;
mod error;
mod gpus;
mod kernel_cache;
#[cfg(test)]
mod laws;
mod layout;
mod library;
mod measure;
mod near_pairs;
mod precision;
mod resultants;
mod rows;
mod search;
mod shift_costs;

pub use device::{Device, device_count, device_uuids};
pub use error::CudaError;
pub use gpus::Gpus;
pub use measure::{HostMemory, ProductTime, TransferSeconds};
pub use precision::Precision;
