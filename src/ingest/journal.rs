//! `journalctl -o json`: services of systemd that start and finish, and cron where it logs to the journal.

use std::collections::VecDeque;
use std::sync::Arc;

use super::cron_join::{CronJoin, Logged};
use super::cron_message::{CronMessage, is_cron_program, parse_cron_message};
use super::journal_record::JournalRecord;
use super::journal_units::UnitRuns;
use super::lines::{LineRead, Lines, reject, too_long};
use super::{Entries, Entry, ImportOptions, IngestError, Source};
use crate::domain::time::Timestamp;

/// Runs of services and of cron's commands, in about the order of their ends.
pub(super) fn entries(source: Source, _options: &ImportOptions) -> Result<Entries, IngestError> {
    Ok(Box::new(Journal {
        lines: Some(Lines::new(source)?),
        line: Vec::new(),
        units: UnitRuns::default(),
        cron: CronJoin::new(),
        ready: VecDeque::new(),
        recognised: false,
        other_records: 0,
        previous: None,
        steps_forward: 0,
        steps_back: 0,
    }))
}

struct Journal {
    /// `None` once they have ended or failed.
    lines: Option<Lines>,
    line: Vec<u8>,
    units: UnitRuns,
    cron: CronJoin,
    ready: VecDeque<Entry>,
    recognised: bool,
    other_records: u64,
    previous: Option<Timestamp>,
    steps_forward: u64,
    steps_back: u64,
}

impl Iterator for Journal {
    type Item = Result<Entry, IngestError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let ready = self.ready.pop_front().or_else(|| self.units.pop().map(Entry::Run));
            if let Some(entry) = ready.or_else(|| self.cron.pop()) {
                return Some(Ok(entry));
            }
            let lines = self.lines.as_mut()?;
            match lines.read_next(&mut self.line) {
                Ok(LineRead::Line) => {
                    let number = lines.number();
                    let line = std::mem::take(&mut self.line);
                    self.take_line(number, &line);
                    self.line = line;
                }
                Ok(LineRead::TooLong) => {
                    self.ready.push_back(Entry::Reject(too_long(lines.number(), &self.line)));
                }
                Ok(LineRead::End) => self.finish(),
                Err(error) => {
                    self.lines = None;
                    return Some(Err(error));
                }
            }
        }
    }
}

impl Journal {
    fn take_line(&mut self, number: u64, bytes: &[u8]) {
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        let record = match JournalRecord::parse(bytes) {
            Ok(record) => record,
            Err(error) => {
                let reason = format!("not a JSON object of the journal: {error}");
                self.ready.push_back(Entry::Reject(reject(number, None, reason, bytes)));
                return;
            }
        };
        let about_unit = record.unit_message();
        let about_cron = match (about_unit, record.identifier(), record.message()) {
            (None, Some(program), Some(message)) if is_cron_program(program) => parse_cron_message(message),
            _ => CronMessage::Other,
        };
        if about_unit.is_none() && about_cron == CronMessage::Other {
            self.other_records += 1;
            return;
        }
        let Some(at) = record.at() else {
            let reason = "no time in microseconds since 1970";
            self.ready.push_back(Entry::Reject(reject(number, Some("__REALTIME_TIMESTAMP"), reason, bytes)));
            return;
        };
        self.recognised = true;
        self.note_step(at);
        if let Some(message) = about_unit {
            self.units.take(message, &record, at);
        } else if let CronMessage::Malformed(reason) = about_cron {
            self.ready.push_back(Entry::Reject(reject(number, Some("MESSAGE"), reason, bytes)));
        } else {
            let host = Arc::from(record.host().unwrap_or_default());
            self.cron.take(about_cron, &Logged { host, process_id: record.process_id(), at });
        }
    }

    fn note_step(&mut self, at: Timestamp) {
        match self.previous {
            Some(previous) if at < previous => self.steps_back += 1,
            Some(previous) if at > previous => self.steps_forward += 1,
            _ => {}
        }
        self.previous = Some(at);
    }

    fn finish(&mut self) {
        self.lines = None;
        self.units.finish();
        self.cron.finish();
        if self.steps_back > self.steps_forward {
            self.ready.push_back(Entry::Notice(
                "the journal runs backward, so that no run finds its end; export it without --reverse"
                    .to_owned(),
            ));
        }
        if !self.recognised && self.other_records > 0 {
            self.ready.push_back(Entry::Notice(format!(
                "none of {} records tells of a unit that starts or finishes, or of cron",
                self.other_records
            )));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::activity::{Run, RunStatus};
    use crate::ingest::fixtures::{Sorted, options, sorted, source};
    use proptest::prelude::*;
    use serde_json::json;

    const STARTING: &str = "7d4958e842da4a758f6c1cdc7b36dcc5";
    const START_DONE: &str = "39f53479d3a045ac8e11786248231fbf";
    const START_FAILED: &str = "be02cf6855d2428ba40df7e9d022f03d";
    const STOPPING: &str = "de5b426a63be47a7b6ac3eaac82e2f6f";
    const SUCCEEDED: &str = "7ad2d189f7e94e70a38c781354912448";
    const FAILED: &str = "d9b373ed55a64feb8242e02dbe79a49c";
    const SKIPPED: &str = "0e4284a0caca4bfc81c0bb6786972673";
    const EXITED: &str = "98e322203f7a4ed290d09fe03c09fe15";
    const CONSUMED: &str = "ae8f7b866b0347b9af31fe1c80b127c0";

    /// One record: seconds after the first, message id, unit, invocation, and more fields.
    fn record(second: i64, id: &str, unit: &str, invocation: &str, more: serde_json::Value) -> String {
        let mut fields = json!({
            "__REALTIME_TIMESTAMP": ((1_700_000_000 + second) * 1_000_000).to_string(),
            "_HOSTNAME": "box", "SYSLOG_IDENTIFIER": "systemd", "_PID": "1",
            "MESSAGE_ID": id, "UNIT": unit, "INVOCATION_ID": invocation,
        });
        if let (Some(fields), Some(more)) = (fields.as_object_mut(), more.as_object()) {
            fields.extend(more.clone());
        }
        fields.to_string()
    }

    fn read(lines: &[String]) -> Sorted {
        sorted(entries(source(lines.join("\n")), &options()).unwrap())
    }

    fn seconds(run: &Run) -> Option<i64> {
        run.ended_at.map(|end| end.since(run.started_at) / 1_000)
    }

    #[test]
    fn a_one_shot_service_runs_from_its_start_to_its_success_with_what_it_consumed() {
        let unit = "backup@home.service";
        let used = json!({"CPU_USAGE_NSEC": "20000000000", "MEMORY_PEAK": "268435456"});
        let found = read(&[
            record(0, STARTING, unit, "aa", json!({"MESSAGE": "Starting backup@home.service"})),
            record(10, SUCCEEDED, unit, "aa", json!({})),
            record(10, START_DONE, unit, "aa", json!({"MESSAGE": "Finished backup@home.service"})),
            record(10, CONSUMED, unit, "aa", used),
        ]);
        assert_eq!(found.runs.len(), 1);
        let run = &found.runs[0];
        assert_eq!((run.task_type.as_str(), seconds(run)), ("backup@home", Some(10)));
        assert_eq!((run.status, run.external_id.as_deref()), (Some(RunStatus::Completed), Some("aa")));
        assert_eq!((run.resources.cpu_cores, run.resources.memory_mib), (Some(2.0), Some(256.0)));
        assert_eq!((run.host.as_deref(), run.user.as_deref()), (Some("box"), None));
    }

    #[test]
    fn without_a_memory_peak_memory_is_unknown() {
        let found = read(&[
            record(0, STARTING, "a.service", "aa", json!({})),
            record(4, SUCCEEDED, "a.service", "aa", json!({})),
            record(4, CONSUMED, "a.service", "aa", json!({"CPU_USAGE_NSEC": 1_000_000_000})),
        ]);
        assert_eq!(found.runs[0].resources.memory_mib, None);
        assert_eq!(found.runs[0].resources.cpu_cores, Some(0.25));
    }

    #[test]
    fn failures_keep_their_kind_and_exit_code() {
        let cases = [
            ("exit-code", RunStatus::Failed),
            ("signal", RunStatus::Failed),
            ("timeout", RunStatus::Timeout),
            ("oom-kill", RunStatus::OutOfMemory),
        ];
        for (result, status) in cases {
            let exit = json!({"EXIT_CODE": "exited", "EXIT_STATUS": "3", "COMMAND": "ExecStart"});
            let found = read(&[
                record(0, STARTING, "a.service", "aa", json!({})),
                record(5, EXITED, "a.service", "aa", exit),
                record(5, FAILED, "a.service", "aa", json!({"UNIT_RESULT": result})),
                record(5, START_FAILED, "a.service", "aa", json!({"JOB_RESULT": "failed"})),
            ]);
            assert_eq!(found.runs.len(), 1);
            let run = &found.runs[0];
            assert_eq!((run.status, run.exit_code, seconds(run)), (Some(status), Some(3), Some(5)));
        }
    }

    #[test]
    fn a_daemon_that_goes_on_has_no_end_and_one_that_is_stopped_was_cancelled() {
        let found = read(&[
            record(0, START_DONE, "web.service", "aa", json!({"MESSAGE": "Started web.service"})),
            record(1, START_DONE, "db.service", "bb", json!({"MESSAGE": "Started db.service"})),
            record(60, STOPPING, "db.service", "bb", json!({})),
            record(61, SUCCEEDED, "db.service", "bb", json!({})),
        ]);
        let ends: Vec<_> =
            found.runs.iter().map(|run| (run.task_type.as_str(), seconds(run), run.status)).collect();
        assert_eq!(ends, [("web", None, None), ("db", Some(60), Some(RunStatus::Cancelled))]);
    }

    #[test]
    fn activations_of_one_unit_are_told_apart_and_half_ones_ignored() {
        let found = read(&[
            record(0, SUCCEEDED, "a.service", "00", json!({})),
            record(1, START_DONE, "b.service", "00", json!({"MESSAGE": "Finished b.service"})),
            record(10, STARTING, "a.service", "aa", json!({})),
            record(20, SUCCEEDED, "a.service", "aa", json!({})),
            record(30, STARTING, "a.service", "bb", json!({})),
            record(31, CONSUMED, "a.service", "aa", json!({"CPU_USAGE_NSEC": "1"})),
            record(35, SUCCEEDED, "a.service", "bb", json!({})),
            record(40, STARTING, "c.service", "cc", json!({})),
            record(40, SKIPPED, "c.service", "cc", json!({})),
        ]);
        assert_eq!(found.runs.iter().map(seconds).collect::<Vec<_>>(), [Some(10), Some(5)]);
        assert_eq!(found.runs[1].resources.cpu_cores, None);
    }

    #[test]
    fn timers_targets_and_slices_are_no_runs() {
        for unit in ["a.timer", "multi-user.target", "a.socket", "user.slice", ".service"] {
            let found = read(&[record(0, START_DONE, unit, "aa", json!({"MESSAGE": "Started x"}))]);
            assert!(found.runs.is_empty(), "{unit}");
        }
    }

    #[test]
    fn a_users_services_are_kept_apart_from_the_systems() {
        let user = json!({"UNIT": null, "USER_UNIT": "a.service", "INVOCATION_ID": null, "_UID": "1000"});
        let found = read(&[
            record(0, STARTING, "a.service", "aa", json!({})),
            record(1, STARTING, "", "", user.clone()),
            record(5, SUCCEEDED, "", "", user),
            record(9, SUCCEEDED, "a.service", "aa", json!({})),
        ]);
        let found: Vec<_> = found.runs.iter().map(|run| (run.user.as_deref(), seconds(run))).collect();
        assert_eq!(found, [(None, Some(9)), (Some("1000"), Some(4))]);
    }

    #[test]
    fn cron_that_logs_to_the_journal_is_read_with_its_sessions() {
        let line = |second: i64, process: i64, message: &str| {
            json!({
                "__REALTIME_TIMESTAMP": ((1_700_000_000 + second) * 1_000_000).to_string(),
                "_HOSTNAME": "box", "SYSLOG_IDENTIFIER": "CRON", "SYSLOG_PID": process.to_string(),
                "MESSAGE": message,
            })
            .to_string()
        };
        let found = read(&[
            line(0, 10, "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)"),
            line(0, 11, "(root) CMD (backup)"),
            line(40, 10, "pam_unix(cron:session): session closed for user root"),
        ]);
        assert_eq!(found.runs.len(), 1);
        assert_eq!((found.runs[0].task_type.as_str(), seconds(&found.runs[0])), ("root: backup", Some(40)));
    }

    #[test]
    fn what_is_no_record_is_rejected_and_a_reversed_journal_is_told() {
        let found = read(&[
            "-- Boot 1 --".to_owned(),
            record(20, SUCCEEDED, "a.service", "aa", json!({})),
            record(10, STARTING, "a.service", "aa", json!({})),
            json!({"MESSAGE_ID": STARTING, "UNIT": "a.service"}).to_string(),
        ]);
        let faults: Vec<_> =
            found.rejects.iter().map(|reject| (reject.line, reject.field.as_deref())).collect();
        assert_eq!(faults, [(1, None), (4, Some("__REALTIME_TIMESTAMP"))]);
        assert!(found.notices[0].contains("runs backward"));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = sorted(entries(source(bytes), &options()).unwrap());
        }

        #[test]
        fn no_order_of_messages_panics_or_ends_a_run_before_its_start(
            messages in proptest::collection::vec((0..40_i64, 0..9_usize, 0..2_usize, 0..3_usize), 0..60)
        ) {
            const IDS: [&str; 9] = [
                STARTING, START_DONE, START_FAILED, STOPPING, SUCCEEDED, FAILED, SKIPPED, EXITED, CONSUMED,
            ];
            let lines: Vec<String> = messages
                .iter()
                .map(|(second, id, unit, invocation)| {
                    let more = json!({"UNIT_RESULT": "signal", "CPU_USAGE_NSEC": "5"});
                    record(second * 9, IDS[*id], ["a.service", "b.service"][*unit], ["a", "b", ""][*invocation], more)
                })
                .collect();
            for run in read(&lines).runs {
                prop_assert!(run.ended_at.is_none_or(|end| end >= run.started_at));
            }
        }
    }
}
