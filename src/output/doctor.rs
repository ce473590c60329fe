//! What `doctor` answers.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::backup::{age, byte_size};
use super::format::{count, quantity};
use super::{Report, Style};
use crate::domain::time::Timestamp;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Nothing is wrong.
    Note,
    /// Something should be looked at; nothing is lost.
    Warning,
    /// Something is damaged.
    Error,
}

impl Severity {
    fn as_str(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// Something found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// What was looked at: store, leftovers, locks, schedulers, backups, drills.
    pub check: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The file or folder.
    pub subject: String,
    /// What was found.
    pub message: String,
    /// What to do; empty where nothing is to be done.
    pub advice: String,
    /// Whether `--repair` mends it.
    pub repairable: bool,
}

/// A repair, planned or done.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ShownRepair {
    /// `settle_restore`, `remove_stages`, `remove_unfinished` or `move_aside`.
    pub action: &'static str,
    /// The file or folder.
    pub path: String,
    /// Where it was moved to.
    pub moved_to: Option<String>,
    /// `planned`, `done` or `failed`.
    pub status: &'static str,
    /// Why it failed.
    pub error: Option<String>,
}

/// The store, as far as it can be told.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ShownStore {
    /// The file.
    pub path: String,
    /// `absent`, `intact`, `damaged` or `foreign`.
    pub state: &'static str,
    /// Its schema version.
    pub schema: Option<u32>,
    /// Rows of each table.
    pub counts: Option<BTreeMap<String, u64>>,
    /// Who writes to it now.
    pub written_by: Option<String>,
}

/// The copies, taken together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ShownCopies {
    /// Where they lie.
    pub folder: String,
    /// How many there are.
    pub count: u64,
    /// Bytes of their archives.
    pub bytes: u64,
    /// Id of the newest.
    pub newest_id: Option<String>,
    /// When it was made.
    pub newest_at: Option<Timestamp>,
    /// When any of them last was proven by unpacking it.
    pub verified_at: Option<Timestamp>,
    /// When any of them last was restored, if only for a drill.
    pub drilled_at: Option<Timestamp>,
    /// Who makes or removes copies now.
    pub written_by: Option<String>,
}

/// What `doctor` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct DoctorReport {
    /// The store.
    pub store: ShownStore,
    /// The copies.
    pub backups: ShownCopies,
    /// What was found, worst first.
    pub findings: Vec<Finding>,
    /// What is, or would be, mended.
    pub repairs: Vec<ShownRepair>,
}

impl DoctorReport {
    /// Whether something is wrong that no repair of this call has mended.
    pub fn is_unwell(&self) -> bool {
        let mended = !self.repairs.is_empty() && self.repairs.iter().all(|repair| repair.status == "done");
        self.findings
            .iter()
            .any(|finding| finding.severity > Severity::Note && !(finding.repairable && mended))
    }

    fn status(&self) -> &'static str {
        match (self.is_unwell(), self.repairs.iter().any(|repair| repair.status == "done")) {
            (true, _) => "findings",
            (false, true) => "repaired",
            (false, false) => "clean",
        }
    }
}

impl Report for DoctorReport {
    fn data(&self) -> Value {
        json!({
            "status": self.status(),
            "store": self.store,
            "backups": self.backups,
            "findings": self.findings,
            "repairs": self.repairs,
        })
    }

    fn records(&self) -> Vec<Value> {
        let values = self.findings.iter().map(|finding| json!(finding)).collect();
        super::report::typed_records("finding", values)
    }

    fn table(&self, style: &Style) -> String {
        let mut text = format!("store    {}: {}\n", self.store.path, store_words(&self.store));
        let backups = &self.backups;
        let copies = if backups.count == 1 { "copy" } else { "copies" };
        text.push_str(&format!("backups  {}: {} {copies}", backups.folder, count(backups.count)));
        if let Some(newest) = backups.newest_at {
            text.push_str(&format!(", {}, the newest {} old", byte_size(backups.bytes), age(style, newest)));
        }
        let drilled = backups.drilled_at.map_or_else(
            || "no copy was ever restored or drilled".to_owned(),
            |at| format!("a copy last came back {} ago", age(style, at)),
        );
        text.push_str(&format!("\nproof    {drilled}\n"));
        for finding in &self.findings {
            let word = format!("{:8}", finding.severity.as_str());
            text.push_str(&format!("\n{} {}\n", style.bold(&word), finding.message));
            text.push_str(&format!("         {}\n", finding.subject));
            if !finding.advice.is_empty() {
                text.push_str(&format!("         {}\n", finding.advice));
            }
        }
        for repair in &self.repairs {
            let moved = repair.moved_to.as_ref().map(|to| format!(" to {to}")).unwrap_or_default();
            let error = repair.error.as_ref().map(|error| format!(": {error}")).unwrap_or_default();
            let action = match repair.action {
                "settle_restore" => "settle the interrupted restore of",
                "remove_stages" => "remove what an interrupted restore left beside",
                "remove_unfinished" => "remove what is unfinished in",
                _ => "move aside",
            };
            text.push_str(&format!("\n{}: {action} {}{moved}{error}", repair.status, repair.path));
        }
        if !self.repairs.is_empty() {
            text.push('\n');
        }
        let end = match self.status() {
            "findings" => "Something is to be done.",
            "repaired" => "What was wrong is mended.",
            _ => "Nothing is wrong.",
        };
        format!("{text}\n{end}\n")
    }

    fn detailed(&self, style: &Style) -> String {
        let mut text = self.table(style);
        for (table, rows) in self.store.counts.iter().flatten().filter(|(_, rows)| **rows > 0) {
            text.push_str(&format!("  {table:<24} {}\n", quantity(*rows, "row")));
        }
        text
    }
}

fn store_words(store: &ShownStore) -> String {
    let runs = store.counts.as_ref().and_then(|counts| counts.get("runs")).copied();
    match (store.state, runs, store.schema) {
        ("intact", Some(runs), Some(schema)) => {
            format!("every page and reference is in order, {} runs, schema {schema}", count(runs))
        }
        (state, ..) => state.to_owned(),
    }
}
