//! Where the copies of the store lie, and on which host: shared by `backup`, `restore` and `doctor`.

use std::path::Path;

use super::Context;
use crate::devices;
use crate::store::backup::{BackupFolder, Stop};

/// The folder of copies: the option, the configuration (and `TIDETABLE_BACKUP_DIR`), `backups` beside the store. For
/// the store in the XDG data folder that is in the XDG data folder, too; a store elsewhere keeps its copies apart from
/// those of others, so that `latest` always means its own.
pub(super) fn folder(context: &Context, option: Option<&Path>) -> BackupFolder {
    // TIDETABLE_BACKUP_DIR= is how a script unsets it.
    let named = option.or(context.config.backup.dir.as_deref()).filter(|path| !path.as_os_str().is_empty());
    let folder = match named {
        Some(path) => BackupFolder::new(path),
        None => BackupFolder::new(context.store_path.with_file_name("backups")),
    };
    folder.stopping(stop(context))
}

/// Where somebody asked this command to stop.
pub(super) fn stop(context: &Context) -> Stop {
    let interrupt = context.interrupt.clone();
    Stop::when(move || interrupt.is_triggered())
}

/// This host's name.
pub(super) fn host_name() -> Option<String> {
    devices::host_name()
}
