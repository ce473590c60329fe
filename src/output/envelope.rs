//! The frame around every machine-readable answer.

use serde::Serialize;
use serde_json::{Value, json};

use super::format::{Ink, printable};
use super::report::typed_records;
use super::{Report, Style};
use crate::domain::time::Timestamp;

/// Version of the JSON documents; within a version fields are only added.
pub const FORMAT_VERSION: u32 = 1;

/// What stands around a report's data.
#[derive(Clone, Debug, Serialize)]
pub struct Envelope {
    /// The subcommand, as typed.
    pub command: String,
    /// When.
    pub generated_at: Timestamp,
    /// Whether nothing was changed.
    pub dry_run: bool,
    /// What the reader should know besides.
    pub warnings: Vec<String>,
}

/// In which form to write a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For people, in brief.
    Table,
    /// For people, in full.
    Detailed,
    /// One JSON document.
    Json,
    /// One JSON object per line; the last has `message_type` `summary`.
    Jsonl,
}

/// The text for standard output.
pub fn render(report: &dyn Report, envelope: &Envelope, form: Form, style: &Style) -> String {
    match form {
        Form::Table => printable(&report.table(style), Ink::of(style)),
        Form::Detailed => printable(&report.detailed(style), Ink::of(style)),
        Form::Json => {
            let mut text = document(envelope, "data", report.data());
            text.push('\n');
            text
        }
        Form::Jsonl => {
            let mut text = String::new();
            let records = report.records();
            let count = records.len();
            for record in typed_records("result", records) {
                text.push_str(&record.to_string());
                text.push('\n');
            }
            let mut summary = frame(envelope);
            summary.insert("message_type".to_owned(), json!("summary"));
            summary.insert("records".to_owned(), json!(count));
            summary.extend(report.summary());
            text.push_str(&Value::Object(summary).to_string());
            text.push('\n');
            text
        }
    }
}

fn document(envelope: &Envelope, key: &str, data: Value) -> String {
    let mut object = frame(envelope);
    let warnings = object.shift_remove("warnings").unwrap_or_else(|| json!([]));
    object.insert(key.to_owned(), data);
    object.insert("warnings".to_owned(), warnings);
    serde_json::to_string_pretty(&Value::Object(object)).unwrap_or_default()
}

fn frame(envelope: &Envelope) -> serde_json::Map<String, Value> {
    let mut object = serde_json::Map::new();
    object.insert("format_version".to_owned(), json!(FORMAT_VERSION));
    object.insert("tool_version".to_owned(), json!(env!("CARGO_PKG_VERSION")));
    object.insert("command".to_owned(), json!(envelope.command));
    object.insert("generated_at".to_owned(), json!(envelope.generated_at));
    object.insert("dry_run".to_owned(), json!(envelope.dry_run));
    object.insert("warnings".to_owned(), json!(envelope.warnings));
    object
}
