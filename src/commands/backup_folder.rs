//! Where the copies of the store lie, and who asks for them: shared by `backup` and `restore`.

use std::path::Path;

use super::Context;
use crate::devices;
use crate::store::backup::BackupFolder;
use crate::store::{LockHolder, WriterOptions};

/// The folder of copies: the option, the configuration, `backups` beside the store.
pub(super) fn folder(context: &Context, option: Option<&Path>) -> BackupFolder {
    match option.or(context.config.backup.dir.as_deref()) {
        Some(path) => BackupFolder::new(path),
        None => BackupFolder::new(context.store_path.with_file_name("backups")),
    }
}

/// This host's name.
pub(super) fn host_name() -> Option<String> {
    devices::host_name()
}

/// Who we are, for those who wait for us.
pub(super) fn writer_options(context: &Context) -> WriterOptions {
    WriterOptions {
        lock_timeout: context.lock_timeout,
        holder: LockHolder {
            process_id: Some(std::process::id()),
            command: format!("tidetable {}", context.command),
            since: Some(context.now),
        },
    }
}
