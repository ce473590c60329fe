//! Standard Workload Format: eighteen numbers a line, -1 for unknown (Feitelson's Parallel Workloads Archive).

use std::collections::VecDeque;

use super::lines::{LineRead, Lines, reject, too_long};
use super::swf_header::SwfHeader;
use super::swf_job::Job;
use super::{Entries, Entry, ImportOptions, IngestError, Reject, Source};
use crate::domain::activity::{Resources, Run};
use crate::domain::calendar::{Zone, is_same_clock};
use crate::domain::time::{SECOND_MS, Timestamp};

/// Submit times from here on (mid 1979) count from 1970, not from the start of a log: no log is nine years long.
const UNIX_SUBMIT_SECONDS: f64 = 300_000_000.0;
/// 2^40 bytes in KiB. More than that for one processor is no memory but another unit.
const IMPLAUSIBLE_KIB_PER_PROCESSOR: f64 = 1_073_741_824.0;
const KIB_PER_MIB: f64 = 1024.0;
const BYTES_PER_MIB: f64 = 1024.0 * 1024.0;

/// Reads the jobs of a log. Submit times count from the header's start, else from `--start-time`, else they are
/// Unix seconds where they are that large, else they count from 1970 and a notice says that hours of day are
/// unknown.
pub(super) fn entries(source: Source, options: &ImportOptions) -> Result<Entries, IngestError> {
    let reader = SwfEntries {
        lines: Lines::new(source)?,
        line: Vec::new(),
        header: SwfHeader::default(),
        start_option: options.start_time,
        zone: options.zone,
        start: None,
        told: Told::default(),
        last_job: None,
        waiting: VecDeque::new(),
        ended: false,
    };
    Ok(Box::new(reader))
}

struct SwfEntries {
    lines: Lines,
    line: Vec<u8>,
    header: SwfHeader,
    start_option: Option<Timestamp>,
    /// Whose local hours are shown.
    zone: Zone,
    /// Known from the first job on.
    start: Option<Timestamp>,
    told: Told,
    /// Number of the last job, whose partial executions may follow it.
    last_job: Option<i64>,
    waiting: VecDeque<Entry>,
    ended: bool,
}

/// Which notices were given: each once.
#[derive(Default)]
struct Told {
    wait: bool,
    memory: bool,
    partial: bool,
    extended: bool,
}

impl Iterator for SwfEntries {
    type Item = Result<Entry, IngestError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(entry) = self.waiting.pop_front() {
                return Some(Ok(entry));
            }
            if self.ended {
                return None;
            }
            match self.lines.read_next(&mut self.line) {
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
                Ok(LineRead::End) => self.ended = true,
                Ok(LineRead::TooLong) => {
                    return Some(Ok(Entry::Reject(too_long(self.lines.number(), &self.line))));
                }
                Ok(LineRead::Line) => self.take_line(),
            }
        }
    }
}

impl SwfEntries {
    fn take_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&line);
        let text = text.trim();
        if text.starts_with(';') {
            self.header.take(text);
        } else if !text.is_empty() {
            let entry = match Job::parse(text) {
                Ok(job) => self.take_job(&job, &line),
                Err((field, reason)) => Some(Entry::Reject(self.reject(Some(field), reason, &line))),
            };
            self.waiting.extend(entry);
        }
        self.line = line;
    }

    /// The job's entry, after the notices that it gives rise to.
    fn take_job(&mut self, job: &Job<'_>, line: &[u8]) -> Option<Entry> {
        let Some(submit) = job.submit else {
            return Some(Entry::Reject(self.reject(Some("submit"), "is unknown (-1)", line)));
        };
        if job.is_partial() && job.number.is_some() && job.number == self.last_job {
            self.tell_partial();
            return None;
        }
        self.last_job = job.number;
        let start = match self.start {
            Some(start) => start,
            None => {
                let start = self.first_start(submit);
                self.start = Some(start);
                start
            }
        };
        if job.wait.is_none() && !self.told.wait {
            self.told.wait = true;
            self.notice("waiting times are not recorded: submit times stand for starts");
        }
        if job.has_node_list() && !self.told.extended {
            self.told.extended = true;
            self.notice(
                "lines carry node lists: requested memory is read as bytes of the whole job, the columns of used \
                 memory and executable, which such logs fill with constants, are not read",
            );
        }
        let submitted_at = start.plus_ms(milliseconds(submit));
        let started_at = submitted_at.plus_ms(milliseconds(job.wait.unwrap_or(0.0)));
        let memory_mib = self.memory_mib(job);
        Some(Entry::Run(Run {
            submitted_at: Some(submitted_at),
            ended_at: job.run_time.map(|seconds| started_at.plus_ms(milliseconds(seconds))),
            status: job.status(),
            user: job.user.map(|user| format!("user{user}")),
            queue: job.queue(),
            external_id: job.number.map(|number| number.to_string()),
            resources: Resources { cpu_cores: job.processors(), memory_mib, ..Resources::default() },
            ..Run::started(job.task_type(), started_at)
        }))
    }

    /// What submit times count from, decided at the first job.
    fn first_start(&mut self, submit: f64) -> Timestamp {
        if let Some(zone) = self.header.zone.filter(|zone| !is_same_clock(*zone, self.zone)) {
            self.notice(&format!(
                "the log is of a machine in {zone}; --timezone {zone} shows its local hours"
            ));
        }
        if let Some(processors) = self.header.processors {
            self.notice(&format!(
                "the log is of a machine with {processors} processors; plans take this machine for it unless the \
                 configuration says cpu_cores = {processors} under [capacity]"
            ));
        }
        if let Some(start) = self.header.start.or(self.start_option) {
            return start;
        }
        if submit < UNIX_SUBMIT_SECONDS {
            self.notice(
                "the log does not say when it starts: times count from 1970-01-01, hours of day and days of week \
                 are unknown; --start-time sets them",
            );
        }
        Timestamp::clamped(0)
    }

    fn memory_mib(&mut self, job: &Job<'_>) -> Option<f64> {
        if job.has_node_list() {
            return job.requested_memory.map(|bytes| bytes / BYTES_PER_MIB);
        }
        let processors = job.processors()?;
        let kib = job.used_memory.or(job.requested_memory)?;
        if kib > IMPLAUSIBLE_KIB_PER_PROCESSOR {
            if !self.told.memory {
                self.told.memory = true;
                self.notice(
                    "memory of more than 1 TiB for one processor is taken as unknown: another unit, it seems",
                );
            }
            return None;
        }
        Some(kib * processors / KIB_PER_MIB)
    }

    fn tell_partial(&mut self) {
        if !self.told.partial {
            self.told.partial = true;
            self.notice("partial executions that follow their job's summary are not counted again");
        }
    }

    fn notice(&mut self, text: &str) {
        self.waiting.push_back(Entry::Notice(text.to_owned()));
    }

    fn reject(&self, field: Option<&str>, reason: impl Into<String>, line: &[u8]) -> Reject {
        reject(self.lines.number(), field, reason, line)
    }
}

fn milliseconds(seconds: f64) -> i64 {
    (seconds * SECOND_MS as f64).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::activity::RunStatus;
    use crate::ingest::fixtures::{Sorted, at, options, sorted, source};

    fn read(text: &str) -> Sorted {
        sorted(entries(source(text), &options()).unwrap())
    }

    #[test]
    fn a_job_starts_after_its_wait_and_ends_after_its_run_time() {
        let read = read(
            "; UnixStartTime: 1000000000\n\
             7 10 5 60 4 50 2048 8 3600 4096 0 3 1 -1 2 1 -1 -1\n",
        );
        let run = &read.runs[0];
        assert_eq!(run.task_type, "user 3 procs 8 time 3600 mem 4096 queue 2");
        assert_eq!(run.submitted_at, Timestamp::from_seconds(1_000_000_010));
        assert_eq!(run.started_at.seconds(), 1_000_000_015);
        assert_eq!(run.ended_at, Timestamp::from_seconds(1_000_000_075));
        assert_eq!((run.resources.cpu_cores, run.resources.memory_mib), (Some(4.0), Some(8.0)));
        assert_eq!((run.status, run.user.as_deref()), (Some(RunStatus::Failed), Some("user3")));
        assert_eq!((run.queue.as_deref(), run.external_id.as_deref()), (Some("2"), Some("7")));
        assert!(read.notices.is_empty());
    }

    #[test]
    fn a_zone_is_told_of_only_where_its_clocks_show_something_else() {
        let text = "; UnixStartTime: 1000000000\n; TimeZoneString: US/Pacific\n\
                    7 10 5 60 4 50 2048 8 3600 4096 0 3 1 -1 2 1 -1 -1\n";
        let notices = |zone| {
            let options = ImportOptions { zone, ..options() };
            sorted(entries(source(text), &options).unwrap()).notices.len()
        };
        assert_eq!(notices(Zone::UTC), 1);
        assert_eq!((notices(Zone::US__Pacific), notices(Zone::America__Los_Angeles)), (0, 0));
    }

    #[test]
    fn unknown_stays_unknown() {
        let read = read(
            "1 -1 5 6 1 -1 -1 -1 -1 -1 1 1 1 1 1 1 -1 -1\n2 0 -1 -1 -1 -1 -1 -1 -1 -1 -1 1 1 9 -1 -1 -1 -1\n",
        );
        assert_eq!(read.rejects[0].field.as_deref(), Some("submit"));
        let run = &read.runs[0];
        assert_eq!((run.ended_at, run.status, run.resources), (None, None, Resources::default()));
        assert_eq!(run.task_type, "user 1 exe 9");
        assert_eq!(read.notices.len(), 2, "no start of the log, no waiting times: {:?}", read.notices);
    }

    #[test]
    fn large_submit_times_are_unix_seconds_and_node_lists_mark_bytes_of_the_whole_job() {
        let read =
            read("0 1356996147 0 60 64 1 1024 64 86400 68719476736 1 62 1 1 -1 1 1 1 {1,2} q_1d 1:ppn=64\n");
        let run = &read.runs[0];
        assert_eq!(run.started_at, at("2012-12-31T23:22:27Z"));
        assert_eq!(run.resources.memory_mib, Some(65536.0));
        assert_eq!(run.task_type, "user 62 procs 64 time 86400 mem 68719476736 queue q_1d");
    }

    #[test]
    fn memory_that_cannot_be_kibibytes_for_each_processor_is_unknown() {
        let read = read("0 1356996147 0 60 64 1 -1 64 86400 68719476736 1 62 1 1 -1 1 1 1\n");
        assert_eq!(read.runs[0].resources.memory_mib, None);
        assert_eq!(read.notices.len(), 1);
    }

    #[test]
    fn partial_executions_after_their_summary_are_not_counted_again() {
        let line = |status: u8| format!("4 0 0 60 1 1 1 1 1 1 {status} 1 1 1 1 1 -1 -1\n");
        let read = read(&format!("; UnixStartTime: 5\n{}{}{}", line(1), line(2), line(3)));
        assert_eq!((read.runs.len(), read.notices.len()), (1, 1));
    }

    #[test]
    fn a_short_line_or_a_word_is_rejected_with_its_column() {
        let read = read("1 2 3\n1 0 x 6 1 -1 -1 -1 -1 -1 1 1 1 1 1 1 -1 -1\n");
        let faults: Vec<Option<&str>> = read.rejects.iter().map(|reject| reject.field.as_deref()).collect();
        assert_eq!(faults, [Some("run_time"), Some("wait")]);
    }
}
