//! Cron sessions tell when a run ended; the run's command line may stand in another log, imported earlier or
//! later, so that sessions are kept and joined after each import.

use rusqlite::{Transaction, params};

use super::{Store, StoreError};
use crate::domain::time::{SECOND_MS, Timestamp};

/// How far a command line may lie from the opening of its session. Cron logs both within the same second or
/// two; a busy machine takes longer.
const JOIN_WITHIN_MS: i64 = 5 * SECOND_MS;

/// How many process ids a command may lie after its session: nearly always one, a few more on a busy machine.
const JOIN_PROCESS_IDS: i64 = 8;

/// A session of cron that PAM opened and closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CronSession<'a> {
    /// Host that logged it.
    pub host: &'a str,
    /// User of the session.
    pub user: &'a str,
    /// Process id of the session's lines; the command line carries it or the next one.
    pub process_id: i64,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was closed.
    pub closed_at: Timestamp,
}

/// What joining sessions to runs did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JoinedSessions {
    /// Runs that got an end.
    pub runs_ended: u64,
    /// Sessions whose command line is still unknown.
    pub waiting: u64,
}

impl Store {
    /// Remembers a session; `false` when it was known already.
    pub fn remember_session(
        transaction: &Transaction<'_>,
        import_id: i64,
        session: &CronSession<'_>,
    ) -> Result<bool, StoreError> {
        let added = transaction
            .prepare_cached(
                "INSERT OR IGNORE INTO cron_sessions (host, user, process_id, opened_ms, closed_ms, \
                 import_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                session.host,
                session.user,
                session.process_id,
                session.opened_at.millis(),
                session.closed_at.millis(),
                import_id
            ])?;
        Ok(added == 1)
    }

    /// Joins waiting sessions with runs of the same host and user, the session's process id or one of the next,
    /// begun within seconds of the session's opening; such a run ends when its session does.
    pub fn join_sessions(transaction: &Transaction<'_>) -> Result<JoinedSessions, StoreError> {
        transaction.execute(
            "UPDATE cron_sessions SET run_id = (
                 SELECT runs.id FROM runs
                 JOIN hosts ON hosts.id = runs.host_id JOIN users ON users.id = runs.user_id
                 WHERE runs.started_ms BETWEEN cron_sessions.opened_ms - ?1 AND cron_sessions.opened_ms + ?1
                   AND hosts.name = cron_sessions.host AND users.name = cron_sessions.user
                   AND CAST(runs.external_id AS INTEGER)
                       BETWEEN cron_sessions.process_id AND cron_sessions.process_id + ?2
                 ORDER BY CAST(runs.external_id AS INTEGER), runs.id LIMIT 1)
             WHERE run_id IS NULL",
            [JOIN_WITHIN_MS, JOIN_PROCESS_IDS],
        )?;
        let runs_ended = transaction.execute(
            "UPDATE runs SET ended_ms = cron_sessions.closed_ms FROM cron_sessions
             WHERE cron_sessions.run_id = runs.id AND runs.ended_ms IS NULL
               AND cron_sessions.closed_ms >= runs.started_ms",
            [],
        )?;
        let waiting: i64 =
            transaction
                .query_row("SELECT count(*) FROM cron_sessions WHERE run_id IS NULL", [], |row| row.get(0))?;
        Ok(JoinedSessions { runs_ended: runs_ended as u64, waiting: waiting.unsigned_abs() })
    }
}
