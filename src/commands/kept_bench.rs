//! Where measurements of devices are kept: a file in the user's data folder, as they are of the machine and not of a
//! store.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::config;
use crate::domain::device::Bench;

/// The file, where the user has a home.
pub(super) fn place() -> Option<PathBuf> {
    Some(config::data_folder().ok()?.join("gpu-bench.json"))
}

/// What was measured last; `None` where nothing was.
///
/// # Errors
/// The file may not be read, or holds no measurements.
pub(super) fn read(path: &Path) -> std::io::Result<Option<Bench>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes the file as a whole.
///
/// # Errors
/// Its folder cannot be made or written.
pub(super) fn write(path: &Path, bench: &Bench) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer_pretty(&mut file, bench)?;
    file.flush()?;
    file.persist(path).map(drop).map_err(|error| error.error)
}
