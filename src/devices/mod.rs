//! What hosts and GPUs report (read), and freeing their memory (act).

mod host;

pub use host::{detect, host_name};
