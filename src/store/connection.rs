//! Opening a store: for reading, for writing, as a throw-away copy.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::backup::settle_restore;
use super::lock::{LockHolder, WriteLock};
use super::migrations::{Header, copy_aside_path, migrate, read_header};
use super::{SCHEMA_VERSION, StoreError};
use crate::fail_point::reached;

/// Page cache of a connection.
pub(super) const CACHE_KIB: i64 = 65_536;

/// What a writer must say of itself.
#[derive(Clone, Debug)]
pub struct WriterOptions {
    /// How long to wait for another writer.
    pub lock_timeout: Duration,
    /// Who we are, for those who wait for us.
    pub holder: LockHolder,
}

/// Keeps a copy of a store of this schema version, which is about to be migrated; called under its write lock.
pub type KeepOld<'a> = &'a dyn Fn(u32) -> Result<(), StoreError>;

/// An open store.
#[derive(Debug)]
pub struct Store {
    pub(super) connection: Connection,
    path: PathBuf,
    lock_timeout: Duration,
    // Held, never read: their Drop frees the lock and removes the throw-away copy. Declared after the
    // connection because fields drop in order.
    _lock: Option<WriteLock>,
    _scratch: Option<tempfile::TempDir>,
}

impl Store {
    /// An empty store in memory.
    pub fn in_memory() -> Result<Store, StoreError> {
        let mut connection = Connection::open_in_memory()?;
        let path = PathBuf::from(":memory:");
        migrate(&mut connection, &path)?;
        configure(&connection, Duration::ZERO)?;
        Ok(Store { connection, path, lock_timeout: Duration::ZERO, _lock: None, _scratch: None })
    }

    /// Opens an existing store for reading only; `None` when there is no file. An older schema is migrated
    /// first, which takes the write lock for a moment.
    pub fn open_reader(path: &Path, options: &WriterOptions) -> Result<Option<Store>, StoreError> {
        Store::open_reader_keeping(path, options, None)
    }

    /// The same; an older store is copied by `keep_old` instead of aside.
    pub fn open_reader_keeping(
        path: &Path,
        options: &WriterOptions,
        keep_old: Option<KeepOld<'_>>,
    ) -> Result<Option<Store>, StoreError> {
        settle_restore(path, options)?;
        if !exists(path)? {
            return Ok(None);
        }
        let connection = open_read_only(path)?;
        connection.busy_timeout(options.lock_timeout)?;
        match read_header(&connection, path)? {
            Header::Store(SCHEMA_VERSION) => {
                configure(&connection, options.lock_timeout)?;
                connection.pragma_update(None, "query_only", true)?;
                Ok(Some(Store {
                    connection,
                    path: path.to_owned(),
                    lock_timeout: options.lock_timeout,
                    _lock: None,
                    _scratch: None,
                }))
            }
            Header::Empty => Ok(None),
            Header::Store(_) => {
                drop(connection);
                drop(Store::open_writer_keeping(path, options, keep_old)?);
                Store::open_reader(path, options)
            }
        }
    }

    /// Whether there is a store of an older schema, which opening it would migrate.
    pub fn needs_migration(path: &Path) -> Result<bool, StoreError> {
        if !exists(path)? {
            return Ok(false);
        }
        let header = read_header(&open_read_only(path)?, path)?;
        Ok(matches!(header, Header::Store(version) if version < SCHEMA_VERSION))
    }

    /// Opens a store for writing and makes it (and its folder) where there is none. Waits for another writer
    /// up to the lock timeout. An older schema is copied aside, then migrated.
    pub fn open_writer(path: &Path, options: &WriterOptions) -> Result<Store, StoreError> {
        Store::open_writer_keeping(path, options, None)
    }

    /// The same; an older store is copied by `keep_old` instead of aside.
    pub fn open_writer_keeping(
        path: &Path,
        options: &WriterOptions,
        keep_old: Option<KeepOld<'_>>,
    ) -> Result<Store, StoreError> {
        settle_restore(path, options)?;
        if exists(path)? {
            // Refused before a lock file is laid beside somebody else's file.
            read_header(&open_read_only(path)?, path)?;
        }
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(|source| StoreError::Io {
                action: "create",
                path: folder.to_owned(),
                source,
            })?;
        }
        let lock = WriteLock::acquire(path, &options.holder, options.lock_timeout)?;
        let mut connection = Connection::open(path).map_err(|error| open_error(path, "open", error))?;
        connection.busy_timeout(options.lock_timeout)?;
        match read_header(&connection, path)? {
            Header::Store(SCHEMA_VERSION) => {}
            Header::Empty => {
                enter_wal(&connection, path, options)?;
                migrate(&mut connection, path)?;
            }
            Header::Store(version) => {
                match keep_old {
                    Some(keep) => keep(version)?,
                    None => copy_aside(&connection, path, version)?,
                }
                reached("migration-about-to-begin");
                migrate(&mut connection, path)?;
                reached("migration-done");
            }
        }
        enter_wal(&connection, path, options)?;
        configure(&connection, options.lock_timeout)?;
        Ok(Store {
            connection,
            path: path.to_owned(),
            lock_timeout: options.lock_timeout,
            _lock: Some(lock),
            _scratch: None,
        })
    }

    /// A throw-away copy of the store (empty when there is none): what a dry run works on, so that it runs the
    /// very code of the real run and changes nothing. Takes no lock.
    pub fn open_scratch(path: &Path, options: &WriterOptions) -> Result<Store, StoreError> {
        settle_restore(path, options)?;
        if !exists(path)? {
            return Store::in_memory();
        }
        let original = open_read_only(path)?;
        original.busy_timeout(options.lock_timeout)?;
        let folder = tempfile::Builder::new()
            .prefix("tidetable-dry-run-")
            .tempdir()
            .map_err(|source| StoreError::Io { action: "create", path: std::env::temp_dir(), source })?;
        let copy = folder.path().join("store.db");
        if read_header(&original, path)? == Header::Empty {
            return Store::in_memory();
        }
        original.execute("VACUUM INTO ?1", [copy.to_string_lossy()])?;
        let mut connection = Connection::open(&copy)?;
        migrate(&mut connection, &copy)?;
        configure(&connection, options.lock_timeout)?;
        // Nobody will read it after a crash.
        connection.pragma_update(None, "synchronous", "OFF")?;
        Ok(Store {
            connection,
            path: path.to_owned(),
            lock_timeout: options.lock_timeout,
            _lock: None,
            _scratch: Some(folder),
        })
    }

    /// The file, or `:memory:`.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `work` in one transaction: everything it wrote is kept when it succeeds, nothing otherwise.
    pub fn in_transaction<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let (path, waited) = (self.path.clone(), self.lock_timeout);
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|error| busy_or_sqlite(&path, waited, error))?;
        reached("transaction-begun");
        let value = work(&transaction)?;
        reached("transaction-written");
        transaction.commit().map_err(|error| busy_or_sqlite(&path, waited, error))?;
        reached("transaction-committed");
        Ok(value)
    }
}

/// Copies an older store aside, under a name that tells its version.
fn copy_aside(connection: &Connection, path: &Path, version: u32) -> Result<(), StoreError> {
    let aside = copy_aside_path(path, version);
    if aside.exists() {
        return Ok(());
    }
    // Under another name until it is whole: a process killed half-way leaves a database without a single table.
    let mut unfinished = aside.clone().into_os_string();
    unfinished.push(".tmp");
    let unfinished = PathBuf::from(unfinished);
    let io = |action, path: &Path| {
        let path = path.to_owned();
        move |source| StoreError::Io { action, path, source }
    };
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(io("remove", &unfinished)(error));
        }
        _ => {}
    }
    connection.execute("VACUUM INTO ?1", [unfinished.to_string_lossy()])?;
    reached("migration-copied-aside");
    fs::File::open(&unfinished).and_then(|file| file.sync_all()).map_err(io("sync", &unfinished))?;
    fs::rename(&unfinished, &aside).map_err(io("rename to", &aside))
}

/// Whether there is a file; a folder or an unreadable parent is an error.
fn exists(path: &Path) -> Result<bool, StoreError> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok(true),
        Ok(metadata) => {
            let what = if metadata.is_dir() { "a folder" } else { "not a regular file" };
            Err(StoreError::NotAStore { path: path.to_owned(), reason: what.to_owned() })
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(StoreError::Io { action: "read", path: path.to_owned(), source }),
    }
}

/// Opens for reading only. Where we may, with the right to write: the last reader then
/// removes the -wal and -shm files that reading made, and nothing stays behind. In a folder that we may not write,
/// where those cannot be made, the file is read as it stands.
pub(super) fn open_read_only(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection =
        Connection::open_with_flags(path, flags).map_err(|error| open_error(path, "read", error))?;
    let probe = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0));
    let cannot_open = probe.as_ref().is_err_and(|error| {
        matches!(
            error.sqlite_error_code(),
            Some(rusqlite::ErrorCode::CannotOpen | rusqlite::ErrorCode::ReadOnly)
        )
    });
    if !cannot_open {
        return Ok(connection);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    // Without a -wal file nothing can be missing from the main file, so that reading it as it stands is safe.
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    if fs::metadata(&wal).is_ok_and(|metadata| metadata.len() > 0) {
        return Ok(connection);
    }
    let mut uri = String::from("file:");
    for byte in path.to_string_lossy().bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02x}")),
        }
    }
    uri.push_str("?immutable=1");
    Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)
        .map_err(|error| open_error(path, "read", error))
}

fn open_error(path: &Path, action: &'static str, error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => {
            StoreError::NotAStore { path: path.to_owned(), reason: "no SQLite file".to_owned() }
        }
        Some(rusqlite::ErrorCode::CannotOpen | rusqlite::ErrorCode::PermissionDenied) => StoreError::Io {
            action,
            path: path.to_owned(),
            source: std::io::Error::new(std::io::ErrorKind::PermissionDenied, error.to_string()),
        },
        _ => StoreError::Sqlite(error),
    }
}

/// SQLite's own lock is held by somebody who does not know our lock file.
fn busy_or_sqlite(path: &Path, waited: Duration, error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => {
            StoreError::Busy { path: path.to_owned(), holder: LockHolder::unknown(), waited }
        }
        _ => StoreError::Sqlite(error),
    }
}

fn enter_wal(connection: &Connection, path: &Path, options: &WriterOptions) -> Result<(), StoreError> {
    let entered =
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0));
    match entered {
        Ok(_) => Ok(()),
        Err(error) => Err(busy_or_sqlite(path, options.lock_timeout, error)),
    }
}

fn configure(connection: &Connection, busy_timeout: Duration) -> Result<(), StoreError> {
    connection.busy_timeout(busy_timeout)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // FULL: what was reported as stored survives a power cut, not only a killed process.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "temp_store", "FILE")?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}
