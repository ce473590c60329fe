//! Sole use of a store: nobody else may have it open while its file is replaced, or what they write is lost.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::error::BackupError;
use super::stop::Stop;

/// How often to look again whether the others are gone.
const RETRY: Duration = Duration::from_millis(25);

/// Opens the store for ourselves alone, waiting up to `timeout`; its -wal and -shm are folded into the main file
/// and gone. Held until the connection is dropped.
pub(super) fn open_alone(path: &Path, timeout: Duration, stop: &Stop) -> Result<Connection, BackupError> {
    let began = Instant::now();
    loop {
        stop.check()?;
        match try_open_alone(path) {
            Ok(Some(connection)) => return Ok(connection),
            Ok(None) if began.elapsed() < timeout => std::thread::sleep(RETRY),
            Ok(None) => return Err(BackupError::InUse { path: path.to_owned() }),
            Err(error) => return Err(error.into()),
        }
    }
}

/// `None` while somebody else has it open.
fn try_open_alone(path: &Path) -> rusqlite::Result<Option<Connection>> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::ZERO)?;
    // Leaving WAL mode needs every other connection closed, idle readers included; BEGIN EXCLUSIVE alone does
    // not see those, and they would go on reading (or writing) a file that has no name any more.
    let alone = connection
        .pragma_update_and_check(Some("main"), "journal_mode", "DELETE", |row| row.get::<_, String>(0))
        .and_then(|mode| {
            // The lock that this transaction takes is kept after it in exclusive mode, through the VACUUM INTO of
            // the safety copy (which may not run inside a transaction) and the rename.
            connection.pragma_update(Some("main"), "locking_mode", "EXCLUSIVE")?;
            connection.execute_batch("BEGIN EXCLUSIVE; COMMIT")?;
            Ok(mode.eq_ignore_ascii_case("delete"))
        });
    match alone {
        Ok(true) => Ok(Some(connection)),
        Ok(false) => Ok(None),
        Err(error)
            if matches!(
                error.sqlite_error_code(),
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
