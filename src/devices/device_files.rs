//! Which processes have a GPU's device file open: what the driver's list misses, and a proof that a number is meant.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// GPU and process id of all processes that have a GPU's file open, as far as we may look: other users' processes only
/// as root.
pub(super) fn holders(files: &BTreeMap<u32, String>) -> Vec<(u32, u32)> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    if files.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for entry in entries.flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        for path in open_files(pid).into_iter().flatten() {
            let on = files.iter().filter(|(_, file)| Path::new(file.as_str()) == path);
            found.extend(on.map(|(gpu, _)| (*gpu, pid)));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether process `pid` has one of `files` open; `None` when we may not look.
pub(super) fn holds(pid: u32, files: &[String]) -> Option<bool> {
    let mut open = open_files(pid)?;
    Some(open.any(|path| files.iter().any(|file| Path::new(file) == path)))
}

fn open_files(pid: u32) -> Option<impl Iterator<Item = PathBuf>> {
    let mut open = links(Path::new(&format!("/proc/{pid}/fd")))?.peekable();
    // The first thread may have ended before the others, and shows no files any more: they are one program's.
    let of_threads = if open.peek().is_none() { thread_files(pid) } else { Vec::new() };
    Some(open.chain(of_threads))
}

fn thread_files(pid: u32) -> Vec<PathBuf> {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
    let folders = threads.flatten().map(|thread| thread.path().join("fd"));
    folders.filter_map(|folder| links(&folder)).flatten().collect()
}

fn links(folder: &Path) -> Option<impl Iterator<Item = PathBuf> + use<>> {
    let entries = fs::read_dir(folder).ok()?;
    Some(entries.flatten().filter_map(|entry| fs::read_link(entry.path()).ok()))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn who_has_a_file_open_is_found_and_whether_one_has_it() {
        let file = tempfile::NamedTempFile::new().expect("file made");
        let path = file.path().canonicalize().expect("there").to_string_lossy().into_owned();
        let own = std::process::id();
        assert_eq!(holders(&BTreeMap::from([(3, path.clone())])), [(3, own)]);
        assert_eq!(holds(own, std::slice::from_ref(&path)), Some(true));
        assert_eq!(holds(own, &["/no/such/file".to_owned()]), Some(false));
        assert_eq!(holds(u32::MAX, &[path]), None);
    }
}
