//! Why GPUs cannot be read.

use std::path::PathBuf;

/// Why GPUs cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// The driver's management library is not there.
    #[error("no NVIDIA driver on this machine: its library libnvidia-ml.so.1 cannot be loaded")]
    NoDriver,
    /// The library is there, but the driver does not answer.
    #[error("the NVIDIA driver does not answer: {reason}")]
    DriverNotReady {
        /// What it says.
        reason: String,
    },
    /// The driver runs and sees no GPU.
    #[error("the NVIDIA driver sees no GPU")]
    NoGpu,
    /// The driver refuses one question.
    #[error("the NVIDIA driver does not tell {what}: {reason}")]
    Refused {
        /// What was asked.
        what: String,
        /// What it says.
        reason: String,
    },
    /// The file of recorded readings is none.
    #[error("cannot replay {}: {reason}", path.display())]
    Replay {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}
