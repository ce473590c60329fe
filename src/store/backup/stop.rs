//! Whether somebody asked us to stop, looked at between pages, rows and chunks: what takes minutes on a large store
//! ends within a moment, and as any failure does, with nothing half-made left.

use std::fmt;
use std::io::{Error, Read, Write};
use std::sync::Arc;

use rusqlite::Connection;

use super::error::BackupError;
use crate::store::StoreError;

/// Steps of SQLite's virtual machine between two looks: a fraction of a millisecond.
const STEPS: i32 = 10_000;

/// Tells whether to stop; once it says so, it goes on saying so.
#[derive(Clone)]
pub struct Stop(Arc<dyn Fn() -> bool + Send + Sync>);

impl Stop {
    /// Asks `is_asked` each time.
    pub fn when(is_asked: impl Fn() -> bool + Send + Sync + 'static) -> Stop {
        Stop(Arc::new(is_asked))
    }

    /// Nobody ever asks: for what must not be left half-way.
    pub fn never() -> Stop {
        Stop::when(|| false)
    }

    /// Whether to stop.
    pub(super) fn is_asked(&self) -> bool {
        (self.0)()
    }

    /// An error where we are to stop.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        if self.is_asked() { Err(StoreError::Interrupted) } else { Ok(()) }
    }

    /// What failed because we stopped did not fail for another reason: neither the disk nor a copy is to blame.
    pub(super) fn told<T, E>(&self, result: Result<T, E>) -> Result<Result<T, E>, BackupError> {
        if result.is_err() {
            self.check()?;
        }
        Ok(result)
    }

    /// Passes bytes on until we are to stop.
    pub(super) fn watching<T>(&self, inner: T) -> Watching<'_, T> {
        Watching { inner, stop: self }
    }

    /// Makes statements of `connection` fail once we are to stop.
    pub(super) fn watch(&self, connection: &mut Connection) -> rusqlite::Result<()> {
        let stop = self.clone();
        connection.progress_handler(STEPS, Some(move || stop.is_asked()))
    }
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stop")
    }
}

/// Passes bytes on until we are to stop.
pub(super) struct Watching<'a, T> {
    inner: T,
    stop: &'a Stop,
}

impl<T> Watching<'_, T> {
    /// Not of the kind `Interrupted`, which readers and writers take for a reason to try again.
    fn look(&self) -> std::io::Result<()> {
        if self.stop.is_asked() { Err(Error::other("interrupted")) } else { Ok(()) }
    }
}

impl<R: Read> Read for Watching<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.look()?;
        self.inner.read(buffer)
    }
}

impl<W: Write> Write for Watching<'_, W> {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        self.look()?;
        self.inner.write(buffer)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}
