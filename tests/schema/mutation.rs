//! Documents that differ from a valid one in a single field: what a schema that tells of every field refuses.

use serde_json::{Value, json};

/// Lists whose length is part of the shape, or whose entries differ in shape.
const WHOLE: [&str; 2] = ["blocks", "steps"];

/// `document` with only the first object of each list of objects: the others have the same shape.
pub fn shortened(document: &Value) -> Value {
    match document {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| match value {
                Value::Array(entries) if WHOLE.contains(&name.as_str()) => {
                    (name.clone(), entries.iter().map(shortened).collect())
                }
                value => (name.clone(), shortened(value)),
            })
            .collect(),
        Value::Array(entries) if entries.iter().all(Value::is_object) => {
            entries.iter().take(1).map(shortened).collect()
        }
        other => other.clone(),
    }
}

/// JSON pointers to every field at any depth.
pub fn places(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(document, "", &mut found);
    found
}

fn collect(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let place = format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"));
                found.push(place.clone());
                collect(value, &place, found);
            }
        }
        Value::Array(entries) => {
            for (position, entry) in entries.iter().enumerate() {
                collect(entry, &format!("{path}/{position}"), found);
            }
        }
        _ => {}
    }
}

/// `document` without the field at `place`.
pub fn without(document: &Value, place: &str) -> Value {
    let mut changed = document.clone();
    let (parent, name) = place.rsplit_once('/').expect("a pointer");
    let parent = changed.pointer_mut(parent).and_then(Value::as_object_mut).expect("an object");
    parent.shift_remove(name).expect("a field");
    changed
}

/// `document` with a value at `place` that no field has: a list of lists.
pub fn with_wrong_value(document: &Value, place: &str) -> Value {
    let mut changed = document.clone();
    *changed.pointer_mut(place).expect("a field") = json!([[]]);
    changed
}
