//! One writer at a time in a folder: a lock on the folder itself, which needs no file of its own and which the kernel
//! frees when its holder dies.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use super::SchedulerError;

/// How often a waiting process looks again.
const RETRY: Duration = Duration::from_millis(25);

/// Held while files of a folder are read, compared and replaced.
#[derive(Debug)]
pub struct FolderLock {
    _folder: File,
}

impl FolderLock {
    /// Waits up to `timeout`.
    pub fn acquire(folder: &Path, timeout: Duration) -> Result<FolderLock, SchedulerError> {
        let io = |action| move |source| SchedulerError::Io { action, path: folder.to_owned(), source };
        let file = File::open(folder).map_err(io("open"))?;
        let began = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(FolderLock { _folder: file }),
                Err(TryLockError::WouldBlock) if began.elapsed() < timeout => {
                    std::thread::sleep(RETRY.min(timeout.saturating_sub(began.elapsed())));
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(SchedulerError::Busy { folder: folder.to_owned(), waited: timeout });
                }
                Err(TryLockError::Error(source)) => return Err(io("lock")(source)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_writer_waits_and_is_then_told_that_it_is_busy() {
        let folder = tempfile::tempdir().unwrap();
        let first = FolderLock::acquire(folder.path(), Duration::ZERO).unwrap();
        let second = FolderLock::acquire(folder.path(), Duration::from_millis(40));
        assert!(matches!(second, Err(SchedulerError::Busy { .. })));
        drop(first);
        FolderLock::acquire(folder.path(), Duration::ZERO).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "no lock file is left");
    }
}
