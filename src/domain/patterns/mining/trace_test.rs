//! The miner against a real syslog of cron, where the crontabs are known.

#![allow(clippy::print_stderr, reason = "tests say what they skip, and figures are printed on request")]

use std::collections::BTreeMap;
use std::io::Read;

use chrono::NaiveDate;

use super::{MiningInput, MiningOptions, mine};
use crate::domain::activity::{HistoryRun, TaskHistory, TaskTypeId};
use crate::domain::calendar::{LocalInstant, Zone, parse_zone, resolve_local};
use crate::domain::time::{HOUR_MS, TimeSpan, Timestamp};

const TRACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/traces/cron_ubuntu_syslog_2016.log.gz");

/// Starts by command, in the order of the log: a clock that goes back shows which of two equal times is meant.
fn read_trace(zone: Zone) -> Option<BTreeMap<String, Vec<Timestamp>>> {
    let file = std::fs::File::open(TRACE).ok()?;
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("readable trace");
    let mut starts: BTreeMap<String, Vec<Timestamp>> = BTreeMap::new();
    let mut previous = Timestamp::MIN;
    for line in text.lines() {
        let Some((head, command)) = line.split_once(" CMD (") else { continue };
        let mut words = head.split_whitespace();
        let month = match words.next() {
            Some("Oct") => 10,
            Some("Nov") => 11,
            other => panic!("unknown month {other:?}"),
        };
        let day: u32 = words.next().expect("day").parse().expect("number");
        let clock: Vec<u32> =
            words.next().expect("time").split(':').map(|part| part.parse().expect("number")).collect();
        let local = NaiveDate::from_ymd_opt(2016, month, day)
            .and_then(|date| date.and_hms_opt(clock[0], clock[1], clock[2]))
            .expect("valid time");
        let at = match resolve_local(zone, local) {
            LocalInstant::Twice(first, second) => {
                if first < previous {
                    second
                } else {
                    first
                }
            }
            other => other.first(),
        };
        previous = at;
        starts.entry(command.trim_end_matches(')').trim().to_owned()).or_default().push(at);
    }
    Some(starts)
}

#[test]
fn the_crontabs_of_a_real_server_are_recovered_from_its_syslog() {
    let zone = parse_zone("America/New_York").expect("known");
    let Some(by_command) = read_trace(zone) else {
        eprintln!("skipped: no ../shared/traces");
        return;
    };
    let histories: Vec<TaskHistory> = by_command
        .into_iter()
        .enumerate()
        .map(|(id, (name, starts))| TaskHistory {
            task_type: TaskTypeId(id as i64),
            name,
            runs: starts.into_iter().map(HistoryRun::started).collect(),
        })
        .collect();
    let mut all: Vec<Timestamp> =
        histories.iter().flat_map(|history| history.runs.iter().map(|run| run.started_at)).collect();
    all.sort_unstable();
    let span = TimeSpan::new(all[0], all[all.len() - 1].plus_ms(1));
    let mut observed = Vec::new();
    let mut from = all[0];
    for pair in all.windows(2) {
        if pair[1].since(pair[0]) > 3 * HOUR_MS {
            observed.push(TimeSpan::new(from, pair[0].plus_ms(1)));
            from = pair[1];
        }
    }
    observed.push(TimeSpan::new(from, span.end));
    let input = MiningInput { histories: &histories, span, observed: &observed, zone };
    let patterns = mine(&input, &MiningOptions::default());
    let mut crons: Vec<(String, bool)> = patterns
        .iter()
        .map(|pattern| (pattern.schedule.cron().expect("cron line"), pattern.is_active))
        .collect();
    crons.sort();
    let expected = [
        ("*/20 * * * *", false),
        ("17 * * * *", true),
        ("25 6 * * *", true),
        ("45 14 * * *", true),
        ("47 6 * * 0", true),
        ("57 0 * * 0", true),
        ("9,39 * * * *", true),
    ];
    assert_eq!(crons, expected.map(|(cron, active)| (cron.to_owned(), active)));
    let stopped = patterns.iter().find(|pattern| !pattern.is_active).expect("one stopped");
    // 2016-10-30 23:40 local.
    assert!(stopped.evidence.last_seen.to_rfc3339().starts_with("2016-10-31T03:40:0"));
    assert_eq!(stopped.evidence.misses, 0);
}
