//! Joins what cron logs about one run: its command, its end, and the session that PAM opened around it.

use std::collections::VecDeque;
use std::sync::Arc;

use super::cron_message::{CronMessage, Outcome};
use super::held::Held;
use super::task_name::cron_task_type;
use super::{Entry, Session};
use crate::domain::activity::{Run, RunStatus};
use crate::domain::time::{HOUR_MS, SECOND_MS, Timestamp};

/// A session is opened within this time of its command's line.
const SESSION_START_MS: i64 = 5 * SECOND_MS;
/// The command's line carries the session's process id or one of the next: the fork in between gets the
/// next free one, which is rarely more than one away.
const PROCESS_DISTANCE: i64 = 8;
/// What waits longer than this, in the log's time, is let go without its other half.
const LONGEST_WAIT_MS: i64 = 48 * HOUR_MS;
/// More than this is not held of anything.
const MOST_HELD: usize = 100_000;

/// Where and when a message was logged.
#[derive(Clone, Debug)]
pub(super) struct Logged {
    /// By which host; empty where it is unknown.
    pub(super) host: Arc<str>,
    /// By which process.
    pub(super) process_id: Option<i64>,
    /// When.
    pub(super) at: Timestamp,
}

struct OpenSession {
    user: String,
}

struct ClosedSession {
    host: Arc<str>,
    user: String,
    process_id: i64,
    opened_at: Timestamp,
    closed_at: Timestamp,
}

/// Takes messages in the order of the log and yields runs and sessions.
pub(super) struct CronJoin {
    runs: Held<Run>,
    open_sessions: Held<OpenSession>,
    closed_sessions: Held<ClosedSession>,
    ready: VecDeque<Entry>,
    sessions_seen: bool,
    commands_seen: bool,
}

impl CronJoin {
    /// Nothing taken yet.
    pub(super) fn new() -> CronJoin {
        CronJoin {
            runs: Held::new(),
            open_sessions: Held::new(),
            closed_sessions: Held::new(),
            ready: VecDeque::new(),
            sessions_seen: false,
            commands_seen: false,
        }
    }

    /// The next run or session that nothing more will be learned about.
    pub(super) fn pop(&mut self) -> Option<Entry> {
        self.ready.pop_front()
    }

    /// Takes one message.
    pub(super) fn take(&mut self, message: CronMessage<'_>, logged: &Logged) {
        match message {
            CronMessage::Started { user, command, process_id } => {
                self.start(user, &command, process_id, logged);
            }
            CronMessage::Ended { process_id, command, exit_code, outcome } => {
                let named = command.map(|job| cron_task_type(None, job));
                self.end(process_id, named.as_deref(), exit_code, outcome, logged);
            }
            CronMessage::SessionOpened { user } => self.open(user, logged),
            CronMessage::SessionClosed { user } => self.close(user, logged),
            CronMessage::Malformed(_) | CronMessage::Other => {}
        }
        self.let_go(logged.at);
    }

    /// Lets go of everything: the log has ended.
    pub(super) fn finish(&mut self) {
        while let Some(run) = self.runs.take_first() {
            self.ready.push_back(Entry::Run(run));
        }
        while let Some(session) = self.closed_sessions.take_first() {
            self.ready.push_back(session.into_entry());
        }
    }

    fn start(&mut self, user: Option<&str>, command: &str, process_id: Option<i64>, logged: &Logged) {
        self.commands_seen = true;
        let process_id = process_id.or(logged.process_id);
        let mut run = Run::started(cron_task_type(user, command), logged.at);
        run.user = user.map(str::to_owned);
        run.host = Some(logged.host.to_string()).filter(|host| !host.is_empty());
        run.external_id = process_id.map(|id| id.to_string());
        let Some(process_id) = process_id else {
            self.ready.push_back(Entry::Run(run));
            return;
        };
        let session = (0..=PROCESS_DISTANCE).find_map(|distance| {
            self.closed_sessions.take(
                &logged.host,
                process_id.saturating_sub(distance),
                |opened_at, session| belongs(&session.user, opened_at, &run),
            )
        });
        match session {
            Some((_, session)) => self.finish_run(run, session.closed_at),
            None => self.runs.insert(&logged.host, process_id, logged.at, run),
        }
    }

    fn end(
        &mut self,
        process_id: Option<i64>,
        task_type: Option<&str>,
        exit_code: Option<i64>,
        outcome: Option<Outcome>,
        logged: &Logged,
    ) {
        let Some(process_id) = process_id.or(logged.process_id) else {
            return;
        };
        let fits = |_: Timestamp, run: &Run| task_type.is_none_or(|name| run.task_type == name);
        let status = outcome.map(|outcome| match outcome {
            Outcome::Succeeded => RunStatus::Completed,
            Outcome::Failed => RunStatus::Failed,
        });
        if status == Some(RunStatus::Failed) && task_type.is_none() {
            // The session that is about to be closed tells the end; until then the run waits with its status.
            if let Some(run) = self.runs.find_mut(&logged.host, process_id, fits) {
                run.status = status;
                run.exit_code = exit_code;
                run.ended_at = Some(logged.at).filter(|at| *at >= run.started_at);
            }
            return;
        }
        if let Some((_, mut run)) = self.runs.take(&logged.host, process_id, fits) {
            run.status = run.status.or(status);
            run.exit_code = run.exit_code.or(exit_code);
            self.finish_run(run, logged.at);
        }
    }

    fn open(&mut self, user: &str, logged: &Logged) {
        self.sessions_seen = true;
        let Some(process_id) = logged.process_id else {
            return;
        };
        // A session of this process that was never closed is not closed by what comes now.
        self.open_sessions.take(&logged.host, process_id, |_, _| true);
        let session = OpenSession { user: user.to_owned() };
        self.open_sessions.insert(&logged.host, process_id, logged.at, session);
    }

    fn close(&mut self, user: &str, logged: &Logged) {
        self.sessions_seen = true;
        let Some(process_id) = logged.process_id else {
            return;
        };
        let open = self.open_sessions.take(&logged.host, process_id, |_, session| session.user == user);
        let Some((opened_at, _)) = open.filter(|(opened_at, _)| *opened_at <= logged.at) else {
            return;
        };
        let run = (0..=PROCESS_DISTANCE).find_map(|distance| {
            self.runs.take(&logged.host, process_id.saturating_add(distance), |_, run| {
                belongs(user, opened_at, run)
            })
        });
        if let Some((_, run)) = run {
            self.finish_run(run, logged.at);
            return;
        }
        let session = ClosedSession {
            host: Arc::clone(&logged.host),
            user: user.to_owned(),
            process_id,
            opened_at,
            closed_at: logged.at,
        };
        self.closed_sessions.insert(&logged.host, process_id, opened_at, session);
    }

    fn finish_run(&mut self, mut run: Run, ended_at: Timestamp) {
        if run.ended_at.is_none() && ended_at >= run.started_at {
            run.ended_at = Some(ended_at);
        }
        self.ready.push_back(Entry::Run(run));
    }

    /// Runs wait for sessions only where the log may have some: a log of commands followed by a log of
    /// sessions is joined, too, and so is the reverse.
    fn let_go(&mut self, now: Timestamp) {
        let limit = now.plus_ms(-LONGEST_WAIT_MS);
        while self.runs.len() > MOST_HELD {
            self.ready.extend(self.runs.take_first().map(Entry::Run));
        }
        while self.closed_sessions.len() > MOST_HELD {
            self.ready.extend(self.closed_sessions.take_first().map(ClosedSession::into_entry));
        }
        while self.open_sessions.len() > MOST_HELD {
            self.open_sessions.take_first();
        }
        if self.sessions_seen {
            while let Some(run) = self.runs.take_before(limit) {
                self.ready.push_back(Entry::Run(run));
            }
        }
        if self.commands_seen {
            while let Some(session) = self.closed_sessions.take_before(limit) {
                self.ready.push_back(session.into_entry());
            }
        }
    }
}

/// Whether a session opened for `user` is the one around `run`.
fn belongs(user: &str, opened_at: Timestamp, run: &Run) -> bool {
    run.user.as_deref() == Some(user) && run.started_at.since(opened_at).abs() <= SESSION_START_MS
}

impl ClosedSession {
    fn into_entry(self) -> Entry {
        Entry::Session(Session {
            host: self.host.to_string(),
            user: self.user,
            process_id: self.process_id,
            opened_at: self.opened_at,
            closed_at: self.closed_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::cron_message::parse_cron_message;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_000_000_000 + seconds).expect("in range")
    }

    /// Joins messages given as (second, process, message).
    fn join(messages: &[(i64, i64, &str)]) -> Vec<Entry> {
        let mut join = CronJoin::new();
        for (second, process_id, message) in messages {
            let logged = Logged { host: Arc::from("box"), process_id: Some(*process_id), at: at(*second) };
            join.take(parse_cron_message(message), &logged);
        }
        join.finish();
        std::iter::from_fn(|| join.pop()).collect()
    }

    fn runs(entries: &[Entry]) -> Vec<(&str, Option<i64>, Option<RunStatus>)> {
        let mut found = Vec::new();
        for entry in entries {
            if let Entry::Run(run) = entry {
                let seconds = run.ended_at.map(|end| end.since(run.started_at) / 1_000);
                found.push((run.task_type.as_str(), seconds, run.status));
            }
        }
        found
    }

    const OPENED: &str = "pam_unix(cron:session): session opened for user root by (uid=0)";
    const CLOSED: &str = "pam_unix(cron:session): session closed for user root";

    #[test]
    fn a_session_tells_the_end_of_the_command_with_its_process_or_the_next() {
        for process_id in [10, 11, 13] {
            let entries = join(&[(0, 10, OPENED), (0, process_id, "(root) CMD (x)"), (30, 10, CLOSED)]);
            assert_eq!(runs(&entries), [("root: x", Some(30), None)]);
            assert_eq!(entries.len(), 1);
        }
    }

    #[test]
    fn a_session_may_stand_before_or_after_its_command_as_a_whole() {
        let after = join(&[(0, 11, "(root) CMD (x)"), (0, 10, OPENED), (30, 10, CLOSED)]);
        let before = join(&[(0, 10, OPENED), (30, 10, CLOSED), (0, 11, "(root) CMD (x)")]);
        assert_eq!(runs(&after), [("root: x", Some(30), None)]);
        assert_eq!(after, before);
    }

    #[test]
    fn sessions_of_another_user_or_time_end_nothing() {
        let entries = join(&[(0, 11, "(mail) CMD (x)"), (0, 10, OPENED), (3, 10, CLOSED)]);
        assert_eq!(runs(&entries), [("mail: x", None, None)]);
        assert!(matches!(entries[1], Entry::Session(_)));
        let entries = join(&[(0, 11, "(root) CMD (x)"), (9, 10, OPENED), (12, 10, CLOSED)]);
        assert_eq!(runs(&entries), [("root: x", None, None)]);
    }

    #[test]
    fn half_sessions_and_sessions_closed_before_they_opened_yield_nothing() {
        assert_eq!(join(&[(0, 10, CLOSED), (5, 12, OPENED), (50, 13, OPENED), (20, 13, CLOSED)]), []);
    }

    #[test]
    fn what_waits_for_two_days_is_let_go_without_its_other_half() {
        let day = 86_400;
        let entries = join(&[
            (0, 9, OPENED),
            (0, 10, "(root) CMD (x)"),
            (3 * day, 20, "(root) CMD (y)"),
            (3 * day + 1, 9, CLOSED),
        ]);
        assert_eq!(runs(&entries), [("root: x", None, None), ("root: y", None, None)]);
        assert!(matches!(entries[1], Entry::Session(_)));
    }

    #[test]
    fn ends_that_daemons_tell_are_taken() {
        let entries = join(&[(0, 10, "(root) CMD (x)"), (7, 10, "(root) CMDEND (x)")]);
        assert_eq!(runs(&entries), [("root: x", Some(7), None)]);
        let entries = join(&[
            (0, 10, OPENED),
            (0, 11, "(root) CMD (x)"),
            (7, 10, "(CRON) error (grandchild #11 failed with exit status 1)"),
            (7, 10, CLOSED),
        ]);
        assert_eq!(runs(&entries), [("root: x", Some(7), Some(RunStatus::Failed))]);
        let entries = join(&[
            (0, 5, "Job `cron.daily' started"),
            (0, 5, "Job `cron.weekly' started"),
            (9, 5, "Job `cron.daily' terminated"),
        ]);
        let expected = [("cron.daily", Some(9), Some(RunStatus::Completed)), ("cron.weekly", None, None)];
        assert_eq!(runs(&entries), expected);
    }
}
