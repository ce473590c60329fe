//! A folder of copies: `ID.json` (the manifest) beside `ID.db.zst` or `ID.tar.gz` (the archive), and perhaps
//! `ID.proof.json`. Names that begin with a dot are work in progress, or what a killed process left of it.

use std::fs;
use std::path::{Path, PathBuf};

use super::archive::check_sum;
use super::durable::{io, remove_if_there, sync_folder};
use super::error::{BackupError, Damage};
use super::manifest::{ArchiveFormat, Manifest, PRE_RESTORE};
use super::owner::Owner;
use crate::domain::time::Timestamp;
use crate::fail_point::reached;
use crate::store::WriterOptions;
use crate::store::lock::WriteLock;

/// Ending of manifests.
const MANIFEST: &str = ".json";
/// Ending of unfinished files.
const UNFINISHED: &str = ".tmp";

/// A folder of copies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupFolder {
    path: PathBuf,
    owner: Option<Owner>,
}

/// Something in the folder that is not a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Debris {
    /// The file.
    pub path: PathBuf,
    /// What it is.
    pub reason: String,
    /// Whether it once was a copy and is one no longer.
    pub is_damaged_copy: bool,
}

/// What lies in the folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalog {
    /// Copies with a valid manifest and an archive of the right length, oldest first.
    pub backups: Vec<Manifest>,
    /// Everything else that looks like a part of a copy, by name.
    pub debris: Vec<Debris>,
}

impl Catalog {
    /// The copy that `id` names: an id, the beginning of one, or `latest` (the newest of the folder's store that no
    /// restore made).
    pub fn find(&self, id: &str, folder: &BackupFolder) -> Result<&Manifest, BackupError> {
        let unknown = || BackupError::Unknown { id: id.to_owned(), folder: folder.path.clone() };
        if id == "latest" {
            // Not what the last restore replaced: restoring the latest twice must not toggle.
            let mut own = self.backups.iter().rev().filter(|manifest| folder.owns(manifest));
            return own
                .find(|manifest| manifest.reason != PRE_RESTORE)
                .ok_or_else(|| self.no_latest(folder).unwrap_or_else(unknown));
        }
        if let Some(manifest) = self.backups.iter().find(|manifest| manifest.id == id) {
            return Ok(manifest);
        }
        let is_of_it = |debris: &&Debris| {
            debris.path == folder.manifest(id)
                || ArchiveFormat::ALL.iter().any(|format| debris.path == folder.archive(id, *format))
        };
        if let Some(debris) = self.debris.iter().find(is_of_it) {
            let (folder, reason) = (folder.path.clone(), debris.reason.clone());
            return Err(BackupError::NotACopy { id: id.to_owned(), folder, reason });
        }
        let candidates: Vec<&Manifest> =
            self.backups.iter().filter(|manifest| !id.is_empty() && manifest.id.starts_with(id)).collect();
        match candidates.as_slice() {
            [] => Err(unknown()),
            [one] => Ok(one),
            several => Err(BackupError::Ambiguous {
                id: id.to_owned(),
                candidates: several.iter().map(|manifest| manifest.id.clone()).collect(),
            }),
        }
    }

    /// Why there is no latest copy although there are copies.
    fn no_latest(&self, folder: &BackupFolder) -> Option<BackupError> {
        let own = self.backups.iter().rev().find(|manifest| folder.owns(manifest));
        let newest = own.or(self.backups.last())?;
        let (id, store) = (newest.id.clone(), own.is_none().then(|| newest.store.clone()));
        Some(BackupError::NoLatest { folder: folder.path.clone(), id, store })
    }

    /// The newest copy that a restore over `store` made of what it replaced.
    pub fn newest_before_restore(&self, store: &Path) -> Option<&Manifest> {
        let store = store.to_string_lossy();
        self.backups.iter().rev().find(|manifest| manifest.reason == PRE_RESTORE && manifest.store == store)
    }
}

impl BackupFolder {
    /// The folder at `path`, which need not exist.
    pub fn new(path: impl Into<PathBuf>) -> BackupFolder {
        BackupFolder { path: path.into(), owner: None }
    }

    /// The same folder for the copies of `store`: `latest` is the latest of that store.
    #[must_use]
    pub fn of_store(mut self, store: &Path) -> BackupFolder {
        self.owner = Some(Owner::new(store, &self.path));
        self
    }

    /// Whether a copy is one of the store that is meant; where none is named every copy is.
    pub fn owns(&self, manifest: &Manifest) -> bool {
        self.owner.as_ref().is_none_or(|owner| owner.owns(manifest))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The archive of copy `id`.
    pub fn archive(&self, id: &str, format: ArchiveFormat) -> PathBuf {
        self.path.join(format!("{id}{}", format.ending()))
    }

    /// The archive of a copy.
    pub fn archive_of(&self, manifest: &Manifest) -> PathBuf {
        self.archive(&manifest.id, manifest.archive_format)
    }

    /// The manifest of copy `id`.
    pub fn manifest(&self, id: &str) -> PathBuf {
        self.path.join(format!("{id}{MANIFEST}"))
    }

    /// An unfinished file of copy `id`.
    pub(super) fn unfinished(&self, id: &str, part: &str) -> PathBuf {
        self.path.join(format!(".{id}{part}{UNFINISHED}"))
    }

    /// What lies in the folder; nothing when there is no folder.
    pub fn catalog(&self) -> Result<Catalog, BackupError> {
        let mut catalog = Catalog::default();
        for name in self.names()? {
            match self.look_at(&name)? {
                Entry::Copy(manifest) => catalog.backups.push(*manifest),
                Entry::Unfinished => catalog.debris.push(self.debris(
                    &name,
                    "left by a backup that did not finish, or is still running",
                    false,
                )),
                Entry::Damaged(damage) => catalog.debris.push(self.debris(&name, &damage.to_string(), true)),
                Entry::Orphan => {
                    catalog.debris.push(self.debris(&name, "an archive without its manifest", false));
                }
                Entry::Foreign => {}
            }
        }
        catalog.backups.sort_by_cached_key(|manifest| (manifest.created_at, suffix(&manifest.id)));
        Ok(catalog)
    }

    /// Whether the archive of a copy is still what was written; reads it, but does not decompress it.
    pub fn archive_is_intact(&self, manifest: &Manifest) -> Result<bool, BackupError> {
        Ok(check_sum(&self.archive_of(manifest), &manifest.archive)?.is_ok())
    }

    /// Removes a copy: its manifest first, so that a half-removed copy is none.
    pub fn remove(&self, id: &str) -> Result<(), BackupError> {
        remove_if_there(&self.manifest(id))?;
        sync_folder(&self.path)?;
        reached("backup-half-removed");
        for format in ArchiveFormat::ALL {
            remove_if_there(&self.archive(id, format))?;
        }
        remove_if_there(&self.proof_path(id))?;
        sync_folder(&self.path)
    }

    /// Keeps other backups, prunes and restores out of the folder until the guard is dropped.
    pub fn lock(&self, options: &WriterOptions) -> Result<FolderLock, BackupError> {
        fs::create_dir_all(&self.path).map_err(io("create", &self.path))?;
        let lock = WriteLock::acquire(&self.path.join("backups"), &options.holder, options.lock_timeout)?;
        Ok(FolderLock { _lock: lock })
    }

    /// An id that is not taken yet: the instant, and behind it a number above all that there are of that instant. One
    /// that rotation freed is not used again: the copy would look older than it is.
    pub(super) fn free_id(&self, now: Timestamp) -> String {
        let instant = now.to_datetime().format("%Y%m%dT%H%M%SZ").to_string();
        let names = self.names().unwrap_or_default();
        let ids = names.iter().filter_map(|name| name.split_once('.')).map(|(id, _)| id);
        let taken = ids.filter(|id| is_id(id) && id.split('-').next() == Some(&instant)).map(suffix).max();
        taken.map_or(instant.clone(), |highest| format!("{instant}-{}", highest.saturating_add(1)))
    }

    /// Removes what killed processes left. Only under the folder's lock: otherwise it may be in progress.
    pub(super) fn sweep(&self, _lock: &FolderLock) -> Result<(), BackupError> {
        for name in self.names()?.into_iter().filter(|name| is_unfinished(name)) {
            remove_if_there(&self.path.join(name))?;
        }
        Ok(())
    }

    /// Every file that bears the same id as the one at `path`, which itself comes first.
    pub(super) fn files_of(&self, path: &Path) -> Vec<PathBuf> {
        let id_of = |name: &str| name.split_once('.').map(|(id, _)| id.to_owned()).filter(|id| is_id(id));
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some(id) = id_of(&name) else { return vec![path.to_owned()] };
        let others = self.names().unwrap_or_default().into_iter().filter(|other| *other != name);
        let same = others.filter(|other| id_of(other).as_ref() == Some(&id));
        std::iter::once(path.to_owned()).chain(same.map(|other| self.path.join(other))).collect()
    }

    fn debris(&self, name: &str, reason: &str, is_damaged_copy: bool) -> Debris {
        Debris { path: self.path.join(name), reason: reason.to_owned(), is_damaged_copy }
    }

    fn look_at(&self, name: &str) -> Result<Entry, BackupError> {
        if is_unfinished(name) {
            return Ok(Entry::Unfinished);
        }
        let archived = ArchiveFormat::ALL.iter().find_map(|format| name.strip_suffix(format.ending()));
        if let Some(id) = archived.filter(|id| is_id(id)) {
            let has_manifest = self.manifest(id).exists();
            return Ok(if has_manifest { Entry::Foreign } else { Entry::Orphan });
        }
        let Some(id) = name.strip_suffix(MANIFEST).filter(|id| is_id(id)) else { return Ok(Entry::Foreign) };
        let manifest = match Manifest::read(&self.path.join(name))? {
            Ok(manifest) => manifest,
            Err(damage) => return Ok(Entry::Damaged(damage)),
        };
        if manifest.id != id {
            return Ok(Entry::Damaged(Damage::Manifest(format!("is that of backup {}", manifest.id))));
        }
        let expected = manifest.archive.bytes;
        Ok(match self.archive_length(&manifest)? {
            Some(found) if found == expected => Entry::Copy(Box::new(manifest)),
            Some(found) => Entry::Damaged(Damage::ArchiveSize { expected, found }),
            None => Entry::Damaged(Damage::ArchiveMissing),
        })
    }

    fn archive_length(&self, manifest: &Manifest) -> Result<Option<u64>, BackupError> {
        let path = self.archive_of(manifest);
        match fs::metadata(&path) {
            Ok(metadata) => Ok(Some(metadata.len())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(io("read", &path)(error)),
        }
    }

    /// Names in the folder, sorted; names that are no text are not ours.
    fn names(&self) -> Result<Vec<String>, BackupError> {
        let entries = match fs::read_dir(&self.path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(io("read", &self.path)(error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry.map_err(io("read", &self.path))?.file_name();
            names.extend(name.into_string());
        }
        names.sort_unstable();
        Ok(names)
    }
}

/// What a name in the folder stands for.
enum Entry {
    Copy(Box<Manifest>),
    Unfinished,
    Damaged(Damage),
    Orphan,
    /// Nothing of ours, or the archive of a copy, which its manifest speaks for.
    Foreign,
}

/// The folder's lock, held.
#[derive(Debug)]
pub struct FolderLock {
    _lock: WriteLock,
}

/// `20260301T120000Z`, perhaps with `-2` behind.
fn is_id(text: &str) -> bool {
    let (instant, number) = text.split_once('-').unwrap_or((text, "2"));
    let (date, time) = instant.split_once('T').unwrap_or(("", ""));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(number)
        && date.len() >= 8
        && digits(date)
        && time.len() == 7
        && time.ends_with('Z')
        && digits(&time[..6])
}

/// The number behind an id's instant, for the order of copies made within one second.
fn suffix(id: &str) -> u32 {
    id.split_once('-').and_then(|(_, number)| number.parse().ok()).unwrap_or(1)
}

fn is_unfinished(name: &str) -> bool {
    name.strip_prefix('.').is_some_and(|rest| {
        rest.contains(UNFINISHED) && rest.split_once('.').is_some_and(|(id, _)| is_id(id))
    })
}
