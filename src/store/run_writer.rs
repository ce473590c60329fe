//! Writing runs so that the same source twice adds nothing and a later record completes an earlier one.

use rusqlite::{CachedStatement, Connection, OptionalExtension, Transaction, params};

use super::StoreError;
use super::intern::{Interner, NameTable};
use crate::domain::activity::{Run, RunStatus};

/// What became of a run that was handed to the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteOutcome {
    /// It is new.
    Added,
    /// It was known; the record told something that was not (an end, an outcome, a need).
    Updated,
    /// It was known, and the record told nothing new.
    AlreadyKnown,
}

/// Writes the runs of one import within one transaction.
///
/// Two records are the same run when task type, start, user, host, external id and ordinal agree; the ordinal
/// counts equal records *within one import*, so that a log with two equal lines gives two runs however often it
/// is read. Ordinals taken so far are kept in a temporary table only for records that met an equal one: a
/// file of distinct runs costs nothing, and a file read again grows a file, not memory.
pub struct RunWriter<'t> {
    transaction: &'t Transaction<'t>,
    insert: CachedStatement<'t>,
    import_id: i64,
    task_types: Interner,
    users: Interner,
    hosts: Interner,
    queues: Interner,
}

const INSERT: &str = "INSERT INTO runs (task_type_id, started_ms, ended_ms, submitted_ms, status, user_id, \
     host_id, queue_id, exit_code, cpu_cores, memory_mib, gpu_count, gpu_memory_mib, external_id, after, \
     ordinal, import_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17) \
     ON CONFLICT DO NOTHING";

const FIND: &str = "SELECT id, import_id, ended_ms, submitted_ms, status, queue_id, exit_code, cpu_cores, \
     memory_mib, gpu_count, gpu_memory_mib, after FROM runs WHERE task_type_id = ?1 AND started_ms = ?2 \
     AND ifnull(user_id, 0) = ?3 AND ifnull(host_id, 0) = ?4 AND ifnull(external_id, '') = ?5 \
     AND ordinal = ?6";

const COMPLETE: &str = "UPDATE runs SET ended_ms = ?2, submitted_ms = ?3, status = ?4, queue_id = ?5, \
     exit_code = ?6, cpu_cores = ?7, memory_mib = ?8, gpu_count = ?9, gpu_memory_mib = ?10, after = ?11 \
     WHERE id = ?1";

/// A run with its texts interned.
struct InternedRun<'r> {
    task_type: i64,
    user: Option<i64>,
    host: Option<i64>,
    facts: Facts,
    run: &'r Run,
}

/// What a later record may complete.
#[derive(Clone, Debug, PartialEq)]
struct Facts {
    ended_ms: Option<i64>,
    submitted_ms: Option<i64>,
    status: Option<i64>,
    queue: Option<i64>,
    exit_code: Option<i64>,
    cpu_cores: Option<f64>,
    memory_mib: Option<f64>,
    gpu_count: Option<f64>,
    gpu_memory_mib: Option<f64>,
    after: Option<String>,
}

impl Facts {
    /// These facts, completed by a later record. A run that was still going takes over everything that the
    /// later record knows; a run that has ended keeps what it has.
    fn completed_by(&self, later: &Facts) -> Facts {
        let running = Some(status_code(RunStatus::Running));
        let (first, second) =
            if self.status == running && later.status.is_some() { (later, self) } else { (self, later) };
        Facts {
            ended_ms: first.ended_ms.or(second.ended_ms),
            submitted_ms: first.submitted_ms.or(second.submitted_ms),
            status: first.status.or(second.status),
            queue: first.queue.or(second.queue),
            exit_code: first.exit_code.or(second.exit_code),
            cpu_cores: first.cpu_cores.or(second.cpu_cores),
            memory_mib: first.memory_mib.or(second.memory_mib),
            gpu_count: first.gpu_count.or(second.gpu_count),
            gpu_memory_mib: first.gpu_memory_mib.or(second.gpu_memory_mib),
            after: first.after.clone().or_else(|| second.after.clone()),
        }
    }
}

/// The code a status is stored as.
pub(super) fn status_code(status: RunStatus) -> i64 {
    match status {
        RunStatus::Completed => 0,
        RunStatus::Failed => 1,
        RunStatus::Cancelled => 2,
        RunStatus::Timeout => 3,
        RunStatus::OutOfMemory => 4,
        RunStatus::Running => 5,
    }
}

impl<'t> RunWriter<'t> {
    /// A writer for the runs of import `import_id`.
    pub fn new(transaction: &'t Transaction<'t>, import_id: i64) -> Result<RunWriter<'t>, StoreError> {
        transaction.execute_batch(
            "CREATE TEMP TABLE IF NOT EXISTS ordinals_taken (
                 task_type_id INTEGER NOT NULL, started_ms INTEGER NOT NULL, user_id INTEGER NOT NULL,
                 host_id INTEGER NOT NULL, external_id TEXT NOT NULL, next INTEGER NOT NULL,
                 PRIMARY KEY (task_type_id, started_ms, user_id, host_id, external_id)
             ) STRICT, WITHOUT ROWID;
             DELETE FROM temp.ordinals_taken;",
        )?;
        Ok(RunWriter {
            transaction,
            insert: transaction.prepare_cached(INSERT)?,
            import_id,
            task_types: Interner::new(NameTable::TaskTypes),
            users: Interner::new(NameTable::Users),
            hosts: Interner::new(NameTable::Hosts),
            queues: Interner::new(NameTable::Queues),
        })
    }

    /// Stores `run` or completes the row it is a repetition of.
    pub fn write(&mut self, run: &Run) -> Result<WriteOutcome, StoreError> {
        let interned = self.intern(run)?;
        if self.try_insert(&interned, 0)? {
            return Ok(WriteOutcome::Added);
        }
        let mut ordinal = self.next_ordinal(&interned)?;
        loop {
            match self.find(&interned, ordinal)? {
                // Row of this very import: the source gives two equal records, so this is another run.
                Some((_, owner, _)) if owner == Some(self.import_id) => ordinal += 1,
                Some((id, _, facts)) => {
                    self.take_ordinal(&interned, ordinal + 1)?;
                    return self.complete(id, &facts, &interned.facts);
                }
                None => {
                    self.try_insert(&interned, ordinal)?;
                    self.take_ordinal(&interned, ordinal + 1)?;
                    return Ok(WriteOutcome::Added);
                }
            }
        }
    }

    fn intern<'r>(&mut self, run: &'r Run) -> Result<InternedRun<'r>, StoreError> {
        let connection: &Connection = self.transaction;
        let optional = |interner: &mut Interner, name: &Option<String>| {
            name.as_deref().map(|name| interner.id(connection, name)).transpose()
        };
        Ok(InternedRun {
            user: optional(&mut self.users, &run.user)?,
            host: optional(&mut self.hosts, &run.host)?,
            facts: Facts {
                ended_ms: run.ended_at.map(|end| end.millis()),
                submitted_ms: run.submitted_at.map(|at| at.millis()),
                status: run.status.map(status_code),
                queue: optional(&mut self.queues, &run.queue)?,
                exit_code: run.exit_code,
                cpu_cores: run.resources.cpu_cores,
                memory_mib: run.resources.memory_mib,
                gpu_count: run.resources.gpu_count,
                gpu_memory_mib: run.resources.gpu_memory_mib,
                after: run.after.clone(),
            },
            task_type: self.task_types.id(connection, &run.task_type)?,
            run,
        })
    }

    fn try_insert(&mut self, interned: &InternedRun<'_>, ordinal: i64) -> Result<bool, StoreError> {
        let facts = &interned.facts;
        let inserted = self.insert.execute(params![
            interned.task_type,
            interned.run.started_at.millis(),
            facts.ended_ms,
            facts.submitted_ms,
            facts.status,
            interned.user,
            interned.host,
            facts.queue,
            facts.exit_code,
            facts.cpu_cores,
            facts.memory_mib,
            facts.gpu_count,
            facts.gpu_memory_mib,
            interned.run.external_id,
            facts.after,
            ordinal,
            self.import_id,
        ])?;
        Ok(inserted == 1)
    }

    fn find(
        &self,
        interned: &InternedRun<'_>,
        ordinal: i64,
    ) -> Result<Option<(i64, Option<i64>, Facts)>, StoreError> {
        let found = self
            .transaction
            .prepare_cached(FIND)?
            .query_row(
                params![
                    interned.task_type,
                    interned.run.started_at.millis(),
                    interned.user.unwrap_or(0),
                    interned.host.unwrap_or(0),
                    interned.run.external_id.as_deref().unwrap_or(""),
                    ordinal,
                ],
                |row| {
                    Ok((
                        row.get(0)?,
                        row.get(1)?,
                        Facts {
                            ended_ms: row.get(2)?,
                            submitted_ms: row.get(3)?,
                            status: row.get(4)?,
                            queue: row.get(5)?,
                            exit_code: row.get(6)?,
                            cpu_cores: row.get(7)?,
                            memory_mib: row.get(8)?,
                            gpu_count: row.get(9)?,
                            gpu_memory_mib: row.get(10)?,
                            after: row.get(11)?,
                        },
                    ))
                },
            )
            .optional()?;
        Ok(found)
    }

    fn complete(&self, id: i64, known: &Facts, told: &Facts) -> Result<WriteOutcome, StoreError> {
        let completed = known.completed_by(told);
        if completed == *known {
            return Ok(WriteOutcome::AlreadyKnown);
        }
        self.transaction.prepare_cached(COMPLETE)?.execute(params![
            id,
            completed.ended_ms,
            completed.submitted_ms,
            completed.status,
            completed.queue,
            completed.exit_code,
            completed.cpu_cores,
            completed.memory_mib,
            completed.gpu_count,
            completed.gpu_memory_mib,
            completed.after,
        ])?;
        Ok(WriteOutcome::Updated)
    }

    /// The first ordinal of this identity that no record of this import has taken.
    fn next_ordinal(&self, interned: &InternedRun<'_>) -> Result<i64, StoreError> {
        let next = self
            .transaction
            .prepare_cached(
                "SELECT next FROM temp.ordinals_taken WHERE task_type_id = ?1 AND started_ms = ?2 \
                 AND user_id = ?3 AND host_id = ?4 AND external_id = ?5",
            )?
            .query_row(
                params![
                    interned.task_type,
                    interned.run.started_at.millis(),
                    interned.user.unwrap_or(0),
                    interned.host.unwrap_or(0),
                    interned.run.external_id.as_deref().unwrap_or(""),
                ],
                |row| row.get(0),
            )
            .optional()?;
        Ok(next.unwrap_or(0))
    }

    fn take_ordinal(&self, interned: &InternedRun<'_>, next: i64) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached("INSERT OR REPLACE INTO temp.ordinals_taken VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
            .execute(params![
                interned.task_type,
                interned.run.started_at.millis(),
                interned.user.unwrap_or(0),
                interned.host.unwrap_or(0),
                interned.run.external_id.as_deref().unwrap_or(""),
                next,
            ])?;
        Ok(())
    }
}
