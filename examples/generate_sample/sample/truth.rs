//! What a reader of the history should find out, and the crontab that declares it.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::jobs::{Job, history_end, history_start, jobs, outage};
use super::recurrence::ZONE;
use super::row::{HOST, Row};
use super::unscheduled::TRANSCRIPT_LAG_MINUTES;

fn time(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The truth behind `rows` as JSON.
pub fn truth(rows: &[Row]) -> String {
    let schedules: Vec<Value> = jobs().iter().map(|job| schedule(job, rows)).collect();
    let mut unscheduled: Vec<&str> = rows
        .iter()
        .map(|row| row.task_type.as_str())
        .filter(|name| jobs().iter().all(|job| job.task_type() != *name) && *name != "media: transcribe")
        .collect();
    unscheduled.sort_unstable();
    unscheduled.dedup();
    let document = json!({
        "host": HOST,
        "timezone": ZONE.name(),
        "history": { "start": time(history_start()), "end": time(history_end()), "runs": rows.len() },
        "outage": { "start": time(outage().start), "end": time(outage().end) },
        "capacity": { "cpu_cores": 16, "memory_mib": 65_536, "gpu_count": 2, "gpu_memory_mib": 24_576 },
        "schedules": schedules,
        "follows": [{
            "task_type": "media: transcribe", "predecessor": "media: download", "from_end": true,
            "lag_seconds": TRANSCRIPT_LAG_MINUTES * 60, "jitter_seconds": 20,
        }],
        "unscheduled": unscheduled,
    });
    let mut text = serde_json::to_string_pretty(&document).expect("values that JSON can hold");
    text.push('\n');
    text
}

fn schedule(job: &Job, rows: &[Row]) -> Value {
    let name = job.task_type();
    let until = job.until.unwrap_or(history_end());
    let due = job.recurrence.due(job.since, until).len();
    let runs = rows
        .iter()
        .filter(|row| row.task_type == name && (job.since..until).contains(&row.started_at))
        .count();
    json!({
        "task_type": name, "cron": job.recurrence.cron(), "timezone": ZONE.name(), "since": time(job.since),
        "until": job.until.map(time), "due": due, "runs": runs, "note": job.note,
    })
}

/// The crontab as it stands at the end of the history: without what was taken out or moved away.
pub fn crontab() -> String {
    let mut text = format!(
        "# /etc/cron.d/{HOST}: the jobs of the sample workstation\nCRON_TZ={}\nPATH=/usr/local/bin:/usr/bin:/bin\n\n",
        ZONE.name()
    );
    for job in jobs().iter().filter(|job| job.until.is_none()) {
        text.push_str(&format!("{:<14} {:<8} {}\n", job.recurrence.cron(), job.user, job.command));
    }
    text
}
