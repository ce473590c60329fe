//! What `gpu bench` answers.

use serde_json::{Value, json};

use super::gpu::mebibytes;
use super::{Report, Style};
use crate::domain::device::{Bench, Compared, Measurement, RateUnit, Work};

/// Measurements, beside the last ones.
#[derive(Clone, Debug, PartialEq)]
pub struct BenchReport {
    /// This run.
    pub bench: Bench,
    /// What was kept of earlier ones.
    pub last: Option<Bench>,
    /// Whether only small sizes were measured.
    pub is_quick: bool,
}

impl BenchReport {
    fn compared(&self, now: &Measurement) -> Option<Compared> {
        self.bench.compare(now, self.last.as_ref()?)
    }

    /// Measurements that took clearly longer than the last time.
    pub fn regressions(&self) -> usize {
        let all = self.bench.measurements.iter().filter_map(|one| self.compared(one));
        all.filter(|compared| compared.is_regression).count()
    }

    fn values(&self) -> Vec<Value> {
        let value = |one: &Measurement| {
            let mut value = json!(one);
            if let Value::Object(fields) = &mut value {
                let last = self.compared(one).map(|compared| {
                    json!({
                        "seconds": compared.last_seconds,
                        "ratio": compared.ratio,
                        "is_regression": compared.is_regression,
                    })
                });
                fields.insert("last".to_owned(), json!(last));
            }
            value
        };
        self.bench.measurements.iter().map(value).collect()
    }
}

impl Report for BenchReport {
    fn data(&self) -> Value {
        let device = |device: &crate::domain::device::BenchDevice| {
            json!({
                "device": device.device,
                "name": device.name,
                "uuid": device.uuid,
                "break_even_products": self.bench.break_even(&device.device),
            })
        };
        json!({
            "action": "bench",
            "is_quick": self.is_quick,
            "devices": self.bench.devices.iter().map(device).collect::<Vec<Value>>(),
            "measurements": self.values(),
            "last_measured_at": self.last.as_ref().map(|last| last.measured_at),
            "regressions": self.regressions(),
        })
    }

    fn records(&self) -> Vec<Value> {
        super::report::typed_records("measurement", self.values())
    }

    fn table(&self, style: &Style) -> String {
        let mut table = style.new_table(&[
            "WORK",
            "SIZE",
            "TYPE",
            "DEVICE",
            "TIME",
            "RATE",
            "ERROR",
            "MEMORY",
            "POWER",
            "LAST TIME",
        ]);
        // Side by side: the same work of all devices together, in the order in which the first of them did it.
        let mut order: Vec<&Measurement> = Vec::new();
        for one in &self.bench.measurements {
            let same = |other: &&Measurement| other.work == one.work && other.size == one.size;
            match order.iter().rposition(same) {
                Some(place) => order.insert(place + 1, one),
                None => order.push(one),
            }
        }
        for one in order {
            table.add_row(vec![
                work_word(one.work).to_owned(),
                one.size.clone(),
                one.variant.clone().unwrap_or_default(),
                one.device.clone(),
                seconds(one.seconds),
                rate(one),
                one.error.map_or_else(|| "-".to_owned(), |error| format!("{error:.1e}")),
                mebibytes(one.memory_mib),
                one.power_watts.map_or_else(|| "-".to_owned(), |watts| format!("{watts:.0} W")),
                self.compared(one).map_or_else(|| "-".to_owned(), compared_words),
            ]);
        }
        let mut text = style.finish_table(table);
        text.push('\n');
        for device in &self.bench.devices {
            let pays = match (&device.uuid, self.bench.break_even(&device.device)) {
                (None, _) => String::new(),
                (_, Some(products)) => format!("; searches pay from {products:.1e} products on"),
                (_, None) => "; searches are not faster than on the processor".to_owned(),
            };
            text.push_str(&format!("{}: {}{pays}\n", device.device, device.name));
        }
        text
    }
}

fn work_word(work: Work) -> &'static str {
    match work {
        Work::Open => "open",
        Work::MatrixProduct => "matrix product",
        Work::RowNormalization => "row normalisation",
        Work::TransferToDevice => "copy to device",
        Work::TransferFromDevice => "copy from device",
        Work::TopKSearch => "top-10 search",
        Work::PairsAbove => "pairs above 0.25",
        Work::Trajectories => "trajectories",
        Work::Resultants => "resultants",
        Work::ShiftCosts => "shift costs",
    }
}

fn seconds(value: f64) -> String {
    if value < 1.0 { format!("{:.2} ms", value * 1e3) } else { format!("{value:.2} s") }
}

fn rate(one: &Measurement) -> String {
    let Some((rate, unit)) = one.rate.zip(one.rate_unit) else { return "-".to_owned() };
    let word = match unit {
        RateUnit::GigaflopPerSecond => "GFLOP/s",
        RateUnit::GibibytePerSecond => "GiB/s",
    };
    format!("{rate:.1} {word}")
}

fn compared_words(compared: Compared) -> String {
    let word = if compared.is_regression { " (slower)" } else { "" };
    format!("{} x{:.2}{word}", seconds(compared.last_seconds), compared.ratio)
}
