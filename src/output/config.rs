//! What `config` answers.

use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::{Report, Style, typed_records};

/// A field of the configuration with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct SettingShape {
    /// Its path, such as `analysis.days`.
    pub field: &'static str,
    /// Its value; null where there is none.
    pub value: Value,
    /// default, user_file, project_file, named_file, environment or command_line.
    pub layer: &'static str,
    /// The file or variable, where it is one.
    pub source: Option<String>,
}

/// What `config` answers.
#[derive(Clone, Debug, PartialEq)]
pub enum ConfigReport {
    /// The values that count.
    Show {
        /// Every field.
        settings: Vec<SettingShape>,
        /// Whether people want to see where each comes from.
        with_origin: bool,
    },
    /// Nothing is wrong.
    Check {
        /// The files that were read.
        files: Vec<PathBuf>,
    },
    /// A file to begin with.
    Generate {
        /// Its text.
        text: String,
        /// Where it was to be written; `None` to print it.
        path: Option<PathBuf>,
        /// Whether it is there now.
        written: bool,
    },
}

/// The values as one object, sections inside.
fn nested(settings: &[SettingShape]) -> Value {
    let mut root = Map::new();
    for setting in settings {
        match setting.field.split_once('.') {
            None => {
                root.insert(setting.field.to_owned(), setting.value.clone());
            }
            Some((section, name)) => {
                let section = root.entry(section).or_insert_with(|| Value::Object(Map::new()));
                section[name] = setting.value.clone();
            }
        }
    }
    Value::Object(root)
}

fn setting_values(settings: &[SettingShape]) -> Vec<Value> {
    settings
        .iter()
        .map(|setting| {
            json!({
                "field": setting.field, "value": setting.value,
                "origin": { "layer": setting.layer, "source": setting.source },
            })
        })
        .collect()
}

fn value_text(setting: &SettingShape) -> String {
    match &setting.value {
        Value::String(text) => text.clone(),
        Value::Null if setting.field.starts_with("capacity.") => "(detected)".to_owned(),
        Value::Null if setting.field == "backup.dir" => "(beside the store)".to_owned(),
        Value::Null => "-".to_owned(),
        value => value.to_string(),
    }
}

fn origin_text(setting: &SettingShape) -> String {
    match (&setting.source, setting.layer) {
        (Some(source), _) => source.clone(),
        (None, "command_line") => "command line".to_owned(),
        (None, layer) => layer.to_owned(),
    }
}

impl Report for ConfigReport {
    fn data(&self) -> Value {
        match self {
            ConfigReport::Show { settings, .. } => {
                json!({ "config": nested(settings), "settings": setting_values(settings) })
            }
            ConfigReport::Check { files } => json!({ "valid": true, "files": files }),
            ConfigReport::Generate { text, path, written } => {
                json!({ "text": text, "path": path, "written": written })
            }
        }
    }

    fn records(&self) -> Vec<Value> {
        match self {
            ConfigReport::Show { settings, .. } => typed_records("setting", setting_values(settings)),
            _ => vec![self.data()],
        }
    }

    fn table(&self, style: &Style) -> String {
        match self {
            ConfigReport::Show { settings, with_origin } => {
                let headers: &[&str] =
                    if *with_origin { &["FIELD", "VALUE", "FROM"] } else { &["FIELD", "VALUE"] };
                let mut table = style.new_table(headers);
                for setting in settings {
                    let mut row = vec![setting.field.to_owned(), value_text(setting)];
                    if *with_origin {
                        row.push(origin_text(setting));
                    }
                    table.add_row(row);
                }
                style.finish_table(table)
            }
            ConfigReport::Check { files } if files.is_empty() => "Nothing is wrong.\n".to_owned(),
            ConfigReport::Check { files } => {
                files.iter().map(|file| format!("{}: nothing is wrong\n", file.display())).collect()
            }
            ConfigReport::Generate { text, path: None, .. } => text.clone(),
            ConfigReport::Generate { text, path: Some(path), written: false } => {
                format!("Would write {}:\n\n{text}", path.display())
            }
            ConfigReport::Generate { path: Some(path), .. } => format!("Wrote {}\n", path.display()),
        }
    }
}
