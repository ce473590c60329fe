//! What `gpu watch` answers at its end.

use serde_json::{Value, json};

use super::format::{count, percent};
use super::gpu::{GpuShape, gpu_value, level_word, mebibytes, rate_words, thresholds_value};
use super::{Report, Style};
use crate::domain::device::{Pressure, PressureLevel, Thresholds};
use crate::domain::time::Timestamp;

/// A GPU that came to a level.
#[derive(Clone, Debug, PartialEq)]
pub struct EventShape {
    /// When.
    pub at: Timestamp,
    /// Which, by index.
    pub gpu_index: u32,
    /// From which level.
    pub from: PressureLevel,
    /// How full it was.
    pub pressure: Pressure,
    /// What became of the program that was called, if one was.
    pub hook: Option<String>,
}

impl EventShape {
    /// One of these.
    pub fn new(
        at: Timestamp,
        gpu_index: u32,
        from: PressureLevel,
        pressure: Pressure,
        hook: Option<String>,
    ) -> EventShape {
        EventShape { at, gpu_index, from, pressure, hook }
    }

    fn value(&self) -> Value {
        json!({
            "at": self.at,
            "gpu_index": self.gpu_index,
            "from": self.from,
            "to": self.pressure.level,
            "pressure": self.pressure,
            "hook": self.hook,
        })
    }
}

/// What `gpu watch` answers at its end.
#[derive(Clone, Debug, PartialEq)]
pub struct WatchReport {
    /// How many readings were made.
    pub readings: u64,
    /// When the last one was.
    pub until: Timestamp,
    /// GPUs at the last reading.
    pub gpus: Vec<GpuShape>,
    /// Changes of level, oldest first.
    pub events: Vec<EventShape>,
    /// When memory in use is worth a word.
    pub thresholds: Thresholds,
}

impl Report for WatchReport {
    fn data(&self) -> Value {
        json!({
            "action": "watch",
            "readings": self.readings,
            "until": self.until,
            "devices": self.gpus.iter().map(gpu_value).collect::<Vec<_>>(),
            "events": self.events.iter().map(EventShape::value).collect::<Vec<_>>(),
            "thresholds": thresholds_value(self.thresholds),
        })
    }

    fn records(&self) -> Vec<Value> {
        let events = self.events.iter().map(EventShape::value).collect();
        let mut records = super::report::typed_records("event", events);
        let devices = self.gpus.iter().map(gpu_value).collect();
        records.extend(super::report::typed_records("device", devices));
        records
    }

    fn table(&self, style: &Style) -> String {
        let mut table = style.new_table(&["GPU", "AVERAGE", "OF", "FULL", "LEVEL", "TREND"]);
        for shape in &self.gpus {
            let pressure = shape.pressure.as_ref();
            table.add_row(vec![
                shape.gpu.index.to_string(),
                mebibytes(pressure.map(|pressure| pressure.average_mib)),
                mebibytes(shape.gpu.memory_total_mib),
                pressure.map_or_else(|| "-".to_owned(), |pressure| percent(pressure.average_ratio)),
                match pressure.map(|pressure| level_word(pressure.level)) {
                    None => "-".to_owned(),
                    Some("") => "ok".to_owned(),
                    Some(word) => word.to_owned(),
                },
                pressure.and_then(rate_words).unwrap_or_else(|| "-".to_owned()),
            ]);
        }
        let plural = if self.readings == 1 { "" } else { "s" };
        let mut text = format!("{} reading{plural}\n\n{}", count(self.readings), style.finish_table(table));
        if !self.events.is_empty() {
            text.push('\n');
        }
        for event in &self.events {
            let word = match event.pressure.level {
                PressureLevel::Normal => "back to normal",
                level => level_word(level),
            };
            let hook = event.hook.as_ref().map_or_else(String::new, |hook| format!("; hook: {hook}"));
            text.push_str(&format!(
                "{}  GPU {}: {word}, {} on average{hook}\n",
                style.time(event.at),
                event.gpu_index,
                percent(event.pressure.average_ratio)
            ));
        }
        text
    }
}
