//! The store as it is at one moment, page by page, into a file of its own, whoever writes meanwhile.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::error::BackupError;
use super::stop::Stop;
use crate::store::{LockHolder, StoreError};

/// How often to try again while somebody changes how the store is kept.
const RETRY: Duration = Duration::from_millis(25);

/// Pages copied between two looks at whether to stop: 4 MiB.
const PAGES: i32 = 1_024;

/// Copies what `source` sees into a new database at `target`, under one read transaction: with one for each step,
/// another process that commits often makes it begin again and again. `VACUUM INTO` would need three times as long.
pub(super) fn snapshot(
    source: &Connection,
    target: &Path,
    timeout: Duration,
    stop: &Stop,
) -> Result<(), BackupError> {
    let mut copy = Connection::open(target)?;
    // Thrown away when anything goes wrong: it needs no journal, and nobody reads it after a power cut.
    copy.pragma_update(None, "journal_mode", "OFF")?;
    copy.pragma_update(None, "synchronous", "OFF")?;
    {
        let began = Instant::now();
        // Begun by the first look at the source, and ended with this block.
        let reading = source.unchecked_transaction()?;
        reading.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        let backup = Backup::new(&reading, &mut copy)?;
        loop {
            stop.check()?;
            match backup.step(PAGES)? {
                StepResult::Done => break,
                StepResult::More => {}
                _ if began.elapsed() < timeout => std::thread::sleep(RETRY),
                _ => {
                    let path = source.path().unwrap_or_default().into();
                    let (holder, waited) = (LockHolder::unknown(), timeout);
                    return Err(StoreError::Busy { path, holder, waited }.into());
                }
            }
        }
    }
    drop(copy);
    // The pages say that there is a log beside them; a copy is one file.
    let copy = Connection::open(target)?;
    copy.pragma_update(None, "synchronous", "OFF")?;
    copy.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))?;
    Ok(())
}
