//! Whether work that needs GPU memory fits beside what runs: not only beside what is held now, but beside what the
//! running work has been seen to grow to.

use serde::Serialize;

use super::GpuSnapshot;

/// Memory that stays free beside a fit, MiB.
pub const FIT_MARGIN_MIB: f64 = 500.0;

/// What a running process is going to need, from earlier runs of its task type.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExpectedGrowth {
    /// Its process id.
    pub pid: u32,
    /// Its task type.
    pub task_type: String,
    /// The GPU, by index.
    pub gpu_index: u32,
    /// What it holds now, MiB.
    pub held_mib: f64,
    /// What its task type has been seen to hold at most, MiB: the 95th percentile of peaks.
    pub peak_mib: f64,
    /// How many runs that rests on.
    pub runs: u64,
    /// Seconds since it began.
    pub age_seconds: Option<f64>,
    /// Seconds after which runs of its type had their peak: the 95th percentile. `None` where unknown.
    pub ramp_seconds: Option<f64>,
}

impl ExpectedGrowth {
    /// MiB that it is still to take: none once it is past the age at which its like have had their peak.
    pub fn pending_mib(&self) -> f64 {
        let is_past_ramp = match (self.age_seconds, self.ramp_seconds) {
            (Some(age), Some(ramp)) => age > ramp,
            _ => false,
        };
        if is_past_ramp { 0.0 } else { (self.peak_mib - self.held_mib).max(0.0) }
    }
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct FitRequest {
    /// On each GPU, MiB.
    pub memory_mib: f64,
    /// On so many GPUs.
    pub gpus: u32,
}

/// Whether it fits on one GPU.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GpuFit {
    /// The GPU, by index.
    pub gpu_index: u32,
    /// What to name it by.
    pub gpu_uuid: String,
    /// Free now, MiB; `None` when the driver does not tell.
    pub free_mib: Option<f64>,
    /// What running work is still going to take, MiB.
    pub pending_mib: f64,
    /// What remains for the request: free, less pending, less the margin, MiB.
    pub available_mib: Option<f64>,
    /// Whether that is enough.
    pub fits: bool,
    /// Why, in a sentence.
    pub reason: String,
}

/// Whether it fits at all.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fit {
    /// What was asked for.
    pub request: FitRequest,
    /// Whether it fits on as many GPUs as asked for.
    pub fits: bool,
    /// GPUs to use, by UUID, those with most memory left first; as many as asked for, or as fit.
    pub use_gpus: Vec<String>,
    /// Every GPU, in order of the index.
    pub gpus: Vec<GpuFit>,
    /// Running work that was counted on to grow.
    pub growth: Vec<ExpectedGrowth>,
    /// MiB kept free.
    pub margin_mib: f64,
}

/// Whether `request` fits on `gpus` beside running work that grows as `growth` says.
pub fn fit(gpus: &[GpuSnapshot], growth: Vec<ExpectedGrowth>, request: FitRequest) -> Fit {
    let verdicts: Vec<GpuFit> = gpus.iter().map(|gpu| fit_on(gpu, &growth, request)).collect();
    let mut fitting: Vec<&GpuFit> = verdicts.iter().filter(|verdict| verdict.fits).collect();
    fitting.sort_by(|one, other| {
        let left = |verdict: &GpuFit| verdict.available_mib.unwrap_or(0.0);
        left(other).total_cmp(&left(one)).then(one.gpu_index.cmp(&other.gpu_index))
    });
    Fit {
        request,
        fits: fitting.len() >= request.gpus as usize,
        use_gpus: fitting
            .iter()
            .take(request.gpus as usize)
            .map(|verdict| verdict.gpu_uuid.clone())
            .collect(),
        gpus: verdicts,
        growth,
        margin_mib: FIT_MARGIN_MIB,
    }
}

fn fit_on(gpu: &GpuSnapshot, growth: &[ExpectedGrowth], request: FitRequest) -> GpuFit {
    let growing: Vec<&ExpectedGrowth> = growth
        .iter()
        .filter(|growing| growing.gpu_index == gpu.index && growing.pending_mib() > 0.0)
        .collect();
    let pending_mib: f64 = growing.iter().map(|growing| growing.pending_mib()).sum();
    let free_mib = gpu.memory_free_mib();
    let available_mib = free_mib.map(|free| (free - pending_mib - FIT_MARGIN_MIB).max(0.0));
    let wanted = request.memory_mib;
    let mib = |value: f64| format!("{value:.0} MiB");
    let of_growth =
        growing.iter().max_by(|one, other| one.pending_mib().total_cmp(&other.pending_mib())).map(|most| {
            let (pid, task_type) = (most.pid, &most.task_type);
            format!("{} are still to be taken, most by {pid} ({task_type})", mib(pending_mib))
        });
    let (fits, reason) = match (free_mib, available_mib) {
        _ if gpu.is_mig => (false, "it is cut into MIG instances, whose room is told one by one".to_owned()),
        (Some(free), Some(available)) if available >= wanted => match of_growth {
            None => (true, format!("{} are free", mib(free))),
            Some(growth) => (true, format!("{} are free; {growth}", mib(free))),
        },
        (Some(free), _) if free < wanted => (false, format!("only {} are free", mib(free))),
        (Some(free), _) => match of_growth {
            Some(growth) => (false, format!("{} are free, but {growth}", mib(free))),
            None => (
                false,
                format!("{} are free, which leaves less than {} spare", mib(free), mib(FIT_MARGIN_MIB)),
            ),
        },
        (None, _) => (false, "the driver does not tell how much is free".to_owned()),
    };
    GpuFit {
        gpu_index: gpu.index,
        gpu_uuid: gpu.uuid.clone(),
        free_mib,
        pending_mib,
        available_mib,
        fits,
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::device::fixture::gpu;

    fn growing(age_seconds: f64) -> ExpectedGrowth {
        ExpectedGrowth {
            pid: 900,
            task_type: "train".to_owned(),
            gpu_index: 0,
            held_mib: 2_048.0,
            peak_mib: 18_432.0,
            runs: 12,
            age_seconds: Some(age_seconds),
            ramp_seconds: Some(300.0),
        }
    }

    fn ask(memory_mib: f64, growth: Vec<ExpectedGrowth>) -> Fit {
        // 20,480 MiB are free.
        fit(&[gpu()], growth, FitRequest { memory_mib, gpus: 1 })
    }

    #[test]
    fn free_memory_less_the_margin_is_what_there_is() {
        assert!(ask(19_980.0, Vec::new()).fits);
        let short = ask(19_981.0, Vec::new());
        assert!(!short.fits && short.gpus[0].reason.contains("less than 500 MiB spare"), "{short:?}");
        assert!(ask(30_000.0, Vec::new()).gpus[0].reason.contains("only 20480 MiB"));
    }

    #[test]
    fn memory_that_young_work_is_going_to_take_is_not_free() {
        let young = ask(8_192.0, vec![growing(60.0)]);
        assert!(!young.fits);
        assert!(young.gpus[0].reason.contains("16384 MiB are still to be taken, most by 900 (train)"));
        assert!(ask(8_192.0, vec![growing(301.0)]).fits, "past its ramp it grows no more");
        let unknown = ExpectedGrowth { ramp_seconds: None, ..growing(9_000.0) };
        assert!(!ask(8_192.0, vec![unknown]).fits, "without a known ramp it may still grow");
    }

    #[test]
    fn as_many_gpus_as_asked_for_must_do() {
        let mut second = gpu();
        (second.index, second.uuid, second.memory_used_mib) = (1, "GPU-b".to_owned(), Some(0.0));
        let request = FitRequest { memory_mib: 10_000.0, gpus: 2 };
        let both = fit(&[gpu(), second.clone()], Vec::new(), request);
        assert!(both.fits);
        assert_eq!(both.use_gpus, ["GPU-b", "GPU-a"], "most room first");
        let request = FitRequest { memory_mib: 22_000.0, gpus: 2 };
        let one = fit(&[gpu(), second], Vec::new(), request);
        assert!(!one.fits);
        assert_eq!(one.use_gpus, ["GPU-b"]);
    }

    #[test]
    fn what_the_driver_does_not_tell_does_not_fit() {
        let mut silent = gpu();
        silent.memory_used_mib = None;
        assert!(!fit(&[silent], Vec::new(), FitRequest { memory_mib: 1.0, gpus: 1 }).fits);
    }
}
