//! Which processes the driver lists on a GPU: several lists, each of which it may not tell.

use nvml_wrapper::Device;
use nvml_wrapper::enums::device::UsedGpuMemory;
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::struct_wrappers::device::ProcessInfo;

use super::MIB;
use crate::domain::device::ProcessKind;

/// How often a list is asked for that grows while it is being read.
const ATTEMPTS: usize = 4;

/// A list, or why there is none.
type Answer = Result<Vec<ProcessInfo>, NvmlError>;

/// A process that the driver lists.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ListedProcess {
    pub pid: u32,
    pub kind: ProcessKind,
    /// The MIG instance it runs on, by number.
    pub gpu_instance_id: Option<u32>,
    /// `None` where the driver does not tell: on a GPU that is cut up, or under Windows.
    pub memory_mib: Option<f64>,
}

/// What the driver lists on a GPU.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Listed {
    /// By process id, each once.
    pub processes: Vec<ListedProcess>,
    /// Why there may be others, if so.
    pub untold: Option<String>,
}

/// The answers that a list is made of.
struct Answers {
    compute: Answer,
    graphics: Answer,
    /// Clients of the multi-process service.
    shared: Answer,
    /// Of each MIG instance.
    parts: Vec<Answer>,
}

/// Asks for all lists of a GPU.
pub(super) fn listed(device: &Device<'_>, is_mig: bool) -> Listed {
    merged(Answers {
        compute: again(|| device.running_compute_processes()),
        graphics: again(|| device.running_graphics_processes()),
        shared: again(|| device.mps_running_compute_processes()),
        // What a GPU that is cut up does not tell of its processes, its instances may.
        parts: if is_mig { of_instances(device) } else { Vec::new() },
    })
}

fn of_instances(device: &Device<'_>) -> Vec<Answer> {
    // As many as there can be: numbers that no instance has are not found.
    let count = device.mig_device_count().unwrap_or(0);
    (0..count)
        .filter_map(|index| device.mig_device_by_index(index).ok())
        .map(|instance| again(|| instance.running_compute_processes()))
        .collect()
}

/// The list changes under whoever reads it: what it is said to hold may be too little a moment later.
pub(super) fn again(ask: impl Fn() -> Answer) -> Answer {
    let mut answer = ask();
    for _ in 1..ATTEMPTS {
        match answer {
            Err(NvmlError::InsufficientSize(_)) => answer = ask(),
            _ => break,
        }
    }
    answer
}

/// One list of them all. "Not found" is nobody. "Not supported" is nobody for what draws, which not every GPU can; for what
/// computes it is a driver that does not tell (WSL, a virtual GPU): nobody knows.
fn merged(answers: Answers) -> Listed {
    let told_by_parts = answers.parts.iter().any(Result::is_ok);
    let compute_untold = match &answers.compute {
        Ok(_) | Err(NvmlError::NotFound) => None,
        Err(_) if told_by_parts => None,
        Err(error) => Some(error.to_string()),
    };
    let graphics_untold = match &answers.graphics {
        Ok(_) | Err(NvmlError::NotFound | NvmlError::NotSupported) => None,
        Err(error) => Some(error.to_string()),
    };
    let mut processes: Vec<ListedProcess> = Vec::new();
    let of = |kind: ProcessKind, answer: Answer| {
        answer.unwrap_or_default().into_iter().map(move |info| (kind, info))
    };
    let all = of(ProcessKind::Compute, answers.compute)
        // Old drivers do not know of that service.
        .chain(of(ProcessKind::Compute, answers.shared))
        .chain(answers.parts.into_iter().flat_map(|part| of(ProcessKind::Compute, part)))
        .chain(of(ProcessKind::Graphics, answers.graphics));
    for (kind, info) in all {
        let memory_mib = match info.used_gpu_memory {
            UsedGpuMemory::Unavailable => None,
            UsedGpuMemory::Used(bytes) => Some(bytes as f64 / MIB),
        };
        match processes.iter_mut().find(|process| process.pid == info.pid) {
            // One process that computes and draws is listed twice with the same memory.
            Some(known) => {
                known.memory_mib = match (known.memory_mib, memory_mib) {
                    (Some(one), Some(other)) => Some(one.max(other)),
                    (one, other) => one.or(other),
                };
                known.gpu_instance_id = known.gpu_instance_id.or(info.gpu_instance_id);
                if kind == ProcessKind::Graphics {
                    known.kind = kind;
                }
            }
            None => processes.push(ListedProcess {
                pid: info.pid,
                kind,
                gpu_instance_id: info.gpu_instance_id,
                memory_mib,
            }),
        }
    }
    processes.sort_by_key(|process| process.pid);
    Listed { processes, untold: compute_untold.or(graphics_untold) }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn info(pid: u32, mib: Option<u64>, gpu_instance_id: Option<u32>) -> ProcessInfo {
        let used_gpu_memory = mib.map_or(UsedGpuMemory::Unavailable, |mib| UsedGpuMemory::Used(mib << 20));
        ProcessInfo { pid, used_gpu_memory, gpu_instance_id, compute_instance_id: None }
    }

    fn answers(compute: Answer, graphics: Answer) -> Answers {
        Answers { compute, graphics, shared: Err(NvmlError::FunctionNotFound), parts: Vec::new() }
    }

    #[test]
    fn a_process_on_two_lists_is_one_with_what_either_tells() {
        let found = merged(answers(
            Ok(vec![info(7, Some(300), None), info(5, None, Some(2))]),
            Ok(vec![info(7, Some(300), None)]),
        ));
        let shown: Vec<_> = found
            .processes
            .iter()
            .map(|process| (process.pid, process.kind, process.memory_mib, process.gpu_instance_id))
            .collect();
        assert_eq!(
            shown,
            [(5, ProcessKind::Compute, None, Some(2)), (7, ProcessKind::Graphics, Some(300.0), None)]
        );
        assert_eq!(found.untold, None);
    }

    #[test]
    fn a_list_that_is_not_told_is_not_an_empty_one() {
        let untold = |compute: Answer, graphics: Answer| merged(answers(compute, graphics)).untold.is_some();
        assert!(!untold(Ok(Vec::new()), Err(NvmlError::NotSupported)), "not every GPU draws");
        assert!(!untold(Err(NvmlError::NotFound), Ok(Vec::new())));
        assert!(untold(Err(NvmlError::NotSupported), Err(NvmlError::NotSupported)));
        assert!(untold(Err(NvmlError::NoPermission), Ok(Vec::new())));
        assert!(untold(Ok(Vec::new()), Err(NvmlError::Unknown)));
        assert!(untold(Err(NvmlError::FailedToLoadSymbol("old".to_owned())), Ok(Vec::new())));
        // What one list tells is not lost with the other.
        let found = merged(answers(Err(NvmlError::NoPermission), Ok(vec![info(9, Some(10), None)])));
        assert_eq!(found.processes.len(), 1);
    }

    #[test]
    fn instances_tell_what_the_whole_does_not() {
        let whole = answers(Err(NvmlError::NotSupported), Err(NvmlError::NotSupported));
        let part = Ok(vec![info(7, Some(100), Some(3))]);
        let found = merged(Answers { parts: vec![Err(NvmlError::NoPermission), part], ..whole });
        assert_eq!((found.processes[0].memory_mib, found.untold), (Some(100.0), None));
    }

    #[test]
    fn a_list_that_grows_is_asked_for_again_and_not_for_ever() {
        let calls = Cell::new(0);
        let grown_for = |times: usize| {
            calls.set(0);
            again(|| {
                calls.set(calls.get() + 1);
                if calls.get() <= times { Err(NvmlError::InsufficientSize(None)) } else { Ok(Vec::new()) }
            })
        };
        assert!(grown_for(2).is_ok());
        assert_eq!(calls.get(), 3);
        assert!(grown_for(100).is_err());
        assert_eq!(calls.get(), ATTEMPTS);
    }
}
