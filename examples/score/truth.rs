//! Reading what ran, or what was to run.

use std::path::Path;

use anyhow::{Context, bail};
use serde_json::Value;
use tidetable::domain::calendar::{CronEntry, Schedule, Zone, parse_cron, parse_zone};
use tidetable::domain::time::{TimeSpan, Timestamp};
use tidetable::ingest::{Entry, ImportOptions, Source, TimeUnit, open};

use crate::scoring::ByType;

/// The starts within `span`, ascending, by task type.
pub fn read(path: &Path, span: TimeSpan) -> anyhow::Result<ByType<Timestamp>> {
    let mut ran = match schedules(path)? {
        Some(document) => expanded(&document, span).with_context(|| path.display().to_string())?,
        None => recorded(path)?,
    };
    for starts in ran.values_mut() {
        starts.retain(|start| span.contains(*start));
        starts.sort_unstable();
    }
    ran.retain(|_, starts| !starts.is_empty());
    Ok(ran)
}

/// The document of a generator; `None` for a table of runs.
fn schedules(path: &Path) -> anyhow::Result<Option<Value>> {
    if path.extension().is_none_or(|extension| extension != "json") {
        return Ok(None);
    }
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let document: Value = serde_json::from_str(&text).with_context(|| path.display().to_string())?;
    Ok(document.get("schedules").is_some().then_some(document))
}

fn expanded(document: &Value, span: TimeSpan) -> anyhow::Result<ByType<Timestamp>> {
    let mut ran: ByType<Timestamp> = ByType::new();
    for (number, schedule) in document["schedules"].as_array().into_iter().flatten().enumerate() {
        let place = || format!("schedule {}", number + 1);
        let task_type = schedule["task_type"].as_str().context("no task_type").with_context(place)?;
        let until = schedule["until"].as_str().and_then(Timestamp::parse_rfc3339);
        let starts = match (&schedule["starts"], &schedule["cron"]) {
            (Value::Array(starts), _) => starts.iter().map(instant).collect::<Result<_, _>>(),
            (_, Value::String(cron)) => {
                let zone = schedule["timezone"].as_str().or(document["timezone"].as_str());
                fired(cron, zone.unwrap_or("UTC"), span)
            }
            _ => Err(anyhow::anyhow!("neither starts nor cron")),
        };
        let starts: Vec<Timestamp> = starts.with_context(place)?;
        let starts = starts.into_iter().filter(|start| until.is_none_or(|until| *start < until));
        ran.entry(task_type.to_owned()).or_default().extend(starts);
    }
    Ok(ran)
}

fn instant(value: &Value) -> anyhow::Result<Timestamp> {
    let text = value.as_str().context("a start is no text")?;
    Timestamp::parse_rfc3339(text).with_context(|| format!("\"{text}\" is no RFC 3339 instant"))
}

fn fired(cron: &str, zone: &str, span: TimeSpan) -> anyhow::Result<Vec<Timestamp>> {
    let zone: Zone = parse_zone(zone)?;
    match parse_cron(cron)? {
        CronEntry::Calendar(calendar) => Ok(Schedule::Calendar(calendar).occurrences(span, zone)),
        CronEntry::Reboot => bail!("@reboot fires at no known time"),
    }
}

fn recorded(path: &Path) -> anyhow::Result<ByType<Timestamp>> {
    let options = ImportOptions {
        format: None,
        map: Vec::new(),
        time_unit: TimeUnit::Seconds,
        zone: Zone::UTC,
        start_time: None,
        year: None,
        fields: None,
        crontab_user: None,
        latest: Timestamp::MAX,
    };
    let mut ran: ByType<Timestamp> = ByType::new();
    for entry in open(Source::from_path(path)?, &options)?.entries {
        match entry? {
            Entry::Run(run) => ran.entry(run.task_type).or_default().push(run.started_at),
            Entry::Reject(reject) => {
                let field = reject.field.map(|field| format!("{field}: ")).unwrap_or_default();
                bail!("{}:{}: {field}{}", path.display(), reject.line, reject.reason);
            }
            Entry::Session(_) | Entry::Declared(_) | Entry::Notice(_) => {}
        }
    }
    Ok(ran)
}
