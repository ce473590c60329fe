//! Proving a copy: checksums, then decompressed, opened, checked and counted, in a place of its own.

use std::io::{BufWriter, Write};

use super::archive::decompress;
use super::contents::Contents;
use super::durable::io;
use super::error::{BackupError, Damage};
use super::folder::BackupFolder;
use super::manifest::Manifest;

impl BackupFolder {
    /// Proves a copy by content; writes nothing into the folder. A damaged copy is not an error of this call.
    pub fn verify(&self, manifest: &Manifest) -> Result<Result<(), Damage>, BackupError> {
        let temporary = std::env::temp_dir();
        let place = tempfile::Builder::new()
            .prefix("tidetable-verify-")
            .tempdir()
            .map_err(io("create a folder in", &temporary))?;
        let database = place.path().join("store.db");
        let file = std::fs::File::create(&database).map_err(io("create", &database))?;
        let mut file = BufWriter::new(file);
        let unpacked = decompress(&self.archive_of(manifest), &manifest.sums(), &mut file, &self.stop);
        if let Err(damage) = self.stop.told(unpacked)?? {
            return Ok(Err(damage));
        }
        file.flush().map_err(io("write", &database))?;
        Ok(Contents::of_file_until(&database, &self.stop)?.and_then(|found| {
            match found.differs_from(&manifest.contents()) {
                Some(damage) => Err(damage),
                None => Ok(()),
            }
        }))
    }
}
