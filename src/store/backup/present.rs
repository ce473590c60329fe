//! What lies where a copy is to be restored to.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::ErrorCode;

use super::contents::{pragma, row_counts};
use super::durable::io;
use super::error::BackupError;
use crate::store::connection::open_read_only;
use crate::store::{APPLICATION_ID, StoreError};

/// What lies where a copy is to be restored to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PresentStore {
    /// Nothing, or a file without a single table.
    Absent,
    /// A store.
    Intact {
        /// Its schema version, which may be newer than ours.
        schema_version: u32,
        /// Rows of each table.
        counts: BTreeMap<String, u64>,
    },
    /// A store that SQLite cannot read through.
    Damaged {
        /// What SQLite says.
        reason: String,
    },
}

impl PresentStore {
    /// Looks at the file at `path`; refuses what is no store of ours.
    pub fn at(path: &Path) -> Result<PresentStore, BackupError> {
        let foreign =
            |reason: &str| BackupError::ForeignTarget { path: path.to_owned(), reason: reason.to_owned() };
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => return Err(foreign("a folder")),
            Ok(metadata) if !metadata.is_file() => return Err(foreign("no regular file")),
            Ok(metadata) if metadata.len() == 0 => return Ok(PresentStore::Absent),
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(PresentStore::Absent),
            Err(error) => return Err(io("read", path)(error)),
        }
        let connection = match open_read_only(path) {
            Ok(connection) => connection,
            Err(StoreError::NotAStore { reason, .. }) => return Err(foreign(&reason)),
            Err(error) => return Err(error.into()),
        };
        let marks = pragma(&connection, "application_id")
            .and_then(|mark| Ok((mark, pragma(&connection, "user_version")?)));
        let (application_id, version) = match marks {
            Ok(marks) => marks,
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
                return Err(foreign("no SQLite file"));
            }
            Err(error) if is_corrupt(&error) => {
                return Ok(PresentStore::Damaged { reason: error.to_string() });
            }
            Err(error) => return Err(error.into()),
        };
        match row_counts(&connection) {
            Ok(counts) if application_id == 0 && counts.is_empty() => Ok(PresentStore::Absent),
            _ if application_id != i64::from(APPLICATION_ID) => {
                Err(foreign(&format!("application_id {application_id:#x}")))
            }
            Ok(counts) => Ok(PresentStore::Intact {
                schema_version: u32::try_from(version).unwrap_or(u32::MAX),
                counts,
            }),
            Err(error) if is_corrupt(&error) => Ok(PresentStore::Damaged { reason: error.to_string() }),
            Err(error) => Err(error.into()),
        }
    }
}

/// Whether SQLite found the file itself at fault.
pub(super) fn is_corrupt(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}
