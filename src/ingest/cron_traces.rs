//! The readers of cron's logs and of crontabs on real ones, where they lie beside the repository.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};
use std::path::Path;

use chrono::Datelike;

use super::fixtures::{at, options};
use super::syslog_line::parse_syslog_line;
use super::{DeclaredRule, Entry, Format, ImportOptions, Reject, Session, Source, open};
use crate::domain::activity::Run;
use crate::domain::calendar::Zone;
use crate::domain::time::HOUR_MS;

const SYSLOG: &str = "cron_ubuntu_syslog_2016.log.gz";
const AUTHLOG: &str = "cron_ubuntu_authlog_2016.log.gz";
const CRONTABS: &str = "cron_ubuntu_crontabs.txt";

#[derive(Default)]
struct Found {
    runs: Vec<Run>,
    sessions: Vec<Session>,
    rules: Vec<DeclaredRule>,
    rejects: Vec<Reject>,
    notices: Vec<String>,
}

/// Reads text whose format must be found to be `format`.
fn read(text: impl Into<Vec<u8>>, format: Format) -> Found {
    read_until(text, format, "2016-11-20T00:00:00Z")
}

fn read_until(text: impl Into<Vec<u8>>, format: Format, latest: &str) -> Found {
    let new_york = ImportOptions { zone: Zone::America__New_York, latest: at(latest), ..options() };
    let source = Source::from_reader(Path::new("trace"), Box::new(Cursor::new(text.into())));
    let opened = open(source, &new_york).unwrap();
    assert_eq!(opened.format, format);
    let mut found = Found::default();
    for entry in opened.entries {
        match entry.unwrap() {
            Entry::Run(run) => found.runs.push(run),
            Entry::Session(session) => found.sessions.push(session),
            Entry::Declared(rule) => found.rules.push(rule),
            Entry::Reject(reject) => found.rejects.push(reject),
            Entry::Notice(notice) => found.notices.push(notice),
        }
    }
    found
}

/// The text of traces, one after the other; `None` where they are not at hand.
fn traces(names: &[&str]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for name in names {
        let path = Path::new("../shared/traces").join(name);
        let Ok(source) = Source::from_path(&path) else {
            // A test that is skipped says so on the terminal.
            #[allow(clippy::print_stderr)]
            {
                eprintln!("skipped: no {}", path.display());
            }
            return None;
        };
        source.into_reader().unwrap().read_to_end(&mut bytes).unwrap();
    }
    Some(bytes)
}

#[test]
fn the_syslog_trace_yields_every_command_and_both_passes_of_the_repeated_hour() {
    let Some(text) = traces(&[SYSLOG]) else { return };
    let found = read(text, Format::Cron);
    // 2,230 lines; 1 RELOAD and 2 INFO among them.
    assert_eq!((found.runs.len(), found.sessions.len(), found.rejects.len()), (2_227, 0, 0));
    assert_eq!(found.notices, ["the log's stamps have no year: read as 2016; --year gives the first line's"]);
    assert_eq!(found.runs[0].started_at.to_rfc3339(), "2016-10-23T10:39:01Z");
    assert!(found.runs.is_sorted_by_key(|run| run.started_at));
    let hourly: Vec<_> = found
        .runs
        .iter()
        .filter(|run| run.task_type.ends_with("cron.hourly"))
        .map(|run| run.started_at)
        .filter(|at| at.to_rfc3339().starts_with("2016-11-06T0"))
        .collect();
    assert_eq!(hourly.len(), 10);
    assert!(hourly.windows(2).all(|pair| pair[1].since(pair[0]) == HOUR_MS));
    let types: BTreeSet<_> = found.runs.iter().map(|run| run.task_type.as_str()).collect();
    assert_eq!(types.len(), 8);
}

#[test]
fn the_syslog_trace_read_years_later_keeps_its_weekdays() {
    let Some(text) = traces(&[SYSLOG]) else { return };
    let found = read_until(text, Format::Cron, "2026-11-20T00:00:00Z");
    assert!(
        found.notices[0].contains("read as 2022, the latest in which clocks in America/New_York go back")
    );
    let weekly = found.runs.iter().filter(|run| run.task_type.contains("cron.weekly"));
    assert!(weekly.map(|run| run.started_at.to_datetime().weekday()).all(|day| day == chrono::Weekday::Sun));
    assert_eq!(found.notices.len(), 1);
}

#[test]
fn the_authlog_trace_yields_its_sessions_and_tells_the_clock_step() {
    let Some(text) = traces(&[AUTHLOG]) else { return };
    let found = read(text, Format::Cron);
    assert_eq!((found.runs.len(), found.rejects.len()), (0, 0));
    assert_eq!(found.sessions.len(), 5_317);
    let steps: Vec<_> = found.notices.iter().filter(|notice| notice.contains("steps back")).collect();
    assert_eq!(steps.len(), 1, "{steps:?}");
}

#[test]
fn both_traces_in_either_order_join_into_runs_with_ends() {
    for names in [[SYSLOG, AUTHLOG], [AUTHLOG, SYSLOG]] {
        let Some(text) = traces(&names) else { return };
        let found = read(text, Format::Cron);
        assert_eq!(found.runs.len(), 2_227);
        let ended = found.runs.iter().filter(|run| run.ended_at.is_some()).count();
        assert_eq!((ended, found.sessions.len()), (2_227, 5_317 - 2_227), "{names:?}");
        let weekly: Vec<_> = found
            .runs
            .iter()
            .filter(|run| run.task_type.contains("cron.weekly"))
            .filter_map(|run| Some(run.ended_at?.since(run.started_at) as f64 / 1e3))
            .collect();
        let mean = weekly.iter().sum::<f64>() / weekly.len() as f64;
        assert!((39.0..42.0).contains(&mean), "the weekly job takes {mean} s on average");
    }
}

#[test]
fn both_traces_in_one_log_join_as_they_come() {
    let (Some(syslog), Some(authlog)) = (traces(&[SYSLOG]), traces(&[AUTHLOG])) else { return };
    let (syslog, authlog) = (String::from_utf8(syslog).unwrap(), String::from_utf8(authlog).unwrap());
    let process = |line: &str| parse_syslog_line(line).and_then(|line| line.process_id).unwrap();
    let mut commands = syslog.lines().filter(|line| line.contains(" CMD (")).peekable();
    let mut text = String::new();
    for session in authlog.lines() {
        text.push_str(session);
        text.push('\n');
        let after = process(session)..=process(session) + 3;
        let same = |line: &&str| line[..12] == session[..12] && after.contains(&process(line));
        while let Some(command) = commands.next_if(same) {
            text.push_str(command);
            text.push('\n');
        }
    }
    assert_eq!(commands.next(), None, "every command found its place");
    let found = read(text, Format::Cron);
    let ended = found.runs.iter().filter(|run| run.ended_at.is_some()).count();
    assert_eq!((found.runs.len(), ended, found.sessions.len()), (2_227, 2_227, 5_317 - 2_227));
}

#[test]
fn the_crontabs_trace_declares_eight_rules_named_like_their_runs() {
    let (Some(crontabs), Some(syslog)) = (traces(&[CRONTABS]), traces(&[SYSLOG])) else { return };
    let found = read(crontabs, Format::Crontab);
    let expressions: Vec<_> = found.rules.iter().map(|rule| rule.expression.as_str()).collect();
    let expected = [
        "17 * * * *",
        "25 6 * * *",
        "47 6 * * 7",
        "52 6 1 * *",
        "09,39 * * * *",
        "57 0 * * 0",
        "45 14 * * *",
        "*/20 * * * *",
    ];
    assert_eq!(expressions, expected);
    assert!(found.rules.iter().all(|rule| rule.user.as_deref() == Some("root")));
    let rejected: Vec<_> = found.rejects.iter().map(|reject| reject.text.as_str()).collect();
    assert_eq!(rejected, ["(no entries)"]);
    let declared: BTreeSet<_> = found.rules.into_iter().map(|rule| rule.task_type).collect();
    let ran: BTreeSet<_> = read(syslog, Format::Cron).runs.into_iter().map(|run| run.task_type).collect();
    assert_eq!(declared, ran);
}
