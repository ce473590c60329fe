//! Copies of the store that can be trusted: proven before they are listed, checked before they are restored.

mod archive;
mod contents;
#[cfg(test)]
mod corruption;
mod create;
mod drill;
mod durable;
mod error;
mod exclusive;
mod folder;
mod inspect;
mod journal;
#[cfg(test)]
mod laws;
mod manifest;
mod owner;
#[cfg(test)]
mod places;
mod present;
mod proof;
mod restore;
mod snapshot;
mod space;
mod tape;
mod verify;

pub(in crate::store) use archive::hexadecimal;
pub use contents::Contents;
pub use create::{BackupRequest, PlannedBackup};
pub use drill::Drilled;
pub use error::{BackupError, Damage};
pub use folder::{BackupFolder, Catalog, Debris};
pub use inspect::{Leftover, LeftoverKind, StoreHealth, leftovers, move_aside, remove_stages};
pub use journal::{LastRestore, Replaced, SettledRestore, last_restore, settle_restore};
pub use manifest::{ArchiveFile, ArchiveFormat, DatabaseFile, Manifest, PRE_RESTORE};
pub use present::PresentStore;
pub use proof::{Proof, ProofKind};
pub use restore::{RestoreRequest, Restored, SafetyCopy, resolve_target};
