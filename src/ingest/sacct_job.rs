//! One line of `sacct` as a job or a job step, and the run that a job becomes.

use super::sacct_columns::SacctColumns;
use super::slurm_value::{
    MemoryScope, SlurmState, TrackableResources, elapsed_ms, exit_code, requested_memory, used_memory,
};
use super::time_text::TimeReading;
use crate::domain::activity::{Resources, Run};
use crate::domain::time::{SECOND_MS, Timestamp};

/// Where the fields that are read lie, looked up once.
#[derive(Clone, Debug)]
pub(super) struct SacctFields {
    job_id: Option<usize>,
    job_id_raw: Option<usize>,
    job_name: Option<usize>,
    user: Option<usize>,
    partition: Option<usize>,
    qos: Option<usize>,
    submit: Option<usize>,
    start: Option<usize>,
    end: Option<usize>,
    elapsed: Option<usize>,
    elapsed_raw: Option<usize>,
    state: Option<usize>,
    exit_code: Option<usize>,
    allocated_cpus: Option<usize>,
    requested_cpus: Option<usize>,
    nodes: Option<usize>,
    node_list: Option<usize>,
    requested_memory: Option<usize>,
    max_rss: Option<usize>,
    requested_tres: Option<usize>,
    allocated_tres: Option<usize>,
    used_tres: Option<usize>,
    time_limit: Option<usize>,
}

impl SacctFields {
    pub(super) fn new(columns: &SacctColumns) -> SacctFields {
        let first = |names: &[&str]| names.iter().find_map(|name| columns.position(name));
        SacctFields {
            job_id: first(&["jobid"]),
            job_id_raw: first(&["jobidraw"]),
            job_name: first(&["jobname"]),
            user: first(&["user"]),
            partition: first(&["partition"]),
            qos: first(&["qos"]),
            submit: first(&["submit"]),
            start: first(&["start"]),
            end: first(&["end"]),
            elapsed: first(&["elapsed"]),
            elapsed_raw: first(&["elapsedraw"]),
            state: first(&["state"]),
            exit_code: first(&["exitcode"]),
            allocated_cpus: first(&["alloccpus", "ncpus"]),
            requested_cpus: first(&["reqcpus"]),
            nodes: first(&["nnodes", "allocnodes", "reqnodes"]),
            node_list: first(&["nodelist"]),
            requested_memory: first(&["reqmem"]),
            max_rss: first(&["maxrss"]),
            requested_tres: first(&["reqtres"]),
            allocated_tres: first(&["alloctres"]),
            used_tres: first(&["tresusageintot", "tresusageinmax"]),
            time_limit: first(&["timelimit", "timelimitraw"]),
        }
    }

    /// Whether starts must be taken from submit times.
    pub(super) fn lacks_start(&self) -> bool {
        self.start.is_none()
    }

    /// The job's id and the step's name, where the line is of a step: `123.batch`, `12_3.0`.
    pub(super) fn step_of<'a>(&self, columns: &[&'a str]) -> Option<&'a str> {
        let id = text(columns, self.job_id).or_else(|| text(columns, self.job_id_raw))?;
        id.split_once('.').map(|(job, _)| job)
    }

    /// The id that steps of this job begin with.
    pub(super) fn id_of<'a>(&self, columns: &[&'a str]) -> Option<&'a str> {
        text(columns, self.job_id).or_else(|| text(columns, self.job_id_raw))
    }

    /// Peaks that are recorded for steps only: main memory and GPU memory in MiB.
    pub(super) fn peaks(&self, columns: &[&str]) -> Peaks {
        let used = text(columns, self.used_tres).map(TrackableResources::parse).unwrap_or_default();
        Peaks {
            memory_mib: text(columns, self.max_rss).and_then(used_memory),
            gpu_memory_mib: used.gpu_memory_mib,
        }
    }

    /// The run of a job's own line, or the field at fault and what is wrong with it.
    pub(super) fn run_of(
        &self,
        columns: &[&str],
        times: &TimeReading,
    ) -> Result<Run, (&'static str, String)> {
        let state = match text(columns, self.state) {
            None => SlurmState::Ran(None),
            Some(word) => SlurmState::parse(word)
                .ok_or_else(|| ("State", format!("\"{word}\" is no state of a job")))?,
        };
        let SlurmState::Ran(status) = state else {
            return Err(("State", "still pending: never started".to_owned()));
        };
        let submitted_at = self.time(columns, self.submit, "Submit", times)?;
        let started_at = if self.lacks_start() {
            submitted_at.ok_or_else(|| ("Submit", "is unknown".to_owned()))?
        } else {
            let start = self.time(columns, self.start, "Start", times)?;
            start.ok_or_else(|| ("Start", "is unknown: never started".to_owned()))?
        };
        let elapsed = text(columns, self.elapsed_raw)
            .and_then(|text| text.parse::<u32>().ok())
            .map(|seconds| i64::from(seconds) * SECOND_MS)
            .or_else(|| text(columns, self.elapsed).and_then(elapsed_ms));
        let node_list = self.column(columns, self.node_list);
        // A job that is cancelled while it waits has a start, its end, but never had a node.
        if node_list == "None assigned" && elapsed.is_none_or(|elapsed| elapsed == 0) {
            return Err(("NodeList", "no node was ever assigned: never started".to_owned()));
        }
        let running = status == Some(crate::domain::activity::RunStatus::Running);
        let end = self.time(columns, self.end, "End", times)?;
        let ended_at =
            end.or(elapsed.filter(|_| !running && !self.lacks_start()).map(|ms| started_at.plus_ms(ms)));
        if let Some(ended_at) = ended_at.filter(|&ended_at| ended_at < started_at) {
            return Err(("End", format!("{ended_at} is before the start, {started_at}")));
        }
        Ok(Run {
            submitted_at,
            ended_at,
            status,
            user: owned(columns, self.user),
            host: Some(node_list).filter(|list| is_one_node(list)).map(str::to_owned),
            queue: owned(columns, self.partition),
            exit_code: text(columns, self.exit_code).filter(|_| !running).and_then(exit_code),
            resources: self.resources(columns),
            external_id: owned(columns, self.job_id_raw).or_else(|| owned(columns, self.job_id)),
            ..Run::started(self.task_type(columns), started_at)
        })
    }

    fn time(
        &self,
        columns: &[&str],
        index: Option<usize>,
        name: &'static str,
        times: &TimeReading,
    ) -> Result<Option<Timestamp>, (&'static str, String)> {
        let Some(text) = text(columns, index) else { return Ok(None) };
        times.parse(text.as_bytes()).map(Some).map_err(|error| (name, format!("\"{text}\" {error}")))
    }

    /// What was allocated, else what was asked for. A peak of the steps replaces the memory later.
    fn resources(&self, columns: &[&str]) -> Resources {
        let tres = |index| text(columns, index).map(TrackableResources::parse).unwrap_or_default();
        let (allocated, requested) = (tres(self.allocated_tres), tres(self.requested_tres));
        let count =
            |index| text(columns, index).and_then(|text| text.parse::<u32>().ok()).filter(|&count| count > 0);
        let cpus = count(self.allocated_cpus)
            .map(f64::from)
            .or(allocated.cpus)
            .or(count(self.requested_cpus).map(f64::from))
            .or(requested.cpus);
        let memory = || {
            let (mib, scope) = text(columns, self.requested_memory).and_then(requested_memory)?;
            match scope {
                MemoryScope::Job => Some(mib),
                MemoryScope::Node => Some(mib * f64::from(count(self.nodes)?)),
                MemoryScope::Cpu => Some(mib * cpus?),
            }
        };
        let peaks = self.peaks(columns);
        Resources {
            cpu_cores: cpus,
            memory_mib: peaks.memory_mib.or(allocated.memory_mib).or(requested.memory_mib).or_else(memory),
            gpu_count: allocated.gpus.or(requested.gpus),
            gpu_memory_mib: peaks.gpu_memory_mib,
        }
    }

    /// The job's name; without names, what was asked for.
    fn task_type(&self, columns: &[&str]) -> String {
        if let Some(name) = text(columns, self.job_name) {
            return name.to_owned();
        }
        let parts = [
            ("partition", self.partition),
            ("cpus", self.requested_cpus.or(self.allocated_cpus)),
            ("mem", self.requested_memory),
            ("limit", self.time_limit),
            ("qos", self.qos),
        ];
        let known =
            parts.into_iter().filter_map(|(word, index)| Some(format!("{word} {}", text(columns, index)?)));
        let signature: Vec<String> = known.collect();
        if signature.is_empty() { "job".to_owned() } else { signature.join(" ") }
    }

    fn column<'a>(&self, columns: &[&'a str], index: Option<usize>) -> &'a str {
        index.and_then(|index| columns.get(index)).map_or("", |text| text.trim())
    }
}

/// What steps add to their job.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Peaks {
    pub(super) memory_mib: Option<f64>,
    pub(super) gpu_memory_mib: Option<f64>,
}

impl Peaks {
    /// The larger of each.
    pub(super) fn join(self, other: Peaks) -> Peaks {
        let larger = |one: Option<f64>, other: Option<f64>| match (one, other) {
            (Some(one), Some(other)) => Some(one.max(other)),
            (one, other) => one.or(other),
        };
        Peaks {
            memory_mib: larger(self.memory_mib, other.memory_mib),
            gpu_memory_mib: larger(self.gpu_memory_mib, other.gpu_memory_mib),
        }
    }
}

/// A column's text; `None` for an empty one and for the words that `sacct` writes in its place.
fn text<'a>(columns: &[&'a str], index: Option<usize>) -> Option<&'a str> {
    let text = columns.get(index?)?.trim();
    let unknown = matches!(text, "" | "Unknown" | "None" | "N/A" | "(null)" | "None assigned");
    (!unknown).then_some(text)
}

fn owned(columns: &[&str], index: Option<usize>) -> Option<String> {
    text(columns, index).map(str::to_owned)
}

/// `node12`, not `node[1-4]` or `a,b`: a run of several nodes has no one host.
fn is_one_node(list: &str) -> bool {
    !list.is_empty() && list != "None assigned" && !list.contains(['[', ','])
}
