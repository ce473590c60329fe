//! One benchmark case: a history, what is behind it, and what comes after it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;
use tidetable::domain::activity::{HistoryRun, TaskHistory, TaskTypeId};
use tidetable::domain::calendar::Zone;
use tidetable::domain::time::{TimeSpan, Timestamp};

/// 2025-01-06T00:00:00Z, a Monday.
pub const MONDAY_MS: i64 = 1_736_121_600_000;

/// What is behind a history.
#[derive(Clone, Debug, PartialEq)]
pub enum Truth {
    /// The task fires at these instants of the year after the history.
    Slots(Vec<i64>),
    /// Nothing recurs.
    Nothing,
    /// Every so many ms, and the share by which what is found may differ; the phase may drift.
    Period { ms: f64, within: f64 },
    /// These pairs: the second follows the first.
    Chains(Vec<(String, String)>),
    /// A person usually begins near this local minute of workdays.
    Habit(i64),
}

/// A case.
#[derive(Clone, Debug)]
pub struct Case {
    /// Suite, kind and seed.
    pub name: String,
    /// What the row of the table is called.
    pub row: String,
    /// The zone of the machine that recorded it.
    pub zone: Zone,
    /// The span of the history.
    pub span: TimeSpan,
    /// Starts and ends by task type, ms.
    pub runs: BTreeMap<String, Vec<(i64, Option<i64>)>>,
    /// What is behind it.
    pub truth: Truth,
    /// Starts that came after the history, of the task type `task`.
    pub later: Vec<i64>,
    /// Those of them that the schedule itself started.
    pub own_later: Vec<i64>,
    /// How far from a slot a start may be expected, ms.
    pub tolerance_ms: i64,
}

impl Case {
    /// A case of one task type, called `task`.
    pub fn of_task(row: &str, seed: u64, zone: Zone, span: TimeSpan, starts: Vec<i64>, truth: Truth) -> Case {
        let runs = starts.into_iter().map(|start| (start, None)).collect();
        Case {
            name: format!("{}-{seed}", row.replace([' ', '/', '%'], "-")),
            row: row.to_owned(),
            zone,
            span,
            runs: BTreeMap::from([("task".to_owned(), runs)]),
            truth,
            later: Vec::new(),
            own_later: Vec::new(),
            tolerance_ms: 300_000,
        }
    }

    /// The histories as the library reads them, in whole seconds.
    pub fn histories(&self) -> Vec<TaskHistory> {
        let second = |at: i64| Timestamp::clamped(at.div_euclid(1000) * 1000);
        self.runs
            .iter()
            .enumerate()
            .map(|(number, (name, runs))| {
                let mut runs: Vec<HistoryRun> = runs
                    .iter()
                    .map(|(start, end)| HistoryRun {
                        ended_at: end.map(second),
                        ..HistoryRun::started(second(*start))
                    })
                    .filter(|run| self.span.contains(run.started_at))
                    .collect();
                runs.sort_by_key(|run| run.started_at);
                TaskHistory { task_type: TaskTypeId(number as i64), name: name.clone(), runs }
            })
            .collect()
    }

    /// Writes the history as CSV and what is behind it as JSON, for the command line, `score` and other programs.
    pub fn write(&self, folder: &Path) -> anyhow::Result<()> {
        std::fs::create_dir_all(folder)?;
        let mut csv = String::from("task_type,started_at,ended_at\n");
        for history in self.histories() {
            for run in &history.runs {
                let end = run.ended_at.map(Timestamp::to_rfc3339).unwrap_or_default();
                writeln!(csv, "{},{},{end}", history.name, run.started_at.to_rfc3339())?;
            }
        }
        std::fs::write(folder.join(format!("{}.csv", self.name)), csv)?;
        let instants = |list: &[i64]| -> Vec<String> {
            list.iter().map(|at| Timestamp::clamped(*at).to_rfc3339()).collect()
        };
        let slots = |list: &[i64]| json!([{ "task_type": "task", "starts": instants(list) }]);
        let mut truth = json!({
            "row": self.row,
            "timezone": self.zone.name(),
            "history": self.span,
            "tolerance_seconds": self.tolerance_ms / 1000,
        });
        match &self.truth {
            Truth::Slots(expected) => truth["schedules"] = slots(expected),
            Truth::Nothing => truth["schedules"] = json!([]),
            Truth::Period { ms, .. } => truth["period_seconds"] = json!(ms / 1000.0),
            Truth::Chains(pairs) => truth["chains"] = json!(pairs),
            Truth::Habit(minute) => truth["habit_minute"] = json!(minute),
        }
        std::fs::write(folder.join(format!("{}.truth.json", self.name)), format!("{truth:#}\n"))?;
        Ok(())
    }
}

/// The span of so many days from [`MONDAY_MS`].
pub fn days(count: i64) -> TimeSpan {
    let day = 86_400_000;
    TimeSpan { start: Timestamp::clamped(MONDAY_MS), end: Timestamp::clamped(MONDAY_MS + count * day) }
}
