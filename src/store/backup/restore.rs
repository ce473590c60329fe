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
use super::manifest::{Manifest, PRE_RESTORE};
use super::present::{PresentStore, is_corrupt};
use crate::domain::time::Timestamp;
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
        let present = PresentStore::at(target)?;
        sweep_stages(target)?;
        let (stage, contents) = self.stage(request)?;
        let (alone, safety_copy) = self.keep_old(request, &present)?;
        stage.publish(target)?;
        sync_folder(folder)?;
        // Only now may others open what has this name.
        drop(alone);
        let found = Contents::of_file(target).map_err(|damage| damaged(request.manifest, damage))?;
        match found.differs_from(&contents) {
            None => Ok(Restored { contents, safety_copy }),
            Some(damage) => Err(damaged(request.manifest, damage)),
        }
    }

    /// Unpacks the copy beside the target, proves it, and brings it to our schema.
    fn stage(&self, request: &RestoreRequest<'_>) -> Result<(TemporaryFile, Contents), BackupError> {
        let manifest = request.manifest;
        let path = stage_path(request.target, &manifest.id);
        let stage = TemporaryFile::claim(path.clone())?;
        let mut file = BufWriter::new(fs::File::create(&path).map_err(io("create", &path))?);
        decompress(&self.archive(&manifest.id), &manifest.sums(), &mut file)?
            .map_err(|damage| damaged(manifest, damage))?;
        file.flush().map_err(io("write", &path))?;
        drop(file);
        let contents = Contents::of_file(&path).map_err(|damage| damaged(manifest, damage))?;
        if let Some(damage) = contents.differs_from(&manifest.contents()) {
            return Err(damaged(manifest, damage));
        }
        let contents = if contents.schema_version < SCHEMA_VERSION {
            let mut connection = Connection::open(&path)?;
            migrate(&mut connection, &path)?;
            drop(connection);
            Contents::of_file(&path).map_err(|damage| damaged(manifest, damage))?
        } else {
            contents
        };
        stage.sync()?;
        Ok((stage, contents))
    }

    /// Takes sole use of the old store and keeps a copy of it.
    fn keep_old(
        &self,
        request: &RestoreRequest<'_>,
        present: &PresentStore,
    ) -> Result<(Option<Connection>, SafetyCopy), BackupError> {
        let target = request.target;
        let timeout = request.writer.lock_timeout;
        let move_store_aside = || -> Result<_, BackupError> {
            let aside = move_aside(target, request.manifest, &["", "-wal", "-shm"])?;
            Ok((None, SafetyCopy::MovedAside(aside)))
        };
        match present {
            PresentStore::Absent => {
                // An empty file may be open elsewhere too; a lone -wal would be taken for part of the new store.
                let alone = target.exists().then(|| open_alone(target, timeout)).transpose()?;
                move_aside(target, request.manifest, &["-wal", "-shm"])?;
                Ok((alone, SafetyCopy::Nothing))
            }
            PresentStore::Damaged { .. } => move_store_aside(),
            PresentStore::Intact { .. } => match self.copy_old(request, timeout) {
                Ok((connection, manifest)) => Ok((Some(connection), SafetyCopy::Backup(manifest.id))),
                Err(error) if is_damage(&error) => move_store_aside(),
                Err(error) => Err(error),
            },
        }
    }

    /// A backup of the old store, made by the very connection that keeps others out.
    fn copy_old(
        &self,
        request: &RestoreRequest<'_>,
        timeout: Duration,
    ) -> Result<(Connection, Manifest), BackupError> {
        let connection = open_alone(request.target, timeout)?;
        let lock = self.lock(request.writer)?;
        let backup = BackupRequest {
            store: request.target,
            reason: PRE_RESTORE,
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

/// Removes what killed restores of the same target left; we hold its lock.
fn sweep_stages(target: &Path) -> Result<(), BackupError> {
    let folder = folder_of(target);
    let prefix = format!(".{}.restore-", target.file_name().unwrap_or_default().to_string_lossy());
    for entry in fs::read_dir(folder).map_err(io("read", folder))? {
        let path = entry.map_err(io("read", folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(&prefix) && name.contains(".tmp") {
            remove_if_there(&path)?;
        }
    }
    Ok(())
}

/// Keeps files of a store that cannot be copied, under names that nothing opens. The main file keeps its name
/// too until the rename replaces it, so that at no moment there is no store.
fn move_aside(target: &Path, manifest: &Manifest, suffixes: &[&str]) -> Result<PathBuf, BackupError> {
    let aside = (1_u32..)
        .map(|number| with_suffix(target, &format!(".before-{}.{number}", manifest.id)))
        .find(|path| !path.exists() && !with_suffix(path, "-wal").exists())
        .unwrap_or_else(|| with_suffix(target, ".before"));
    for suffix in suffixes {
        let from = with_suffix(target, suffix);
        let to = with_suffix(&aside, suffix);
        if !from.exists() {
            continue;
        }
        if suffix.is_empty() {
            if fs::hard_link(&from, &to).is_err() {
                fs::copy(&from, &to).map_err(io("copy to", &to))?;
            }
        } else {
            fs::rename(&from, &to).map_err(io("rename to", &to))?;
        }
    }
    sync_folder(folder_of(target))?;
    Ok(aside)
}
