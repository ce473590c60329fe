//! Reading predictions: the answer of `tidetable predict`, or a table of anyone's.

use std::path::Path;

use anyhow::{Context, bail, ensure};
use serde_json::Value;
use tidetable::domain::time::{TimeSpan, Timestamp};

use crate::scoring::{ByType, Expected};

/// Predictions of a file.
#[derive(Debug)]
pub struct Read {
    /// By task type.
    pub expected: ByType<Expected>,
    /// The span they speak of: as the file says, else from the first to the last.
    pub span: TimeSpan,
}

/// Reads a file of any of the three forms.
pub fn read(path: &Path) -> anyhow::Result<Read> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let mut found: Vec<(String, Expected)> = Vec::new();
    let mut span = None;
    if !text.trim_start().starts_with('{') {
        from_table(&text, path, &mut found)?;
    } else if let Ok(document) = serde_json::from_str::<Value>(&text)
        && document.get("data").is_some()
    {
        let data = &document["data"];
        let listed = data["predictions"]
            .as_array()
            .with_context(|| format!("{}: data holds no list of predictions", path.display()))?;
        for (number, value) in listed.iter().enumerate() {
            let place = || format!("{}: prediction {}", path.display(), number + 1);
            found.push(prediction(|field| text_of(&value[field])).with_context(place)?);
        }
        let edge = |name: &str| Timestamp::parse_rfc3339(data["horizon"][name].as_str()?);
        span = edge("start").zip(edge("end")).map(|(start, end)| TimeSpan { start, end });
    } else {
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let place = || format!("{}:{}", path.display(), number + 1);
            let value: Value = serde_json::from_str(line).with_context(place)?;
            found.push(prediction(|field| text_of(&value[field])).with_context(place)?);
        }
    }
    let span = span.unwrap_or_else(|| {
        let instants = || found.iter().map(|(_, expected)| expected.at);
        TimeSpan {
            start: instants().min().unwrap_or(Timestamp::MIN),
            end: instants().max().map_or(Timestamp::MIN, |last| last.plus_ms(1)),
        }
    });
    let mut expected: ByType<Expected> = ByType::new();
    for (task_type, one) in found {
        expected.entry(task_type).or_default().push(one);
    }
    Ok(Read { expected, span })
}

fn from_table(text: &str, path: &Path, found: &mut Vec<(String, Expected)>) -> anyhow::Result<()> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().with_context(|| path.display().to_string())?.clone();
    for wanted in ["task_type", "predicted_start"] {
        ensure!(headers.iter().any(|header| header == wanted), "{}:1: no column {wanted}", path.display());
    }
    for record in reader.records() {
        let record = record.with_context(|| path.display().to_string())?;
        let line = record.position().map_or(0, csv::Position::line);
        let field = |name: &str| {
            let column = headers.iter().position(|header| header == name)?;
            record.get(column).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        found.push(prediction(field).with_context(|| format!("{}:{line}", path.display()))?);
    }
    Ok(())
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn prediction(field: impl Fn(&str) -> Option<String>) -> anyhow::Result<(String, Expected)> {
    let instant = |name: &str| -> anyhow::Result<Option<Timestamp>> {
        let Some(text) = field(name) else { return Ok(None) };
        match Timestamp::parse_rfc3339(&text) {
            Some(instant) => Ok(Some(instant)),
            None => bail!("{name}: \"{text}\" is no RFC 3339 instant"),
        }
    };
    let confidence = match field("confidence") {
        // A table without confidences is taken at its word.
        None => 1.0,
        Some(text) => text
            .parse::<f64>()
            .ok()
            .filter(|value| (0.0..=1.0).contains(value))
            .with_context(|| format!("confidence: \"{text}\" is not from 0 to 1"))?,
    };
    let at = instant("predicted_start")?.context("no predicted_start")?;
    let window = instant("window_start")?.zip(instant("window_end")?);
    Ok((field("task_type").context("no task_type")?, Expected { at, window, confidence }))
}
