//! What lies at a store and beside it, looked at without changing anything: for `doctor`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::contents::foreign_keys;
use super::durable::{folder_of, io, sync_folder, with_suffix};
use super::error::BackupError;
use super::folder::BackupFolder;
use super::journal::{is_legible, journal_path};
use super::present::{PresentStore, is_corrupt};
use super::restore::{is_stage, sweep_stages};
use super::stop::Stop;
use crate::store::WriterOptions;
use crate::store::connection::open_read_only;
use crate::store::lock::WriteLock;

/// How many complaints of SQLite are told.
const COMPLAINTS: u32 = 10;

/// What lies at a store's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreHealth {
    /// Nothing.
    Absent,
    /// A file that is no store of ours.
    Foreign {
        /// How we know.
        reason: String,
    },
    /// A store with something wrong in it.
    Damaged {
        /// What SQLite says, line by line.
        problems: Vec<String>,
    },
    /// A store that passes every check.
    Intact {
        /// Its schema version, which may be newer than ours.
        schema_version: u32,
        /// Rows of each table.
        counts: BTreeMap<String, u64>,
    },
}

/// What a file beside a store is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftoverKind {
    /// The journal of a restore whose process died.
    Journal,
    /// One that cannot be read.
    BrokenJournal,
    /// A copy that was being unpacked when its process died.
    Stage,
    /// A log of SQLite without its database.
    LoneLog,
    /// A damaged store that a restore kept.
    KeptAside,
    /// A copy of the store as it was before a migration.
    SchemaCopy,
}

/// A file beside a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    /// The file.
    pub path: PathBuf,
    /// What it is.
    pub kind: LeftoverKind,
}

impl StoreHealth {
    /// Reads every page and every reference of the store at `path`; indexes are compared with their tables.
    pub fn examine(path: &Path, stop: &Stop) -> Result<StoreHealth, BackupError> {
        stop.told(StoreHealth::look_at(path, stop))?
    }

    fn look_at(path: &Path, stop: &Stop) -> Result<StoreHealth, BackupError> {
        let (schema_version, counts) = match PresentStore::at(path) {
            Ok(PresentStore::Absent) => return Ok(StoreHealth::Absent),
            Ok(PresentStore::Damaged { reason }) => {
                return Ok(StoreHealth::Damaged { problems: vec![reason] });
            }
            Ok(PresentStore::Intact { schema_version, counts }) => (schema_version, counts),
            Err(BackupError::ForeignTarget { reason, .. }) => return Ok(StoreHealth::Foreign { reason }),
            Err(error) => return Err(error),
        };
        let mut connection = open_read_only(path)?;
        stop.watch(&mut connection)?;
        let mut problems: Vec<String> = match connection
            .prepare(&format!("PRAGMA integrity_check({COMPLAINTS})"))
            .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect())
        {
            Ok(lines) => lines,
            Err(error) if is_corrupt(&error) => vec![error.to_string()],
            Err(error) => return Err(error.into()),
        };
        problems.retain(|line| line != "ok");
        if problems.is_empty() {
            problems.extend(stop.told(foreign_keys(&connection))?.err().map(|damage| damage.to_string()));
        }
        Ok(match problems.is_empty() {
            true => StoreHealth::Intact { schema_version, counts },
            false => StoreHealth::Damaged { problems },
        })
    }
}

/// What killed processes and old restores left beside the store at `target`, by name.
pub fn leftovers(target: &Path) -> Result<Vec<Leftover>, BackupError> {
    let folder = folder_of(target);
    let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(io("read", folder)(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(io("read", folder))?.path();
        let other = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let behind = other.strip_prefix(&name).unwrap_or_default();
        let kind = if path == journal_path(target) {
            if is_legible(target) { LeftoverKind::Journal } else { LeftoverKind::BrokenJournal }
        } else if is_stage(target, &other) {
            LeftoverKind::Stage
        } else if ["-wal", "-shm", "-journal"].contains(&behind) && !target.exists() {
            LeftoverKind::LoneLog
        } else if behind.starts_with(".before-") {
            LeftoverKind::KeptAside
        } else if behind.starts_with(".schema-v") {
            LeftoverKind::SchemaCopy
        } else {
            continue;
        };
        found.push(Leftover { path, kind });
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

/// Removes what killed restores over `target` left unpacked.
pub fn remove_stages(target: &Path, options: &WriterOptions) -> Result<(), BackupError> {
    let _held = WriteLock::acquire(target, &options.holder, options.lock_timeout)?;
    sweep_stages(target)
}

/// Gives a file a name that nothing opens, in its own folder, and tells it.
pub fn move_aside(path: &Path) -> Result<PathBuf, BackupError> {
    let aside = (1_u32..)
        .map(|number| with_suffix(path, &format!(".aside-{number}")))
        .find(|path| !path.exists())
        .unwrap_or_else(|| with_suffix(path, ".aside"));
    fs::rename(path, &aside).map_err(io("rename to", &aside))?;
    sync_folder(folder_of(path))?;
    Ok(aside)
}

impl BackupFolder {
    /// Removes what killed backups left unfinished.
    pub fn remove_unfinished(&self, options: &WriterOptions) -> Result<(), BackupError> {
        let lock = self.lock(options)?;
        self.sweep(&lock)
    }

    /// Moves the files of a copy that is none any more into a folder of their own, where nothing looks for copies.
    pub fn move_debris_aside(&self, path: &Path, options: &WriterOptions) -> Result<PathBuf, BackupError> {
        let _lock = self.lock(options)?;
        let folder = self.path().join("aside");
        fs::create_dir_all(&folder).map_err(io("create", &folder))?;
        let mut moved = folder.clone();
        // A damaged manifest takes its archive along, which is nobody's without it.
        for file in self.files_of(path) {
            let to = folder.join(file.file_name().unwrap_or_default());
            if to.exists() {
                moved = move_aside(&file)?;
                continue;
            }
            fs::rename(&file, &to).map_err(io("rename to", &to))?;
            moved = to;
        }
        sync_folder(self.path())?;
        Ok(moved)
    }

    /// Where the lock of the folder lies, without the ending of locks.
    pub fn lock_subject(&self) -> PathBuf {
        self.path().join("backups")
    }
}
