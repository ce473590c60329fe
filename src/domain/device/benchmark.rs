//! What devices were measured to do, and how that compares with the time before.

use serde::{Deserialize, Serialize};

use crate::domain::time::Timestamp;

/// Seconds more than this part of the last ones count as a regression: less than that is noise on a busy machine.
const REGRESSION: f64 = 1.25;

/// Seconds up to which a measurement counts as this long: one look of the system at something else is a good part of less.
const SHORTEST: f64 = 0.02;

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

impl BenchDevice {
    /// What tells it from all others: a GPU's UUID, or the processor's name.
    fn identity(&self) -> &str {
        self.uuid.as_deref().unwrap_or(&self.name)
    }
}

impl Measurement {
    fn is_same_work(&self, other: &Measurement) -> bool {
        self.work == other.work && self.variant == other.variant && self.size == other.size
    }
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
        self.devices.iter().find(|known| known.device == device).map(BenchDevice::identity)
    }

    /// What `last` calls a device of this run, which CUDA may have numbered otherwise then.
    fn label_then<'a>(&self, device: &str, last: &'a Bench) -> Option<&'a str> {
        let name = self.name_of(device)?;
        last.devices.iter().find(|then| then.identity() == name).map(|then| then.device.as_str())
    }

    /// How a measurement of this run compares with `last`; `None` where that one did not measure the same on the same
    /// device.
    pub fn compare(&self, now: &Measurement, last: &Bench) -> Option<Compared> {
        let label = self.label_then(&now.device, last)?;
        let then = last.measurements.iter().find(|then| then.device == label && then.is_same_work(now))?;
        if then.seconds <= 0.0 {
            return None;
        }
        let ratio = now.seconds / then.seconds;
        let is_regression = now.seconds > REGRESSION * then.seconds.max(SHORTEST);
        Some(Compared { last_seconds: then.seconds, ratio, is_regression })
    }

    /// This run, with what an earlier one measured besides: a quick run does not make what a long one found out
    /// forgotten, nor a run without a GPU what that GPU did. One that is not here now is called by its UUID where another
    /// has its number.
    pub fn with_earlier(&self, last: &Bench) -> Bench {
        let mut kept = self.clone();
        for then in &last.devices {
            let here = self.devices.iter().find(|now| now.identity() == then.identity());
            let label = match (here, &then.uuid) {
                (Some(here), _) => here.device.clone(),
                // Another processor will hardly come back, and all of a home that machines share would pile up.
                (None, None) => continue,
                (None, Some(uuid)) => {
                    let is_taken = self.devices.iter().any(|now| now.device == then.device);
                    let label = if is_taken { uuid.clone() } else { then.device.clone() };
                    kept.devices.push(BenchDevice { device: label.clone(), ..then.clone() });
                    label
                }
            };
            for one in last.measurements.iter().filter(|one| one.device == then.device) {
                let is_known = |now: &Measurement| now.device == label && now.is_same_work(one);
                if !self.measurements.iter().any(is_known) {
                    kept.measurements.push(Measurement { device: label.clone(), ..one.clone() });
                }
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

    #[test]
    fn a_run_without_a_gpu_keeps_what_it_did_for_its_return() {
        let search = |device: &str, seconds: f64| measurement(device, Work::TopKSearch, 8.0, seconds);
        let with_gpu = bench(vec![search("cpu", 1.0), search("cuda:0", 0.1)]);
        let mut without = bench(vec![search("cpu", 2.0)]);
        without.devices.pop();
        let kept = without.with_earlier(&with_gpu);
        assert_eq!(kept.devices, with_gpu.devices);
        assert_eq!(kept.measurements, [search("cpu", 2.0), search("cuda:0", 0.1)]);
        // Another GPU in its place, then both with their numbers exchanged.
        let mut other = bench(vec![search("cuda:0", 0.3)]);
        other.devices[1].uuid = Some("GPU-2".to_owned());
        let kept = other.with_earlier(&kept);
        assert_eq!(kept.measurements, [search("cuda:0", 0.3), search("cpu", 2.0), search("GPU-1", 0.1)]);
        let mut both = other.clone();
        both.devices[1].device = "cuda:1".to_owned();
        both.devices.push(with_gpu.devices[1].clone());
        both.measurements = vec![search("cuda:1", 0.6), search("cuda:0", 0.1)];
        let slower: Vec<Option<f64>> =
            both.measurements.iter().map(|one| both.compare(one, &kept).map(|one| one.ratio)).collect();
        assert_eq!(slower, [Some(2.0), Some(1.0)]);
        assert_eq!(both.with_earlier(&kept).devices.len(), 3);
    }

    #[test]
    fn what_takes_hardly_any_time_is_no_regression() {
        let judged = |then: f64, now: f64| {
            let now = measurement("cpu", Work::MatrixProduct, 8.0, now);
            let last = bench(vec![Measurement { seconds: then, ..now.clone() }]);
            bench(vec![now.clone()]).compare(&now, &last).map(|compared| compared.is_regression)
        };
        assert_eq!(judged(0.001, 0.024), Some(false));
        assert_eq!(judged(0.001, 0.1), Some(true));
        assert_eq!(judged(0.02, 0.024), Some(false));
        assert_eq!(judged(0.02, 0.026), Some(true));
    }
}
