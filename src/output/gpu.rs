//! What `gpu status` and `gpu processes` answer.

use serde_json::{Value, json};

use super::format::{duration, percent, shorten};
use super::gpu_fit::fit_value;
use super::{Report, Style};
use crate::domain::device::{
    Fit, GpuProcess, GpuSnapshot, Pressure, PressureLevel, ProcessSource, Thresholds, Unattributed,
    UnattributedCause,
};
use crate::domain::time::{SECOND_MS, Timestamp};

/// A GPU, and what is told of it besides.
#[derive(Clone, Debug, PartialEq)]
pub struct GpuShape {
    /// As the driver tells it.
    pub gpu: GpuSnapshot,
    /// How full it is; `None` when the driver does not tell.
    pub pressure: Option<Pressure>,
    /// Memory that no process accounts for.
    pub unattributed: Option<Unattributed>,
    /// Processes that use it.
    pub processes: usize,
}

/// What `gpu status` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct StatusReport {
    /// Version of the driver.
    pub driver_version: Option<String>,
    /// When memory in use is worth a word.
    pub thresholds: Thresholds,
    /// GPUs by index.
    pub gpus: Vec<GpuShape>,
    /// Whether more fits, if that was asked.
    pub fit: Option<Fit>,
}

/// Since when a process is idle, by our own readings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdleShape {
    /// Nobody watches it.
    Unknown,
    /// It was at work at the last reading.
    Busy,
    /// Since then.
    Since(Timestamp),
}

/// A process, and what is told of it besides.
#[derive(Clone, Debug, PartialEq)]
pub struct ProcessShape {
    /// As the driver and the system tell it.
    pub process: GpuProcess,
    /// Its unit, container or session.
    pub unit: Option<String>,
    /// Whether its parent has gone and left it behind.
    pub is_orphan: bool,
    /// Since when it is idle.
    pub idle: IdleShape,
    /// The task type it is a run of.
    pub task_type: Option<String>,
    /// The run of that type in the store.
    pub run_id: Option<i64>,
}

/// What `gpu processes` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct ProcessesReport {
    /// The GPUs asked for.
    pub gpus: Vec<GpuShape>,
    /// Their processes.
    pub processes: Vec<ProcessShape>,
}

/// MiB as people say them; `-` when unknown.
pub(super) fn mebibytes(value: Option<f64>) -> String {
    match value {
        None => "-".to_owned(),
        // A sum of nothing is minus zero.
        Some(value) if value.abs() < 0.5 => "0 MiB".to_owned(),
        Some(value) if value < 10_240.0 => format!("{value:.0} MiB"),
        Some(value) => format!("{:.1} GiB", value / 1_024.0),
    }
}

/// Amounts that stand in one sentence, in one unit: that of the largest.
pub fn mebibytes_alike<const N: usize>(values: [Option<f64>; N]) -> [String; N] {
    let in_gib = values.iter().flatten().any(|value| *value >= 10_240.0);
    values.map(|value| match value.filter(|value| in_gib && value.abs() >= 0.5) {
        Some(value) => format!("{:.1} GiB", value / 1_024.0),
        None => mebibytes(value),
    })
}

/// How long ago something began.
pub(super) fn time_since(style: &Style, began: Option<Timestamp>) -> String {
    began.map_or_else(|| "-".to_owned(), |began| duration((style.now.since(began).max(0) / SECOND_MS) as f64))
}

/// The level's word for people; nothing where all is well.
pub(super) fn level_word(level: PressureLevel) -> &'static str {
    match level {
        PressureLevel::Normal => "",
        PressureLevel::Warn => "warning",
        PressureLevel::Critical => "critical",
    }
}

fn known<T: Copy>(value: Option<T>, write: impl Fn(T) -> String) -> String {
    value.map_or_else(|| "-".to_owned(), write)
}

/// A GPU in JSON.
pub(super) fn gpu_value(shape: &GpuShape) -> Value {
    let mut value = json!(shape.gpu);
    if let Value::Object(fields) = &mut value {
        let rest = shape.unattributed.as_ref();
        let unattributed_mib =
            shape.gpu.memory_used_mib.map(|_| rest.map_or(0.0, |unattributed| unattributed.memory_mib));
        fields.insert("unattributed_mib".to_owned(), json!(unattributed_mib));
        fields.insert("process_count".to_owned(), json!(shape.processes));
        fields.insert("memory_free_mib".to_owned(), json!(shape.gpu.memory_free_mib()));
        fields.insert("pressure".to_owned(), json!(shape.pressure));
        let unattributed = rest.map(|unattributed| {
            json!({
                "memory_mib": unattributed.memory_mib,
                "cause": unattributed.cause,
                "pids": unattributed.pids,
                "explanation": unattributed.explanation(),
            })
        });
        fields.insert("unattributed".to_owned(), json!(unattributed));
    }
    value
}

/// The shares at which levels begin, in JSON.
pub(super) fn thresholds_value(thresholds: Thresholds) -> Value {
    json!({ "warn_ratio": thresholds.warn, "critical_ratio": thresholds.critical })
}

/// Temperature, power, and what is wrong with a GPU, for people.
fn state_words(shape: &GpuShape) -> String {
    let level = shape.pressure.map(|pressure| level_word(pressure.level)).unwrap_or_default();
    let xid = shape.gpu.last_xid.map(|xid| format!("XID {xid}"));
    let words: Vec<String> =
        [Some(level.to_owned()).filter(|word| !word.is_empty()), xid].into_iter().flatten().collect();
    if words.is_empty() { "ok".to_owned() } else { words.join(", ") }
}

/// How fast it fills, where it does.
pub(super) fn rate_words(pressure: &Pressure) -> Option<String> {
    let full_in = pressure.full_in_seconds?;
    let rate = pressure.rate_mib_per_minute?;
    Some(format!("full in ~{} at +{}/min", duration(full_in.round()), mebibytes(Some(rate))))
}

impl Report for StatusReport {
    fn data(&self) -> Value {
        let devices: Vec<Value> = self.gpus.iter().map(gpu_value).collect();
        json!({
            "action": "status",
            "driver_version": self.driver_version,
            "devices": devices,
            "thresholds": thresholds_value(self.thresholds),
            "fits": self.fit.as_ref().map(fit_value),
        })
    }

    fn records(&self) -> Vec<Value> {
        let mut records = super::report::typed_records("device", self.gpus.iter().map(gpu_value).collect());
        let fit = self.fit.iter().map(fit_value).collect();
        records.extend(super::report::typed_records("fits", fit));
        records
    }

    fn table(&self, style: &Style) -> String {
        let mut table = style.new_table(&[
            "GPU",
            "NAME",
            "USED",
            "OF",
            "BUSY",
            "TEMPERATURE",
            "POWER",
            "PROCESSES",
            "STATE",
        ]);
        for shape in &self.gpus {
            let gpu = &shape.gpu;
            let power = match (gpu.power_watts, gpu.power_limit_watts) {
                (Some(power), Some(limit)) => format!("{power:.0} of {limit:.0} W"),
                (power, _) => known(power, |power| format!("{power:.0} W")),
            };
            table.add_row(vec![
                gpu.index.to_string(),
                format!("{}{}", gpu.name, if gpu.is_mig { " (MIG)" } else { "" }),
                mebibytes(gpu.memory_used_mib),
                mebibytes(gpu.memory_total_mib),
                known(gpu.utilization, percent),
                known(gpu.temperature_celsius, |degrees| format!("{degrees:.0} C")),
                power,
                shape.processes.to_string(),
                state_words(shape),
            ]);
            for instance in &gpu.mig_instances {
                let number = instance.gpu_instance_id.map_or_else(String::new, |id| format!(" {id}"));
                let mut row = vec![String::new(), format!("  instance{number}")];
                row.extend([mebibytes(instance.memory_used_mib), mebibytes(instance.memory_total_mib)]);
                table.add_row(row);
            }
            // Its own row: memory that nobody is listed for is what people look for in vain elsewhere.
            if let Some(rest) = &shape.unattributed {
                table.add_row(vec![
                    String::new(),
                    format!("  unattributed: {}", cause_words(rest.cause)),
                    mebibytes(Some(rest.memory_mib)),
                ]);
            }
        }
        let mut text = style.finish_table(table);
        for shape in &self.gpus {
            if let Some(words) = shape.pressure.as_ref().and_then(rate_words) {
                text.push_str(&format!("GPU {}: {words}\n", shape.gpu.index));
            }
        }
        if let Some(fit) = &self.fit {
            text.push_str(&super::gpu_fit::fit_lines(fit));
        }
        text
    }

    fn detailed(&self, style: &Style) -> String {
        let mut text = self.table(style);
        text.push('\n');
        for shape in &self.gpus {
            text.push_str(&format!("GPU {}  {}\n", shape.gpu.index, shape.gpu.uuid));
            for instance in &shape.gpu.mig_instances {
                text.push_str(&format!("  {}\n", instance.uuid));
            }
            if let Some(rest) = &shape.unattributed {
                let (mib, why) = (mebibytes(Some(rest.memory_mib)), rest.explanation());
                text.push_str(&format!("  unattributed {mib}: {why}\n"));
            }
        }
        if let Some(version) = &self.driver_version {
            text.push_str(&format!("driver {version}\n"));
        }
        text
    }
}

/// The cause in a word or two.
fn cause_words(cause: UnattributedCause) -> &'static str {
    match cause {
        UnattributedCause::Orphans => "orphans",
        UnattributedCause::UnlistedProcesses => "processes not listed",
        UnattributedCause::Zombies => "zombies",
        UnattributedCause::UnknownShares => "shares not told",
        UnattributedCause::ListUntold => "processes not told",
        UnattributedCause::OtherNamespace => "outside this container",
        UnattributedCause::Driver => "driver",
        UnattributedCause::Unexplained => "unexplained",
    }
}

fn process_value(shape: &ProcessShape) -> Value {
    let mut value = json!(shape.process);
    if let Value::Object(fields) = &mut value {
        let (is_watched, since) = match shape.idle {
            IdleShape::Unknown => (false, None),
            IdleShape::Busy => (true, None),
            IdleShape::Since(since) => (true, Some(since)),
        };
        fields.insert("unit".to_owned(), json!(shape.unit));
        fields.insert("is_orphan".to_owned(), json!(shape.is_orphan));
        fields.insert("is_watched".to_owned(), json!(is_watched));
        fields.insert("idle_since".to_owned(), json!(since));
        fields.insert("task_type".to_owned(), json!(shape.task_type));
        fields.insert("run_id".to_owned(), json!(shape.run_id));
    }
    value
}

impl Report for ProcessesReport {
    fn data(&self) -> Value {
        let devices: Vec<Value> = self.gpus.iter().map(gpu_value).collect();
        let processes: Vec<Value> = self.processes.iter().map(process_value).collect();
        json!({ "action": "processes", "devices": devices, "processes": processes })
    }

    fn records(&self) -> Vec<Value> {
        super::report::typed_records("process", self.processes.iter().map(process_value).collect())
    }

    fn table(&self, style: &Style) -> String {
        let mut table =
            style.new_table(&["GPU", "PID", "USER", "KIND", "MEMORY", "AGE", "IDLE", "UNIT", "COMMAND"]);
        for shape in &self.gpus {
            let on_it = self.processes.iter().filter(|row| row.process.gpu_uuid == shape.gpu.uuid);
            for row in on_it {
                table.add_row(process_row(style, row));
            }
            if let Some(rest) = &shape.unattributed {
                let mut row = vec![shape.gpu.index.to_string()];
                row.extend(["-"; 3].map(str::to_owned));
                row.push(mebibytes(Some(rest.memory_mib)));
                row.extend(["-"; 3].map(str::to_owned));
                row.push(format!("(unattributed: {})", cause_words(rest.cause)));
                table.add_row(row);
            }
        }
        style.finish_table(table)
    }

    fn detailed(&self, style: &Style) -> String {
        let mut text = self.table(style);
        text.push('\n');
        for shape in &self.gpus {
            if let Some(rest) = &shape.unattributed {
                let (mib, why) = (mebibytes(Some(rest.memory_mib)), rest.explanation());
                text.push_str(&format!("GPU {}: unattributed {mib}: {why}\n", shape.gpu.index));
            }
        }
        for row in &self.processes {
            let run = row.run_id.map_or_else(String::new, |id| format!(", run {id}"));
            if let Some(task_type) = &row.task_type {
                text.push_str(&format!("{}: a run of {task_type}{run}\n", row.process.pid));
            }
        }
        text
    }
}

fn process_row(style: &Style, row: &ProcessShape) -> Vec<String> {
    let process = &row.process;
    let facts = process.facts.as_ref();
    let user = facts.map(|facts| facts.user.clone().unwrap_or_else(|| facts.user_id.to_string()));
    let kind = match process.source {
        ProcessSource::Driver => process.kind.to_string(),
        ProcessSource::DeviceFile => "not listed".to_owned(),
    };
    let command = match facts {
        None => "(not visible from here)".to_owned(),
        Some(facts) if row.is_orphan => format!("{} (orphan)", shorten(&facts.command, 50)),
        Some(facts) => shorten(&facts.command, 60),
    };
    vec![
        process.gpu_index.to_string(),
        process.pid.to_string(),
        user.unwrap_or_else(|| "-".to_owned()),
        kind,
        mebibytes(process.memory_mib),
        time_since(style, facts.and_then(|facts| facts.started)),
        match row.idle {
            IdleShape::Unknown => "-".to_owned(),
            IdleShape::Busy => "busy".to_owned(),
            IdleShape::Since(since) => time_since(style, Some(since)),
        },
        row.unit.as_deref().map_or_else(|| "-".to_owned(), |unit| shorten(unit, 30)),
        command,
    ]
}
