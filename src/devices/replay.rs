//! Recorded readings in the place of the driver: for tests, and to see on one machine what another one saw. A process
//! that is marked `live` is a real one of this machine, counted only while it lives; all others are mere records.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer};

use super::process_table::{leaders, own_sight, process_facts};
use super::{DeviceError, GpuReading};
use crate::domain::device::{
    GpuProcess, GpuSnapshot, PidNamespace, ProcessFacts, ProcessKind, ProcessSource, ProcessState, Sight,
};
use crate::domain::time::Timestamp;

/// What the file says of itself.
const FORMAT: &str = "tidetable-gpu-replay/1";

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplayFile {
    format: String,
    #[serde(default)]
    driver_version: Option<String>,
    /// Whether the driver's process ids are those of a container's surroundings.
    #[serde(default)]
    is_container: bool,
    /// Whether everybody's files could be seen; absent: as of who plays it.
    #[serde(default)]
    is_root: Option<bool>,
    /// Files that count as those of GPUs, by index: processes that have one open use that GPU.
    #[serde(default)]
    device_files: BTreeMap<u32, String>,
    readings: Vec<Recorded>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Recorded {
    /// Since the first reading.
    #[serde(default)]
    seconds: Option<f64>,
    /// Their used memory includes that of all `processes`.
    gpus: Vec<GpuSnapshot>,
    #[serde(default)]
    processes: Vec<RecordedProcess>,
    /// What was said of GPUs that could not be read.
    #[serde(default)]
    troubles: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordedProcess {
    gpu_index: u32,
    pid: u32,
    #[serde(default)]
    kind: Option<ProcessKind>,
    #[serde(default)]
    gpu_instance_id: Option<u32>,
    #[serde(default)]
    memory_mib: Option<f64>,
    #[serde(default)]
    utilization: Option<f64>,
    /// A process of this machine.
    #[serde(default)]
    live: bool,
    /// Whether the driver lists it; its memory counts either way.
    #[serde(default = "yes")]
    listed: bool,
    /// Absent: what the system tells of a live process, nothing of others. `null`: it cannot be seen.
    #[serde(default, deserialize_with = "given")]
    facts: Option<Option<GivenFacts>>,
}

/// Facts in the place of those that the system tells.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct GivenFacts {
    ancestors: Option<Vec<u32>>,
    parent_name: Option<String>,
    process_group: Option<u32>,
    user_id: Option<u32>,
    user: Option<String>,
    name: Option<String>,
    command: Option<String>,
    started: Option<Timestamp>,
    start_ticks: Option<u64>,
    state: Option<ProcessState>,
    control_group: Option<String>,
}

fn yes() -> bool {
    true
}

fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<GivenFacts>>, D::Error> {
    Option::<GivenFacts>::deserialize(deserializer).map(Some)
}

impl Recorded {
    /// Says what cannot have been read.
    fn check(&self) -> Result<(), String> {
        let indices: BTreeSet<u32> = self.gpus.iter().map(|gpu| gpu.index).collect();
        if indices.len() < self.gpus.len() {
            return Err("two GPUs have one index".to_owned());
        }
        let of_gpus = self.gpus.iter().flat_map(|gpu| {
            [gpu.memory_total_mib, gpu.memory_used_mib, gpu.memory_reserved_mib, gpu.utilization]
        });
        let of_processes =
            self.processes.iter().flat_map(|process| [process.memory_mib, process.utilization]);
        if let Some(value) = of_gpus.chain(of_processes).flatten().find(|value| *value < 0.0) {
            return Err(format!("{value} is less than nothing"));
        }
        match self.processes.iter().find(|process| !indices.contains(&process.gpu_index)) {
            Some(process) => {
                Err(format!("process {} is on GPU {}, which is not there", process.pid, process.gpu_index))
            }
            None => Ok(()),
        }
    }
}

/// Recorded readings, one after the other; the last one stays.
#[derive(Debug)]
pub struct Replay {
    file: ReplayFile,
    next: Cell<usize>,
    /// Start in clock ticks of the live processes when they were first looked at.
    first_seen: RefCell<BTreeMap<u32, Option<u64>>>,
}

impl Replay {
    /// Reads the file.
    pub fn open(path: &Path) -> Result<Replay, DeviceError> {
        let unreadable = |reason: String| DeviceError::Replay { path: PathBuf::from(path), reason };
        let text = fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
        let file: ReplayFile = serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))?;
        if file.format != FORMAT {
            return Err(unreadable(format!("its format is \"{}\", not \"{FORMAT}\"", file.format)));
        }
        if file.readings.is_empty() {
            return Err(unreadable("it has no readings".to_owned()));
        }
        for (number, reading) in (1..).zip(&file.readings) {
            reading.check().map_err(|reason| unreadable(format!("reading {number}: {reason}")))?;
        }
        Ok(Replay { file, next: Cell::new(0), first_seen: RefCell::new(BTreeMap::new()) })
    }

    /// Whether readings are left that were not asked for yet.
    pub fn has_more(&self) -> bool {
        self.next.get() < self.file.readings.len()
    }

    /// Whether a signal to `pid` can be meant: a mere record has its number from elsewhere.
    pub fn is_live(&self, pid: u32) -> bool {
        let recorded = || self.file.readings.iter().flat_map(|reading| &reading.processes);
        !recorded().any(|process| process.pid == pid && !process.live)
    }

    /// The next reading.
    pub fn read(&self) -> Result<GpuReading, DeviceError> {
        let position = self.next.get().min(self.file.readings.len() - 1);
        self.next.set(position + 1);
        let recorded = &self.file.readings[position];
        let mut gpus = recorded.gpus.clone();
        if gpus.is_empty() {
            return Err(DeviceError::NoGpu);
        }
        let mut processes = Vec::new();
        for process in &recorded.processes {
            let gpu = gpus.iter_mut().find(|gpu| gpu.index == process.gpu_index);
            let Some(gpu) = gpu else { continue };
            if process.live && !self.lives(process.pid) {
                gpu.memory_used_mib =
                    gpu.memory_used_mib.map(|used| (used - process.memory_mib.unwrap_or(0.0)).max(0.0));
            } else if process.listed {
                processes.push(shown(process, &gpu.uuid));
            }
        }
        processes.sort_by_key(|process| (process.gpu_index, process.pid));
        let mut reading = GpuReading {
            driver_version: self.file.driver_version.clone(),
            gpus,
            processes,
            device_files: self.file.device_files.clone(),
            namespace: if self.file.is_container { PidNamespace::Container } else { PidNamespace::Host },
            sight: match self.file.is_root {
                Some(true) => Sight::Everybody,
                Some(false) => Sight::OwnUser,
                None => own_sight(),
            },
            elapsed_ms: recorded.seconds.map(|seconds| (seconds * 1_000.0) as i64),
            troubles: recorded.troubles.clone(),
        };
        reading.add_unlisted();
        if reading.namespace == PidNamespace::Container {
            reading.doubt_numbers();
        }
        Ok(reading)
    }

    /// The processes that lead the jobs of live ones.
    pub fn leaders(&self, processes: &[GpuProcess]) -> BTreeMap<u32, ProcessFacts> {
        let live: Vec<GpuProcess> =
            processes.iter().filter(|process| self.is_live(process.pid)).cloned().collect();
        leaders(&live)
    }

    /// Whether it is still the process that it was at first. One that waits for its parent's notice holds no memory.
    fn lives(&self, pid: u32) -> bool {
        let facts = process_facts(pid).filter(|facts| facts.state != ProcessState::Zombie);
        let ticks = facts.map(|facts| facts.start_ticks);
        let mut seen = self.first_seen.borrow_mut();
        let first = *seen.entry(pid).or_insert(ticks);
        ticks.is_some() && ticks == first
    }
}

fn shown(process: &RecordedProcess, gpu_uuid: &str) -> GpuProcess {
    let told = if process.live { process_facts(process.pid) } else { None };
    let facts = match &process.facts {
        None => told,
        Some(None) => None,
        Some(Some(given)) => Some(overlaid(told, given)),
    };
    GpuProcess {
        gpu_index: process.gpu_index,
        gpu_uuid: gpu_uuid.to_owned(),
        pid: process.pid,
        kind: process.kind.unwrap_or(ProcessKind::Compute),
        gpu_instance_id: process.gpu_instance_id,
        memory_mib: process.memory_mib,
        utilization: process.utilization,
        source: ProcessSource::Driver,
        facts,
    }
}

/// What is given, over what the system tells.
fn overlaid(told: Option<ProcessFacts>, given: &GivenFacts) -> ProcessFacts {
    let told = told.unwrap_or(ProcessFacts {
        ancestors: Vec::new(),
        parent_name: None,
        process_group: None,
        user_id: 0,
        user: None,
        name: String::new(),
        command: String::new(),
        started: None,
        start_ticks: 0,
        state: ProcessState::Alive,
        control_group: None,
    });
    let given = given.clone();
    ProcessFacts {
        ancestors: given.ancestors.unwrap_or(told.ancestors),
        parent_name: given.parent_name.or(told.parent_name),
        process_group: given.process_group.or(told.process_group),
        user: match given.user_id {
            // A name that belongs to another number would mislead.
            Some(_) => given.user,
            None => given.user.or(told.user),
        },
        user_id: given.user_id.unwrap_or(told.user_id),
        name: given.name.unwrap_or(told.name),
        command: given.command.unwrap_or(told.command),
        started: given.started.or(told.started),
        start_ticks: given.start_ticks.unwrap_or(told.start_ticks),
        state: given.state.unwrap_or(told.state),
        control_group: given.control_group.or(told.control_group),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn replay(text: &str) -> Result<Replay, DeviceError> {
        let mut file = tempfile::NamedTempFile::new().expect("file made");
        file.write_all(text.as_bytes()).expect("written");
        Replay::open(file.path())
    }

    fn of_readings(readings: &str) -> Replay {
        replay(&format!("{{\"format\":\"{FORMAT}\",\"readings\":{readings}}}")).expect("read")
    }

    const GPU: &str =
        r#""gpus":[{"index":0,"uuid":"GPU-a","name":"Test","memory_total_mib":1000,"memory_used_mib":600}]"#;

    #[test]
    fn readings_come_one_after_the_other_and_the_last_stays() {
        let first = format!(r#"{{{GPU},"processes":[{{"gpu_index":0,"pid":7,"memory_mib":500}}]}}"#);
        let replay = of_readings(&format!("[{first},{{{GPU}}}]"));
        let read = || replay.read().expect("a reading").processes.len();
        assert_eq!((read(), read(), read()), (1, 0, 0));
    }

    #[test]
    fn a_live_process_counts_only_while_it_lives() {
        let mut child = std::process::Command::new("sleep").arg("600").spawn().expect("started");
        let pid = child.id();
        let process = format!(r#"{{"gpu_index":0,"pid":{pid},"memory_mib":500,"live":true}}"#);
        let replay = of_readings(&format!(r#"[{{{GPU},"processes":[{process}]}}]"#));
        let before = replay.read().expect("a reading");
        assert_eq!((before.gpus[0].memory_used_mib, before.processes.len()), (Some(600.0), 1));
        assert!(before.processes[0].facts.is_some());
        child.kill().expect("killed");
        let after = || {
            let reading = replay.read().expect("a reading");
            (reading.gpus[0].memory_used_mib, reading.processes.len())
        };
        // One that nobody has taken notice of yet has closed its device as well.
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while process_facts(pid).is_some_and(|facts| facts.state != ProcessState::Zombie) {
            assert!(std::time::Instant::now() < deadline, "a killed process ends");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        assert!(process_facts(pid).is_some(), "nobody has taken notice");
        assert_eq!(after(), (Some(100.0), 0));
        child.wait().expect("reaped");
        assert_eq!(after(), (Some(100.0), 0));
    }

    #[test]
    fn a_record_shows_what_was_recorded_and_takes_no_signal() {
        let process =
            r#"{"gpu_index":0,"pid":1,"facts":{"name":"python3","user_id":4000000,"start_ticks":9}}"#;
        let replay = of_readings(&format!(r#"[{{{GPU},"processes":[{process}]}}]"#));
        let facts = replay.read().expect("a reading").processes[0].facts.clone().expect("given");
        assert_eq!((facts.name.as_str(), facts.user_id, facts.user), ("python3", 4_000_000, None));
        assert!(!replay.is_live(1));
    }

    #[test]
    fn what_is_no_replay_is_refused_with_its_place() {
        for (text, reason) in [
            ("{", "line 1"),
            (r#"{"format":"x","readings":[]}"#, "\"x\""),
            (r#"{"format":"tidetable-gpu-replay/1","readings":[]}"#, "no readings"),
            (r#"{"format":"tidetable-gpu-replay/1","reading":[]}"#, "unknown field"),
            (
                r#"{"format":"tidetable-gpu-replay/1","readings":[{"gpus":[],"processes":[{"gpu_index":2,"pid":7}]}]}"#,
                "GPU 2",
            ),
            (
                r#"{"format":"tidetable-gpu-replay/1","readings":[{"gpus":[{"index":0,"uuid":"GPU-a","name":"T","memory_used_mib":-5}]}]}"#,
                "reading 1: -5 is less than nothing",
            ),
            (
                r#"{"format":"tidetable-gpu-replay/1","readings":[{"gpus":[{"index":0,"uuid":"GPU-a","name":"T"},{"index":0,"uuid":"GPU-b","name":"T"}]}]}"#,
                "one index",
            ),
        ] {
            let error = replay(text).expect_err("refused").to_string();
            assert!(error.contains(reason), "{error}");
        }
    }
}
