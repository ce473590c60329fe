//! Bringing a store to the schema this version knows.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::StoreError;

/// "TIDE" in ASCII: marks an SQLite file as a tidetable store.
pub const APPLICATION_ID: i32 = 0x5449_4445;

/// The newest migration, and the `user_version` that it sets.
pub const SCHEMA_VERSION: u32 = 5;

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// What the header of a database file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Header {
    /// A file without a single table.
    Empty,
    /// A store of this schema version.
    Store(u32),
}

/// Reads the header; refuses files of other programs and newer stores.
pub(super) fn read_header(connection: &Connection, path: &Path) -> Result<Header, StoreError> {
    let not_a_store = |reason: String| StoreError::NotAStore { path: path.to_owned(), reason };
    let pragma = |name: &str| {
        connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(|error| {
            match error.sqlite_error_code() {
                Some(rusqlite::ErrorCode::NotADatabase) => not_a_store("no SQLite file".to_owned()),
                Some(rusqlite::ErrorCode::DatabaseCorrupt) => not_a_store("damaged".to_owned()),
                _ => StoreError::Sqlite(error),
            }
        })
    };
    let application_id = pragma("application_id")?;
    let version = u32::try_from(pragma("user_version")?).unwrap_or(u32::MAX);
    // A process killed while it made a store leaves no more than the list of migrations, still empty.
    let tables: i64 = connection.query_row(
        "SELECT count(*) FROM sqlite_schema WHERE tbl_name <> 'refinery_schema_history'",
        [],
        |row| row.get(0),
    )?;
    if application_id != i64::from(APPLICATION_ID) {
        return match (application_id, tables) {
            (0, 0) => Ok(Header::Empty),
            _ => Err(not_a_store(format!("application_id {application_id:#x}"))),
        };
    }
    if version > SCHEMA_VERSION {
        return Err(StoreError::NewerSchema { path: path.to_owned(), found: version, known: SCHEMA_VERSION });
    }
    Ok(Header::Store(version))
}

/// Where the copy of an older store goes before it is migrated.
pub(super) fn copy_aside_path(path: &Path, version: u32) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".schema-v{version}"));
    PathBuf::from(name)
}

/// Runs the migrations that are missing; each marks the file with its version in its own transaction.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let failed = |reason: String| StoreError::Migration { path: path.to_owned(), to: SCHEMA_VERSION, reason };
    embedded::migrations::runner()
        // One transaction: a process killed half-way leaves the store as it was.
        .set_grouped(true)
        .run(connection)
        .map_err(|error| failed(error.to_string()))?;
    Ok(())
}
