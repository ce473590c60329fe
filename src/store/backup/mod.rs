//! Copies of the store that can be trusted: proven before they are listed, checked before they are restored.

mod archive;
mod contents;
mod create;
mod durable;
mod error;
mod exclusive;
mod folder;
#[cfg(test)]
mod laws;
mod manifest;
mod present;
mod restore;
mod verify;

pub(in crate::store) use archive::hexadecimal;
pub use contents::Contents;
pub use create::{BackupRequest, PlannedBackup};
pub use error::{BackupError, Damage};
pub use folder::{BackupFolder, Catalog, Debris};
pub use manifest::{ArchiveFile, DatabaseFile, Manifest, PRE_RESTORE};
pub use present::PresentStore;
pub use restore::{RestoreRequest, Restored, SafetyCopy, resolve_target};
