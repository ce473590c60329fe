//! Other programs' SQLite files: opened to be read, and nothing is written to them or left beside them.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use tempfile::NamedTempFile;

use super::{IngestError, Source};

/// How an SQLite file begins.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// A database and the copy that it is read from, if it is one.
pub(super) struct ForeignDatabase {
    /// Can only be read from.
    pub(super) connection: Connection,
    _copy: Option<NamedTempFile>,
}

impl ForeignDatabase {
    /// Opens a database in place; one that is compressed or comes through a pipe is copied first.
    pub(super) fn open(source: Source) -> Result<ForeignDatabase, IngestError> {
        let label = source.label().to_owned();
        let failed = |error: io::Error| IngestError::Read { path: label.clone(), source: error };
        if let Some(path) = source.file_path().filter(|path| begins_like_a_database(path)) {
            let connection = connect(path).map_err(|error| database_error(&label, &error))?;
            return Ok(ForeignDatabase { connection, _copy: None });
        }
        let mut copy = NamedTempFile::new().map_err(failed)?;
        let mut reader = source.into_reader()?;
        let mut magic = Vec::new();
        reader.by_ref().take(MAGIC.len() as u64).read_to_end(&mut magic).map_err(failed)?;
        if magic != MAGIC {
            let reason = "it does not begin like an SQLite file".to_owned();
            return Err(IngestError::Database { path: label, reason });
        }
        io::copy(&mut magic.as_slice().chain(reader), copy.as_file_mut()).map_err(failed)?;
        let connection = connect(copy.path()).map_err(|error| database_error(&label, &error))?;
        Ok(ForeignDatabase { connection, _copy: Some(copy) })
    }
}

fn begins_like_a_database(path: &Path) -> bool {
    let mut magic = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAGIC.len() as u64).read_to_end(&mut magic));
    read.is_ok() && magic == MAGIC
}

/// Opens a file without leaving anything beside it: SQLite would create the files of write-ahead mode even
/// for a reader (and fail in a folder that cannot be written to), though where there is no log nobody has
/// the database open. With a log, or in another mode, it must be opened as it is, or rows would be missing.
fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let at_rest = in_write_ahead_mode(path) && !log_path(path).exists();
    let connection = if at_rest {
        let uri = format!("file:{}?immutable=1", percent_encoded(path));
        Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)?
    } else {
        Connection::open_with_flags(path, flags)?
    };
    // Opening reads nothing yet; this does.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}

/// Byte 18 of the file's header is the version that writers must understand; 2 stands for write-ahead mode.
fn in_write_ahead_mode(path: &Path) -> bool {
    let mut header = Vec::new();
    let read = File::open(path).and_then(|file| file.take(20).read_to_end(&mut header));
    read.is_ok() && header.get(18) == Some(&2)
}

fn log_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name)
}

fn percent_encoded(path: &Path) -> String {
    let mut encoded = String::new();
    for byte in path.to_string_lossy().bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// What SQLite says, with the file's name.
pub(super) fn database_error(label: &Path, error: &rusqlite::Error) -> IngestError {
    IngestError::Database { path: label.to_owned(), reason: error.to_string() }
}
