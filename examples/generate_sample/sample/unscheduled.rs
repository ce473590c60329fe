//! What has no schedule: downloads and the transcripts that follow them, and people at work.

use chrono::{Datelike, TimeDelta};

use super::jobs::{history_end, history_start};
use super::random::Random;
use super::recurrence::{days, local};
use super::row::Row;

/// Minutes between the end of a download and the start of its transcript.
pub const TRANSCRIPT_LAG_MINUTES: i64 = 8;

/// Downloads at any time of the day, each followed by a transcript.
pub fn downloads_and_transcripts() -> Vec<Row> {
    let mut random = Random::of("downloads");
    let mut rows = Vec::new();
    for date in days(history_start(), history_end()) {
        for _ in 0..random.whole(2, 6) {
            let Some(hour) = local(date, random.whole(7, 23) as u32, 0) else { continue };
            let started_at = hour + TimeDelta::seconds(random.whole(0, 3599));
            let mut download = Row::started("media: download", started_at);
            download.user = Some("media");
            download.seconds = Some(random.whole(40, 900));
            download.cpu_cores = Some(0.5);
            let succeeds = !random.happens(0.05);
            download.status = Some(if succeeds { "completed" } else { "failed" });
            download.exit_code = Some(i64::from(!succeeds));
            let ended_at = download.ended_at();
            rows.push(download);
            let lag = TimeDelta::seconds(TRANSCRIPT_LAG_MINUTES * 60 + random.whole(-20, 20));
            let seconds = random.whole(120, 1500);
            let memory = random.around(10_500.0, 0.05) as i64;
            if let (Some(ended_at), true) = (ended_at, succeeds) {
                let mut transcript = Row::started("media: transcribe", ended_at + lag);
                transcript.submitted_at = Some(ended_at);
                transcript.user = Some("media");
                transcript.seconds = Some(seconds);
                transcript.status = Some("completed");
                transcript.exit_code = Some(0);
                transcript.cpu_cores = Some(2.0);
                transcript.memory_mib = Some(memory / 2);
                transcript.gpu_memory_mib = Some(memory);
                rows.push(transcript);
            }
        }
    }
    rows
}

/// Two people who start things between nine and five on weekdays, whenever they like.
pub fn people() -> Vec<Row> {
    let mut rows = Vec::new();
    for (user, least, most, tasks) in [
        ("ana", 2, 6, ["notebook", "render-preview", "train-small"]),
        ("ben", 0, 4, ["notebook", "convert-video", "train-small"]),
    ] {
        let mut random = Random::of(user);
        for date in days(history_start(), history_end()) {
            if date.weekday().num_days_from_monday() >= 5 {
                continue;
            }
            for _ in 0..random.whole(least, most) {
                let Some(hour) = local(date, random.whole(9, 16) as u32, 0) else { continue };
                let task = tasks[random.whole(0, 2) as usize];
                let started_at = hour + TimeDelta::seconds(random.whole(0, 3599));
                let mut row = Row::started(&format!("{user}: {task}"), started_at);
                row.user = Some(user);
                row.seconds = Some(random.whole(60, 5400));
                row.cpu_cores = Some(random.whole(1, 4) as f64);
                row.memory_mib = Some(random.whole(500, 9000));
                row.gpu_memory_mib = (task == "train-small").then(|| random.whole(2000, 12_000));
                row.status = Some(
                    ["completed", "completed", "completed", "failed", "cancelled"]
                        [random.whole(0, 4) as usize],
                );
                rows.push(row);
            }
        }
    }
    rows
}
