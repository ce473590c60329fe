//! The scheduled jobs of the workstation: when each was due and what it needed.

use chrono::{DateTime, Utc};

use super::recurrence::{DayKind, Recurrence, midnight};

/// When the history begins: a Monday.
pub fn history_start() -> DateTime<Utc> {
    midnight(2026, 1, 19)
}

/// When the history ends, and the instant that the demonstration takes for now: a Monday, 08:00.
pub fn history_end() -> DateTime<Utc> {
    midnight(2026, 4, 13) + chrono::TimeDelta::hours(8)
}

/// The weekend on which the workstation was switched off.
pub fn outage() -> std::ops::Range<DateTime<Utc>> {
    midnight(2026, 2, 14)..midnight(2026, 2, 16)
}

/// What a run of a job needs, around these values; `None` is not recorded.
#[derive(Clone, Copy, Default)]
pub struct Needs {
    pub minutes: Option<f64>,
    pub cpu_cores: Option<f64>,
    pub memory_mib: Option<f64>,
    pub gpu_memory_mib: Option<f64>,
}

/// A job that cron starts.
pub struct Job {
    pub user: &'static str,
    pub command: &'static str,
    pub recurrence: Recurrence,
    /// When the schedule took effect.
    pub since: DateTime<Utc>,
    /// When it was taken out, or moved.
    pub until: Option<DateTime<Utc>>,
    pub needs: Needs,
    /// Share of runs that fail.
    pub failures: f64,
    /// Share of due runs that did not happen.
    pub misses: f64,
    pub note: &'static str,
}

impl Job {
    /// The name that a cron log gives to runs of this command.
    pub fn task_type(&self) -> String {
        format!("{}: {}", self.user, self.command)
    }
}

fn job(user: &'static str, command: &'static str, recurrence: Recurrence) -> Job {
    Job {
        user,
        command,
        recurrence,
        since: history_start(),
        until: None,
        needs: Needs::default(),
        failures: 0.02,
        misses: 0.01,
        note: "",
    }
}

fn needs(minutes: f64, cpu_cores: f64, memory_mib: f64) -> Needs {
    Needs {
        minutes: Some(minutes),
        cpu_cores: Some(cpu_cores),
        memory_mib: Some(memory_mib),
        gpu_memory_mib: None,
    }
}

fn gpu_needs(minutes: f64, cpu_cores: f64, memory_mib: f64, gpu_memory_mib: f64) -> Needs {
    Needs { gpu_memory_mib: Some(gpu_memory_mib), ..needs(minutes, cpu_cores, memory_mib) }
}

/// Every schedule that was in force at some time; a job that was moved stands here twice.
pub fn jobs() -> Vec<Job> {
    use DayKind::{Every, FirstOfMonth, MondayToFriday, Mondays};
    use Recurrence::{At, EveryMinutes, Hourly};
    let moved = midnight(2026, 2, 23);
    vec![
        Job {
            needs: needs(50.0, 4.0, 6000.0),
            failures: 0.04,
            note: "the nightly backup",
            ..job("root", "backup-home", At(Every, 2, 0))
        },
        Job {
            needs: needs(25.0, 3.0, 8000.0),
            note: "piles up with the backup",
            ..job("postgres", "dump-database", At(Every, 2, 0))
        },
        Job {
            needs: needs(35.0, 6.0, 14_000.0),
            note: "piles up with the backup",
            ..job("root", "reindex-search", At(Every, 2, 0))
        },
        Job {
            needs: needs(30.0, 8.0, 5000.0),
            note: "piles up with the backup",
            ..job("media", "make-thumbnails", At(Every, 2, 0))
        },
        Job {
            until: Some(moved),
            needs: needs(12.0, 2.0, 800.0),
            note: "moved to 02:00 on 2026-02-23",
            ..job("root", "archive-logs", At(Every, 3, 40))
        },
        Job {
            since: moved,
            needs: needs(12.0, 2.0, 800.0),
            note: "piles up with the backup since it was moved from 03:40",
            ..job("root", "archive-logs", At(Every, 2, 0))
        },
        Job {
            needs: gpu_needs(40.0, 4.0, 9000.0, 16_000.0),
            note: "wants a GPU while the training may still hold one",
            ..job("ml", "refresh-embeddings", At(Every, 0, 0))
        },
        Job {
            needs: gpu_needs(55.0, 6.0, 12_000.0, 20_000.0),
            note: "wants a GPU while the training may still hold one",
            ..job("ml", "evaluate-models", At(Every, 0, 0))
        },
        Job { needs: needs(3.0, 1.0, 300.0), ..job("root", "rotate-caches", At(Every, 0, 0)) },
        Job {
            needs: Needs { minutes: Some(4.0), ..Needs::default() },
            note: "its memory and cores are not recorded",
            ..job("root", "sync-datasets", Hourly(17))
        },
        Job {
            until: Some(midnight(2026, 2, 9)),
            failures: 0.0,
            note: "taken out after three weeks; only its starts are recorded",
            ..job("monitor", "check-health", EveryMinutes(20))
        },
        Job {
            needs: needs(8.0, 2.0, 3000.0),
            misses: 0.0,
            ..job("ana", "weekly-report", At(Mondays, 6, 30))
        },
        Job {
            needs: gpu_needs(300.0, 8.0, 30_000.0, 22_000.0),
            failures: 0.06,
            note: "runs past midnight on some evenings",
            ..job("ml", "train-nightly", At(MondayToFriday, 19, 0))
        },
        Job {
            needs: needs(20.0, 2.0, 1500.0),
            failures: 0.0,
            misses: 0.0,
            ..job("finance", "bill-customers", At(FirstOfMonth, 5, 15))
        },
    ]
}
