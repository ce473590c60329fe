//! Which device does a search.

use std::fmt;
use std::str::FromStr;

use super::Bench;

/// Degrees Celsius from which a GPU is left to cool: most slow themselves down a little above.
const HOT_CELSIUS: f64 = 85.0;
/// Share of time from which a GPU is busy with something else.
const BUSY: f64 = 0.5;
/// Memory beyond the vectors that a search takes: blocks, scores, candidates.
const BESIDES_MIB: f64 = 512.0;
/// What suffices for any search: vectors that do not fit are copied in blocks.
const ENOUGH_MIB: f64 = 2_048.0;

/// Which device is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeviceRequest {
    /// Whichever is expected to be faster.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// The GPU that CUDA numbers so, whatever speaks against it.
    Cuda(usize),
}

impl FromStr for DeviceRequest {
    type Err = String;

    fn from_str(text: &str) -> Result<DeviceRequest, String> {
        let wrong = || "expected auto, cpu or cuda:N, such as cuda:0".to_owned();
        match text {
            "auto" => Ok(DeviceRequest::Auto),
            "cpu" => Ok(DeviceRequest::Cpu),
            "cuda" => Ok(DeviceRequest::Cuda(0)),
            other => {
                let number = other.strip_prefix("cuda:").ok_or_else(wrong)?;
                number.parse().map(DeviceRequest::Cuda).map_err(|_| wrong())
            }
        }
    }
}

impl fmt::Display for DeviceRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DeviceRequest::Auto => f.write_str("auto"),
            DeviceRequest::Cpu => f.write_str("cpu"),
            DeviceRequest::Cuda(number) => write!(f, "cuda:{number}"),
        }
    }
}

/// How much there is to search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SearchSize {
    /// Rows that are looked through.
    pub rows: usize,
    /// Rows that are looked up.
    pub queries: usize,
    /// Values of a row.
    pub columns: usize,
}

impl SearchSize {
    /// Inner products times values of a row.
    pub fn products(&self) -> f64 {
        self.rows as f64 * self.queries as f64 * self.columns as f64
    }

    /// Memory of both kinds of rows, MiB.
    fn mib(&self) -> f64 {
        (self.rows + self.queries) as f64 * self.columns as f64 * 4.0 / 1_048_576.0
    }
}

/// What a GPU tells of itself; `None` is unknown, and speaks neither for nor against it.
#[derive(Clone, Debug, PartialEq)]
pub struct GpuState {
    /// The number CUDA gives it.
    pub ordinal: usize,
    /// `GPU-...`.
    pub uuid: String,
    /// Memory that nobody uses, MiB.
    pub free_mib: Option<f64>,
    /// Degrees Celsius.
    pub temperature_celsius: Option<f64>,
    /// Share of the last sample period in which a kernel ran, 0..1.
    pub utilization: Option<f64>,
}

/// Which device it shall be, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceChoice {
    /// GPUs by CUDA's numbers, which share the work; the processor where there are none.
    pub ordinals: Vec<usize>,
    /// Why, in words.
    pub reason: String,
}

impl DeviceChoice {
    fn cpu(reason: impl Into<String>) -> DeviceChoice {
        DeviceChoice { ordinals: Vec::new(), reason: reason.into() }
    }
}

/// What can be said before GPUs are looked at, which takes longer than a small search: `None` where it depends on them.
pub fn choose_without_looking(
    request: DeviceRequest,
    size: &SearchSize,
    bench: Option<&Bench>,
) -> Option<DeviceChoice> {
    match request {
        DeviceRequest::Cpu => return Some(DeviceChoice::cpu("asked for")),
        DeviceRequest::Cuda(number) => {
            return Some(DeviceChoice { ordinals: vec![number], reason: "asked for".to_owned() });
        }
        DeviceRequest::Auto => {}
    }
    let Some(bench) = bench else {
        return Some(DeviceChoice::cpu("devices were not measured here; `tidetable gpu bench` does"));
    };
    let least = bench
        .devices
        .iter()
        .filter(|device| device.uuid.is_some())
        .filter_map(|device| bench.break_even(&device.device))
        .min_by(f64::total_cmp);
    match least {
        None => Some(DeviceChoice::cpu("no GPU was measured to be faster")),
        Some(least) if size.products() < least => Some(DeviceChoice::cpu(format!(
            "{:.1e} products are fewer than the {least:.1e} from which a GPU pays",
            size.products()
        ))),
        Some(_) => None,
    }
}

/// The device for a search. With `auto`, all GPUs that are measured to be faster at this size, have the memory, and are
/// neither hot nor busy share the work.
pub fn choose_device(
    request: DeviceRequest,
    size: &SearchSize,
    bench: Option<&Bench>,
    gpus: &[GpuState],
) -> DeviceChoice {
    if let Some(choice) = choose_without_looking(request, size, bench) {
        return choice;
    }
    let mut against = Vec::new();
    let mut ordinals = Vec::new();
    for gpu in gpus {
        match objection(gpu, size, bench) {
            Some(objection) => against.push(format!("cuda:{}: {objection}", gpu.ordinal)),
            None => ordinals.push(gpu.ordinal),
        }
    }
    if ordinals.is_empty() {
        let why = if against.is_empty() { "no GPU is there now".to_owned() } else { against.join("; ") };
        return DeviceChoice::cpu(why);
    }
    let mut reason = format!("{:.1e} products are enough for a GPU to pay", size.products());
    against.iter().for_each(|objection| reason.push_str(&format!("; not {objection}")));
    DeviceChoice { ordinals, reason }
}

/// What speaks against one GPU.
fn objection(gpu: &GpuState, size: &SearchSize, bench: Option<&Bench>) -> Option<String> {
    let measured = bench.and_then(|bench| {
        let device = bench.devices.iter().find(|device| device.uuid.as_deref() == Some(&gpu.uuid))?;
        bench.break_even(&device.device)
    });
    let needed = (size.mib() + BESIDES_MIB).min(ENOUGH_MIB);
    match measured {
        None => return Some("not measured to be faster".to_owned()),
        Some(least) if size.products() < least => {
            return Some(format!("pays from {least:.1e} products on"));
        }
        Some(_) => {}
    }
    if let Some(free) = gpu.free_mib.filter(|free| *free < needed) {
        return Some(format!("{free:.0} MiB of memory free, {needed:.0} needed"));
    }
    if let Some(degrees) = gpu.temperature_celsius.filter(|degrees| *degrees >= HOT_CELSIUS) {
        return Some(format!("{degrees:.0} degrees Celsius hot"));
    }
    let busy = gpu.utilization.filter(|busy| *busy >= BUSY)?;
    Some(format!("{:.0} % busy", busy * 100.0))
}

#[cfg(test)]
mod tests {
    use super::super::{BenchDevice, Measurement, Work};
    use super::*;
    use crate::domain::time::Timestamp;

    const LARGE: SearchSize = SearchSize { rows: 1_000_000, queries: 1_000, columns: 256 };
    const SMALL: SearchSize = SearchSize { rows: 1_000, queries: 10, columns: 256 };

    /// Two GPUs that save a second every 10^9 products, and take one to open.
    fn bench() -> Bench {
        let of = |device: &str, work: Work, seconds: f64| Measurement {
            device: device.to_owned(),
            work,
            variant: None,
            size: String::new(),
            products: Some(1e10),
            seconds,
            rate: None,
            rate_unit: None,
            error: None,
            memory_mib: None,
            power_watts: None,
        };
        let device = |device: &str, uuid: Option<&str>| BenchDevice {
            device: device.to_owned(),
            name: device.to_owned(),
            uuid: uuid.map(str::to_owned),
        };
        Bench {
            measured_at: Timestamp::clamped(0),
            devices: vec![
                device("cpu", None),
                device("cuda:0", Some("GPU-0")),
                device("cuda:1", Some("GPU-1")),
            ],
            measurements: vec![
                of("cpu", Work::TopKSearch, 11.0),
                of("cuda:0", Work::TopKSearch, 1.0),
                of("cuda:0", Work::Open, 1.0),
                of("cuda:1", Work::TopKSearch, 1.0),
                of("cuda:1", Work::Open, 1.0),
            ],
        }
    }

    fn idle(ordinal: usize) -> GpuState {
        GpuState {
            ordinal,
            uuid: format!("GPU-{ordinal}"),
            free_mib: Some(20_000.0),
            temperature_celsius: Some(40.0),
            utilization: Some(0.0),
        }
    }

    fn chosen(size: &SearchSize, gpus: &[GpuState]) -> DeviceChoice {
        choose_device(DeviceRequest::Auto, size, Some(&bench()), gpus)
    }

    #[test]
    fn what_is_asked_for_is_taken_whatever_speaks_against_it() {
        let hot = GpuState { temperature_celsius: Some(99.0), ..idle(0) };
        let of = |request| choose_device(request, &LARGE, None, std::slice::from_ref(&hot)).ordinals;
        assert_eq!(of(DeviceRequest::Cuda(7)), [7]);
        assert_eq!(of(DeviceRequest::Cpu), [0_usize; 0]);
    }

    #[test]
    fn small_work_stays_on_the_processor_without_a_look_at_the_gpus() {
        let bench = bench();
        let choice = choose_without_looking(DeviceRequest::Auto, &SMALL, Some(&bench)).expect("a choice");
        assert!(choice.ordinals.is_empty() && choice.reason.contains("fewer"), "{}", choice.reason);
        assert_eq!(choose_without_looking(DeviceRequest::Auto, &LARGE, Some(&bench)), None);
        let unknown = choose_without_looking(DeviceRequest::Auto, &LARGE, None).expect("a choice");
        assert!(unknown.reason.contains("gpu bench"), "{}", unknown.reason);
    }

    #[test]
    fn all_gpus_that_nothing_speaks_against_share_large_work() {
        assert_eq!(chosen(&LARGE, &[idle(0), idle(1)]).ordinals, [0, 1]);
        let silent = GpuState { free_mib: None, temperature_celsius: None, utilization: None, ..idle(0) };
        assert_eq!(chosen(&LARGE, &[silent]).ordinals, [0]);
        assert_eq!(chosen(&LARGE, &[]).reason, "no GPU is there now");
    }

    #[test]
    fn a_hot_busy_full_or_unmeasured_gpu_is_left_out_with_its_reason() {
        let hot = GpuState { temperature_celsius: Some(90.0), ..idle(0) };
        let busy = GpuState { utilization: Some(0.9), ..idle(0) };
        let full = GpuState { free_mib: Some(100.0), ..idle(0) };
        let other = GpuState { uuid: "GPU-9".to_owned(), ..idle(0) };
        for (gpu, said) in [(hot, "hot"), (busy, "busy"), (full, "MiB"), (other, "not measured")] {
            let alone = chosen(&LARGE, std::slice::from_ref(&gpu));
            assert!(alone.ordinals.is_empty() && alone.reason.contains(said), "{}", alone.reason);
            let beside = chosen(&LARGE, &[gpu, idle(1)]);
            assert!(beside.ordinals == [1] && beside.reason.contains(said), "{}", beside.reason);
        }
    }

    #[test]
    fn devices_are_spelled_as_they_are_read() {
        for text in ["auto", "cpu", "cuda:0", "cuda:12"] {
            assert_eq!(text.parse::<DeviceRequest>().map(|request| request.to_string()), Ok(text.to_owned()));
        }
        for wrong in ["gpu", "cuda:", "cuda:-1", "cuda:x", ""] {
            assert!(wrong.parse::<DeviceRequest>().is_err(), "{wrong}");
        }
    }
}
