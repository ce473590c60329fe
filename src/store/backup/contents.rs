//! What a store file holds: schema, rows of each table, and a digest over every value. SQLite's own checks
//! accept a file without tables and a flipped byte in a payload; these do not.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use sha2::{Digest, Sha256};

use super::archive::hexadecimal;
use super::error::{BackupError, Damage};
use super::stop::Stop;
use crate::store::APPLICATION_ID;
use crate::store::connection::open_read_only;

/// What a store file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// Schema version.
    pub schema_version: u32,
    /// Rows of each table, by name.
    pub counts: BTreeMap<String, u64>,
    /// SHA-256 over tables, columns and values in the order of their keys; equal for equal rows, however the
    /// file is laid out.
    pub content_sha256: String,
}

impl Contents {
    /// What the store at `path` holds, as far as it has been committed, once it has passed every check.
    pub fn of_store(path: &Path) -> Result<Contents, BackupError> {
        let connection = open_read_only(path)?;
        Contents::checked(&connection)
            .map_err(|damage| BackupError::Unproven { path: path.to_owned(), damage })
    }

    /// Opens a store file that nobody else uses and checks it: mark, quick_check, foreign keys, then every row.
    pub(super) fn of_file(path: &Path) -> Result<Contents, Damage> {
        Contents::read_file(path, &Stop::never())
    }

    /// The same, unless we are to stop; that is no damage.
    pub(super) fn of_file_until(path: &Path, stop: &Stop) -> Result<Result<Contents, Damage>, BackupError> {
        stop.told(Contents::read_file(path, stop))
    }

    fn read_file(path: &Path, stop: &Stop) -> Result<Contents, Damage> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags).map_err(|error| damage(&error))?;
        stop.watch(&mut connection).map_err(|error| damage(&error))?;
        Contents::checked(&connection)
    }

    fn checked(connection: &Connection) -> Result<Contents, Damage> {
        let application_id = pragma(connection, "application_id").map_err(|error| damage(&error))?;
        if application_id != i64::from(APPLICATION_ID) {
            return Err(Damage::ApplicationId(application_id));
        }
        let verdict = connection
            .pragma_query_value(None, "quick_check", |row| row.get::<_, String>(0))
            .map_err(|error| damage(&error))?;
        if verdict != "ok" {
            return Err(Damage::QuickCheck(verdict.lines().next().unwrap_or_default().to_owned()));
        }
        foreign_keys(connection)?;
        read(connection).map_err(|error| damage(&error))
    }

    /// Rows of one table; 0 when there is no such table.
    pub fn rows(&self, table: &str) -> u64 {
        self.counts.get(table).copied().unwrap_or(0)
    }

    /// How these contents differ from `expected`, if they do.
    pub(super) fn differs_from(&self, expected: &Contents) -> Option<Damage> {
        if self.schema_version != expected.schema_version {
            return Some(Damage::Schema { expected: expected.schema_version, found: self.schema_version });
        }
        let tables = expected.counts.keys().chain(self.counts.keys());
        for table in tables {
            let (expected, found) = (expected.rows(table), self.rows(table));
            if expected != found {
                return Some(Damage::Rows { table: table.clone(), expected, found });
            }
        }
        (self.content_sha256 != expected.content_sha256).then_some(Damage::Content)
    }
}

/// Rows of each table of an open store, by name.
pub(super) fn row_counts(connection: &Connection) -> rusqlite::Result<BTreeMap<String, u64>> {
    tables(connection)?
        .into_iter()
        .map(|table| {
            let sql = format!("SELECT count(*) FROM {}", quoted(&table.name));
            let rows: i64 = connection.query_row(&sql, [], |row| row.get(0))?;
            Ok((table.name, rows.unsigned_abs()))
        })
        .collect()
}

/// A number in the file's header.
pub(super) fn pragma(connection: &Connection, name: &str) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, name, |row| row.get(0))
}

struct Table {
    name: String,
    has_rowid: bool,
}

fn tables(connection: &Connection) -> rusqlite::Result<Vec<Table>> {
    let mut statement = connection.prepare(
        "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table' \
         AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name",
    )?;
    let rows = statement
        .query_map([], |row| Ok(Table { name: row.get(0)?, has_rowid: row.get::<_, i64>(1)? == 0 }))?;
    rows.collect()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

pub(super) fn foreign_keys(connection: &Connection) -> Result<(), Damage> {
    let found: Vec<String> = connection
        .prepare("SELECT \"table\" FROM pragma_foreign_key_check")
        .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect())
        .map_err(|error| damage(&error))?;
    match found.first() {
        None => Ok(()),
        Some(table) => Err(Damage::ForeignKeys { table: table.clone(), rows: found.len() as u64 }),
    }
}

fn read(connection: &Connection) -> rusqlite::Result<Contents> {
    let schema_version = u32::try_from(pragma(connection, "user_version")?).unwrap_or(u32::MAX);
    let mut counts = BTreeMap::new();
    let mut hasher = BufferedHasher::default();
    for table in tables(connection)? {
        // A table without rowids is scanned by its primary key.
        let order = if table.has_rowid { " ORDER BY rowid" } else { "" };
        let mut statement = connection.prepare(&format!("SELECT * FROM {}{order}", quoted(&table.name)))?;
        hasher.text(b'T', table.name.as_bytes());
        for column in statement.column_names() {
            hasher.text(b'C', column.as_bytes());
        }
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        let mut count = 0_u64;
        while let Some(row) = rows.next()? {
            count += 1;
            for column in 0..columns {
                match row.get_ref(column)? {
                    ValueRef::Null => hasher.add(b"n"),
                    ValueRef::Integer(value) => hasher.number(b'i', value.to_le_bytes()),
                    ValueRef::Real(value) => hasher.number(b'r', value.to_bits().to_le_bytes()),
                    ValueRef::Text(bytes) => hasher.text(b't', bytes),
                    ValueRef::Blob(bytes) => hasher.text(b'b', bytes),
                }
            }
        }
        counts.insert(table.name, count);
    }
    Ok(Contents { schema_version, counts, content_sha256: hasher.finish() })
}

/// Collects small pieces, which SHA-256 takes one call each for.
#[derive(Default)]
struct BufferedHasher {
    hasher: Sha256,
    buffer: Vec<u8>,
}

impl BufferedHasher {
    fn add(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= 1 << 16 {
            self.hasher.update(&self.buffer);
            self.buffer.clear();
        }
    }

    fn number(&mut self, tag: u8, bytes: [u8; 8]) {
        self.add(&[tag]);
        self.add(&bytes);
    }

    /// The length goes first, so that no two rows run together into the same bytes.
    fn text(&mut self, tag: u8, bytes: &[u8]) {
        self.number(tag, (bytes.len() as u64).to_le_bytes());
        self.add(bytes);
    }

    fn finish(mut self) -> String {
        self.hasher.update(&self.buffer);
        hexadecimal(&self.hasher.finalize())
    }
}

fn damage(error: &rusqlite::Error) -> Damage {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => Damage::QuickCheck("no SQLite file".to_owned()),
        _ => Damage::QuickCheck(error.to_string()),
    }
}
