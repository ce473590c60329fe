//! Making a copy: one consistent read, checked by content, compressed, proven again from the archive, and
//! only then published. Whatever fails, nothing half-made is listed.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::archive::{Sums, compress, decompress};
use super::contents::{Contents, row_counts};
use super::durable::{TemporaryFile, io, sync_folder};
use super::error::{BackupError, Damage};
use super::folder::{BackupFolder, FolderLock};
use super::journal::settle_restore;
use super::manifest::{ArchiveFormat, Manifest};
use super::snapshot::snapshot;
use super::space;
use crate::domain::time::Timestamp;
use crate::fail_point::reached;
use crate::store::connection::open_read_only;
use crate::store::migrations::{Header, read_header};
use crate::store::{StoreError, WriterOptions};

/// What to write down about a copy.
#[derive(Clone, Debug)]
pub struct BackupRequest<'a> {
    /// The store.
    pub store: &'a Path,
    /// Why.
    pub reason: &'a str,
    /// How to pack it.
    pub format: ArchiveFormat,
    /// On which host.
    pub host: Option<&'a str>,
    /// When.
    pub now: Timestamp,
    /// Who asks, and how long to wait for others.
    pub writer: &'a WriterOptions,
}

/// What a copy would hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedBackup {
    /// The id it would get.
    pub id: String,
    /// Where its archive would go.
    pub archive: PathBuf,
    /// Rows of the table of runs.
    pub runs: u64,
    /// Bytes of the store, before compression.
    pub store_bytes: u64,
}

impl BackupFolder {
    /// Copies the store while others may write to it.
    pub fn create(&self, request: &BackupRequest<'_>) -> Result<Manifest, BackupError> {
        // Looked at first: without a store, no folder for its copies is made either.
        let connection = open_store(request)?;
        let lock = self.lock(request.writer)?;
        self.create_from(&connection, request, &lock)
    }

    /// What [`BackupFolder::create`] would make.
    pub fn plan(&self, request: &BackupRequest<'_>) -> Result<PlannedBackup, BackupError> {
        let connection = open_store(request)?;
        let id = self.free_id(request.now);
        let counts = row_counts(&connection)?;
        Ok(PlannedBackup {
            archive: self.archive(&id, request.format),
            id,
            runs: counts.get("runs").copied().unwrap_or(0),
            store_bytes: std::fs::metadata(request.store).map_err(io("read", request.store))?.len(),
        })
    }

    /// Copies what `source` sees in one read transaction.
    pub(super) fn create_from(
        &self,
        source: &Connection,
        request: &BackupRequest<'_>,
        lock: &FolderLock,
    ) -> Result<Manifest, BackupError> {
        self.sweep(lock)?;
        let store = std::fs::metadata(request.store).map_err(io("read", request.store))?;
        let store_bytes = store.len();
        // A copy tells as much as the store: no more people may read it.
        let claim = |path| TemporaryFile::claim_like(path, Some(&store));
        space::ensure(self.path(), space::of_copy(store_bytes))?;
        let id = self.free_id(request.now);
        let unproven = |damage| BackupError::Unproven { path: request.store.to_owned(), damage };
        reached("backup-begun");

        let database = claim(self.unfinished(&id, ".db"))?;
        snapshot(source, database.path(), request.writer.lock_timeout)?;
        reached("backup-copied");
        let archive = claim(self.unfinished(&id, request.format.ending()))?;
        // Reading every row and compressing take about as long, and a second core is there more often than not.
        let (contents, sums) = std::thread::scope(|scope| {
            let checking = scope.spawn(|| Contents::of_file(database.path()));
            let packed = pack(&database, &archive, request.format);
            let checked = checking.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            Ok::<_, BackupError>((checked.map_err(unproven)?, packed?.map_err(unproven)?))
        })?;
        reached("backup-proven");

        let manifest = Manifest {
            format_version: request.format.manifest_version(),
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            id: id.clone(),
            created_at: request.now,
            host: request.host.map(str::to_owned),
            reason: request.reason.to_owned(),
            store: request.store.to_string_lossy().into_owned(),
            schema_version: contents.schema_version,
            counts: contents.counts,
            content_sha256: contents.content_sha256,
            archive_format: request.format,
            database: sums.database,
            archive: sums.archive,
        };
        let text = claim(self.unfinished(&id, ".json"))?;
        std::fs::write(text.path(), manifest.to_text()).map_err(io("write", text.path()))?;
        text.sync()?;

        reached("backup-manifest-written");

        // The archive first: the manifest's rename is the one step that makes it a backup.
        archive.publish(&self.archive_of(&manifest))?;
        sync_folder(self.path())?;
        reached("backup-archive-published");
        text.publish(&self.manifest(&id))?;
        sync_folder(self.path())?;
        reached("backup-published");
        Ok(manifest)
    }
}

/// Into the archive and back again: what is listed has been restorable once.
fn pack(
    database: &TemporaryFile,
    archive: &TemporaryFile,
    format: ArchiveFormat,
) -> Result<Result<Sums, Damage>, BackupError> {
    let sums = compress(database.path(), archive.path(), format)?;
    reached("backup-packed");
    Ok(decompress(archive.path(), &sums, &mut std::io::sink())?.map(|()| sums))
}

fn open_store(request: &BackupRequest<'_>) -> Result<Connection, BackupError> {
    let path = request.store;
    settle_restore(path, request.writer)?;
    if let Err(error) = std::fs::metadata(path) {
        return Err(match error.kind() {
            std::io::ErrorKind::NotFound => BackupError::NoStore { path: path.to_owned() },
            _ => io("read", path)(error),
        });
    }
    let connection = open_read_only(path)?;
    connection.busy_timeout(request.writer.lock_timeout)?;
    match read_header(&connection, path) {
        Ok(Header::Store(_)) => Ok(connection),
        Ok(Header::Empty) => Err(BackupError::NoStore { path: path.to_owned() }),
        // A store is copied as it is, whichever version reads it back.
        Err(StoreError::NewerSchema { .. }) => Ok(connection),
        Err(error) => Err(error.into()),
    }
}
