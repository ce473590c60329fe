//! What hosts and GPUs report (read), and freeing their memory (act), apart from each other.

mod device_files;
mod embedding_server;
mod error;
mod hook;
mod host;
mod http;
mod listening;
mod nvml;
mod process_table;
mod reading;
mod reclaim;
pub mod release;
mod replay;
mod secret;
pub mod servers;
mod source;

pub use embedding_server::{EmbeddingError, EmbeddingServer, Protocol};
pub use error::DeviceError;
pub use hook::{HookOutcome, check_hook, run_hook};
pub use host::{detect, host_name, own_memory_mib, processor_name};
pub use nvml::{Nvidia, XidListener};
pub use process_table::{ancestors, own_user_id, own_user_name, process_facts, user_id_of};
pub use reading::GpuReading;
pub use reclaim::{EndOutcome, EndRequest, kill_processes, terminate_processes};
pub use replay::Replay;
pub use secret::{Secret, SecretSource};
pub use source::Devices;
