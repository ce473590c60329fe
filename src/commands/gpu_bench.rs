//! `gpu bench`: what the processor and each GPU do, side by side, and compared with the last time.

use std::path::Path;

use super::gpu_bench_work::{Machine, Sizes, Workload};
use super::{CommandError, Completion, Context, Mode, Outcome, kept_bench};
use crate::cli::gpu::BenchArgs;
use crate::compute::{Cpu, CudaError, Gpus, device_count};
use crate::config;
use crate::devices::processor_name;
use crate::domain::device::{Bench, BenchDevice};
use crate::output::gpu_bench::BenchReport;

/// Measures all devices, and keeps what was measured.
pub(super) fn run(context: &Context, args: &BenchArgs) -> anyhow::Result<Outcome> {
    let mut warnings = Vec::new();
    let sizes = if args.quick { Sizes::quick() } else { Sizes::full() };
    let progress = context.progress(None, "{spinner} {msg} {elapsed}");
    progress.enable_steady_tick(std::time::Duration::from_millis(100));
    let mut workload = Workload::new(sizes, context.seed);
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let name = processor_name().unwrap_or_else(|| "processor".to_owned());
    let mut bench = Bench {
        measured_at: context.now,
        devices: vec![BenchDevice {
            device: "cpu".to_owned(),
            name: format!("{name}, {threads} threads"),
            uuid: None,
        }],
        measurements: Vec::new(),
    };
    let stop = || match context.interrupt.is_triggered() {
        true => Err(CommandError::Interrupted("nothing was kept")),
        false => Ok(()),
    };
    let mut tell = |what: &str| {
        progress.set_message(what.to_owned());
        stop()
    };
    workload.measure(&Machine::Processor(&Cpu::default()), &mut bench.measurements, &mut tell)?;
    match device_count() {
        Err(error @ CudaError::NoDevice { .. }) => {
            warnings.push(format!("{error}; only the processor was measured"));
        }
        Err(error) => warnings.push(format!("{error}; only the processor was measured")),
        Ok(count) => {
            for ordinal in 0..count {
                let began = std::time::Instant::now();
                let cache = config::cache_folder().ok();
                let gpus = match Gpus::open(&[ordinal], cache.as_deref()) {
                    Ok(gpus) => gpus,
                    Err(error) => {
                        warnings.push(format!("cuda:{ordinal} was not measured: {error}"));
                        continue;
                    }
                };
                let open_seconds = began.elapsed().as_secs_f64();
                for device in gpus.devices() {
                    bench.devices.push(BenchDevice {
                        device: device.label(),
                        name: device.name().to_owned(),
                        uuid: Some(device.uuid().to_owned()),
                    });
                    let machine = Machine::Gpu { gpus: &gpus, device, open_seconds };
                    warnings.extend(workload.measure(&machine, &mut bench.measurements, &mut tell)?);
                }
            }
        }
    }
    progress.finish_and_clear();
    let place = kept_bench::place();
    let last = place.as_deref().map(kept_bench::read).transpose().unwrap_or_else(|error| {
        let path = place.as_deref().unwrap_or(Path::new("")).display();
        warnings.push(format!(
            "what was measured before cannot be read from {path} ({error}), and is not compared"
        ));
        None
    });
    let last = last.flatten();
    let mut completion = Completion::Done;
    if let (Some(place), Mode::Act) = (&place, context.mode) {
        let kept = last.as_ref().map_or_else(|| bench.clone(), |last| bench.with_earlier(last));
        if let Err(error) = kept_bench::write(place, &kept) {
            // The error's own text names a file that is gone by now.
            let reason = error.kind();
            warnings.push(format!("what was measured could not be kept in {}: {reason}", place.display()));
            completion = Completion::Partial;
        }
    }
    let report = BenchReport { bench, last, is_quick: args.quick };
    let slower = report.regressions();
    if slower > 0 {
        warnings.push(format!("{slower} of the measurements took over 1.25 times as long as the last time"));
    }
    Ok(Outcome { completion, ..Outcome::done(report, warnings) })
}
