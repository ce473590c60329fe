//! Machine code of the kernels, kept on disk: compiling takes about a second, reading nothing.

use std::io::Write;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::CudaError;
use super::library::compiler;

/// The kernels' source.
pub(super) const SOURCE: &str = include_str!("kernels.cu");

/// What stands before the machine code in a file: a name for the format, then the digest of what follows.
const MAGIC: &[u8; 8] = b"tidecub1";
const DIGEST: usize = 32;

/// Machine code of the kernels for one architecture, such as `sm_80`: from `folder` where an earlier run left it there,
/// else compiled and left there. A folder that cannot be written, or an entry that is damaged, costs only time.
///
/// # Errors
/// It must be compiled and the compiler is missing, or refuses.
pub(super) fn machine_code(architecture: &str, folder: Option<&Path>) -> Result<Vec<u8>, CudaError> {
    code_of(SOURCE, architecture, folder, &|source, architecture| compiler()?.compile(source, architecture))
}

type Compile<'a> = &'a dyn Fn(&str, &str) -> Result<Vec<u8>, CudaError>;

fn code_of(
    source: &str,
    architecture: &str,
    folder: Option<&Path>,
    compile: Compile<'_>,
) -> Result<Vec<u8>, CudaError> {
    let path = folder.map(|folder| folder.join(entry_name(source, architecture)));
    if let Some(code) = path.as_deref().and_then(read) {
        return Ok(code);
    }
    let code = compile(source, architecture)?;
    if let Some(path) = path {
        // What cannot be kept is compiled again next time.
        let _ = write(&path, &code);
    }
    Ok(code)
}

/// Named by architecture and source, so that neither another GPU nor another version takes it for its own.
fn entry_name(source: &str, architecture: &str) -> PathBuf {
    let digest = Sha256::digest(source.as_bytes());
    let hash: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    PathBuf::from(format!("kernels-{architecture}-{hash}.bin"))
}

/// The code in an entry; `None` where there is none that is whole.
fn read(path: &Path) -> Option<Vec<u8>> {
    let bytes = std::fs::read(path).ok()?;
    let (digest, code) = bytes.strip_prefix(MAGIC)?.split_at_checked(DIGEST)?;
    (!code.is_empty() && Sha256::digest(code).as_slice() == digest).then(|| code.to_vec())
}

/// Writes an entry under another name first, so that whoever reads meanwhile finds all of it or none.
fn write(path: &Path, code: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(MAGIC)?;
    file.write_all(Sha256::digest(code).as_slice())?;
    file.write_all(code)?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// Code for `architecture`, and whether it had to be compiled.
    fn asked(source: &str, architecture: &str, folder: Option<&Path>) -> (Vec<u8>, bool) {
        let compiled = Cell::new(false);
        let compile = |source: &str, architecture: &str| {
            compiled.set(true);
            Ok(format!("{architecture}: {source}").into_bytes())
        };
        (code_of(source, architecture, folder, &compile).expect("code"), compiled.get())
    }

    #[test]
    fn code_is_compiled_once_for_each_source_and_architecture() {
        let folder = tempfile::tempdir().expect("folder");
        let below = folder.path().join("made/when/needed");
        assert_eq!(asked("a", "sm_80", Some(&below)), (b"sm_80: a".to_vec(), true));
        assert_eq!(asked("a", "sm_80", Some(&below)), (b"sm_80: a".to_vec(), false));
        assert!(asked("a", "sm_90", Some(&below)).1);
        assert!(asked("b", "sm_80", Some(&below)).1);
        assert!(asked("a", "sm_80", None).1);
    }

    #[test]
    fn a_damaged_entry_is_compiled_anew_and_mended() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join(entry_name("a", "sm_80"));
        let (code, _) = asked("a", "sm_80", Some(folder.path()));
        let whole = std::fs::read(&path).expect("an entry");
        let mut flipped = whole.clone();
        *flipped.last_mut().expect("bytes") ^= 1;
        for damaged in [&whole[..whole.len() - 1], &whole[..20], &flipped, b""] {
            std::fs::write(&path, damaged).expect("written");
            assert_eq!(asked("a", "sm_80", Some(folder.path())), (code.clone(), true));
            assert_eq!(asked("a", "sm_80", Some(folder.path())), (code.clone(), false));
        }
    }

    #[test]
    fn a_folder_that_cannot_be_written_costs_only_time() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("file");
        std::fs::write(&file, "").expect("written");
        assert!(asked("a", "sm_80", Some(&file)).1);
        assert!(asked("a", "sm_80", Some(&file)).1);
    }
}
