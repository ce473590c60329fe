//! Where each effective value comes from.

use figment::{Figment, Source};
use serde_json::Value;

use super::{Config, ConfigFiles, FIELDS};

/// Where a value comes from; later ones win.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// Built in, or found out from the system.
    Default,
    /// The user's file.
    UserFile,
    /// The project's file.
    ProjectFile,
    /// The file that `--config` names.
    NamedFile,
    /// A variable.
    Environment,
    /// An option of this call.
    CommandLine,
}

impl Layer {
    /// The word used in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Layer::Default => "default",
            Layer::UserFile => "user_file",
            Layer::ProjectFile => "project_file",
            Layer::NamedFile => "named_file",
            Layer::Environment => "environment",
            Layer::CommandLine => "command_line",
        }
    }
}

/// A field with its effective value.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// The field's path.
    pub field: &'static str,
    /// Its value; null where there is none.
    pub value: Value,
    /// Where it comes from.
    pub layer: Layer,
    /// The file or variable; `None` for the others.
    pub source: Option<String>,
}

/// The variable that sets a field.
pub fn variable(path: &str) -> String {
    format!("TIDETABLE_{}", path.replace('.', "__").to_uppercase())
}

/// Every field with its value in `config` and the layer that gave it, in the order of the generated file.
pub fn settings(config: &Config, layers: &Figment, files: &ConfigFiles) -> Vec<Setting> {
    let values = serde_json::to_value(config).unwrap_or_default();
    FIELDS
        .iter()
        .map(|field| {
            let pointer = format!("/{}", field.path.replace('.', "/"));
            let value = values.pointer(&pointer).cloned().unwrap_or_default();
            let (layer, source) = origin(layers, files, field.path);
            Setting { field: field.path, value, layer, source }
        })
        .collect()
}

fn origin(layers: &Figment, files: &ConfigFiles, path: &str) -> (Layer, Option<String>) {
    let Some(metadata) = layers.find_metadata(path) else { return (Layer::Default, None) };
    match metadata.source.as_ref().and_then(Source::file_path) {
        None => (Layer::Environment, Some(variable(path))),
        Some(file) => {
            let layer = if files.user.as_deref() == Some(file) {
                Layer::UserFile
            } else if files.project == file {
                Layer::ProjectFile
            } else {
                Layer::NamedFile
            };
            (layer, Some(file.display().to_string()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{file_layer, read};

    #[test]
    fn a_value_knows_its_file_and_an_untouched_one_its_default() {
        let folder = tempfile::tempdir().unwrap();
        let user = folder.path().join("config.toml");
        std::fs::write(&user, "[analysis]\ndays = 60\n").unwrap();
        let files = ConfigFiles { user: Some(user.clone()), project: "tidetable.toml".into() };
        let layers = file_layer(&user).unwrap();
        let settings = settings(&read(&layers).unwrap(), &layers, &files);
        let days = settings.iter().find(|setting| setting.field == "analysis.days").unwrap();
        assert_eq!((days.layer, &days.value), (Layer::UserFile, &Value::from(60)));
        assert_eq!(days.source.as_deref(), user.to_str());
        assert!(
            settings.iter().filter(|setting| setting.layer == Layer::Default).count() == FIELDS.len() - 1
        );
    }

    #[test]
    fn a_field_in_a_section_is_set_by_a_variable_with_two_underscores() {
        assert_eq!(variable("analysis.min_confidence"), "TIDETABLE_ANALYSIS__MIN_CONFIDENCE");
    }
}
