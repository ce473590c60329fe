//! Bringing a copy back: staged and proven beside the store, then one rename under sole use. Up to the rename
//! the old store is untouched; after it, the new one is complete. The old one is kept in either case.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use super::archive::decompress;
use super::contents::Contents;
use super::create::BackupRequest;
use super::durable::{TemporaryFile, folder_of, io, remove_if_there, sync_folder, with_suffix};
use super::error::{BackupError, Damage};
use super::exclusive::open_alone;
use super::folder::BackupFolder;
use super::journal::{Journal, Replaced, settle_held};
use super::manifest::{ArchiveFormat, Manifest, PRE_RESTORE};
use super::present::{PresentStore, is_corrupt};
use super::space;
use crate::domain::time::Timestamp;
use crate::fail_point::reached;
use crate::store::lock::WriteLock;
use crate::store::migrations::migrate;
use crate::store::{SCHEMA_VERSION, StoreError, WriterOptions};

/// What to restore, and where.
#[derive(Clone, Debug)]
pub struct RestoreRequest<'a> {
    /// The copy.
    pub manifest: &'a Manifest,
    /// The store to replace or make.
    pub target: &'a Path,
    /// On which host, for the safety copy.
    pub host: Option<&'a str>,
    /// When, for the safety copy.
    pub now: Timestamp,
    /// Who asks, and how long to wait for others.
    pub writer: &'a WriterOptions,
}

/// Where the replaced store is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SafetyCopy {
    /// There was none.
    Nothing,
    /// In the backup of this id.
    Backup(String),
    /// It was damaged, so that no backup could be made of it: its files lie here, as they were.
    MovedAside(PathBuf),
}

/// What a restore did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What the store holds now.
    pub contents: Contents,
    /// Where the replaced store is kept.
    pub safety_copy: SafetyCopy,
}

/// The file that `target` stands for: a link is followed, so that what it points to is replaced.
pub fn resolve_target(target: &Path) -> Result<PathBuf, BackupError> {
    match fs::canonicalize(target) {
        Ok(resolved) => Ok(resolved),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(target.to_owned()),
        Err(error) => Err(io("read", target)(error)),
    }
}

impl BackupFolder {
    /// Puts a copy in the place of a store. Either it succeeds, or the store is as it was.
    pub fn restore(&self, request: &RestoreRequest<'_>) -> Result<Restored, BackupError> {
        let target = request.target;
        refuse_newer(request.manifest)?;
        let folder = folder_of(target);
        fs::create_dir_all(folder).map_err(io("create", folder))?;
        let _writer = WriteLock::acquire(target, &request.writer.holder, request.writer.lock_timeout)?;
        settle_held(target)?;
        let present = PresentStore::at(target)?;
        sweep_stages(target)?;
        self.ensure_space(request, &present)?;
        let path = stage_path(target, &request.manifest.id);
        let mut journal = Journal::begin(target, &request.manifest.id, &path)?;
        reached("restore-begun");
        let (stage, contents) = self.stage(request, path)?;
        reached("restore-staged");
        let (alone, safety_copy) = self.keep_old(request, &present, &mut journal)?;
        reached("restore-about-to-rename");
        stage.publish(target)?;
        reached("restore-renamed");
        sync_folder(folder)?;
        // Only now may others open what has this name.
        drop(alone);
        let found = Contents::of_file(target).map_err(|damage| damaged(request.manifest, damage))?;
        if let Some(damage) = found.differs_from(&contents) {
            return Err(damaged(request.manifest, damage));
        }
        reached("restore-checked");
        journal.finish()?;
        Ok(Restored { contents, safety_copy })
    }

    /// Looks whether there is room for the stage, and for the copy of what is there.
    fn ensure_space(&self, request: &RestoreRequest<'_>, present: &PresentStore) -> Result<(), BackupError> {
        let manifest = request.manifest;
        // A migration writes a table anew before it drops the old one.
        let times = if manifest.schema_version < SCHEMA_VERSION { 2 } else { 1 };
        let stage = manifest.database.bytes.saturating_mul(times);
        let safety_copy = match present {
            PresentStore::Intact { .. } => {
                let metadata = fs::metadata(request.target).map_err(io("read", request.target))?;
                space::of_copy(metadata.len())
            }
            PresentStore::Absent | PresentStore::Damaged { .. } => 0,
        };
        if space::shared(request.target, self.path()) {
            return space::ensure(request.target, stage.saturating_add(safety_copy));
        }
        space::ensure(request.target, stage)?;
        space::ensure(self.path(), safety_copy)
    }

    /// Unpacks the copy beside the target, proves it, and brings it to our schema.
    fn stage(
        &self,
        request: &RestoreRequest<'_>,
        path: PathBuf,
    ) -> Result<(TemporaryFile, Contents), BackupError> {
        let manifest = request.manifest;
        // Who may read the store, and whose it is, stays; of one that is lost its copy tells.
        let like = fs::metadata(request.target).or_else(|_| fs::metadata(self.archive_of(manifest))).ok();
        let stage = TemporaryFile::claim_like(path.clone(), like.as_ref())?;
        let mut file = BufWriter::new(fs::File::create(&path).map_err(io("create", &path))?);
        decompress(&self.archive_of(manifest), &manifest.sums(), &mut file)?
            .map_err(|damage| damaged(manifest, damage))?;
        file.flush().map_err(io("write", &path))?;
        drop(file);
        reached("restore-unpacked");
        let contents = Contents::of_file(&path).map_err(|damage| damaged(manifest, damage))?;
        if let Some(damage) = contents.differs_from(&manifest.contents()) {
            return Err(damaged(manifest, damage));
        }
        let contents = if contents.schema_version < SCHEMA_VERSION {
            let mut connection = Connection::open(&path)?;
            migrate(&mut connection, &path)?;
            drop(connection);
            reached("restore-migrated");
            Contents::of_file(&path).map_err(|damage| damaged(manifest, damage))?
        } else {
            contents
        };
        stage.sync()?;
        if let Some(like) = &like {
            stage.adopt(like)?;
        }
        Ok((stage, contents))
    }

    /// Takes sole use of the old store and keeps a copy of it.
    fn keep_old(
        &self,
        request: &RestoreRequest<'_>,
        present: &PresentStore,
        journal: &mut Journal,
    ) -> Result<(Option<Connection>, SafetyCopy), BackupError> {
        let target = request.target;
        let timeout = request.writer.lock_timeout;
        let id = &request.manifest.id;
        let move_store_aside = |journal: &mut Journal| -> Result<_, BackupError> {
            journal.swap()?;
            Ok((None, SafetyCopy::MovedAside(move_aside(target, id, journal, Main::Kept)?)))
        };
        match present {
            PresentStore::Absent => {
                // An empty file may be open elsewhere too; a lone -wal would be taken for part of the new store.
                let alone = target.exists().then(|| open_alone(target, timeout)).transpose()?;
                journal.replaces(Replaced::Nothing)?;
                journal.swap()?;
                move_aside(target, id, journal, Main::Left)?;
                Ok((alone, SafetyCopy::Nothing))
            }
            PresentStore::Damaged { .. } => move_store_aside(journal),
            PresentStore::Intact { .. } => match self.copy_old(request, timeout, journal) {
                Ok((connection, manifest)) => {
                    reached("restore-old-copied");
                    let folder = self.path().to_string_lossy().into_owned();
                    journal.replaces(Replaced::Backup { id: manifest.id.clone(), folder })?;
                    journal.swap()?;
                    Ok((Some(connection), SafetyCopy::Backup(manifest.id)))
                }
                Err(error) if is_damage(&error) => move_store_aside(journal),
                Err(error) => Err(error),
            },
        }
    }

    /// A backup of the old store, made by the very connection that keeps others out.
    fn copy_old(
        &self,
        request: &RestoreRequest<'_>,
        timeout: Duration,
        journal: &mut Journal,
    ) -> Result<(Connection, Manifest), BackupError> {
        let connection = open_alone(request.target, timeout)?;
        // Should we die now, the copy is no sign that anything was replaced.
        journal.replaces(Replaced::Unknown)?;
        let lock = self.lock(request.writer)?;
        let backup = BackupRequest {
            store: request.target,
            reason: PRE_RESTORE,
            format: ArchiveFormat::Zst,
            host: request.host,
            now: request.now,
            writer: request.writer,
        };
        let manifest = self.create_from(&connection, &backup, &lock)?;
        Ok((connection, manifest))
    }
}

fn refuse_newer(manifest: &Manifest) -> Result<(), BackupError> {
    if manifest.schema_version <= SCHEMA_VERSION {
        return Ok(());
    }
    Err(BackupError::NewerSchema {
        id: manifest.id.clone(),
        found: manifest.schema_version,
        known: SCHEMA_VERSION,
    })
}

fn damaged(manifest: &Manifest, damage: Damage) -> BackupError {
    BackupError::Damaged { id: manifest.id.clone(), damage }
}

/// Whether the old store is at fault, rather than the disk or another process.
fn is_damage(error: &BackupError) -> bool {
    match error {
        BackupError::Unproven { .. } => true,
        BackupError::Store(StoreError::Sqlite(error)) => is_corrupt(error),
        _ => false,
    }
}

fn stage_path(target: &Path, id: &str) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    folder_of(target).join(format!(".{name}.restore-{id}.tmp"))
}

/// Whether a file in the folder of `target` is what a killed restore was unpacking.
pub(super) fn is_stage(target: &Path, name: &str) -> bool {
    let prefix = format!(".{}.restore-", target.file_name().unwrap_or_default().to_string_lossy());
    name.starts_with(&prefix) && name.contains(".tmp")
}

/// Removes what killed restores of the same target left; we hold its lock.
pub(super) fn sweep_stages(target: &Path) -> Result<(), BackupError> {
    let folder = folder_of(target);
    for entry in fs::read_dir(folder).map_err(io("read", folder))? {
        let path = entry.map_err(io("read", folder))?.path();
        if is_stage(target, &path.file_name().unwrap_or_default().to_string_lossy()) {
            remove_if_there(&path)?;
        }
    }
    Ok(())
}

/// What becomes of the main file of a store whose files make place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Main {
    /// It keeps a second name.
    Kept,
    /// It holds nothing, or is not there.
    Left,
}

/// Keeps files of a store that cannot be copied, under names that nothing opens. The main file keeps its name
/// too until the rename replaces it, so that at no moment there is no store.
fn move_aside(target: &Path, id: &str, journal: &mut Journal, main: Main) -> Result<PathBuf, BackupError> {
    let aside = (1_u32..)
        .map(|number| with_suffix(target, &format!(".before-{id}.{number}")))
        .find(|path| !path.exists() && !with_suffix(path, "-wal").exists())
        .unwrap_or_else(|| with_suffix(target, ".before"));
    if main == Main::Kept && target.exists() {
        let name = aside.file_name().unwrap_or_default().to_string_lossy().into_owned();
        journal.replaces(Replaced::MovedAside { name })?;
        journal.keep_as(target, &aside)?;
    }
    for suffix in ["-journal", "-wal", "-shm"] {
        let from = with_suffix(target, suffix);
        if from.exists() {
            journal.move_away(&from, &with_suffix(&aside, suffix))?;
        }
    }
    sync_folder(folder_of(target))?;
    Ok(aside)
}
