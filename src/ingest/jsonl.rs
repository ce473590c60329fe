//! The activity record as JSON objects, one on each line or in one array, and foreign keys through `--map`.

use std::collections::VecDeque;
use std::path::Path;

use serde_json::Value;

use super::activity_field::{ActivityField, BadField, RunDraft};
use super::columns::{ACTIVE_MINUTES, IGNORED, listed, map_target};
use super::json_object::{JsonObject, write_text};
use super::json_text::{JsonRead, JsonTexts};
use super::json_values::JsonValue;
use super::lines::reject;
use super::time_text::TimeReading;
use super::{Entries, Entry, ImportOptions, IngestError, Reject, Source};
use crate::domain::activity::Run;

/// Reads objects. A mapped key may be a path with dots into nested objects.
///
/// Errors: none of the first objects has what a run needs, under its own name or through a map.
pub(super) fn entries(source: Source, options: &ImportOptions) -> Result<Entries, IngestError> {
    let label = source.label().to_owned();
    let bindings = bindings(options)?;
    let mut reader = JsonEntries {
        texts: JsonTexts::new(source)?,
        text: Vec::new(),
        keys: top_keys(&bindings),
        bindings,
        times: TimeReading::new(options),
        scratch: [String::new(), String::new()],
        ahead: VecDeque::new(),
        state: State::Reading,
    };
    reader.look_ahead(&label)?;
    Ok(Box::new(reader))
}

/// So many records may lack what every record needs before the file as a whole is found to.
const LOOKED_AT_RECORDS: usize = 100;

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
    /// Keys of an object that are looked at: all in the bindings, and the first parts of paths.
    keys: Vec<String>,
    bindings: Vec<KeyBinding>,
    times: TimeReading,
    /// Reused for values that are no strings, and for joined ones.
    scratch: [String; 2],
    /// What was read to look at it.
    ahead: VecDeque<Result<Entry, IngestError>>,
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
        if let Some(entry) = self.ahead.pop_front() {
            return Some(entry);
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
    /// Reads up to the first run. There is no header to check: where the first hundred records all lack the
    /// same field, one error says what a hundred rejects would.
    fn look_ahead(&mut self, label: &Path) -> Result<(), IngestError> {
        let mut lacking = None;
        while self.ahead.len() < LOOKED_AT_RECORDS {
            let Some(entry) = self.read_entry() else { break };
            match &entry {
                Ok(Entry::Reject(Reject { field: Some(field), reason, .. })) if reason == ABSENT => {
                    lacking.get_or_insert_with(|| (field.clone(), self.keys_of_record()));
                }
                Ok(Entry::Reject(_)) => {}
                Ok(_) | Err(_) => {
                    self.ahead.push_back(entry);
                    return Ok(());
                }
            }
            self.ahead.push_back(entry);
        }
        let Some((field, keys)) = lacking else { return Ok(()) };
        Err(IngestError::Header {
            path: label.to_owned(),
            line: 1,
            reason: format!("no record has {field}"),
            hint: format!("name it with --map THEIRS={field}; the keys are {}", listed(&keys)),
        })
    }

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
        if std::str::from_utf8(&self.text).is_err() {
            // Read with replacement characters, as in every other format.
            self.text = String::from_utf8_lossy(&self.text).into_owned().into_bytes();
        }
        let run = match JsonObject::parse(&self.text, &self.keys) {
            Err(error) => {
                let reason = format!("is no JSON object: {error}");
                return Some(Ok(Entry::Reject(reject(line, None, reason, &self.text))));
            }
            Ok(object) => run_of(&object, &mut self.bindings, &mut self.scratch, &self.times),
        };
        Some(Ok(match run {
            Ok(run) => Entry::Run(run),
            Err(bad) => Entry::Reject(self.reject_field(line, bad)),
        }))
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

    fn keys_of_record(&self) -> Vec<String> {
        let object: Option<serde_json::Map<String, Value>> = serde_json::from_slice(&self.text).ok();
        object.map(|object| object.into_iter().map(|(key, _)| key).collect()).unwrap_or_default()
    }

    /// Says which mapped keys occurred in no record: most likely they are misspelled.
    fn never_seen(&self) -> Option<String> {
        let unseen = self.bindings.iter().filter(|binding| binding.mapped && !binding.seen);
        let keys: Vec<String> = unseen.map(|binding| binding.keys.join("+")).collect();
        (!keys.is_empty()).then(|| format!("mapped keys that no record has: {}", listed(&keys)))
    }
}

/// Every key that a binding names, and the first part of those that are paths.
fn top_keys(bindings: &[KeyBinding]) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for key in bindings.iter().flat_map(|binding| &binding.keys) {
        let first = key.split_once('.').map(|(first, _)| first.to_owned());
        for key in [Some(key.clone()), first].into_iter().flatten() {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    keys
}

fn run_of(
    object: &JsonObject<'_>,
    bindings: &mut [KeyBinding],
    [text, joined]: &mut [String; 2],
    times: &TimeReading,
) -> Result<Run, BadField> {
    let mut draft = RunDraft::default();
    for binding in bindings {
        let bad = |reason: &str| BadField { field: binding.field, reason: reason.to_owned() };
        let text: &str = match binding.keys.as_slice() {
            [key] => match &*object.find(key) {
                // The frequent case, without a copy.
                JsonValue::Text(text) => {
                    binding.seen |= !text.trim().is_empty();
                    draft.set(binding.field, text.as_bytes(), binding.scale, times)?;
                    continue;
                }
                value => {
                    write_text(value, text).map_err(bad)?;
                    text
                }
            },
            keys => {
                object.join(keys, text, joined).map_err(bad)?;
                joined
            }
        };
        binding.seen |= !text.is_empty();
        draft.set(binding.field, text.as_bytes(), binding.scale, times)?;
    }
    draft.finish()
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
    fn records_that_all_lack_a_start_stop_reading_with_their_keys() {
        let Err(IngestError::Header { reason, hint, .. }) =
            entries(source("{\"task_type\":\"a\",\"end_unix\":1}\n"), &options())
        else {
            panic!("read");
        };
        assert_eq!(reason, "no record has started_at");
        assert!(hint.ends_with("the keys are task_type, end_unix"), "{hint}");
    }

    #[test]
    fn a_record_without_a_start_before_others_that_have_one_is_rejected_alone() {
        let text = "{\"task_type\":\"a\"}\n{\"task_type\":\"a\",\"started_at\":1}\n";
        let read = sorted(entries(source(text), &options()).unwrap());
        assert_eq!((read.runs.len(), read.rejects.len()), (1, 1));
    }

    #[test]
    fn a_stream_that_is_torn_at_once_ends_in_its_error() {
        let whole = zstd::encode_all("{\"task_type\":\"a\"}\n".as_bytes(), 1).unwrap();
        let opened = entries(source(&whole[..whole.len() - 6]), &options()).unwrap();
        assert!(sorted(opened).error.is_some());
    }

    #[test]
    fn a_mapped_key_that_no_record_has_is_told() {
        let read = sorted(
            entries(source("{\"task_type\":\"a\",\"started_at\":1}"), &mapped(&["owner=user"])).unwrap(),
        );
        assert_eq!(read.notices, ["mapped keys that no record has: owner"]);
    }
}
