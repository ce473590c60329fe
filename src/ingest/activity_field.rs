//! The fields of the activity record and how the text of each becomes part of a run.

use super::time_text::{TimeReading, plain_number};
use crate::domain::activity::{Resources, Run, RunStatus};
use crate::domain::time::Timestamp;

/// A field of the activity record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ActivityField {
    TaskType,
    SubmittedAt,
    StartedAt,
    EndedAt,
    /// Not stored: gives `ended_at` where a file has a duration in its place.
    Duration,
    Status,
    User,
    Host,
    Queue,
    ExitCode,
    CpuCores,
    MemoryMib,
    GpuCount,
    GpuMemoryMib,
    ExternalId,
    After,
}

impl ActivityField {
    /// All fields, in the order in which they are documented.
    pub(super) const ALL: [ActivityField; 16] = [
        ActivityField::TaskType,
        ActivityField::SubmittedAt,
        ActivityField::StartedAt,
        ActivityField::EndedAt,
        ActivityField::Duration,
        ActivityField::Status,
        ActivityField::User,
        ActivityField::Host,
        ActivityField::Queue,
        ActivityField::ExitCode,
        ActivityField::CpuCores,
        ActivityField::MemoryMib,
        ActivityField::GpuCount,
        ActivityField::GpuMemoryMib,
        ActivityField::ExternalId,
        ActivityField::After,
    ];

    /// Its names in files; the first is the one that is documented.
    pub(super) fn names(self) -> &'static [&'static str] {
        match self {
            ActivityField::TaskType => &["task_type"],
            ActivityField::SubmittedAt => &["submitted_at"],
            ActivityField::StartedAt => &["started_at"],
            ActivityField::EndedAt => &["ended_at"],
            ActivityField::Duration => &["duration"],
            ActivityField::Status => &["status"],
            ActivityField::User => &["user"],
            ActivityField::Host => &["host"],
            ActivityField::Queue => &["queue"],
            ActivityField::ExitCode => &["exit_code"],
            ActivityField::CpuCores => &["cpu_cores"],
            ActivityField::MemoryMib => &["memory_mib", "memory_mb"],
            ActivityField::GpuCount => &["gpu_count"],
            ActivityField::GpuMemoryMib => &["gpu_memory_mib", "gpu_memory_mb"],
            ActivityField::ExternalId => &["external_id"],
            ActivityField::After => &["after"],
        }
    }

    /// Its documented name.
    pub(super) fn as_str(self) -> &'static str {
        self.names()[0]
    }

    /// The field that a name stands for, in any case of letters.
    pub(super) fn from_name(name: &str) -> Option<ActivityField> {
        let named = |field: &ActivityField| field.names().iter().any(|own| own.eq_ignore_ascii_case(name));
        ActivityField::ALL.into_iter().find(named)
    }
}

/// Why a field of a record cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BadField {
    pub(super) field: ActivityField,
    pub(super) reason: String,
}

/// A run of which the fields come one by one.
#[derive(Debug, Default)]
pub(super) struct RunDraft {
    task_type: Option<String>,
    submitted_at: Option<Timestamp>,
    started_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    duration_ms: Option<i64>,
    status: Option<RunStatus>,
    user: Option<String>,
    host: Option<String>,
    queue: Option<String>,
    exit_code: Option<i64>,
    resources: Resources,
    external_id: Option<String>,
    after: Option<String>,
}

impl RunDraft {
    /// Takes the text of one field; an empty one is unknown. `scale` multiplies numbers that are no times.
    pub(super) fn set(
        &mut self,
        field: ActivityField,
        text: &[u8],
        scale: f64,
        times: &TimeReading,
    ) -> Result<(), BadField> {
        let text = text.trim_ascii();
        if text.is_empty() {
            return Ok(());
        }
        let bad =
            |reason: &dyn std::fmt::Display| BadField { field, reason: format!("{} {reason}", quoted(text)) };
        let time = || times.parse(text).map(Some).map_err(|error| bad(&error));
        let amount = || match plain_number(text) {
            None => Err(bad(&"is no number")),
            Some(number) if number < 0.0 => Err(bad(&"is negative")),
            Some(number) => Ok(Some(number * scale)),
        };
        match field {
            ActivityField::TaskType => self.task_type = Some(owned(text)),
            ActivityField::User => self.user = Some(owned(text)),
            ActivityField::Host => self.host = Some(owned(text)),
            ActivityField::Queue => self.queue = Some(owned(text)),
            ActivityField::ExternalId => self.external_id = Some(owned(text)),
            ActivityField::After => self.after = Some(owned(text)),
            ActivityField::SubmittedAt => self.submitted_at = time()?,
            ActivityField::StartedAt => self.started_at = time()?,
            ActivityField::EndedAt => self.ended_at = time()?,
            ActivityField::Duration => {
                let span_ms = times.parse_span(text).map_err(|error| bad(&error))? as f64 * scale;
                if span_ms < 0.0 {
                    return Err(bad(&"is negative"));
                }
                self.duration_ms = Some(span_ms as i64);
            }
            ActivityField::Status => {
                let status = RunStatus::ALL
                    .into_iter()
                    .find(|status| status.as_str().as_bytes().eq_ignore_ascii_case(text));
                self.status = Some(status.ok_or_else(|| bad(&format!("is no status ({})", status_words())))?);
            }
            ActivityField::ExitCode => {
                let number = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
                self.exit_code = Some(number.ok_or_else(|| bad(&"is no whole number"))?);
            }
            ActivityField::CpuCores => self.resources.cpu_cores = amount()?,
            ActivityField::MemoryMib => self.resources.memory_mib = amount()?,
            ActivityField::GpuCount => self.resources.gpu_count = amount()?,
            ActivityField::GpuMemoryMib => self.resources.gpu_memory_mib = amount()?,
        }
        Ok(())
    }

    /// Says when the run began, where no field of the record does.
    pub(super) fn start_at(&mut self, instant: Timestamp) {
        self.started_at = Some(instant);
    }

    /// The run, once a task type and a start are known and it does not end before it starts.
    pub(super) fn finish(self) -> Result<Run, BadField> {
        let missing = |field: ActivityField| BadField { field, reason: "is empty".to_owned() };
        let task_type = self.task_type.ok_or_else(|| missing(ActivityField::TaskType))?;
        let started_at = self.started_at.ok_or_else(|| missing(ActivityField::StartedAt))?;
        let ended_at = self.ended_at.or(self.duration_ms.map(|span_ms| started_at.plus_ms(span_ms)));
        if let Some(ended_at) = ended_at.filter(|&ended_at| ended_at < started_at) {
            let reason = format!("{ended_at} is before the start, {started_at}");
            return Err(BadField { field: ActivityField::EndedAt, reason });
        }
        Ok(Run {
            task_type,
            submitted_at: self.submitted_at,
            started_at,
            ended_at,
            status: self.status,
            user: self.user,
            host: self.host,
            queue: self.queue,
            exit_code: self.exit_code,
            resources: self.resources,
            external_id: self.external_id,
            after: self.after,
        })
    }
}

fn owned(text: &[u8]) -> String {
    match std::str::from_utf8(text) {
        Ok(text) => text.to_owned(),
        Err(_) => String::from_utf8_lossy(text).into_owned(),
    }
}

/// A value for a message: in quotes, its beginning only when it is long.
fn quoted(text: &[u8]) -> String {
    const SHOWN_CHARACTERS: usize = 60;
    let text = String::from_utf8_lossy(text);
    let mut shown: String = text.chars().take(SHOWN_CHARACTERS).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("\"{shown}\"")
}

fn status_words() -> String {
    RunStatus::ALL.map(RunStatus::as_str).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::fixtures::options;

    fn draft(fields: &[(ActivityField, &str)]) -> Result<Run, BadField> {
        let times = TimeReading::new(&options());
        let mut draft = RunDraft::default();
        draft.set(ActivityField::TaskType, b"train", 1.0, &times)?;
        draft.set(ActivityField::StartedAt, b"2024-01-01T00:00:00Z", 1.0, &times)?;
        for &(field, text) in fields {
            draft.set(field, text.as_bytes(), 1.0, &times)?;
        }
        draft.finish()
    }

    #[test]
    fn an_empty_field_is_unknown_and_never_zero() {
        let run = draft(&[(ActivityField::MemoryMib, " "), (ActivityField::EndedAt, "")]).unwrap();
        assert_eq!(run.resources.memory_mib, None);
        assert_eq!(run.ended_at, None);
    }

    #[test]
    fn impossible_values_are_refused_with_the_value() {
        for (field, text, reason) in [
            (ActivityField::MemoryMib, "-5", "\"-5\" is negative"),
            (ActivityField::CpuCores, "NaN", "\"NaN\" is no number"),
            (ActivityField::ExitCode, "0.5", "\"0.5\" is no whole number"),
            (
                ActivityField::EndedAt,
                "2023-12-31T23:59:59Z",
                "2023-12-31T23:59:59Z is before the start, 2024-01-01T00:00:00Z",
            ),
        ] {
            assert_eq!(draft(&[(field, text)]), Err(BadField { field, reason: reason.to_owned() }));
        }
        let refused = draft(&[(ActivityField::Status, "done")]).unwrap_err();
        assert!(refused.reason.starts_with("\"done\" is no status (completed, failed"), "{}", refused.reason);
    }

    #[test]
    fn a_duration_gives_the_end() {
        let run = draft(&[(ActivityField::Duration, "90")]).unwrap();
        assert_eq!(run.ended_at, Timestamp::parse_rfc3339("2024-01-01T00:01:30Z"));
    }

    #[test]
    fn memory_has_two_names_in_any_case() {
        assert_eq!(ActivityField::from_name("Memory_MB"), Some(ActivityField::MemoryMib));
        assert_eq!(ActivityField::from_name("cpu"), None);
    }
}
