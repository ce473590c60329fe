//! Reading runs back: histories for the engines, counts for people.

use std::collections::HashMap;

use rusqlite::types::Value;
use rusqlite::{Row, params_from_iter};
use serde::Serialize;

use super::{Store, StoreError};
use crate::domain::activity::{
    HistoryRun, HostId, QueueId, Resources, RunStatus, TaskHistory, TaskTypeId, UserId,
};
use crate::domain::time::{TimeSpan, Timestamp};

/// Which runs to read.
#[derive(Clone, Debug, Default)]
pub struct HistoryFilter {
    /// Starts in this span; all when `None`.
    pub span: Option<TimeSpan>,
    /// Only these task types; all when `None`.
    pub task_types: Option<Vec<TaskTypeId>>,
}

/// What the store holds up to an instant.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HistoryOverview {
    /// Runs that began by then.
    pub runs: u64,
    /// Task types among them.
    pub task_types: u64,
    /// First start.
    pub first_start: Option<Timestamp>,
    /// Last start.
    pub last_start: Option<Timestamp>,
}

/// The status of a stored code; unknown codes cannot be stored (a CHECK holds that).
pub(super) fn status_of(code: Option<i64>) -> Option<RunStatus> {
    code.and_then(|code| usize::try_from(code).ok()).and_then(|code| RunStatus::ALL.get(code).copied())
}

impl Store {
    /// The runs that `filter` names and that began by `now`, by task type in order of their ids, each ascending
    /// by start. An end after `now` is unknown, and the run still goes on.
    pub fn histories(&self, filter: &HistoryFilter, now: Timestamp) -> Result<Vec<TaskHistory>, StoreError> {
        let names = self.task_type_names()?;
        let (first, last) = match filter.span {
            Some(span) => (span.start.millis(), span.end.millis().min(now.millis().saturating_add(1))),
            None => (i64::MIN, now.millis().saturating_add(1)),
        };
        let mut sql = format!(
            "SELECT task_type_id, started_ms, ended_ms, status, user_id, host_id, cpu_cores, memory_mib, \
             gpu_count, gpu_memory_mib, queue_id FROM runs {} WHERE started_ms >= ? AND started_ms < ?",
            if self.is_most_of_all_runs(first, last)? { "NOT INDEXED" } else { "" }
        );
        let mut values = vec![Value::Integer(first), Value::Integer(last)];
        if let Some(task_types) = &filter.task_types {
            sql.push_str(" AND task_type_id IN (");
            for (position, task_type) in task_types.iter().enumerate() {
                sql.push_str(if position == 0 { "?" } else { ", ?" });
                values.push(Value::Integer(task_type.0));
            }
            sql.push(')');
        }
        let mut statement = self.connection.prepare(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        let sizes = self.sizes_of_histories(first, last)?;
        let mut positions: HashMap<TaskTypeId, usize> = HashMap::new();
        let mut histories: Vec<TaskHistory> = Vec::new();
        while let Some(row) = rows.next()? {
            let task_type = TaskTypeId(row.get(0)?);
            let position = *positions.entry(task_type).or_insert_with(|| {
                let name = names.get(&task_type).cloned().unwrap_or_default();
                let runs = Vec::with_capacity(sizes.get(&task_type).copied().unwrap_or(0));
                histories.push(TaskHistory { task_type, name, runs });
                histories.len() - 1
            });
            histories[position].runs.push(history_run(row, now)?);
        }
        histories.sort_unstable_by_key(|history| history.task_type);
        // Sorting here, where rows mostly lie in order, costs a fraction of what it costs SQLite.
        for history in &mut histories {
            history.runs.sort_by_key(|run| run.started_at);
        }
        Ok(histories)
    }

    /// Whether going through all runs in the order they lie in is quicker than looking up each that began from
    /// `first_ms` to before `last_ms` through the index.
    fn is_most_of_all_runs(&self, first_ms: i64, last_ms: i64) -> Result<bool, StoreError> {
        let all: i64 =
            self.connection.query_row("SELECT coalesce(max(id), 0) FROM runs", [], |row| row.get(0))?;
        let enough = all / 8 + 1;
        let found: i64 = self.connection.query_row(
            "SELECT count(*) FROM (SELECT 1 FROM runs WHERE started_ms >= ?1 AND started_ms < ?2 LIMIT ?3)",
            [first_ms, last_ms, enough],
            |row| row.get(0),
        )?;
        Ok(found >= enough)
    }

    /// Runs of each task type from `first_ms` to before `last_ms` where there are so many in all that room which
    /// grows as needed could take twice the memory; empty otherwise.
    fn sizes_of_histories(
        &self,
        first_ms: i64,
        last_ms: i64,
    ) -> Result<HashMap<TaskTypeId, usize>, StoreError> {
        const MANY: i64 = 4_000_000;
        let all: i64 =
            self.connection.query_row("SELECT coalesce(max(id), 0) FROM runs", [], |row| row.get(0))?;
        if all < MANY {
            return Ok(HashMap::new());
        }
        let mut statement = self.connection.prepare(
            "SELECT task_type_id, sum(started_ms >= ?1 AND started_ms < ?2) FROM runs GROUP BY task_type_id",
        )?;
        let rows = statement.query_map([first_ms, last_ms], |row| {
            Ok((TaskTypeId(row.get(0)?), row.get::<_, i64>(1)?.unsigned_abs() as usize))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// All task type names by id.
    pub fn task_type_names(&self) -> Result<HashMap<TaskTypeId, String>, StoreError> {
        self.names("SELECT id, name FROM task_types", TaskTypeId)
    }

    /// All user names by id.
    pub fn user_names(&self) -> Result<HashMap<UserId, String>, StoreError> {
        self.names("SELECT id, name FROM users", UserId)
    }

    /// All host names by id.
    pub fn host_names(&self) -> Result<HashMap<HostId, String>, StoreError> {
        self.names("SELECT id, name FROM hosts", HostId)
    }

    /// All queue names by id.
    pub fn queue_names(&self) -> Result<HashMap<QueueId, String>, StoreError> {
        self.names("SELECT id, name FROM queues", QueueId)
    }

    fn names<Id: std::hash::Hash + Eq>(
        &self,
        sql: &str,
        id: fn(i64) -> Id,
    ) -> Result<HashMap<Id, String>, StoreError> {
        let mut statement = self.connection.prepare(sql)?;
        let rows = statement.query_map([], |row| Ok((id(row.get(0)?), row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The highest id of a run, 0 without runs: about how many there are, known at once.
    pub fn highest_run_id(&self) -> Result<u64, StoreError> {
        let highest: i64 =
            self.connection.query_row("SELECT coalesce(max(id), 0) FROM runs", [], |row| row.get(0))?;
        Ok(highest.unsigned_abs())
    }

    /// What the store holds of runs that began by `now`.
    pub fn overview(&self, now: Timestamp) -> Result<HistoryOverview, StoreError> {
        Ok(self.connection.query_row(
            "SELECT count(*), count(DISTINCT task_type_id), min(started_ms), max(started_ms) FROM runs \
             WHERE started_ms <= ?1",
            [now.millis()],
            |row| {
                let instant = |millis: Option<i64>| millis.map(Timestamp::clamped);
                Ok(HistoryOverview {
                    runs: row.get::<_, i64>(0)?.unsigned_abs(),
                    task_types: row.get::<_, i64>(1)?.unsigned_abs(),
                    first_start: instant(row.get(2)?),
                    last_start: instant(row.get(3)?),
                })
            },
        )?)
    }

    /// The last start by `now`: where the recorded history ends.
    pub fn last_start(&self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let last: Option<i64> = self.connection.query_row(
            "SELECT max(started_ms) FROM runs WHERE started_ms <= ?1",
            [now.millis()],
            |row| row.get(0),
        )?;
        Ok(last.map(Timestamp::clamped))
    }
}

fn history_run(row: &Row<'_>, now: Timestamp) -> Result<HistoryRun, StoreError> {
    let mut status = status_of(row.get(3)?);
    let mut ended_at = row.get::<_, Option<i64>>(2)?.map(Timestamp::clamped);
    if ended_at.is_some_and(|end| end > now) {
        ended_at = None;
        status = Some(RunStatus::Running);
    }
    Ok(HistoryRun {
        started_at: Timestamp::clamped(row.get(1)?),
        ended_at,
        status,
        user: row.get::<_, Option<i64>>(4)?.map(UserId),
        host: row.get::<_, Option<i64>>(5)?.map(HostId),
        queue: row.get::<_, Option<i64>>(10)?.map(QueueId),
        resources: Resources {
            cpu_cores: row.get(6)?,
            memory_mib: row.get(7)?,
            gpu_count: row.get(8)?,
            gpu_memory_mib: row.get(9)?,
        },
    })
}
