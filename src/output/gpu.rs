//! What `gpu` answers.

use serde_json::{Value, json};

use super::format::{duration, percent, shorten};
use super::{Report, Style};
use crate::domain::device::{GpuProcess, GpuSnapshot, unattributed_mib};
use crate::domain::time::{SECOND_MS, Timestamp};

/// What `gpu status` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct StatusReport {
    /// Version of the driver.
    pub driver_version: Option<String>,
    /// GPUs by index.
    pub gpus: Vec<GpuSnapshot>,
    /// Their processes.
    pub processes: Vec<GpuProcess>,
}

/// What `gpu processes` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct ProcessesReport {
    /// The GPUs asked for.
    pub gpus: Vec<GpuSnapshot>,
    /// Their processes.
    pub processes: Vec<GpuProcess>,
}

/// MiB as people say them; `-` when unknown.
pub(super) fn mebibytes(value: Option<f64>) -> String {
    match value {
        None => "-".to_owned(),
        Some(value) if value < 10_240.0 => format!("{value:.0} MiB"),
        Some(value) => format!("{:.1} GiB", value / 1_024.0),
    }
}

/// How long ago a process began.
pub(super) fn process_age(style: &Style, started: Option<Timestamp>) -> String {
    started.map_or_else(
        || "-".to_owned(),
        |started| duration((style.now.since(started).max(0) / SECOND_MS) as f64),
    )
}

fn known<T: Copy>(value: Option<T>, write: impl Fn(T) -> String) -> String {
    value.map_or_else(|| "-".to_owned(), write)
}

fn gpu_value(gpu: &GpuSnapshot, processes: &[GpuProcess]) -> Value {
    let mut value = json!(gpu);
    let count = processes.iter().filter(|process| process.gpu_uuid == gpu.uuid).count();
    if let Value::Object(fields) = &mut value {
        fields.insert("unattributed_mib".to_owned(), json!(unattributed_mib(gpu, processes)));
        fields.insert("process_count".to_owned(), json!(count));
    }
    value
}

impl Report for StatusReport {
    fn data(&self) -> Value {
        let devices: Vec<Value> = self.gpus.iter().map(|gpu| gpu_value(gpu, &self.processes)).collect();
        json!({ "action": "status", "driver_version": self.driver_version, "devices": devices })
    }

    fn records(&self) -> Vec<Value> {
        let devices = self.gpus.iter().map(|gpu| gpu_value(gpu, &self.processes)).collect();
        super::report::typed_records("device", devices)
    }

    fn table(&self, style: &Style) -> String {
        let mut table = style.new_table(&[
            "GPU",
            "NAME",
            "USED",
            "OF",
            "UNATTRIBUTED",
            "BUSY",
            "TEMPERATURE",
            "POWER",
            "PROCESSES",
        ]);
        for gpu in &self.gpus {
            let processes = self.processes.iter().filter(|process| process.gpu_uuid == gpu.uuid).count();
            let power = match (gpu.power_watts, gpu.power_limit_watts) {
                (Some(power), Some(limit)) => format!("{power:.0} of {limit:.0} W"),
                (power, _) => known(power, |power| format!("{power:.0} W")),
            };
            table.add_row(vec![
                gpu.index.to_string(),
                format!("{}{}", gpu.name, if gpu.is_mig { " (MIG)" } else { "" }),
                mebibytes(gpu.memory_used_mib),
                mebibytes(gpu.memory_total_mib),
                mebibytes(unattributed_mib(gpu, &self.processes)),
                known(gpu.utilization, percent),
                known(gpu.temperature_celsius, |degrees| format!("{degrees:.0} C")),
                power,
                processes.to_string(),
            ]);
        }
        style.finish_table(table)
    }

    fn detailed(&self, style: &Style) -> String {
        let mut text = self.table(style);
        text.push('\n');
        for gpu in &self.gpus {
            text.push_str(&format!("GPU {}  {}\n", gpu.index, gpu.uuid));
        }
        if let Some(version) = &self.driver_version {
            text.push_str(&format!("driver {version}\n"));
        }
        text
    }
}

impl Report for ProcessesReport {
    fn data(&self) -> Value {
        let devices: Vec<Value> = self.gpus.iter().map(|gpu| gpu_value(gpu, &self.processes)).collect();
        json!({ "action": "processes", "devices": devices, "processes": self.processes })
    }

    fn records(&self) -> Vec<Value> {
        let processes = self.processes.iter().map(|process| json!(process)).collect();
        super::report::typed_records("process", processes)
    }

    fn table(&self, style: &Style) -> String {
        let mut table = style.new_table(&["GPU", "PID", "USER", "KIND", "MEMORY", "AGE", "COMMAND"]);
        for gpu in &self.gpus {
            for process in self.processes.iter().filter(|process| process.gpu_uuid == gpu.uuid) {
                let facts = process.facts.as_ref();
                let user = facts.map(|facts| facts.user.clone().unwrap_or_else(|| facts.user_id.to_string()));
                table.add_row(vec![
                    gpu.index.to_string(),
                    process.pid.to_string(),
                    user.unwrap_or_else(|| "-".to_owned()),
                    process.kind.to_string(),
                    mebibytes(process.memory_mib),
                    process_age(style, facts.and_then(|facts| facts.started)),
                    facts.map_or_else(
                        || "(not visible from here)".to_owned(),
                        |facts| shorten(&facts.command, 60),
                    ),
                ]);
            }
            // Its own row: memory that nobody is listed for is what people look for in vain elsewhere.
            if let Some(unattributed) = unattributed_mib(gpu, &self.processes) {
                table.add_row(vec![
                    gpu.index.to_string(),
                    "-".to_owned(),
                    "-".to_owned(),
                    "-".to_owned(),
                    mebibytes(Some(unattributed)),
                    "-".to_owned(),
                    "(driver, other containers, remains of dead processes)".to_owned(),
                ]);
            }
        }
        style.finish_table(table)
    }
}
