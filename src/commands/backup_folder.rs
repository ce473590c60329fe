//! Where the copies of the store lie, and on which host: shared by `backup`, `restore` and `doctor`.

use std::path::Path;

use super::{CommandError, Context};
use crate::devices;
use crate::store::backup::{BackupError, BackupFolder, Catalog, Manifest, PRE_RESTORE, Stop};

/// The folder of copies: the option, the configuration (and `TIDETABLE_BACKUP_DIR`), `backups` beside the store. For
/// the store in the XDG data folder that is in the XDG data folder, too. Stores may share a folder of copies: `latest` and
/// what prunes mean those of this store.
pub(super) fn folder(context: &Context, option: Option<&Path>) -> BackupFolder {
    // TIDETABLE_BACKUP_DIR= is how a script unsets it.
    let named = option.or(context.config.backup.dir.as_deref()).filter(|path| !path.as_os_str().is_empty());
    let folder = match named {
        Some(path) => BackupFolder::new(path),
        None => BackupFolder::new(context.store_path.with_file_name("backups")),
    };
    folder.of_store(&context.store_path).stopping(stop(context))
}

/// Where somebody asked this command to stop.
pub(super) fn stop(context: &Context) -> Stop {
    let interrupt = context.interrupt.clone();
    Stop::when(move || interrupt.is_triggered())
}

/// A copy that is damaged is told of together with the newest one that is not.
pub(super) fn naming_a_good_one(
    error: BackupError,
    folder: &BackupFolder,
    catalog: &Catalog,
) -> anyhow::Error {
    let BackupError::Damaged { id: damaged, .. } = &error else { return error.into() };
    let is_good = |copy: &&Manifest| {
        copy.id != *damaged
            && copy.reason != PRE_RESTORE
            && folder.owns(copy)
            && folder.proof(copy).damage.is_none()
            && folder.archive_is_intact(copy).unwrap_or(false)
    };
    match catalog.backups.iter().rev().find(is_good) {
        None => error.into(),
        Some(good) => {
            let hint = format!("nothing was changed; backup {} is the newest good one", good.id);
            CommandError::Refused { message: error.to_string(), hint }.into()
        }
    }
}

/// This host's name.
pub(super) fn host_name() -> Option<String> {
    devices::host_name()
}
