//! What this machine's schedulers hold: read as bytes, replaced whole or not at all.

mod error;
mod folder_lock;
mod place_file;
mod places;
mod program;
mod unit_files;

pub use error::SchedulerError;
pub use folder_lock::FolderLock;
pub use places::{Programs, Schedulers};
pub use unit_files::{UnitFolders, UnitScope};
