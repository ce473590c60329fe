//! The plan that was applied last, and the runs that tell what became of it.

use rusqlite::params;

use super::{Store, StoreError};
use crate::domain::applied::ChangeState;
use crate::domain::rules::{PlanEvent, Revision, Rule, RuleId};
use crate::domain::time::{TimeSpan, Timestamp};

/// A rule that a plan moved.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanMove {
    /// The rule.
    pub rule_id: RuleId,
    /// As it was.
    pub before: Rule,
    /// As the plan left it.
    pub after: Rule,
}

/// A plan that moved rules in the store.
#[derive(Clone, Debug, PartialEq)]
pub struct AppliedPlan {
    /// Its id.
    pub id: i64,
    /// Its strategy, in a word.
    pub strategy: String,
    /// When the rules in the store were moved.
    pub applied_at: Timestamp,
    /// When its rules were last carried to a scheduler, as far as that is still in force.
    pub carried_at: Option<Timestamp>,
    /// Whether it was taken back: what was carried was undone, or no rule has the times of the plan any more.
    pub is_undone: bool,
    /// What was answered then, as JSON.
    pub body: String,
    /// The rules.
    pub moves: Vec<PlanMove>,
}

/// A run with what is needed to measure it.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRecord {
    /// What it was a run of.
    pub task_type: String,
    /// Where.
    pub host: Option<String>,
    /// When it asked to begin.
    pub submitted_at: Option<Timestamp>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// CPU cores.
    pub cpu_cores: Option<f64>,
    /// Main memory, MiB.
    pub memory_mib: Option<f64>,
    /// GPUs.
    pub gpu_count: Option<f64>,
    /// GPU memory, MiB.
    pub gpu_memory_mib: Option<f64>,
}

impl Store {
    /// The plans that were applied, last first.
    pub fn applied_plan_ids(&self) -> Result<Vec<i64>, StoreError> {
        let mut statement = self.connection.prepare(
            "SELECT id FROM optimization_results WHERE applied_ms IS NOT NULL ORDER BY applied_ms DESC, id DESC",
        )?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The plan that was applied last; `None` where none was.
    pub fn latest_applied_plan(&self) -> Result<Option<AppliedPlan>, StoreError> {
        match self.applied_plan_ids()?.first() {
            Some(id) => self.applied_plan(*id),
            None => Ok(None),
        }
    }

    /// The applied plan of this id; `None` where there is none, or it was never applied.
    pub fn applied_plan(&self, id: i64) -> Result<Option<AppliedPlan>, StoreError> {
        let mut statement = self.connection.prepare(
            "SELECT id, strategy, applied_ms, body FROM optimization_results \
             WHERE applied_ms IS NOT NULL AND id = ?1",
        )?;
        let mut rows = statement.query([id])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let mut plan = AppliedPlan {
            id: row.get(0)?,
            strategy: row.get(1)?,
            applied_at: Timestamp::clamped(row.get(2)?),
            carried_at: None,
            is_undone: false,
            body: row.get(3)?,
            moves: Vec::new(),
        };
        plan.moves = self.plan_moves(plan.id)?;
        let carries = self.changes()?.into_iter().filter(|stored| {
            let is_of_plan = |id: RuleId| plan.moves.iter().any(|step| step.rule_id == id);
            let rules = &stored.change.rules;
            stored.change.begun >= plan.applied_at
                && rules.iter().filter_map(|rule| rule.rule_id).any(is_of_plan)
        });
        for stored in carries {
            if stored.state.is_in_force() {
                plan.carried_at = plan.carried_at.max(Some(stored.change.begun));
            }
            plan.is_undone |= stored.state == ChangeState::Undone;
        }
        plan.is_undone &= plan.carried_at.is_none();
        let mut still_moved = 0;
        for step in &plan.moves {
            // A rule that was removed since is no longer moved.
            let now = self.rule_if_any(step.rule_id)?;
            still_moved += usize::from(now.is_some_and(|stored| stored.rule.schedule == step.after.schedule));
        }
        plan.is_undone |= plan.carried_at.is_none() && still_moved == 0 && !plan.moves.is_empty();
        Ok(Some(plan))
    }

    /// The rules that a plan moved; none where it was never applied.
    pub fn plan_moves(&self, optimization_id: i64) -> Result<Vec<PlanMove>, StoreError> {
        let applied = |revision: &Revision| matches!(revision.plan, Some((_, PlanEvent::Applied)));
        let steps = self.revisions_of_plan(optimization_id)?.into_iter().filter(applied);
        let moves = steps.flat_map(|revision| revision.steps).filter_map(|step| {
            Some(PlanMove { rule_id: step.rule_id, before: step.before?, after: step.after? })
        });
        Ok(moves.collect())
    }

    /// The runs that began within `span`, by their start. Ends may lie after it.
    pub fn run_records(&self, span: TimeSpan) -> Result<Vec<RunRecord>, StoreError> {
        let mut statement = self.connection.prepare(
            "SELECT task_types.name, hosts.name, submitted_ms, started_ms, ended_ms, cpu_cores, memory_mib, \
             gpu_count, gpu_memory_mib FROM runs JOIN task_types ON task_types.id = runs.task_type_id \
             LEFT JOIN hosts ON hosts.id = runs.host_id WHERE started_ms >= ?1 AND started_ms < ?2 \
             ORDER BY started_ms, runs.id",
        )?;
        let (first, last) = (span.start.millis(), span.end.millis());
        let instant = |millis: Option<i64>| millis.map(Timestamp::clamped);
        let rows = statement.query_map(params![first, last], |row| {
            Ok(RunRecord {
                task_type: row.get(0)?,
                host: row.get(1)?,
                submitted_at: instant(row.get(2)?),
                started_at: Timestamp::clamped(row.get(3)?),
                ended_at: instant(row.get(4)?),
                cpu_cores: row.get(5)?,
                memory_mib: row.get(6)?,
                gpu_count: row.get(7)?,
                gpu_memory_mib: row.get(8)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
