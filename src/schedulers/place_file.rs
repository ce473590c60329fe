//! A scheduler's file, replaced in one step: written beside its place with the same mode and owner, synced, renamed,
//! the folder synced after.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown};
use std::path::{Path, PathBuf};

use super::SchedulerError;
use crate::fail_point::reached;

/// Mode of a file that was not there before; the process's mask still applies.
const NEW_FILE_MODE: u32 = 0o644;

fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> SchedulerError + use<> {
    let path = path.to_owned();
    move |source| SchedulerError::Io { action, path, source }
}

/// The file that a path stands for: links are followed, so that what they point to is replaced and they stay. A path
/// that leads nowhere yet stands for itself.
pub(super) fn resolved(path: &Path) -> Result<PathBuf, SchedulerError> {
    match fs::canonicalize(path) {
        Ok(found) => Ok(found),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            if fs::symlink_metadata(path).is_ok() {
                return Err(io("follow the link", path)(error));
            }
            let folder = folder_of(path);
            match (fs::canonicalize(folder), path.file_name()) {
                (Ok(folder), Some(name)) => Ok(folder.join(name)),
                // Its folder is made later on.
                _ => std::path::absolute(path).map_err(io("find", path)),
            }
        }
        Err(error) => Err(io("read", path)(error)),
    }
}

/// The folder a file lies in.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// What a file holds; `None` where there is none.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, SchedulerError> {
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => Err(SchedulerError::NotAFile(path.to_owned())),
        Ok(_) => fs::read(path).map(Some).map_err(io("read", path)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io("read", path)(error)),
    }
}

/// Where a new text lies until it is renamed: hidden, and without an ending that cron or systemd would read. A process
/// that was killed leaves it, and the next one removes it.
fn stage_of(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    folder_of(path).join(format!(".{name}.tidetable-tmp"))
}

/// Removes what a killed process left beside `path`.
pub(super) fn sweep(path: &Path) -> Result<(), SchedulerError> {
    let stage = stage_of(path);
    match fs::remove_file(&stage) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(io("remove", &stage)(error)),
        _ => Ok(()),
    }
}

/// Puts `bytes` in the place of what `path` holds, or removes it. Either it succeeds, or the file is as it was.
pub(super) fn replace(path: &Path, bytes: Option<&[u8]>) -> Result<(), SchedulerError> {
    let folder = folder_of(path);
    let Some(bytes) = bytes else {
        reached("before-rename");
        fs::remove_file(path).map_err(io("remove", path))?;
        reached("after-rename");
        sync(folder)?;
        return remove_empty_drop_ins(folder);
    };
    fs::create_dir_all(folder).map_err(io("create", folder))?;
    let old = match fs::metadata(path) {
        Ok(metadata) => Some(metadata),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(io("read", path)(error)),
    };
    if let Some(names) = old.as_ref().map(Metadata::nlink).filter(|names| *names > 1) {
        return Err(SchedulerError::HardLinks { path: path.to_owned(), names });
    }
    sweep(path)?;
    let stage = stage_of(path);
    let written = write_stage(&stage, path, bytes, old.as_ref()).and_then(|()| {
        reached("before-rename");
        fs::rename(&stage, path).map_err(io("replace", path))
    });
    if let Err(error) = written {
        // What could not be used is of no use to anybody.
        let _ = fs::remove_file(&stage);
        return Err(error);
    }
    reached("after-rename");
    sync(folder)
}

/// Removes a folder of drop-ins that holds none any more: without one it says nothing to systemd, whoever
/// made it.
fn remove_empty_drop_ins(folder: &Path) -> Result<(), SchedulerError> {
    if !folder.to_string_lossy().ends_with(".timer.d") {
        return Ok(());
    }
    match fs::remove_dir(folder) {
        Ok(()) => sync(folder_of(folder)),
        // It holds something else, or is not ours to remove: the file itself is gone, which is what was asked for.
        Err(_) => Ok(()),
    }
}

fn write_stage(
    stage: &Path,
    path: &Path,
    bytes: &[u8],
    old: Option<&Metadata>,
) -> Result<(), SchedulerError> {
    let failed = |action| io(action, stage);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        // Until it has its owner, nobody else may read what may be secret.
        .mode(if old.is_some() { 0o600 } else { NEW_FILE_MODE })
        .open(stage)
        .map_err(failed("write"))?;
    if let Some(old) = old {
        let ours = file.metadata().map_err(failed("read"))?;
        if (ours.uid(), ours.gid()) != (old.uid(), old.gid())
            && fchown(&file, Some(old.uid()), Some(old.gid())).is_err()
        {
            if ours.uid() == old.uid() {
                return Err(SchedulerError::Group { path: path.to_owned(), group: old.gid() });
            }
            return Err(SchedulerError::Owner { path: path.to_owned(), owner: old.uid() });
        }
        file.set_permissions(fs::Permissions::from_mode(old.mode() & 0o7777)).map_err(failed("write"))?;
    }
    file.write_all(bytes).map_err(failed("write"))?;
    file.sync_all().map_err(failed("sync"))
}

fn sync(folder: &Path) -> Result<(), SchedulerError> {
    File::open(folder).and_then(|file| file.sync_all()).map_err(io("sync", folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_keeps_its_mode_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crontab");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        replace(&path, Some(b"new")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o640);
        replace(&path, None).unwrap();
        assert_eq!(names(folder.path()), Vec::<String>::new());
    }

    #[test]
    fn a_link_stays_and_what_it_points_to_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("real");
        let link = folder.path().join("link");
        fs::write(&target, "old").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        replace(&resolved(&link).unwrap(), Some(b"new")).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&target).unwrap(), b"new");
        fs::remove_file(&target).unwrap();
        assert!(resolved(&link).is_err(), "a link that leads nowhere is not replaced by a file");
    }

    #[test]
    fn a_file_with_two_names_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crontab");
        fs::write(&path, "old").unwrap();
        fs::hard_link(&path, folder.path().join("other")).unwrap();
        assert!(matches!(replace(&path, Some(b"new")), Err(SchedulerError::HardLinks { names: 2, .. })));
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["crontab", "other"]);
    }

    #[test]
    fn what_a_killed_process_left_is_swept_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crontab");
        fs::write(folder.path().join(".crontab.tidetable-tmp"), "half").unwrap();
        replace(&path, Some(b"new")).unwrap();
        assert_eq!(names(folder.path()), ["crontab"]);
    }

    #[test]
    fn a_folder_of_drop_ins_goes_with_its_last_one() {
        let folder = tempfile::tempdir().unwrap();
        let drop_ins = folder.path().join("a.timer.d");
        replace(&drop_ins.join("50.conf"), Some(b"x")).unwrap();
        fs::write(drop_ins.join("60.conf"), "y").unwrap();
        replace(&drop_ins.join("50.conf"), None).unwrap();
        assert_eq!(names(&drop_ins), ["60.conf"]);
        replace(&drop_ins.join("60.conf"), None).unwrap();
        assert_eq!(names(folder.path()), Vec::<String>::new());
    }

    #[test]
    fn a_folder_is_no_crontab() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(read(folder.path()), Err(SchedulerError::NotAFile(_))));
        assert!(read(&folder.path().join("absent")).unwrap().is_none());
    }
}
