//! Room on a disk, looked at before much is written: a full disk is told of at once, not after minutes.

use std::path::Path;

use super::durable::folder_of;
use super::error::BackupError;
use super::folder::BackupFolder;

/// What a copy of a database takes while it is made: the database as it stands, and its archive, which of bytes that
/// do not compress is as large again.
pub(super) fn of_copy(database_bytes: u64) -> u64 {
    database_bytes.saturating_mul(2)
}

/// Refuses when the disk that `path` lies on (or will) has less than `needed` bytes for us. Where the system does not
/// tell, writing tells.
pub(super) fn ensure(path: &Path, needed: u64) -> Result<(), BackupError> {
    match free_bytes(path) {
        Some(free) if free < needed => Err(BackupError::NoSpace { path: path.to_owned(), needed, free }),
        _ => Ok(()),
    }
}

/// Whether two paths lie on one disk, and so share its room.
pub(super) fn shared(one: &Path, other: &Path) -> bool {
    match (device(one), device(other)) {
        (Some(one), Some(other)) => one == other,
        _ => false,
    }
}

impl BackupFolder {
    /// Refuses where we may not write to the folder, or make it: told before work begins that could not be kept.
    pub(super) fn ensure_writable(&self) -> Result<(), BackupError> {
        writable(present(self.path()))
            .map_err(|source| BackupError::Unwritable { folder: self.path().to_owned(), source })
    }
}

#[cfg(unix)]
fn writable(folder: &Path) -> std::io::Result<()> {
    use rustix::fs::Access;
    if !folder.is_dir() {
        return Err(std::io::ErrorKind::NotADirectory.into());
    }
    Ok(rustix::fs::access(folder, Access::WRITE_OK | Access::EXEC_OK)?)
}

#[cfg(not(unix))]
fn writable(_folder: &Path) -> std::io::Result<()> {
    Ok(())
}

/// `path`, or the nearest folder above it that is there.
fn present(path: &Path) -> &Path {
    let mut path = path;
    while !path.exists() && path != Path::new(".") && path.parent().is_some() {
        path = folder_of(path);
    }
    path
}

#[cfg(unix)]
fn free_bytes(path: &Path) -> Option<u64> {
    let told = rustix::fs::statvfs(present(path)).ok()?;
    Some(told.f_bavail.saturating_mul(told.f_frsize))
}

#[cfg(not(unix))]
fn free_bytes(_path: &Path) -> Option<u64> {
    None
}

#[cfg(unix)]
fn device(path: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(present(path)).ok().map(|metadata| metadata.dev())
}

#[cfg(not(unix))]
fn device(_path: &Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn more_than_any_disk_has_is_refused_with_both_numbers() {
        let folder = tempfile::tempdir().expect("folder");
        let error = ensure(&folder.path().join("not/there/yet"), u64::MAX).expect_err("too much");
        assert!(error.to_string().contains("16777216.0 TiB are needed"), "{error}");
        ensure(folder.path(), 1).expect("one byte is free");
        assert!(shared(folder.path(), &folder.path().join("not/there")));
    }
}
