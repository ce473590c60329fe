//! What can go wrong with copies of the store, and what can be wrong with a copy.

use std::path::PathBuf;

use crate::store::StoreError;

/// A failure to make, find, prove or restore a copy.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is nothing to copy.
    #[error("there is no store at {path} to copy")]
    NoStore {
        /// Where we looked.
        path: PathBuf,
    },
    /// No copy of that id.
    #[error("there is no backup {id} in {folder}")]
    Unknown {
        /// What was asked for.
        id: String,
        /// Where we looked.
        folder: PathBuf,
    },
    /// Copies, but none that `latest` means.
    #[error("{folder} holds no copy of this store that `latest` means: {id} {}", match .store {
        Some(store) => format!("is one of another store, {store}"),
        None => "was made before a restore, of what that replaced".to_owned(),
    })]
    NoLatest {
        /// Where we looked.
        folder: PathBuf,
        /// The newest copy there.
        id: String,
        /// Whose it is, where it is that of another store.
        store: Option<String>,
    },
    /// Files of that id, but no copy.
    #[error("{id} in {folder} is no backup: {reason}")]
    NotACopy {
        /// What was asked for.
        id: String,
        /// Where we looked.
        folder: PathBuf,
        /// What is there.
        reason: String,
    },
    /// The beginning of more than one id.
    #[error("{id} may mean any of {}", .candidates.join(", "))]
    Ambiguous {
        /// What was asked for.
        id: String,
        /// The ids that begin so.
        candidates: Vec<String>,
    },
    /// The copy is not what it was when it was made.
    #[error("backup {id} is damaged: {damage}")]
    Damaged {
        /// Its id.
        id: String,
        /// What is wrong.
        damage: Damage,
    },
    /// The copy was made by a newer version.
    #[error("backup {id} has schema version {found}; this tidetable knows versions up to {known}")]
    NewerSchema {
        /// Its id.
        id: String,
        /// Its version.
        found: u32,
        /// Ours.
        known: u32,
    },
    /// What lies at the target is no store of ours; it is not touched.
    #[error("{path} is not a tidetable store ({reason}); it is left alone")]
    ForeignTarget {
        /// The file.
        path: PathBuf,
        /// How we know.
        reason: String,
    },
    /// Another process has the store open.
    #[error("another process has {path} open")]
    InUse {
        /// The store.
        path: PathBuf,
    },
    /// The disk has too little room; nothing was written.
    #[error("there is too little room at {path}: {needed} bytes are needed, {free} are free")]
    NoSpace {
        /// Where.
        path: PathBuf,
        /// Bytes to be written.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// A drill found that a copy does not come back as it was.
    #[error("backup {id} was restored, but {problem}")]
    Drill {
        /// Its id.
        id: String,
        /// What differs.
        problem: String,
    },
    /// A new copy did not prove itself; nothing was published.
    #[error("the new copy of {path} did not prove itself and was thrown away: {damage}")]
    Unproven {
        /// The store.
        path: PathBuf,
        /// What is wrong.
        damage: Damage,
    },
    /// A file or folder could not be made, read, written or renamed.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The store itself says no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl BackupError {
    /// Whether all that is missing is room on the disk.
    pub fn is_no_room(&self) -> bool {
        match self {
            BackupError::NoSpace { .. } => true,
            BackupError::Io { source, .. } | BackupError::Store(StoreError::Io { source, .. }) => {
                matches!(source.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
            }
            BackupError::Store(StoreError::Sqlite(error)) => {
                error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull)
            }
            _ => false,
        }
    }
}

impl From<rusqlite::Error> for BackupError {
    fn from(error: rusqlite::Error) -> Self {
        BackupError::Store(StoreError::Sqlite(error))
    }
}

/// What is wrong with a copy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// The manifest is not what was written.
    #[error("its manifest {0}")]
    Manifest(String),
    /// The archive is gone.
    #[error("its archive is missing")]
    ArchiveMissing,
    /// The archive was cut or has grown.
    #[error("its archive has {found} bytes instead of {expected}")]
    ArchiveSize {
        /// Bytes written when it was made.
        expected: u64,
        /// Bytes there are.
        found: u64,
    },
    /// Some byte of the archive has changed.
    #[error("the checksum of its archive does not match")]
    ArchiveChecksum,
    /// The archive does not decompress.
    #[error("its archive cannot be decompressed ({0})")]
    Decompression(String),
    /// It decompresses to something else.
    #[error("the checksum of its database does not match")]
    DatabaseChecksum,
    /// The database has another mark than a store's.
    #[error("its database has application_id {0:#x}, not that of a store")]
    ApplicationId(i64),
    /// SQLite finds the database damaged.
    #[error("its database fails the check: {0}")]
    QuickCheck(String),
    /// Rows that refer to rows which are not there.
    #[error("{rows} rows of table {table} refer to rows that are missing")]
    ForeignKeys {
        /// The first such table.
        table: String,
        /// Rows in all tables.
        rows: u64,
    },
    /// Another schema than the manifest says.
    #[error("its database has schema version {found}, its manifest says {expected}")]
    Schema {
        /// What the manifest says.
        expected: u32,
        /// What the database says.
        found: u32,
    },
    /// Another number of rows than the manifest says.
    #[error("table {table} has {found} rows, its manifest says {expected}")]
    Rows {
        /// The table.
        table: String,
        /// What the manifest says.
        expected: u64,
        /// What there is.
        found: u64,
    },
    /// The rows are not those that were copied.
    #[error("its rows are not those that were copied")]
    Content,
}
