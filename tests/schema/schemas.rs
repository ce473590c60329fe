//! The schemas of `docs/schema/`, read from disk and compiled: as they are published, or with every object closed.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Mutex;

use jsonschema::{Registry, Validator};
use serde_json::{Value, json};

/// Where the schemas are pretended to lie, so that references from one to the other resolve without any network.
const BASE: &str = "json-schema:///";

/// How objects are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// As they are published: fields may be added.
    Published,
    /// Fields that no schema tells of are refused.
    Closed,
}

/// All schemas, by their names.
pub struct Schemas {
    registry: Registry<'static>,
    compiled: Mutex<HashMap<(String, String), Validator>>,
}

/// The schemas as JSON, by file name without its ending.
pub fn read() -> BTreeMap<String, Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema");
    let mut schemas = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("docs/schema") {
        let path = entry.expect("entry").path();
        let name = path.file_stem().expect("name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("text");
        let schema = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        schemas.insert(name, schema);
    }
    schemas
}

impl Schemas {
    /// The schemas of the repository.
    pub fn new(reading: Reading) -> Schemas {
        let mut registry = Registry::new();
        for (name, mut schema) in read() {
            // The frame stays open: every answer's schema adds to it, and is closed itself.
            if reading == Reading::Closed {
                let is_frame = name == "envelope";
                close(&mut schema, is_frame);
                if !is_frame && name != "definitions" {
                    schema["unevaluatedProperties"] = json!(false);
                }
            }
            registry = registry.add(format!("{BASE}{name}.json"), schema).expect("address");
        }
        Schemas {
            registry: registry.prepare().expect("every reference leads somewhere"),
            compiled: Mutex::default(),
        }
    }

    /// What is wrong with `document`, whose `data` is to be as `part` says (any part where it is empty).
    pub fn complaints(&self, name: &str, part: &str, document: &Value) -> Vec<String> {
        let mut compiled = self.compiled.lock().expect("not poisoned");
        let validator = compiled.entry((name.to_owned(), part.to_owned())).or_insert_with(|| {
            let file = format!("{BASE}{name}.json");
            let data = match part {
                "" => json!(true),
                part => json!({ "$ref": format!("{file}#/$defs/{part}") }),
            };
            let schema = json!({ "allOf": [{ "$ref": file }, { "properties": { "data": data } }] });
            jsonschema::options()
                .with_draft(jsonschema::Draft::Draft202012)
                .with_registry(&self.registry)
                .should_validate_formats(true)
                .offline()
                .build(&schema)
                .unwrap_or_else(|error| panic!("{name}: {error}"))
        });
        validator
            .iter_errors(document)
            .map(|error| {
                format!(
                    "{}: {}",
                    error.instance_path(),
                    error.to_string().chars().take(300).collect::<String>()
                )
            })
            .collect()
    }
}

/// Refuses unknown fields in every object whose fields are told. Conditions and what they add to the object around
/// them stay open; that object is closed.
fn close(schema: &mut Value, is_part: bool) {
    let Value::Object(keywords) = schema else { return };
    for (keyword, value) in keywords.iter_mut() {
        match (keyword.as_str(), value) {
            ("properties" | "$defs", Value::Object(named)) => {
                named.values_mut().for_each(|one| close(one, false))
            }
            ("items" | "additionalProperties", one) => close(one, false),
            ("allOf", Value::Array(parts)) => parts.iter_mut().for_each(|one| close(one, true)),
            ("anyOf", Value::Array(parts)) => parts.iter_mut().for_each(|one| close(one, false)),
            ("then", one) => close(one, true),
            _ => {}
        }
    }
    let is_object = keywords.get("type").is_some_and(|kind| kind.to_string().contains("\"object\""));
    if is_object && keywords.contains_key("properties") && !is_part {
        keywords.insert("unevaluatedProperties".to_owned(), json!(false));
    }
}
