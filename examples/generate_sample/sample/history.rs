//! What really ran: the schedules with jitter, failures, gaps and what nobody recorded, and the unscheduled rest.

use chrono::TimeDelta;

use super::jobs::{Job, history_end, history_start, jobs, outage};
use super::random::Random;
use super::row::Row;
use super::unscheduled::{downloads_and_transcripts, people};

/// All runs that began before the end of the history, by start.
pub fn history() -> Vec<Row> {
    let mut rows: Vec<Row> = jobs().iter().flat_map(runs_of).collect();
    rows.extend(downloads_and_transcripts());
    rows.extend(people());
    rows.retain(|row| (history_start()..history_end()).contains(&row.started_at));
    rows.retain(|row| !outage().contains(&row.started_at));
    rows.sort_by(|one, other| (one.started_at, &one.task_type).cmp(&(other.started_at, &other.task_type)));
    rows
}

fn runs_of(job: &Job) -> Vec<Row> {
    let mut random = Random::of(&format!("{} {}", job.command, job.recurrence.cron()));
    let due = job.recurrence.due(job.since, job.until.unwrap_or(history_end()));
    let mut rows = Vec::new();
    for due in due {
        // Drawn for every slot, so that a miss does not change the runs after it.
        let row = run(job, due, &mut random);
        if !random.happens(job.misses) {
            rows.push(row);
        }
    }
    rows
}

fn run(job: &Job, due: chrono::DateTime<chrono::Utc>, random: &mut Random) -> Row {
    // cron wakes at the minute and starts one job after the other.
    let started_at = due + TimeDelta::seconds(random.whole(1, 3));
    let mut row = Row::started(&job.task_type(), started_at);
    let seconds = job.needs.minutes.map(|minutes| random.around(minutes * 60.0, 0.25) as i64);
    let cores = job.needs.cpu_cores.map(|cores| random.around(cores, 0.1));
    let memory = job.needs.memory_mib.map(|memory| random.around(memory, 0.15) as i64);
    let gpu_memory = job.needs.gpu_memory_mib.map(|memory| random.around(memory, 0.06) as i64);
    let is_failure = random.happens(job.failures);
    let until_failure = random.share();
    // Every twentieth sampling of the memory was lost.
    let is_sampled = !random.happens(0.05);
    row.user = Some(job.user);
    row.cpu_cores = cores;
    row.memory_mib = memory.filter(|_| is_sampled);
    row.gpu_memory_mib = gpu_memory;
    row.seconds = seconds;
    if seconds.is_none() {
        return row;
    }
    if is_failure {
        row.seconds = seconds.map(|seconds| (seconds as f64 * until_failure * 0.5) as i64 + 2);
        row.status = Some(if gpu_memory.is_some() { "out_of_memory" } else { "failed" });
        row.exit_code = Some(if gpu_memory.is_some() { 137 } else { 1 });
    } else {
        row.status = Some("completed");
        row.exit_code = Some(0);
    }
    row
}
