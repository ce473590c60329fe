//! Writes a plan's web page: atomically, and never over a file of another kind.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::{CommandError, Context};
use crate::config::{Existing, write_file};
use crate::output::optimize::{OptimizeReport, PAGE_MARK, page};
use crate::output::{Glyphs, Style};

/// The mark stands in the head of a page: this many bytes hold it.
const HEAD_BYTES: u64 = 4096;

/// Whether the page may be written there: looked at before the search, so that nobody waits for a refusal.
pub(super) fn check_target(path: &Path) -> Result<(), CommandError> {
    if path.is_dir() {
        return Err(refused(path, "it is a folder", "name a file, such as plan.html"));
    }
    let folder = folder_of(path);
    if !folder.is_dir() {
        return Err(refused(
            path,
            &format!("there is no folder {}", folder.display()),
            "make the folder first",
        ));
    }
    let Ok(file) = File::open(path) else { return Ok(()) };
    let mut head = Vec::new();
    let is_read = file.take(HEAD_BYTES).read_to_end(&mut head).is_ok();
    let is_ours = String::from_utf8_lossy(&head).contains(PAGE_MARK);
    if is_read && (is_ours || head.is_empty()) {
        return Ok(());
    }
    Err(refused(
        path,
        "it is there already and is no plan's page",
        "choose another name, or move the file away",
    ))
}

/// Writes the page of `report`.
pub(super) fn write_page(
    path: &Path,
    report: &OptimizeReport,
    context: &Context,
) -> Result<(), CommandError> {
    check_target(path)?;
    let style =
        Style { color: false, width: None, glyphs: Glyphs::Unicode, zone: context.zone, now: context.now };
    let text = page(report, &style);
    // A link keeps pointing where it points: what it names is replaced.
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    write_file(&target, &text, Existing::Replace)
        .map_err(|error| refused(path, &error.to_string(), "choose a folder that can be written to"))
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn refused(path: &Path, why: &str, hint: &str) -> CommandError {
    CommandError::Refused {
        message: format!("cannot write {}: {why}", path.display()),
        hint: hint.to_owned(),
    }
}
