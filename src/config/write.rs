//! Writing a configuration file whole or not at all.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use super::ConfigError;

/// What to do with a file that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Leave it; writing is an error.
    Keep,
    /// Replace it.
    Replace,
}

/// Writes `text` to `path`, making its folder. Readers see the old file or the new one, never a part: it is
/// written beside its place and then moved there.
pub fn write_file(path: &Path, text: &str, existing: Existing) -> Result<(), ConfigError> {
    let failed = |source| ConfigError::Write { path: path.to_owned(), source };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder).map_err(failed)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".tidetable-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // A configuration is no secret; the process's mask still applies.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    let moved = match existing {
        Existing::Keep => file.persist_noclobber(path),
        Existing::Replace => file.persist(path),
    };
    match moved {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(ConfigError::Exists(path.to_owned()))
        }
        Err(error) => Err(failed(error.error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_existing_file_is_kept_unless_it_is_to_be_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/config.toml");
        write_file(&path, "seed = 1\n", Existing::Keep).unwrap();
        let refused = write_file(&path, "seed = 2\n", Existing::Keep);
        assert!(matches!(refused, Err(ConfigError::Exists(_))));
        assert_eq!(fs::read_to_string(&path).unwrap(), "seed = 1\n");
        write_file(&path, "seed = 2\n", Existing::Replace).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "seed = 2\n");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
    }
}
