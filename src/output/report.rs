//! The forms every report has.

use serde_json::Value;

use super::Style;

/// A list that may be too long to be held as JSON: it is written one value after the other.
pub struct LongList<'a> {
    /// Its name in `data`, where it stands before the fields of the summary.
    pub name: &'static str,
    /// What the lines of `jsonl` are called.
    pub message_type: &'static str,
    /// What is in it.
    pub values: Box<dyn Iterator<Item = Value> + 'a>,
}

/// What a subcommand found, in the forms it can be read in.
pub trait Report {
    /// `data` of the JSON document. Of a report with a long list, that and the summary.
    fn data(&self) -> Value {
        let list = self.list().map(|list| (list.name.to_owned(), list.values.collect()));
        list.into_iter().chain(self.summary()).collect()
    }

    /// The list that makes the most of `data` where that may be long.
    fn list(&self) -> Option<LongList<'_>> {
        None
    }

    /// The lines of `jsonl`: objects with a `message_type`, which is `result` where a report gives none. One line
    /// with everything unless a report has a list worth streaming.
    fn records(&self) -> Vec<Value> {
        vec![self.data()]
    }

    /// What `jsonl` tells in its last line beside the number of records: of `data` what is in no record.
    fn summary(&self) -> serde_json::Map<String, Value> {
        serde_json::Map::new()
    }

    /// A table, or a few lines, for people.
    fn table(&self, style: &Style) -> String;

    /// More of it, for people.
    fn detailed(&self, style: &Style) -> String {
        self.table(style)
    }
}

/// The fields of an object.
pub(super) fn fields_of(value: Value) -> serde_json::Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => serde_json::Map::new(),
    }
}

/// Objects with their `message_type` in front, for `jsonl`; one that has its own keeps it.
pub fn typed_records(message_type: &str, values: Vec<Value>) -> Vec<Value> {
    values
        .into_iter()
        .map(|value| {
            let mut object = serde_json::Map::new();
            object.insert("message_type".to_owned(), Value::from(message_type));
            match value {
                Value::Object(fields) => object.extend(fields),
                other => {
                    object.insert("value".to_owned(), other);
                }
            }
            Value::Object(object)
        })
        .collect()
}
