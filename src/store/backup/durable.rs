//! Files that survive a power cut: written beside, synced, published by rename, the folder synced after.

use std::fs::{self, File, Metadata};
use std::path::{Path, PathBuf};

use super::BackupError;

/// An `Io` error of `action` on `path`.
pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> BackupError + use<> {
    let path = path.to_owned();
    move |source| BackupError::Io { action, path, source }
}

/// A file that is removed again unless it was renamed away: what a failure leaves behind is nothing.
#[derive(Debug)]
pub(super) struct TemporaryFile {
    path: PathBuf,
}

impl TemporaryFile {
    /// Claims `path`; removes what an earlier, killed process left there.
    pub(super) fn claim(path: PathBuf) -> Result<TemporaryFile, BackupError> {
        remove_if_there(&path)?;
        Ok(TemporaryFile { path })
    }

    /// Claims `path` for what may be read by no more than may read the file `like`, from the first byte on.
    pub(super) fn claim_like(path: PathBuf, like: Option<&Metadata>) -> Result<TemporaryFile, BackupError> {
        let file = TemporaryFile::claim(path)?;
        let Some(like) = like else { return Ok(file) };
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
            options.mode((like.permissions().mode() & 0o666) | 0o600);
        }
        options.open(&file.path).map_err(io("create", &file.path))?;
        file.hand_over(like);
        Ok(file)
    }

    /// Gives it the mode and, where we may, the owner of `like`.
    pub(super) fn adopt(&self, like: &Metadata) -> Result<(), BackupError> {
        self.hand_over(like);
        fs::set_permissions(&self.path, like.permissions()).map_err(io("set the mode of", &self.path))
    }

    /// Only root may give files away, and only to root does it matter; a group of ours may still be given alone.
    #[cfg(unix)]
    fn hand_over(&self, like: &Metadata) {
        use std::os::unix::fs::{MetadataExt as _, chown};
        if chown(&self.path, Some(like.uid()), Some(like.gid())).is_err() {
            let _ = chown(&self.path, None, Some(like.gid()));
        }
    }

    #[cfg(not(unix))]
    fn hand_over(&self, _like: &Metadata) {}

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Syncs it to the disk.
    pub(super) fn sync(&self) -> Result<(), BackupError> {
        let file = File::options().read(true).write(true).open(&self.path).map_err(io("sync", &self.path))?;
        file.sync_all().map_err(io("sync", &self.path))
    }

    /// Publishes it under its final name, replacing what is there in one step.
    pub(super) fn publish(self, target: &Path) -> Result<(), BackupError> {
        fs::rename(&self.path, target).map_err(io("rename to", target))
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        // Gone already when it was published; otherwise the next backup or restore sweeps it away.
        let _ = fs::remove_file(&self.path);
        for suffix in ["-journal", "-wal", "-shm"] {
            let _ = fs::remove_file(with_suffix(&self.path, suffix));
        }
    }
}

/// `path` with `suffix` behind its name.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Removes a file; that there is none is fine.
pub(super) fn remove_if_there(path: &Path) -> Result<(), BackupError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(io("remove", path)(error)),
        _ => Ok(()),
    }
}

/// Syncs a folder, so that the names in it survive a power cut.
pub(super) fn sync_folder(folder: &Path) -> Result<(), BackupError> {
    File::open(folder).and_then(|file| file.sync_all()).map_err(io("sync", folder))
}

/// The folder a file lies in.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
