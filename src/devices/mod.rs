//! What hosts and GPUs report (read), and freeing their memory (act), apart from each other.

mod error;
mod host;
mod nvml;
mod process_table;
mod reclaim;
pub mod release;
mod secret;
pub mod servers;

pub use error::DeviceError;
pub use host::{detect, host_name};
pub use nvml::{GpuReading, Nvidia};
pub use process_table::{ancestors, own_user_id, own_user_name, process_facts, user_id_of};
pub use reclaim::{EndOptions, EndOutcome, EndRequest, end_processes};
pub use secret::{Secret, SecretSource};
