//! Cron's log: syslog files and /var/log/cron, whose stamps may lack the year and always lack the zone.

use std::collections::{HashMap, VecDeque};
use std::path::Path;
use std::sync::Arc;

use super::cron_join::{CronJoin, Logged};
use super::cron_message::{CronMessage, is_cron_program, parse_cron_message};
use super::lines::{LineRead, Lines, reject, too_long};
use super::log_clock::LogClock;
use super::syslog_line::{SyslogLine, parse_syslog_line};
use super::syslog_stamp::Stamp;
use super::year_inference::{InferredYears, YearCounter, YearInference};
use super::{Entries, Entry, ImportOptions, IngestError, Reject, Source};
use crate::domain::calendar::Zone;
use crate::domain::time::{MINUTE_MS, Timestamp};

/// Clock steps that are told one by one; of more, only their number.
const STEPS_TOLD: u64 = 3;

/// Runs and sessions of a cron log, in about the order of their ends.
pub(super) fn entries(mut source: Source, options: &ImportOptions) -> Result<Entries, IngestError> {
    let mut ready = VecDeque::new();
    let first_year = match options.year {
        Some(year) => year,
        None => match infer_years(&mut source, options)? {
            Some(years) => {
                ready.push_back(Entry::Notice(assumed(years, options.zone)));
                years.first
            }
            None => 0,
        },
    };
    Ok(Box::new(CronLog {
        lines: Some(Lines::new(source)?),
        line: Vec::new(),
        first_year,
        years: YearCounter::default(),
        zone: options.zone,
        hosts: HashMap::new(),
        join: CronJoin::new(),
        ready,
        recognised: false,
        other_lines: 0,
        steps: 0,
    }))
}

fn assumed(years: InferredYears, zone: Zone) -> String {
    let InferredYears { first, last, by_clock_change } = years;
    let span = if first == last { format!("{first}") } else { format!("{first} (first line) to {last}") };
    let why = if by_clock_change {
        format!(", the latest in which clocks in {zone} go back where the log does")
    } else {
        String::new()
    };
    format!("the log's stamps have no year: read as {span}{why}; --year gives the first line's")
}

/// The first pass: looks at every stamp.
fn infer_years(source: &mut Source, options: &ImportOptions) -> Result<Option<InferredYears>, IngestError> {
    let label = source.label().to_owned();
    // A source of its own, so that the second pass starts from the beginning.
    let pass = Source::from_reader(Path::new(&label), Box::new(source.open()?));
    let mut lines = Lines::new(pass)?;
    let mut inference = YearInference::default();
    let mut line = Vec::new();
    while lines.read_next(&mut line)? != LineRead::End {
        if let Some(parsed) = parse_syslog_line(&String::from_utf8_lossy(&line)) {
            inference.observe(parsed.stamp);
        }
    }
    Ok(inference.years(options.latest, options.zone))
}

struct CronLog {
    /// `None` once they have ended or failed.
    lines: Option<Lines>,
    line: Vec<u8>,
    first_year: i32,
    years: YearCounter,
    zone: Zone,
    hosts: HashMap<Arc<str>, LogClock>,
    join: CronJoin,
    ready: VecDeque<Entry>,
    recognised: bool,
    other_lines: u64,
    steps: u64,
}

impl Iterator for CronLog {
    type Item = Result<Entry, IngestError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(entry) = self.ready.pop_front().or_else(|| self.join.pop()) {
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
                    // What was read so far is true; the error comes after it.
                    self.lines = None;
                    return Some(Err(error));
                }
            }
        }
    }
}

impl CronLog {
    fn take_line(&mut self, number: u64, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        let Some(line) = parse_syslog_line(&text) else {
            if looks_like_a_command(&text) {
                self.reject(reject(number, Some("stamp"), "the line does not begin with a stamp", bytes));
            } else if !text.trim().is_empty() {
                self.other_lines += 1;
            }
            return;
        };
        // Lines of other programs count, too: new year may pass between two of cron's.
        let years_passed = match line.stamp {
            Stamp::Yearless(stamp) => self.years.advance(stamp),
            _ => 0,
        };
        if !is_cron_program(line.program) {
            self.other_lines += 1;
            return;
        }
        match parse_cron_message(line.message) {
            CronMessage::Other => self.other_lines += 1,
            CronMessage::Malformed(reason) => self.reject(reject(number, Some("command"), reason, bytes)),
            message => match self.read_clock(number, &line, years_passed, &message) {
                Some(logged) => {
                    self.recognised = true;
                    self.join.take(message, &logged);
                }
                None => {
                    let year = self.first_year.saturating_add(years_passed);
                    let reason = format!("that day does not exist in {year}");
                    self.reject(reject(number, Some("stamp"), reason, bytes));
                }
            },
        }
    }

    fn reject(&mut self, reject: Reject) {
        self.recognised = true;
        self.ready.push_back(Entry::Reject(reject));
    }

    /// When and where a line was logged; `None` for a 29 February in a common year.
    fn read_clock(
        &mut self,
        number: u64,
        line: &SyslogLine<'_>,
        years_passed: i32,
        message: &CronMessage<'_>,
    ) -> Option<Logged> {
        let host = match self.hosts.get_key_value(line.host) {
            Some((host, _)) => Arc::clone(host),
            None => Arc::from(line.host),
        };
        let zone = self.zone;
        let clock = self.hosts.entry(Arc::clone(&host)).or_insert_with(|| LogClock::new(zone));
        let once_a_minute = matches!(message, CronMessage::Started { .. }).then_some(line.message);
        let reading = match line.stamp {
            Stamp::Instant(instant) => clock.at_instant(instant),
            Stamp::Local(local) => clock.at_local(local, once_a_minute),
            Stamp::Yearless(stamp) => {
                let year = self.first_year.saturating_add(years_passed);
                clock.at_local(stamp.in_year(year)?, once_a_minute)
            }
        };
        if let Some(step_ms) = reading.set_back_ms {
            self.tell_step(number, step_ms, reading.instant);
        }
        Some(Logged { host, process_id: line.process_id, at: reading.instant })
    }

    fn tell_step(&mut self, number: u64, step_ms: i64, instant: Timestamp) {
        self.steps += 1;
        if self.steps <= STEPS_TOLD {
            let minutes = step_ms / MINUTE_MS;
            self.ready.push_back(Entry::Notice(format!(
                "line {number}: the log steps back by {minutes} minutes to {instant}; taken as it stands"
            )));
        }
    }

    fn finish(&mut self) {
        self.lines = None;
        self.join.finish();
        if self.steps > STEPS_TOLD {
            let more = self.steps - STEPS_TOLD;
            self.ready.push_back(Entry::Notice(format!("the log steps back {more} more times")));
        }
        if !self.recognised && self.other_lines > 0 {
            self.ready.push_back(Entry::Notice(format!(
                "no line of cron's among {} lines; is this cron's log?",
                self.other_lines
            )));
        }
    }
}

/// Whether a line without a readable stamp was meant to tell of a command.
fn looks_like_a_command(text: &str) -> bool {
    text.contains(") CMD (") && text.to_ascii_lowercase().contains("cron")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::fixtures::{Sorted, at, options, sorted, source};
    use proptest::prelude::*;

    fn in_zone(zone: Zone, latest: &str) -> ImportOptions {
        ImportOptions { zone, latest: at(latest), ..options() }
    }

    fn new_york() -> ImportOptions {
        in_zone(Zone::America__New_York, "2016-11-20T00:00:00Z")
    }

    fn read(text: impl AsRef<[u8]>, options: &ImportOptions) -> Sorted {
        sorted(entries(source(text), options).unwrap())
    }

    fn starts(found: &Sorted) -> Vec<String> {
        found.runs.iter().map(|run| run.started_at.to_rfc3339()).collect()
    }

    #[test]
    fn years_are_counted_over_new_year_and_told() {
        let text =
            "Dec 31 23:30:01 box CRON[1]: (root) CMD (a)\nJan  1 00:30:01 box CRON[2]: (root) CMD (a)\n";
        let found = read(text, &in_zone(Zone::UTC, "2020-03-01T00:00:00Z"));
        assert_eq!(starts(&found), ["2019-12-31T23:30:01Z", "2020-01-01T00:30:01Z"]);
        assert_eq!(found.notices.len(), 1);
        assert!(found.notices[0].contains("2019 (first line) to 2020"));
        let given = ImportOptions { year: Some(2011), ..in_zone(Zone::UTC, "2020-03-01T00:00:00Z") };
        let found = read(text, &given);
        assert_eq!(starts(&found), ["2011-12-31T23:30:01Z", "2012-01-01T00:30:01Z"]);
        assert!(found.notices.is_empty());
    }

    #[test]
    fn new_year_is_seen_in_other_programs_lines() {
        let text = "Jul  1 00:00:01 box CRON[1]: (root) CMD (a)\nDec 31 00:00:01 box kernel: x\n\
                    Jan  1 00:00:01 box kernel: y\nAug  1 00:00:01 box CRON[2]: (root) CMD (a)\n";
        let found = read(text, &in_zone(Zone::UTC, "2020-09-01T00:00:00Z"));
        assert_eq!(starts(&found), ["2019-07-01T00:00:01Z", "2020-08-01T00:00:01Z"]);
    }

    #[test]
    fn a_run_names_its_command_user_host_and_process() {
        let text = "2016-10-23T06:39:01.5-04:00 box CRON[77]: (www-data) CMD (  a   b)\n";
        let found = read(text, &new_york());
        let run = &found.runs[0];
        assert_eq!(run.task_type, "www-data: a b");
        assert_eq!(run.started_at.to_rfc3339(), "2016-10-23T10:39:01.500Z");
        assert_eq!((run.user.as_deref(), run.host.as_deref()), (Some("www-data"), Some("box")));
        assert_eq!((run.external_id.as_deref(), run.status, run.ended_at), (Some("77"), None, None));
        assert!(found.notices.is_empty());
    }

    #[test]
    fn malformed_lines_are_rejected_with_their_number_and_others_skipped() {
        let text = "Oct  2 10:00:00 box kernel: hello\n\nOct 99 10:00:00 box CRON[1]: (root) CMD (a)\n\
                    Oct  2 10:00:01 box CRON[1]: (root) CMD (a\nOct  2 10:00:01 box CRON[1]: (root) LIST (root)\n";
        let found = read(text, &new_york());
        let rejects: Vec<_> =
            found.rejects.iter().map(|reject| (reject.line, reject.field.as_deref())).collect();
        assert_eq!(rejects, [(3, Some("stamp")), (4, Some("command"))]);
        assert!(found.runs.is_empty());
    }

    #[test]
    fn a_file_without_a_line_of_crons_says_so_once() {
        let found = read("Oct  2 10:00:00 box kernel: hello\nnonsense\n", &new_york());
        assert!(found.notices.iter().any(|notice| notice.contains("no line of cron's among 2 lines")));
    }

    #[test]
    fn hosts_have_clocks_of_their_own() {
        // One host logs an hour behind the other: no step back is told, and neither disturbs the other.
        let text = "Nov  6 01:50:01 a CRON[1]: (root) CMD (x)\nNov  6 00:55:01 b CRON[1]: (root) CMD (x)\n\
                    Nov  6 01:05:01 b CRON[2]: (root) CMD (x)\nNov  6 01:05:01 a CRON[3]: (root) CMD (x)\n";
        let found = read(text, &new_york());
        let expected = ["05:50:01", "04:55:01", "05:05:01", "06:05:01"];
        let mut starts: Vec<_> =
            found.runs.iter().map(|run| run.started_at.to_rfc3339()[11..19].to_owned()).collect();
        let mut expected = expected.map(str::to_owned).to_vec();
        starts.sort();
        expected.sort();
        assert_eq!(starts, expected);
        assert_eq!(found.notices.len(), 1);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(bytes, &new_york());
        }

        #[test]
        fn no_lines_panic(lines in proptest::collection::vec(
            "(Jan|Feb|Nov) {1,2}[0-9]{1,2} [0-2][0-9]:[0-5][0-9]:01 [ab] CRON\\[[0-9]\\]: \
             (\\(r\\) CMD \\([ab]\\)?|pam_unix\\(cron:session\\): session (opened|closed) for user r)", 0..40)) {
            let found = read(lines.join("\n"), &new_york());
            for run in &found.runs {
                prop_assert!(run.ended_at.is_none_or(|end| end >= run.started_at));
            }
        }
    }
}
