//! Where the copies of the store lie, and on which host: shared by `backup`, `restore` and `doctor`.

use std::path::Path;

use super::Context;
use crate::devices;
use crate::store::backup::BackupFolder;

/// The folder of copies: the option, the configuration (and `TIDETABLE_BACKUP_DIR`), `backups` beside the store. For
/// the store in the XDG data folder that is in the XDG data folder, too. Stores may share a folder of copies: `latest` and
/// what prunes mean those of this store.
pub(super) fn folder(context: &Context, option: Option<&Path>) -> BackupFolder {
    let folder = match option.or(context.config.backup.dir.as_deref()) {
        Some(path) => BackupFolder::new(path),
        None => BackupFolder::new(context.store_path.with_file_name("backups")),
    };
    folder.of_store(&context.store_path)
}

/// This host's name.
pub(super) fn host_name() -> Option<String> {
    devices::host_name()
}
