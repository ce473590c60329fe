//! What is wrong with a configuration: every problem with its file or variable, its field and what to do.

use figment::value::{Dict, Value};
use figment::{Figment, Profile, Provider, Source};

use figment::providers::Serialized;

use super::line::line_in;
use super::{Config, ConfigError, FIELDS, variable};

/// Something wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file or the variable.
    pub origin: String,
    /// The line of the file, from 1, where it is known.
    pub line: Option<usize>,
    /// The field; `None` when the file cannot be read at all.
    pub field: Option<String>,
    /// What is wrong.
    pub reason: String,
}

impl Problem {
    /// What figment says, in one line.
    pub(super) fn from_figment(error: figment::Error) -> Problem {
        let field = error.path.join(".");
        let origin = error
            .metadata
            .as_ref()
            .map(|metadata| match &metadata.source {
                Some(source) => source_text(source),
                None => metadata.name.to_string(),
            })
            .unwrap_or_else(|| "configuration".to_owned());
        Problem {
            origin,
            line: None,
            field: (!field.is_empty()).then_some(field),
            reason: one_line(&error.kind.to_string()),
        }
    }
}

impl Problem {
    /// What is wrong with the value at `path`, in its entry of that number where it is a list.
    pub fn at(layers: &Figment, path: &str, entry: Option<usize>, reason: String) -> Problem {
        let value = layers.find_value(path).ok();
        let source = value.and_then(|value| layers.get_metadata(value.tag())?.source.clone());
        let (origin, line) = match &source {
            Some(source) => {
                (source_text(source), source.file_path().and_then(|file| line_in(file, path, entry)))
            }
            None => (variable(path), None),
        };
        Problem { origin, line, field: Some(path.to_owned()), reason }
    }

    /// The file with the line, or the variable, and the field.
    pub fn place(&self) -> String {
        let line = self.line.map_or_else(String::new, |line| format!(":{line}"));
        match &self.field {
            Some(field) => format!("{}{line}, {field}", self.origin),
            None => format!("{}{line}", self.origin),
        }
    }
}

impl From<Problem> for ConfigError {
    fn from(problem: Problem) -> ConfigError {
        let origin = problem.place();
        ConfigError::Invalid { origin, reason: problem.reason }
    }
}

/// Everything that is wrong with `layers`, in the order of the fields' names; empty when they are sound.
pub fn problems(layers: &Figment) -> Vec<Problem> {
    let mut data = match layers.data() {
        Ok(data) => data,
        // Only extraction looks up which file the error is in.
        Err(error) => {
            return vec![Problem::from_figment(layers.extract::<Dict>().err().unwrap_or(error))];
        }
    };
    let mut found = Vec::new();
    for (path, value) in leaves(data.remove(&Profile::Default).unwrap_or_default()) {
        if let Err(reason) = check_value(&path, &value) {
            found.push(Problem::at(layers, &path, entry_at_fault(&path, &value), reason));
        }
    }
    found
}

fn check_value(path: &str, value: &Value) -> Result<(), String> {
    let is_section =
        FIELDS.iter().any(|field| field.path.split_once('.').is_some_and(|(section, _)| section == path));
    let field = FIELDS.iter().find(|field| field.path == path);
    if field.is_none() && !is_section {
        return Err(match nearest(path) {
            Some(other) => format!("no such field; did you mean {other}?"),
            None => "no such field".to_owned(),
        });
    }
    // Alone in an otherwise untouched configuration, so that one field's fault does not hide another's.
    let alone = Figment::from(Serialized::default(path, value));
    let config: Config = alone.extract().map_err(|error| one_line(&error.kind.to_string()))?;
    field.map_or(Ok(()), |field| (field.check)(&config))
}

/// The first entry of a list with which it is not sound any more: by itself, or beside those before it.
fn entry_at_fault(path: &str, value: &Value) -> Option<usize> {
    let Value::Array(tag, entries) = value else { return None };
    (0..entries.len())
        .find(|last| check_value(path, &Value::Array(*tag, entries[..=*last].to_vec())).is_err())
}

fn source_text(source: &Source) -> String {
    source.file_path().map_or_else(|| source.to_string(), |path| path.display().to_string())
}

/// All values that are no tables with something in them, by path.
fn leaves(values: Dict) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    let mut waiting: Vec<(String, Value)> = values.into_iter().rev().collect();
    while let Some((path, value)) = waiting.pop() {
        match value {
            Value::Dict(_, inner) if !inner.is_empty() => {
                waiting
                    .extend(inner.into_iter().rev().map(|(name, value)| (format!("{path}.{name}"), value)));
            }
            other => found.push((path, other)),
        }
    }
    found
}

/// The known field that `path` was most likely meant to be.
fn nearest(path: &str) -> Option<&'static str> {
    let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
    FIELDS
        .iter()
        .map(|field| {
            let whole = edit_distance(path, field.path);
            // The right name in the wrong section, or misspelt there.
            let name = edit_distance(&last(path), &last(field.path));
            (whole.min(name + 1), field.path)
        })
        .filter(|(distance, _)| *distance <= 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, path)| path)
}

/// Insertions, deletions and substitutions from one text to the other (Levenshtein).
pub fn edit_distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (position, character) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = position + 1;
        for column in 0..other.len() {
            let substituted = diagonal + usize::from(character != other[column]);
            diagonal = row[column + 1];
            row[column + 1] = substituted.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

/// A message in one line: the TOML reader draws the line at fault, which a log does not want; types by words.
fn one_line(text: &str) -> String {
    let drawn = |line: &str| {
        let line = line.trim();
        line.starts_with('|')
            || line.split_once('|').is_some_and(|(number, _)| number.trim().parse::<u32>().is_ok())
    };
    let lines: Vec<&str> =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !drawn(line)).collect();
    let mut line = lines.join(": ");
    for (type_name, words) in [("u32", "a whole number"), ("u64", "a whole number"), ("f64", "a number")] {
        line = line.replace(&format!("expected {type_name}"), &format!("expected {words}"));
    }
    // Of all fields only prices may be written in more than one way.
    line.replace(
        "data did not match any variant of untagged enum Prices",
        "expected a price such as 0.3, 24 prices by hour, or ranges such as { hours = \"22-6\", price = 0.2 }",
    )
}

#[cfg(test)]
mod tests {
    use figment::providers::{Format, Toml};

    use super::*;

    fn check(text: &str) -> Vec<(String, String)> {
        problems(&Figment::from(Toml::string(text)))
            .into_iter()
            .map(|problem| (problem.field.unwrap_or_default(), problem.reason))
            .collect()
    }

    #[test]
    fn a_sound_configuration_has_no_problem() {
        assert_eq!(check("timezone = 'Europe/Berlin'\n[analysis]\ndays = 60\n"), []);
        assert_eq!(check(""), []);
    }

    #[test]
    fn every_problem_is_found_not_only_the_first() {
        let found = check("timezone = 'Mars/Base'\nseed = 'one'\n[analysis]\ndayz = 3\nmin_confidence = 7\n");
        let fields: Vec<&str> = found.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, ["analysis.dayz", "analysis.min_confidence", "seed", "timezone"]);
        assert_eq!(found[0].1, "no such field; did you mean analysis.days?");
        assert_eq!(found[1].1, "7 is not a ratio from 0 to 1");
    }

    #[test]
    fn a_holiday_that_is_no_date_is_named_with_how_to_write_it() {
        let found = check("[calendar]\nholidays = ['2026-12-25', '2026-02-30']\n");
        let reason = "\"2026-02-30\" is no date; write it as 2026-12-25";
        assert_eq!(found, [("calendar.holidays".to_owned(), reason.to_owned())]);
    }

    #[test]
    fn prices_and_machines_that_cannot_be_meant_say_what_is_expected() {
        let prices = check("[optimize]\nprice_per_kwh = 'abc'\n");
        assert!(prices[0].1.starts_with("expected a price such as 0.3"), "{prices:?}");
        let twice = check("[[host]]\nname = 'a'\n[[host]]\nname = 'a'\n");
        assert_eq!(twice, [("host".to_owned(), "\"a\" is there twice".to_owned())]);
    }

    #[test]
    fn a_section_that_is_no_table_and_an_unknown_empty_one_are_problems() {
        assert_eq!(check("analysis = 3")[0].0, "analysis");
        assert_eq!(check("[analyse]")[0].0, "analyse");
        assert_eq!(check("[analysis]"), []);
    }

    #[test]
    fn what_is_no_toml_is_one_problem_in_one_line() {
        let found = check("days = = 3\n");
        assert_eq!(found.len(), 1);
        assert!(found[0].1.contains("line 1") && !found[0].1.contains('\n'), "{}", found[0].1);
    }

    #[test]
    fn the_nearest_field_is_found_across_sections() {
        assert_eq!(nearest("look_ahead_hours"), Some("prediction.look_ahead_hours"));
        assert_eq!(nearest("time_zone"), Some("timezone"));
        assert_eq!(nearest("colour"), Some("color"));
        assert_eq!(nearest("mail.server"), None);
    }
}
