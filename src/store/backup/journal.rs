//! What a restore is about to do, written beside the store before it does it: whoever comes next after a power cut
//! finishes it or rolls it back. Up to the rename of the stage nothing has happened; after it everything has.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::durable::{folder_of, with_suffix};
use crate::fail_point::reached;
use crate::store::lock::WriteLock;
use crate::store::{StoreError, WriterOptions};

/// How far a restore may have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Step {
    /// The copy is unpacked beside the store, which is as it was.
    Staging,
    /// Files of the old store make place for the new one.
    Swapping,
}

/// A file that made place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Moved {
    from: String,
    to: String,
}

/// What a restore replaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Replaced {
    /// It is being copied.
    Unknown,
    /// There was nothing.
    Nothing,
    /// It is a copy.
    Backup {
        /// The copy's id.
        id: String,
        /// The folder of copies.
        folder: String,
    },
    /// A damaged store, which lies beside the new one.
    MovedAside {
        /// The file's name.
        name: String,
    },
}

/// What the last restore of a store came to, as far as `restore --undo` is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LastRestore {
    /// None was written down: there was none, or an older program did it.
    Unrecorded,
    /// It did not come to its end, and the store is as it was.
    Failed,
    /// It is done, and replaced this.
    Done(Replaced),
}

/// The journal's text; names are those of files in the store's folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Intent {
    format_version: u32,
    backup: String,
    step: Step,
    stage: String,
    /// Which file the stage is, so that it is known again under the store's name.
    stage_inode: Option<u64>,
    moved: Vec<Moved>,
    /// What is replaced, once that is known; journals of older programs do not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    replaced: Option<Replaced>,
}

/// What became of a restore whose process died.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettledRestore {
    /// The store is that of the backup.
    Finished {
        /// The backup.
        backup: String,
    },
    /// The store is as it was.
    RolledBack {
        /// The backup.
        backup: String,
    },
}

/// The journal of a restore that is under way; rolls back when it is dropped before [`Journal::finish`].
#[derive(Debug)]
pub(super) struct Journal {
    target: PathBuf,
    intent: Intent,
    is_open: bool,
}

impl Journal {
    /// Writes down that `stage` is about to be made for `target`, whose lock the caller holds.
    pub(super) fn begin(target: &Path, backup: &str, stage: &Path) -> Result<Journal, StoreError> {
        let intent = Intent {
            format_version: 1,
            backup: backup.to_owned(),
            step: Step::Staging,
            stage: name_of(stage),
            stage_inode: None,
            moved: Vec::new(),
            replaced: None,
        };
        let journal = Journal { target: target.to_owned(), intent, is_open: true };
        journal.write()?;
        Ok(journal)
    }

    /// Writes down what makes place.
    pub(super) fn replaces(&mut self, replaced: Replaced) -> Result<(), StoreError> {
        self.intent.replaced = Some(replaced);
        self.write()
    }

    /// Writes down that the stage is complete and is about to take the store's name.
    pub(super) fn swap(&mut self) -> Result<(), StoreError> {
        self.intent.step = Step::Swapping;
        self.intent.stage_inode = inode(&folder_of(&self.target).join(&self.intent.stage));
        self.write()
    }

    /// Moves a file of the old store away, so that it can be brought back.
    pub(super) fn move_away(&mut self, from: &Path, to: &Path) -> Result<(), StoreError> {
        self.intent.moved.push(Moved { from: name_of(from), to: name_of(to) });
        self.write()?;
        reached("restore-about-to-move-away");
        fs::rename(from, to).map_err(io("rename to", to))
    }

    /// Gives a file of the old store a second name, which it keeps when the new store takes the first: at no moment
    /// there is no store.
    pub(super) fn keep_as(&mut self, from: &Path, to: &Path) -> Result<(), StoreError> {
        self.intent.moved.push(Moved { from: name_of(from), to: name_of(to) });
        self.write()?;
        if fs::hard_link(from, to).is_err() {
            fs::copy(from, to).map_err(io("copy to", to))?;
        }
        reached("restore-old-kept");
        Ok(())
    }

    /// The store is the new one: nothing is left to do.
    pub(super) fn finish(mut self) -> Result<(), StoreError> {
        self.is_open = false;
        // The journal becomes the record in one step: a restore that is done can be undone, and no other.
        rename(&journal_path(&self.target), &record_path(&self.target))?;
        sync(folder_of(&self.target))
    }

    fn write(&self) -> Result<(), StoreError> {
        write(&self.intent, &journal_path(&self.target))
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        if self.is_open {
            // Whatever cannot be done now, the next command does.
            let _ = settle_held(&self.target);
        }
    }
}

/// Where the journal of a store lies.
pub(super) fn journal_path(target: &Path) -> PathBuf {
    folder_of(target).join(format!(".{}.restore.json", name_of(target)))
}

/// Where it is written down what the last restore of a store replaced.
fn record_path(target: &Path) -> PathBuf {
    folder_of(target).join(format!(".{}.restored.json", name_of(target)))
}

/// What the last restore of the store at `target` came to.
pub fn last_restore(target: &Path) -> Result<LastRestore, StoreError> {
    let target = fs::canonicalize(target).unwrap_or_else(|_| target.to_owned());
    Ok(match read(&record_path(&target))? {
        None => LastRestore::Unrecorded,
        Some(Intent { step: Step::Swapping, replaced: Some(replaced), .. }) => LastRestore::Done(replaced),
        Some(_) => LastRestore::Failed,
    })
}

/// Finishes or rolls back a restore over `target` whose process died; `None` where there is none. One that is still
/// under way is left to itself, and waited for only while it may have moved something.
pub fn settle_restore(target: &Path, options: &WriterOptions) -> Result<Option<SettledRestore>, StoreError> {
    // A link is followed: the journal lies beside what it points to.
    let target = fs::canonicalize(target).unwrap_or_else(|_| target.to_owned());
    let path = journal_path(&target);
    let is_there = |path: &Path| fs::symlink_metadata(path).is_ok();
    if !is_there(&path) && !is_there(&with_suffix(&path, ".tmp")) {
        return Ok(None);
    }
    let is_untouched = || read(&path).is_ok_and(|intent| intent.is_none_or(|it| it.step == Step::Staging));
    let patience = if is_untouched() { std::time::Duration::ZERO } else { options.lock_timeout };
    match WriteLock::acquire(&target, &options.holder, patience) {
        Ok(_held) => match settle_held(&target) {
            // Where nothing may be written nothing can be cleaned up, and nothing has to be.
            Err(StoreError::Io { source, .. }) if is_refused(&source) && is_untouched() => Ok(None),
            settled => settled,
        },
        Err(StoreError::Busy { .. } | StoreError::Io { .. }) if is_untouched() => Ok(None),
        Err(error) => Err(error),
    }
}

/// The same for who holds the store's lock.
pub(super) fn settle_held(target: &Path) -> Result<Option<SettledRestore>, StoreError> {
    let path = journal_path(target);
    let folder = folder_of(target);
    let Some(intent) = read(&path)? else {
        // Killed before it was whole: nothing had happened yet.
        remove(&with_suffix(&path, ".tmp"))?;
        return Ok(None);
    };
    let stage = folder.join(&intent.stage);
    let is_renamed = intent.step == Step::Swapping
        && (intent.stage_inode.is_none() || inode(target) == intent.stage_inode)
        && !stage.exists();
    if !is_renamed {
        for moved in &intent.moved {
            let (from, to) = (folder.join(&moved.from), folder.join(&moved.to));
            if to.exists() && !from.exists() {
                fs::rename(&to, &from).map_err(io("rename to", &from))?;
            } else if inode(&to).is_some() && inode(&to) == inode(&from) {
                // A second name of the file that stays.
                remove(&to)?;
            }
        }
        for suffix in ["", "-journal", "-wal", "-shm"] {
            remove(&with_suffix(&stage, suffix))?;
        }
    }
    sync(folder)?;
    reached("restore-settled");
    let record = record_path(target);
    if is_renamed && intent.replaced.is_some() {
        rename(&path, &record)?;
    } else if intent.replaced.is_some() && !record.exists() {
        // A copy of what was to be replaced may be there, but nothing was: there is nothing to undo.
        write(&Intent { step: Step::Staging, ..intent.clone() }, &record)?;
    }
    remove(&path)?;
    remove(&with_suffix(&path, ".tmp"))?;
    sync(folder)?;
    let backup = intent.backup;
    Ok(Some(match is_renamed {
        true => SettledRestore::Finished { backup },
        false => SettledRestore::RolledBack { backup },
    }))
}

fn write(intent: &Intent, path: &Path) -> Result<(), StoreError> {
    let unfinished = with_suffix(path, ".tmp");
    let text = serde_json::to_string_pretty(intent).unwrap_or_default();
    fs::write(&unfinished, text).map_err(io("write", &unfinished))?;
    File::open(&unfinished).and_then(|file| file.sync_all()).map_err(io("sync", &unfinished))?;
    rename(&unfinished, path)?;
    sync(folder_of(path))
}

fn rename(from: &Path, to: &Path) -> Result<(), StoreError> {
    fs::rename(from, to).map_err(io("rename to", to))
}

/// `None` where there is no journal.
fn read(path: &Path) -> Result<Option<Intent>, StoreError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io("read", path)(error)),
    };
    let plain = |name: &str| !name.is_empty() && !name.contains('/') && name != "..";
    let intent: Option<Intent> = serde_json::from_slice(&bytes).ok();
    intent
        .filter(|intent| {
            let moved = intent.moved.iter().flat_map(|moved| [&moved.from, &moved.to]);
            intent.format_version == 1 && moved.chain([&intent.stage]).all(|name| plain(name))
        })
        .map(Some)
        .ok_or_else(|| StoreError::Unsettled { journal: path.to_owned() })
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> StoreError + use<> {
    let path = path.to_owned();
    move |source| StoreError::Io { action, path, source }
}

fn is_refused(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem)
}

fn remove(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(io("remove", path)(error)),
        _ => Ok(()),
    }
}

fn sync(folder: &Path) -> Result<(), StoreError> {
    File::open(folder).and_then(|file| file.sync_all()).map_err(io("sync", folder))
}

#[cfg(unix)]
fn inode(path: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(path).ok().map(|metadata| metadata.ino())
}

#[cfg(not(unix))]
fn inode(_path: &Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::LockHolder;
    use std::time::Duration;

    fn options() -> WriterOptions {
        WriterOptions { lock_timeout: Duration::ZERO, holder: LockHolder::unknown() }
    }

    /// A folder with a store, its log and a stage for it.
    fn place() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let folder = tempfile::tempdir().expect("folder");
        let (target, stage) = (folder.path().join("store.db"), folder.path().join(".stage.tmp"));
        fs::write(&target, "old").expect("written");
        fs::write(folder.path().join("store.db-wal"), "log").expect("written");
        fs::write(&stage, "new").expect("written");
        (folder, target, stage)
    }

    /// As a killed process leaves it.
    fn die(journal: Journal) {
        std::mem::forget(journal);
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("folder");
        let mut names: Vec<String> = entries.map(|entry| name_of(&entry.expect("entry").path())).collect();
        names.sort();
        names
    }

    #[test]
    fn before_the_rename_everything_goes_back() {
        let (folder, target, stage) = place();
        let mut journal = Journal::begin(&target, "b", &stage).expect("begun");
        journal.swap().expect("noted");
        let (log, aside) = (folder.path().join("store.db-wal"), folder.path().join("aside-wal"));
        journal.move_away(&log, &aside).expect("moved");
        die(journal);
        let settled = settle_restore(&target, &options()).expect("settled");
        assert_eq!(settled, Some(SettledRestore::RolledBack { backup: "b".to_owned() }));
        assert_eq!(names(folder.path()), ["store.db", "store.db-wal", "store.db.lock"]);
        assert_eq!(fs::read(&target).expect("store"), b"old");
        assert_eq!(settle_restore(&target, &options()).expect("settled"), None);
    }

    #[test]
    fn after_the_rename_it_is_finished() {
        let (folder, target, stage) = place();
        let mut journal = Journal::begin(&target, "b", &stage).expect("begun");
        journal.swap().expect("noted");
        let (log, aside) = (folder.path().join("store.db-wal"), folder.path().join("aside-wal"));
        journal.move_away(&log, &aside).expect("moved");
        fs::rename(&stage, &target).expect("renamed");
        die(journal);
        let settled = settle_restore(&target, &options()).expect("settled");
        assert_eq!(settled, Some(SettledRestore::Finished { backup: "b".to_owned() }));
        assert_eq!(names(folder.path()), ["aside-wal", "store.db", "store.db.lock"]);
        assert_eq!(fs::read(&target).expect("store"), b"new");
    }

    #[test]
    fn one_that_is_under_way_is_waited_for_only_once_it_moves_something() {
        let (_folder, target, stage) = place();
        let _held = WriteLock::acquire(&target, &LockHolder::unknown(), Duration::ZERO).expect("lock");
        let mut journal = Journal::begin(&target, "b", &stage).expect("begun");
        assert_eq!(settle_restore(&target, &options()).expect("left alone"), None);
        journal.swap().expect("noted");
        assert!(matches!(settle_restore(&target, &options()), Err(StoreError::Busy { .. })));
        journal.finish().expect("finished");
    }

    #[test]
    fn a_journal_that_cannot_be_read_touches_nothing() {
        let (_folder, target, _) = place();
        for text in [
            "{",
            "{\"format_version\":1,\"backup\":\"b\",\"step\":\"staging\",\"stage\":\"../x\",\"stage_inode\":null,\"moved\":[]}",
        ] {
            fs::write(journal_path(&target), text).expect("written");
            assert!(matches!(settle_restore(&target, &options()), Err(StoreError::Unsettled { .. })));
        }
        assert_eq!(fs::read(&target).expect("store"), b"old");
    }
}
