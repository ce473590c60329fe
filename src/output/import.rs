//! What `import` answers.

use serde::Serialize;
use serde_json::{Value, json};

use super::format::{count, quantity, shorten};
use super::{Report, Style};
use crate::domain::time::Timestamp;

/// A record that could not be read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RejectShape {
    /// 1-based line in the decompressed file.
    pub line: u64,
    /// The field at fault.
    pub field: Option<String>,
    /// What is wrong.
    pub reason: String,
}

/// What became of one file.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ImportedFile {
    /// Path, or `-`.
    pub path: String,
    /// The reader used; null when the file could not be opened.
    pub format: Option<&'static str>,
    /// Records read, good or bad.
    pub read: u64,
    /// Runs and declared rules that are new.
    pub added: u64,
    /// Runs that were known and got an end, an outcome or a need.
    pub updated: u64,
    /// Records that were known.
    pub already_known: u64,
    /// Records that could not be read.
    pub rejected: u64,
    /// The first of them.
    pub rejects: Vec<RejectShape>,
    /// Cron sessions read, each the end of some run.
    pub sessions: u64,
    /// Runs that got their end from a session, of this file or of an earlier one.
    pub runs_ended_by_sessions: u64,
    /// Sessions in the store whose command line is not known yet.
    pub sessions_waiting: u64,
    /// Declared rules among those that are new.
    pub rules_added: u64,
    /// Task types among the runs read.
    pub task_types: u64,
    /// First start among the runs read.
    pub first_start: Option<Timestamp>,
    /// Last start among the runs read.
    pub last_start: Option<Timestamp>,
    /// What to know of how it was read.
    pub notices: Vec<String>,
    /// Why nothing of it was kept.
    pub error: Option<String>,
}

/// What `import` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportReport {
    /// One entry per file, in the order given.
    pub files: Vec<ImportedFile>,
    /// The store.
    pub store: String,
    /// The backup made before, where much was added.
    pub safety_copy: Option<String>,
}

impl ImportReport {
    fn total(&self, value: fn(&ImportedFile) -> u64) -> u64 {
        self.files.iter().map(value).sum()
    }
}

impl Report for ImportReport {
    fn data(&self) -> Value {
        json!({
            "store": self.store,
            "read": self.total(|file| file.read),
            "added": self.total(|file| file.added),
            "updated": self.total(|file| file.updated),
            "already_known": self.total(|file| file.already_known),
            "rejected": self.total(|file| file.rejected),
            "rules_added": self.total(|file| file.rules_added),
            "files": self.files,
            "safety_copy": self.safety_copy,
        })
    }

    fn records(&self) -> Vec<Value> {
        let values = self.files.iter().map(|file| serde_json::to_value(file).unwrap_or_default()).collect();
        super::report::typed_records("file", values)
    }

    fn table(&self, style: &Style) -> String {
        let blocks: Vec<String> = self.files.iter().map(|file| file_lines(file, style, 3)).collect();
        blocks.join("\n")
    }

    fn detailed(&self, style: &Style) -> String {
        let blocks: Vec<String> = self.files.iter().map(|file| file_lines(file, style, usize::MAX)).collect();
        let copy = self.safety_copy.as_ref();
        let copy = copy.map(|id| format!("the store as it was is backup {id}\n")).unwrap_or_default();
        format!("{}\nstore: {}\n{copy}", blocks.join("\n"), self.store)
    }
}

fn file_lines(file: &ImportedFile, style: &Style, shown_rejects: usize) -> String {
    let mut lines = Vec::new();
    let format = file.format.map(|format| format!(" ({format})")).unwrap_or_default();
    lines.push(style.bold(&format!("{}{format}", file.path)));
    if let Some(error) = &file.error {
        lines.push(format!("  nothing kept: {error}"));
    } else {
        lines.push(format!(
            "  {} read: {} added, {} updated, {} already known, {} rejected",
            quantity(file.read, "record"),
            count(file.added),
            count(file.updated),
            count(file.already_known),
            count(file.rejected)
        ));
        if file.rules_added > 0 {
            lines.push(format!("  {} among them", quantity(file.rules_added, "declared rule")));
        }
        if let (Some(first), Some(last)) = (file.first_start, file.last_start) {
            lines.push(format!(
                "  {}, {} to {} ({})",
                quantity(file.task_types, "task type"),
                style.time(first),
                style.time(last),
                style.zone.name()
            ));
        }
        if file.sessions > 0 || file.runs_ended_by_sessions > 0 {
            lines.push(format!(
                "  {}; {} got an end from a session",
                quantity(file.sessions, "cron session"),
                quantity(file.runs_ended_by_sessions, "run")
            ));
        }
    }
    for reject in file.rejects.iter().take(shown_rejects) {
        let field = reject.field.as_ref().map(|field| format!(", {field}")).unwrap_or_default();
        lines.push(format!("  line {}{field}: {}", reject.line, shorten(&reject.reason, 160)));
    }
    let hidden = file.rejected.saturating_sub(file.rejects.len().min(shown_rejects) as u64);
    if hidden > 0 && !file.rejects.is_empty() {
        lines.push(format!("  and {} more; --reject-file PATH keeps them all", quantity(hidden, "reject")));
    }
    lines.push(String::new());
    lines.join("\n")
}
