//! One writer at a time: an advisory lock on a file beside the store, which the kernel frees when its
//! holder dies, and which says who holds it.

use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::{StoreError, WriterOptions};
use crate::domain::time::Timestamp;
use crate::fail_point::reached;

/// Who holds the write lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockHolder {
    /// Process id; `None` when the lock is SQLite's own, held by a program that is not tidetable.
    pub process_id: Option<u32>,
    /// What it does.
    pub command: String,
    /// Since when.
    pub since: Option<Timestamp>,
}

impl LockHolder {
    /// A holder of which nothing is known.
    pub fn unknown() -> LockHolder {
        LockHolder { process_id: None, command: "another program".to_owned(), since: None }
    }
}

impl fmt::Display for LockHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.process_id {
            Some(process_id) => write!(f, "`{}` (process {process_id})", self.command)?,
            None => f.write_str(&self.command)?,
        }
        match self.since {
            Some(since) => write!(f, " since {since}"),
            None => Ok(()),
        }
    }
}

/// Held while a process may write; freed when dropped, or by the kernel.
#[derive(Debug)]
pub(super) struct WriteLock {
    _file: File,
}

/// The lock file of a store.
pub(super) fn lock_path(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

/// How often a waiting writer looks again.
const RETRY: Duration = Duration::from_millis(25);

impl WriteLock {
    /// Waits up to `timeout` for the lock of `store`, then writes `holder` into it.
    pub(super) fn acquire(
        store: &Path,
        holder: &LockHolder,
        timeout: Duration,
    ) -> Result<WriteLock, StoreError> {
        WriteLock::acquire_until(store, holder, timeout, &|| false)
    }

    /// The same; ends waiting where `is_stopped` says so.
    pub(super) fn acquire_unless(
        store: &Path,
        options: &WriterOptions,
        is_stopped: &dyn Fn() -> bool,
    ) -> Result<WriteLock, StoreError> {
        WriteLock::acquire_until(store, &options.holder, options.lock_timeout, is_stopped)
    }

    fn acquire_until(
        store: &Path,
        holder: &LockHolder,
        timeout: Duration,
        is_stopped: &dyn Fn() -> bool,
    ) -> Result<WriteLock, StoreError> {
        let path = lock_path(store);
        let io = |action| {
            let path = path.clone();
            move |source| StoreError::Io { action, path, source }
        };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(io("open"))?;
        let began = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if is_stopped() => return Err(StoreError::Interrupted),
                Err(TryLockError::WouldBlock) if began.elapsed() < timeout => {
                    reached("lock-awaited");
                    std::thread::sleep(RETRY.min(timeout - began.elapsed().min(timeout)));
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(StoreError::Busy {
                        path: store.to_owned(),
                        holder: read_holder(&mut file),
                        waited: timeout,
                    });
                }
                Err(TryLockError::Error(source)) => return Err(io("lock")(source)),
            }
        }
        let text = serde_json::to_string(holder).unwrap_or_default();
        file.set_len(0).map_err(io("write"))?;
        file.seek(SeekFrom::Start(0)).map_err(io("write"))?;
        file.write_all(text.as_bytes()).map_err(io("write"))?;
        Ok(WriteLock { _file: file })
    }
}

/// Who writes to `store` now; `None` when nobody does, or nobody ever did.
pub fn writer_of(store: &Path) -> Option<LockHolder> {
    let mut file = File::open(lock_path(store)).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => Some(read_holder(&mut file)),
        _ => None,
    }
}

/// What the holder wrote; it may be between locking and writing.
fn read_holder(file: &mut File) -> LockHolder {
    let mut text = String::new();
    let read = file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_string(&mut text));
    match read {
        Ok(_) => serde_json::from_str(&text).unwrap_or_else(|_| LockHolder::unknown()),
        Err(_) => LockHolder::unknown(),
    }
}
