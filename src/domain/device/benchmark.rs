//! What devices were measured to do, and how that compares with the time before.

use serde::{Deserialize, Serialize};

use crate::domain::time::Timestamp;

/// Seconds more than this part of the last ones count as a regression: less than that is noise on a busy machine.
const REGRESSION: f64 = 1.25;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Opening the device: context, libraries, compiled kernels.
    Open,
    /// A product of square matrices.
    MatrixProduct,
    /// Rows divided by their lengths.
    RowNormalization,
    /// A copy to the device.
    TransferToDevice,
    /// A copy from the device.
    TransferFromDevice,
    /// The ten nearest rows of each query.
    TopKSearch,
    /// All pairs of rows above a threshold.
    PairsAbove,
    /// Oscillators followed side by side.
    Trajectories,
    /// Lengths of resultants of many series of events at many frequencies.
    Resultants,
    /// The cost of every shift of many rules.
    ShiftCosts,
}

/// What a rate counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateUnit {
    /// 10^9 additions and multiplications a second.
    GigaflopPerSecond,
    /// 2^30 bytes a second.
    GibibytePerSecond,
}

/// A device that was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BenchDevice {
    /// `cpu`, or what CUDA calls it: `cuda:0`.
    pub device: String,
    /// Product name.
    pub name: String,
    /// `GPU-...`; the processor has none.
    pub uuid: Option<String>,
}

/// One measurement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// The device: `cpu`, `cuda:0`.
    pub device: String,
    /// What it did.
    pub work: Work,
    /// In which type, or between which memories: `f32`, `tf32`, `bf16`, `pinned`, `pageable`.
    pub variant: Option<String>,
    /// How much of it: `1000 x 1000 x 1000`, `10 MiB`.
    pub size: String,
    /// Inner products times values of a row, for searches.
    pub products: Option<f64>,
    /// Shortest of some repetitions, seconds.
    pub seconds: f64,
    /// What was done in a second.
    pub rate: Option<f64>,
    /// What that counts.
    pub rate_unit: Option<RateUnit>,
    /// Greatest difference from the reference in double precision, as a share of what is possible.
    pub error: Option<f64>,
    /// Memory in use, MiB: of this process, or of the whole GPU.
    pub memory_mib: Option<f64>,
    /// Power drawn right after, watts.
    pub power_watts: Option<f64>,
}

/// All measurements of one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bench {
    /// When.
    pub measured_at: Timestamp,
    /// Of which devices.
    pub devices: Vec<BenchDevice>,
    /// What was measured.
    pub measurements: Vec<Measurement>,
}

/// A measurement beside the last one of the same kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compared {
    /// Seconds the last time.
    pub last_seconds: f64,
    /// Seconds now, as a part of those.
    pub ratio: f64,
    /// Whether that is clearly slower.
    pub is_regression: bool,
}

impl Bench {
    fn name_of(&self, device: &str) -> Option<&str> {
        let known = self.devices.iter().find(|known| known.device == device);
        known.map(|known| known.uuid.as_deref().unwrap_or(&known.name))
    }

    /// How a measurement of this run compares with `last`; `None` where that one did not measure the same on the same
    /// device.
    pub fn compare(&self, now: &Measurement, last: &Bench) -> Option<Compared> {
        let same = |then: &&Measurement| {
            then.device == now.device
                && then.work == now.work
                && then.variant == now.variant
                && then.size == now.size
        };
        let then = last.measurements.iter().find(same)?;
        if self.name_of(&now.device) != last.name_of(&now.device) || then.seconds <= 0.0 {
            return None;
        }
        let ratio = now.seconds / then.seconds;
        Some(Compared { last_seconds: then.seconds, ratio, is_regression: ratio > REGRESSION })
    }

    /// This run, with what an earlier one measured besides on the same devices: a quick run does not make what a long one
    /// found out forgotten.
    pub fn with_earlier(&self, last: &Bench) -> Bench {
        let mut kept = self.clone();
        for then in &last.measurements {
            let is_known = |now: &Measurement| {
                now.device == then.device
                    && now.work == then.work
                    && now.variant == then.variant
                    && now.size == then.size
            };
            let is_same = self.name_of(&then.device) == last.name_of(&then.device);
            if is_same && !self.measurements.iter().any(is_known) {
                kept.measurements.push(then.clone());
            }
        }
        kept
    }

    /// From how many inner products times values of a row on a search is faster on `device` than on the processor,
    /// opening the device included: where opening it takes as long as the processor needs more. By the largest search
    /// that both did; `None` where one did none, or the device is never faster.
    pub fn break_even(&self, device: &str) -> Option<f64> {
        let search = |device: &str, products: Option<f64>| {
            let searches = self
                .measurements
                .iter()
                .filter(|one| one.work == Work::TopKSearch && one.device == device)
                .filter(|one| products.is_none() || one.products == products);
            searches
                .max_by(|one, other| one.products.unwrap_or(0.0).total_cmp(&other.products.unwrap_or(0.0)))
        };
        let there = search(device, None)?;
        let here = search("cpu", there.products)?;
        let products = there.products?;
        let opening = self.measurements.iter().find(|one| one.work == Work::Open && one.device == device)?;
        let saved_each = (here.seconds - there.seconds) / products;
        (saved_each > 0.0).then(|| opening.seconds / saved_each)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measurement(device: &str, work: Work, products: f64, seconds: f64) -> Measurement {
        Measurement {
            device: device.to_owned(),
            work,
            variant: None,
            size: format!("{products}"),
            products: Some(products),
            seconds,
            rate: None,
            rate_unit: None,
            error: None,
            memory_mib: None,
            power_watts: None,
        }
    }

    fn bench(measurements: Vec<Measurement>) -> Bench {
        let device = |device: &str| BenchDevice {
            device: device.to_owned(),
            name: format!("a {device}"),
            uuid: (device != "cpu").then(|| "GPU-1".to_owned()),
        };
        Bench {
            measured_at: Timestamp::clamped(0),
            devices: vec![device("cpu"), device("cuda:0")],
            measurements,
        }
    }

    #[test]
    fn a_gpu_pays_from_where_it_has_saved_what_opening_it_takes() {
        let all = bench(vec![
            measurement("cpu", Work::TopKSearch, 1e6, 0.1),
            measurement("cpu", Work::TopKSearch, 1e9, 2.0),
            measurement("cuda:0", Work::TopKSearch, 1e6, 0.2),
            measurement("cuda:0", Work::TopKSearch, 1e9, 1.0),
            measurement("cuda:0", Work::Open, 0.0, 0.5),
        ]);
        assert!(all.break_even("cuda:0").is_some_and(|products| (products / 5e8 - 1.0).abs() < 1e-9));
        assert_eq!(all.break_even("cuda:1"), None);
        let mut slower = all.clone();
        slower.measurements[3].seconds = 2.0;
        assert_eq!(slower.break_even("cuda:0"), None);
        let mut unopened = all.clone();
        unopened.measurements.pop();
        assert_eq!(unopened.break_even("cuda:0"), None);
    }

    #[test]
    fn only_the_same_work_on_the_same_device_is_compared() {
        let last = bench(vec![measurement("cuda:0", Work::MatrixProduct, 8.0, 1.0)]);
        let now = measurement("cuda:0", Work::MatrixProduct, 8.0, 1.5);
        let this = bench(vec![now.clone()]);
        assert_eq!(
            this.compare(&now, &last),
            Some(Compared { last_seconds: 1.0, ratio: 1.5, is_regression: true })
        );
        let quicker = Measurement { seconds: 1.2, ..now.clone() };
        assert_eq!(this.compare(&quicker, &last).map(|compared| compared.is_regression), Some(false));
        assert_eq!(this.compare(&Measurement { size: "9".to_owned(), ..now.clone() }, &last), None);
        let mut other = last.clone();
        other.devices[1].uuid = Some("GPU-2".to_owned());
        assert_eq!(this.compare(&now, &other), None);
    }

    #[test]
    fn a_quick_run_keeps_what_a_long_one_measured_on_the_same_device() {
        let long = bench(vec![
            measurement("cpu", Work::MatrixProduct, 8.0, 1.0),
            measurement("cpu", Work::MatrixProduct, 9.0, 2.0),
        ]);
        let quick = bench(vec![measurement("cpu", Work::MatrixProduct, 8.0, 1.1)]);
        let seconds: Vec<f64> =
            quick.with_earlier(&long).measurements.iter().map(|one| one.seconds).collect();
        assert_eq!(seconds, [1.1, 2.0]);
        let mut other = long.clone();
        other.devices[0].name = "another".to_owned();
        assert_eq!(quick.with_earlier(&other).measurements.len(), 1);
    }
}
