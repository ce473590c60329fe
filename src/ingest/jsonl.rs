//! The activity record as JSON objects, one on each line or in one array, and foreign keys through `--map`.

use serde_json::{Map, Value};

use super::activity_field::{ActivityField, BadField, RunDraft};
use super::columns::{ACTIVE_MINUTES, IGNORED, listed, map_target};
use super::json_text::{JsonRead, JsonTexts};
use super::lines::reject;
use super::time_text::TimeReading;
use super::{Entries, Entry, ImportOptions, IngestError, Reject, Source};
use crate::domain::activity::Run;

/// Reads objects. A mapped key may be a path with dots into nested objects.
///
/// Errors: no map and no key of the first object gives a task type or a start.
pub(super) fn entries(source: Source, options: &ImportOptions) -> Result<Entries, IngestError> {
    let label = source.label().to_owned();
    let mut reader = JsonEntries {
        texts: JsonTexts::new(source)?,
        text: Vec::new(),
        bindings: bindings(options)?,
        times: TimeReading::new(options),
        values: [String::new(), String::new()],
        first: None,
        state: State::Reading,
    };
    // The first object stands for the header that other formats have: without it every line would be
    // rejected for the same reason.
    if let Some(Ok(entry)) = reader.read_entry() {
        if let Entry::Reject(Reject { field: Some(field), reason, .. }) = &entry
            && reason == ABSENT
        {
            let keys = reader.first_keys();
            return Err(IngestError::Header {
                path: label,
                line: 1,
                reason: format!("the first record has no {field}"),
                hint: format!("name it with --map THEIRS={field}; its keys are {}", listed(&keys)),
            });
        }
        reader.first = Some(entry);
    }
    Ok(Box::new(reader))
}

/// The reason of a reject that lacks a field altogether.
const ABSENT: &str = "is empty";

struct KeyBinding {
    field: ActivityField,
    /// Keys or paths, joined with a space when there are several.
    keys: Vec<String>,
    scale: f64,
    /// Whether a person named the keys; then messages do so too, and a key that never occurs is told.
    mapped: bool,
    seen: bool,
}

#[derive(PartialEq)]
enum State {
    Reading,
    Ended,
}

struct JsonEntries {
    texts: JsonTexts,
    text: Vec<u8>,
    bindings: Vec<KeyBinding>,
    times: TimeReading,
    /// Reused for values that are no strings, and for joined ones.
    values: [String; 2],
    /// The entry that was read to look at it.
    first: Option<Entry>,
    state: State,
}

fn bindings(options: &ImportOptions) -> Result<Vec<KeyBinding>, IngestError> {
    let mut bindings = Vec::new();
    for map in options.map.iter().filter(|map| map.ours != IGNORED) {
        if map.ours == ACTIVE_MINUTES {
            return Err(IngestError::Option {
                option: "--map",
                reason: format!("{ACTIVE_MINUTES} needs a table with one column for each minute"),
                hint: "it is for --format csv".to_owned(),
            });
        }
        let field = map_target(map)?;
        bindings.push(KeyBinding {
            field,
            keys: map.theirs.clone(),
            scale: map.scale,
            mapped: true,
            seen: false,
        });
    }
    let passed_over = |name: &str| {
        options.map.iter().any(|map| map.ours == IGNORED && map.theirs.iter().any(|own| own == name))
    };
    for field in ActivityField::ALL {
        if !bindings.iter().any(|binding| binding.field == field) {
            // The documented name comes last, so that it wins over an alias in the same object.
            for &name in field.names().iter().rev().filter(|name| !passed_over(name)) {
                let keys = vec![name.to_owned()];
                bindings.push(KeyBinding { field, keys, scale: 1.0, mapped: false, seen: false });
            }
        }
    }
    Ok(bindings)
}

impl Iterator for JsonEntries {
    type Item = Result<Entry, IngestError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(entry) = self.first.take() {
            return Some(Ok(entry));
        }
        if self.state == State::Ended {
            return None;
        }
        let entry = self.read_entry();
        match &entry {
            Some(Ok(_)) => entry,
            Some(Err(_)) => {
                self.state = State::Ended;
                entry
            }
            None => {
                self.state = State::Ended;
                self.never_seen().map(|notice| Ok(Entry::Notice(notice)))
            }
        }
    }
}

impl JsonEntries {
    fn read_entry(&mut self) -> Option<Result<Entry, IngestError>> {
        let line = match self.texts.read_next(&mut self.text) {
            Err(error) => {
                self.state = State::Ended;
                return Some(Err(error));
            }
            Ok(JsonRead::End) => return None,
            Ok(JsonRead::Rejected(rejected)) => return Some(Ok(Entry::Reject(rejected))),
            Ok(JsonRead::Text(line)) => line,
        };
        let object = match parse_object(&self.text) {
            Ok(object) => object,
            Err(reason) => return Some(Ok(Entry::Reject(reject(line, None, reason, &self.text)))),
        };
        Some(Ok(match self.run_of(&object) {
            Ok(run) => Entry::Run(run),
            Err(bad) => Entry::Reject(self.reject_field(line, bad)),
        }))
    }

    fn run_of(&mut self, object: &Map<String, Value>) -> Result<Run, BadField> {
        let mut draft = RunDraft::default();
        let [number, joined] = &mut self.values;
        for binding in &mut self.bindings {
            let text = match binding.keys.as_slice() {
                [key] => text_of(find(object, key), number),
                keys => join(object, keys, number, joined),
            };
            let text = text.map_err(|reason| BadField { field: binding.field, reason })?;
            let Some(text) = text else { continue };
            binding.seen = true;
            draft.set(binding.field, text.as_bytes(), binding.scale, &self.times)?;
        }
        draft.finish()
    }

    fn reject_field(&self, line: u64, bad: BadField) -> Reject {
        let binding = self.bindings.iter().find(|binding| binding.field == bad.field && binding.mapped);
        let reason = match binding {
            Some(binding) if bad.reason != ABSENT => {
                format!("{} (key {})", bad.reason, binding.keys.join("+"))
            }
            _ => bad.reason,
        };
        reject(line, Some(bad.field.as_str()), reason, &self.text)
    }

    fn first_keys(&self) -> Vec<String> {
        parse_object(&self.text)
            .map(|object| object.into_iter().map(|(key, _)| key).collect())
            .unwrap_or_default()
    }

    /// Says which mapped keys occurred in no record: most likely they are misspelled.
    fn never_seen(&self) -> Option<String> {
        let unseen = self.bindings.iter().filter(|binding| binding.mapped && !binding.seen);
        let keys: Vec<String> = unseen.map(|binding| binding.keys.join("+")).collect();
        (!keys.is_empty()).then(|| format!("mapped keys that no record has: {}", listed(&keys)))
    }
}

fn parse_object(text: &[u8]) -> Result<Map<String, Value>, String> {
    let parsed = match serde_json::from_slice(text) {
        // A string that is no UTF-8 is read with replacement characters, as in every other format.
        Err(_) if std::str::from_utf8(text).is_err() => serde_json::from_str(&String::from_utf8_lossy(text)),
        parsed => parsed,
    };
    match parsed {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err("is no object".to_owned()),
        Err(error) => Err(format!("is no JSON: {error}")),
    }
}

/// A key as it stands, else a path with dots.
fn find<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    if let Some(value) = object.get(key) {
        return Some(value);
    }
    let (first, rest) = key.split_once('.')?;
    find(object.get(first)?.as_object()?, rest)
}

/// The text of a plain value; `None` for what is absent, null or empty.
fn text_of<'a>(value: Option<&'a Value>, number: &'a mut String) -> Result<Option<&'a str>, String> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.trim()).filter(|text| !text.is_empty())),
        Some(plain @ (Value::Number(_) | Value::Bool(_))) => {
            *number = plain.to_string();
            Ok(Some(number))
        }
        Some(Value::Array(_)) => Err("is a list, not a plain value".to_owned()),
        Some(Value::Object(_)) => {
            Err("is an object, not a plain value; a path with dots reaches into it".to_owned())
        }
    }
}

/// Joins values with a space, `-` for an absent one; `None` if all are absent.
fn join<'a>(
    object: &Map<String, Value>,
    keys: &[String],
    number: &mut String,
    joined: &'a mut String,
) -> Result<Option<&'a str>, String> {
    joined.clear();
    let mut any = false;
    for (position, key) in keys.iter().enumerate() {
        if position > 0 {
            joined.push(' ');
        }
        let text = text_of(find(object, key), number)?;
        any |= text.is_some();
        joined.push_str(text.unwrap_or("-"));
    }
    Ok(any.then_some(joined.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::fixtures::{at, mapped, options, sorted, source};

    #[test]
    fn keys_numbers_strings_and_null_are_read() {
        let text = "{\"task_type\":\"train\",\"started_at\":1700000000.5,\"memory_mb\":\"12\",\"cpu_cores\":2,\
                    \"gpu_count\":null,\"note\":[1]}\n";
        let read = sorted(entries(source(text), &options()).unwrap());
        let run = &read.runs[0];
        assert_eq!(run.started_at, at("2023-11-14T22:13:20.500Z"));
        assert_eq!((run.resources.memory_mib, run.resources.cpu_cores), (Some(12.0), Some(2.0)));
        assert_eq!(run.resources.gpu_count, None);
    }

    #[test]
    fn paths_with_dots_reach_into_objects_and_keys_are_joined() {
        let options =
            mapped(&["job.name+user=task_type", "times.begin=started_at", "job.milli=cpu_cores/1000"]);
        let text = "[{\"job\":{\"name\":\"a\",\"milli\":500},\"times\":{\"begin\":\"2024-01-01 00:00:00\"}}]";
        let read = sorted(entries(source(text), &options).unwrap());
        assert_eq!(read.runs[0].task_type, "a -");
        assert_eq!(read.runs[0].resources.cpu_cores, Some(0.5));
    }

    #[test]
    fn a_bad_line_is_rejected_and_reading_goes_on() {
        let text = "{\"task_type\":\"a\",\"started_at\":1}\n{\"task_type\":\n17\n\
                    {\"task_type\":\"b\",\"started_at\":[2]}\n{\"started_at\":1}\n{\"task_type\":\"c\",\"started_at\":3}";
        let read = sorted(entries(source(text), &options()).unwrap());
        assert_eq!(read.runs.len(), 2);
        let faults: Vec<(u64, Option<&str>)> =
            read.rejects.iter().map(|reject| (reject.line, reject.field.as_deref())).collect();
        assert_eq!(faults, [(2, None), (3, None), (4, Some("started_at")), (5, Some("task_type"))]);
    }

    #[test]
    fn a_first_record_without_a_start_stops_reading_with_its_keys() {
        let Err(IngestError::Header { reason, hint, .. }) =
            entries(source("{\"task_type\":\"a\",\"end_unix\":1}\n"), &options())
        else {
            panic!("read");
        };
        assert_eq!(reason, "the first record has no started_at");
        assert!(hint.ends_with("its keys are task_type, end_unix"), "{hint}");
    }

    #[test]
    fn a_mapped_key_that_no_record_has_is_told() {
        let read = sorted(
            entries(source("{\"task_type\":\"a\",\"started_at\":1}"), &mapped(&["owner=user"])).unwrap(),
        );
        assert_eq!(read.notices, ["mapped keys that no record has: owner"]);
    }
}
