//! The readers on real logs, where they lie beside the repository: counts against what their publisher states.

use std::collections::BTreeSet;
use std::path::Path;

use super::fixtures::{Sorted, at, mapped, options, sorted};
use super::{Format, ImportOptions, Source, open};
use crate::domain::calendar::Zone;

/// Reads a log; `None`, and a line that says so, where it does not lie there.
fn read(name: &str, format: Format, options: &ImportOptions) -> Option<Sorted> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/traces").join(name);
    if !path.exists() {
        // A test that is skipped says so on the terminal.
        #[allow(clippy::print_stderr)]
        {
            eprintln!("skipped: {name} is not here");
        }
        return None;
    }
    let opened = open(Source::from_path(&path).expect("readable"), options).expect("recognised");
    assert_eq!(opened.format, format, "{name}");
    let read = sorted(opened.entries);
    assert_eq!(read.error, None, "{name}");
    Some(read)
}

#[test]
fn logs_of_cron_and_crontabs_are_recognised() {
    let zone = Zone::America__New_York;
    let options = ImportOptions { zone, year: Some(2016), ..options() };
    if let Some(read) = read("cron_ubuntu_syslog_2016.log.gz", Format::Cron, &options) {
        assert!(read.runs.len() > 2_000, "{}", read.runs.len());
    }
    read("cron_ubuntu_authlog_2016.log.gz", Format::Cron, &options);
    read("cron_ubuntu_crontabs.txt", Format::Crontab, &options);
}

fn task_types(read: &Sorted) -> usize {
    read.runs.iter().map(|run| run.task_type.as_str()).collect::<BTreeSet<_>>().len()
}

#[test]
fn standard_workloads_have_all_their_jobs_and_groups() {
    for (name, rows, groups, notices) in [
        ("swf_NASA-iPSC-1993-3.1-cln.swf.gz", 18_239, 638, 3),
        ("swf_KTH-SP2-1996-2.1-cln.swf.gz", 27_992, 5_386, 2),
        ("swf_HPC2N-2002-2.1-cln.swf.gz", 202_876, 11_494, 3),
        ("swf_METACENTRUM-2009-2.swf.gz", 103_656, 679, 1),
        // 956 without the queue, which stands beyond the standard's columns.
        ("swf_metacentrum-wagap-2013.swf.gz", 17_900, 959, 1),
    ] {
        let Some(read) = read(name, Format::Swf, &options()) else { continue };
        assert_eq!((read.runs.len(), read.rejects.len()), (rows, 0), "{name}");
        // Jobs of an unknown executable are told apart by what they asked for, where others name executables.
        let named = read.runs.iter().any(|run| run.task_type.contains(" exe "));
        let groups_found: BTreeSet<&str> = read.runs.iter().map(|run| run.task_type.as_str()).collect();
        let count = groups_found.iter().filter(|name| !named || name.contains(" exe ")).count();
        assert_eq!(count, groups, "{name}");
        assert_eq!(read.notices.len(), notices, "{name}: {:?}", read.notices);
    }
}

#[test]
fn slurm_accounts_have_all_their_jobs_but_those_that_never_started() {
    if let Some(read) = read("slurm_kabre_sacct_2024H2.psv.gz", Format::Sacct, &options()) {
        assert_eq!((read.runs.len(), read.rejects.len(), task_types(&read)), (30_376, 0, 763));
    }
    if let Some(read) = read("slurm_xdmod_pozidriv_sacct.psv.gz", Format::Sacct, &options()) {
        assert_eq!((read.runs.len(), read.rejects.len()), (11_704 - 419, 419));
        assert!(read.rejects.iter().all(|reject| reject.reason.ends_with("never started")));
        assert!(read.runs.iter().all(|run| run.resources.memory_mib.is_some_and(|mib| mib < 4e6)));
    }
}

#[test]
fn runs_of_a_scheduled_workflow_are_read_through_a_map() {
    let options = mapped(&["job=task_type", "end_unix=started_at"]);
    let Some(read) = read("ghactions_finance-vix_daily.jsonl.gz", Format::Jsonl, &options) else { return };
    assert_eq!((read.runs.len(), read.rejects.len(), task_types(&read)), (653, 0, 1));
    assert_eq!(read.runs[0].started_at, at("2024-01-05T00:36:42Z"));
}

#[test]
fn events_of_a_cloud_are_read_from_one_long_array() {
    let options = mapped(&["event_type+project_name=task_type", "generated=started_at", "status=ignored"]);
    let Some(read) = read("openstack_xdmod_events_2018-04.json.gz", Format::Jsonl, &options) else { return };
    assert_eq!((read.runs.len(), read.rejects.len()), (2_485, 0));
    assert_eq!(read.runs[0].started_at, at("2018-04-17T19:23:00.418Z"));
}

#[test]
fn pods_of_a_cluster_are_read_through_a_map_but_those_that_were_never_scheduled() {
    let mut options = mapped(&[
        "cpu_milli+memory_mib+num_gpu+gpu_spec+qos=task_type",
        "creation_time=submitted_at",
        "scheduled_time=started_at",
        "deletion_time=ended_at",
        "cpu_milli=cpu_cores/1000",
        "num_gpu=gpu_count",
    ]);
    options.start_time = Some(at("2023-01-01T00:00:00Z"));
    let Some(read) = read("gpu_openb_v2023_pods.csv.gz", Format::Csv, &options) else { return };
    assert_eq!((read.runs.len(), read.rejects.len()), (8_152 - 897, 897));
    assert!(read.rejects.iter().all(|reject| reject.field.as_deref() == Some("started_at")));
    let first = &read.runs[0];
    assert_eq!((first.started_at, first.resources.cpu_cores), (at("2023-01-01T00:00:00Z"), Some(12.0)));
    assert_eq!((first.resources.memory_mib, first.resources.gpu_count), (Some(16384.0), Some(1.0)));
}

#[test]
fn active_minutes_of_functions_become_runs() {
    let mut options = mapped(&["HashFunction=task_type", "HashOwner=user", "480..959=active_minutes"]);
    options.start_time = Some(at("2019-07-15T00:00:00Z"));
    let name = "azure_functions_2019_minutes480-959.csv.gz";
    let Some(read) = read(name, Format::Csv, &options) else { return };
    assert_eq!((read.runs.len(), read.rejects.len(), task_types(&read)), (27_174, 0, 255));
    assert_eq!(read.runs.iter().map(|run| run.started_at).min(), Some(at("2019-07-15T08:00:00Z")));
}
