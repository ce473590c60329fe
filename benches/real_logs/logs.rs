//! The logs, and how each is read; nothing of them is part of the repository.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context;
use tidetable::domain::activity::{HistoryRun, Run, TaskHistory, TaskTypeId};
use tidetable::domain::calendar::Zone;
use tidetable::domain::time::{TimeSpan, Timestamp};
use tidetable::ingest::{Entry, ImportOptions, Source, TimeUnit, open};

/// A log.
pub struct Log {
    /// In the table.
    pub name: &'static str,
    /// Below the folder of traces.
    pub file: &'static str,
    /// The zone its schedules are written in.
    pub zone: Zone,
    /// How far from a prediction a run may start. Starts on clusters depend on queues, those of hosted CI on load.
    pub tolerance_minutes: i64,
    map: &'static [&'static str],
    year: Option<i32>,
    start_time: Option<&'static str>,
    /// Judged are task types with a run in this queue; all where `None`.
    judged_queue: Option<&'static str>,
}

const PLAIN: Log = Log {
    name: "",
    file: "",
    zone: Zone::UTC,
    tolerance_minutes: 30,
    map: &[],
    year: None,
    start_time: None,
    judged_queue: None,
};

/// All logs.
pub const LOGS: &[Log] = &[
    Log {
        name: "cron",
        file: "cron_ubuntu_syslog_2016.log.gz",
        zone: Zone::America__New_York,
        tolerance_minutes: 5,
        year: Some(2016),
        ..PLAIN
    },
    Log {
        name: "ci",
        file: "ghactions_finance-vix_daily.jsonl.gz",
        tolerance_minutes: 60,
        map: &["job=task_type", "end_unix=started_at"],
        ..PLAIN
    },
    Log {
        name: "functions",
        file: "azure_functions_2019_minutes480-959.csv.gz",
        tolerance_minutes: 1,
        map: &["HashFunction=task_type", "HashOwner=user", "Trigger=queue", "480..959=active_minutes"],
        start_time: Some("2019-07-15T00:00:00Z"),
        judged_queue: Some("timer"),
        ..PLAIN
    },
    Log { name: "kth", file: "swf_KTH-SP2-1996-2.1-cln.swf.gz", zone: Zone::Europe__Stockholm, ..PLAIN },
    Log { name: "hpc2n", file: "swf_HPC2N-2002-2.1-cln.swf.gz", zone: Zone::Europe__Stockholm, ..PLAIN },
    Log { name: "nasa", file: "swf_NASA-iPSC-1993-3.1-cln.swf.gz", zone: Zone::US__Pacific, ..PLAIN },
    Log {
        name: "openstack",
        file: "openstack_xdmod_events_2018-04.json.gz",
        tolerance_minutes: 5,
        map: &["event_type+instance_id=task_type", "generated=started_at", "status=ignored"],
        ..PLAIN
    },
];

/// What a log holds.
pub struct Recorded {
    /// By task type, ascending.
    pub histories: Vec<TaskHistory>,
    /// From the first start to just after the last.
    pub span: TimeSpan,
    queues: BTreeMap<String, BTreeSet<String>>,
}

impl Log {
    /// Reads the log.
    pub fn read(&self, path: &Path) -> anyhow::Result<Recorded> {
        let mut map = Vec::new();
        for text in self.map {
            map.push(text.parse()?);
        }
        let options = ImportOptions {
            format: None,
            map,
            time_unit: TimeUnit::Seconds,
            zone: self.zone,
            start_time: self.start_time.and_then(Timestamp::parse_rfc3339),
            year: self.year,
            fields: None,
            crontab_user: None,
            latest: Timestamp::MAX,
        };
        let mut runs: BTreeMap<String, Vec<HistoryRun>> = BTreeMap::new();
        let mut queues: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for entry in open(Source::from_path(path)?, &options)?.entries {
            let Entry::Run(run) = entry? else { continue };
            if let Some(queue) = &run.queue {
                queues.entry(run.task_type.clone()).or_default().insert(queue.clone());
            }
            let Run { task_type, started_at, ended_at, status, resources, .. } = run;
            let run = HistoryRun { ended_at, status, resources, ..HistoryRun::started(started_at) };
            runs.entry(task_type).or_default().push(run);
        }
        let mut histories = Vec::new();
        for (number, (name, mut runs)) in runs.into_iter().enumerate() {
            runs.sort_by_key(|run| run.started_at);
            histories.push(TaskHistory { task_type: TaskTypeId(number as i64), name, runs });
        }
        let starts = || histories.iter().flat_map(|history| history.runs.iter().map(|run| run.started_at));
        let first = starts().min().context("no runs")?;
        let last = starts().max().context("no runs")?;
        Ok(Recorded { span: TimeSpan { start: first, end: last.plus_ms(1) }, histories, queues })
    }

    /// Whether predictions of a task type are judged.
    pub fn is_judged(&self, recorded: &Recorded, task_type: &str) -> bool {
        self.judged_queue
            .is_none_or(|wanted| recorded.queues.get(task_type).is_some_and(|queues| queues.contains(wanted)))
    }
}
