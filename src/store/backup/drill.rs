//! A fire drill: a copy is restored into a place of its own by the very code of a real restore, and opened by the
//! reader that every command uses.

use super::durable::io;
use super::error::BackupError;
use super::folder::BackupFolder;
use super::manifest::Manifest;
use super::restore::{RestoreRequest, SafetyCopy};
use crate::domain::time::Timestamp;
use crate::store::{Store, WriterOptions};

/// What a drill found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drilled {
    /// Runs that the restored store tells of.
    pub runs: u64,
    /// The schema version it was brought to.
    pub schema_version: u32,
}

impl BackupFolder {
    /// Restores a copy into a folder of its own, which is gone afterwards, and compares what comes out with what was
    /// copied: every row by its digest, and the runs as the program's own reader counts them.
    pub fn drill(
        &self,
        manifest: &Manifest,
        now: Timestamp,
        writer: &WriterOptions,
    ) -> Result<Drilled, BackupError> {
        let failed = |problem: String| BackupError::Drill { id: manifest.id.clone(), problem };
        let place = tempfile::Builder::new()
            .prefix("tidetable-drill-")
            .tempdir()
            .map_err(io("create a folder in", &std::env::temp_dir()))?;
        let target = place.path().join("store.db");
        let restored =
            self.restore(&RestoreRequest { manifest, target: &target, host: None, now, writer })?;
        if restored.safety_copy != SafetyCopy::Nothing {
            return Err(failed("something lay where it was restored to".to_owned()));
        }
        if manifest.schema_version == restored.contents.schema_version
            && restored.contents != manifest.contents()
        {
            return Err(failed("its rows are not those that were copied".to_owned()));
        }
        let store = Store::open_reader(&target, writer)?
            .ok_or_else(|| failed("no store was there afterwards".to_owned()))?;
        let runs = store.overview(Timestamp::clamped(i64::MAX))?.runs;
        if runs != manifest.rows("runs") {
            return Err(failed(format!("{runs} runs are read of {}", manifest.rows("runs"))));
        }
        Ok(Drilled { runs, schema_version: restored.contents.schema_version })
    }
}
