//! Why a GPU does not do what was asked of it.

use cudarc::driver::DriverError;
use cudarc::driver::sys::CUresult;

/// Why a GPU does not do what was asked of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CudaError {
    /// The driver is not there, or sees no GPU.
    #[error("no CUDA device: {reason}")]
    NoDevice {
        /// What is missing.
        reason: String,
    },
    /// There are fewer of them.
    #[error("there is no cuda:{wanted}; {}", match .devices {
        0 => "there is none".to_owned(),
        1 => "there is cuda:0".to_owned(),
        more => format!("there are cuda:0 to cuda:{}", more - 1),
    })]
    NoSuchDevice {
        /// The number asked for.
        wanted: usize,
        /// How many there are.
        devices: usize,
    },
    /// A library of the toolkit is not there.
    #[error("a library of CUDA is missing: {reason}")]
    Library {
        /// Which, and where it was looked for.
        reason: String,
    },
    /// The kernels cannot be compiled.
    #[error("the kernels cannot be compiled for {architecture}: {what}")]
    Compile {
        /// For which devices.
        architecture: String,
        /// What the compiler says.
        what: String,
    },
    /// Its memory does not suffice.
    #[error("out of memory on the GPU")]
    OutOfMemory,
    /// It failed while it worked.
    #[error("the GPU failed: {what}")]
    Fault {
        /// What the driver says.
        what: String,
    },
}

impl From<DriverError> for CudaError {
    fn from(error: DriverError) -> CudaError {
        match error.0 {
            CUresult::CUDA_ERROR_OUT_OF_MEMORY => CudaError::OutOfMemory,
            CUresult::CUDA_ERROR_NO_DEVICE => {
                CudaError::NoDevice { reason: "the driver sees none".to_owned() }
            }
            code => CudaError::Fault { what: format!("{code:?}") },
        }
    }
}
