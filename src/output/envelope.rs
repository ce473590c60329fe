//! The frame around every machine-readable answer.

use std::cell::RefCell;
use std::io::Write;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
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

/// Writes the answer. A long list is made as it is written, so that it is never in memory as a whole.
///
/// # Errors
/// What `out` says.
pub fn render(
    report: &dyn Report,
    envelope: &Envelope,
    form: Form,
    style: &Style,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    match form {
        Form::Table => out.write_all(printable(&report.table(style), Ink::of(style)).as_bytes()),
        Form::Detailed => out.write_all(printable(&report.detailed(style), Ink::of(style)).as_bytes()),
        Form::Json => {
            serde_json::to_writer_pretty(&mut *out, &Document { envelope, report })?;
            out.write_all(b"\n")
        }
        Form::Jsonl => {
            let mut count = 0_u64;
            let mut write_line = |record: &Value| {
                count += 1;
                serde_json::to_writer(&mut *out, record)?;
                out.write_all(b"\n")
            };
            match report.list() {
                Some(list) => {
                    for value in list.values {
                        typed_records(list.message_type, vec![value]).iter().try_for_each(&mut write_line)?;
                    }
                }
                None => typed_records("result", report.records()).iter().try_for_each(&mut write_line)?,
            }
            let mut summary = frame(envelope);
            summary.insert("message_type".to_owned(), json!("summary"));
            summary.insert("records".to_owned(), json!(count));
            summary.extend(report.summary());
            serde_json::to_writer(&mut *out, &summary)?;
            out.write_all(b"\n")
        }
    }
}

/// A report in its frame.
struct Document<'a> {
    envelope: &'a Envelope,
    report: &'a dyn Report,
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = frame(self.envelope);
        let warnings = fields.shift_remove("warnings").unwrap_or_else(|| json!([]));
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in &fields {
            map.serialize_entry(name, value)?;
        }
        map.serialize_entry("data", &Data(self.report))?;
        map.serialize_entry("warnings", &warnings)?;
        map.end()
    }
}

/// `data` of a report.
struct Data<'a>(&'a dyn Report);

impl Serialize for Data<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(list) = self.0.list() else { return self.0.data().serialize(serializer) };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(list.name, &Values(RefCell::new(list.values)))?;
        for (name, value) in &self.0.summary() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// The values of a long list, which can be written once.
struct Values<'a>(RefCell<Box<dyn Iterator<Item = Value> + 'a>>);

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&mut *self.0.borrow_mut())
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::Zone;
    use crate::output::Glyphs;
    use crate::output::report::{LongList, fields_of};

    struct Numbers(i64);

    impl Report for Numbers {
        fn list(&self) -> Option<LongList<'_>> {
            let values = Box::new((0..self.0).map(|number| json!({ "number": number })));
            Some(LongList { name: "numbers", message_type: "number", values })
        }

        fn summary(&self) -> serde_json::Map<String, Value> {
            fields_of(json!({ "total": self.0 }))
        }

        fn table(&self, _: &Style) -> String {
            String::new()
        }
    }

    fn written(report: &dyn Report, form: Form) -> String {
        let now = Timestamp::clamped(0);
        let style = Style { color: false, width: None, glyphs: Glyphs::Ascii, zone: Zone::UTC, now };
        let (command, warnings) = ("count".to_owned(), vec!["few".to_owned()]);
        let envelope = Envelope { command, generated_at: now, dry_run: false, warnings };
        let mut out = Vec::new();
        render(report, &envelope, form, &style, &mut out).expect("memory can be written");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn a_list_that_is_written_piece_by_piece_is_the_document_that_it_would_be_as_a_whole() {
        for count in [0, 1, 3] {
            let text = written(&Numbers(count), Form::Json);
            let document: Value = serde_json::from_str(&text).expect("one document");
            assert_eq!(document["data"], Numbers(count).data());
            assert_eq!(text, serde_json::to_string_pretty(&document).expect("text") + "\n");
            let names: Vec<&String> = document.as_object().expect("an object").keys().collect();
            assert_eq!(names[4..], ["dry_run", "data", "warnings"]);
        }
    }

    #[test]
    fn lines_are_counted_as_they_are_written() {
        let text = written(&Numbers(2), Form::Jsonl);
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!(lines[..2], [0, 1].map(|number| json!({ "message_type": "number", "number": number })));
        assert_eq!((&lines[2]["records"], &lines[2]["total"]), (&json!(2), &json!(2)));
    }
}
