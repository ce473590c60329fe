//! Values as Slurm's accounting writes them: memory with suffixes, elapsed times, trackable resources, states.

use crate::domain::activity::RunStatus;
use crate::domain::time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};

const MIB_PER_GIB: f64 = 1024.0;
/// Slurm marks a request for each CPU by this bit of a number of MiB; some exports show the number with it.
const PER_CPU_FLAG_MIB: f64 = 2_147_483_648.0;

/// What a memory request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MemoryScope {
    /// The whole job, as newer releases print it.
    Job,
    /// Each node (`n`).
    Node,
    /// Each CPU (`c`).
    Cpu,
}

/// Reads `ReqMem` (`2000Mn`, `100Mc`, `4G`; a bare number is MiB) as MiB. Zero asks for a node's whole memory,
/// of which the amount is unknown.
pub(super) fn requested_memory(text: &str) -> Option<(f64, MemoryScope)> {
    let (text, scope) = match text.as_bytes().last()? {
        b'n' => (&text[..text.len() - 1], MemoryScope::Node),
        b'c' => (&text[..text.len() - 1], MemoryScope::Cpu),
        _ => (text, MemoryScope::Job),
    };
    let mib = with_suffix(text, 1.0)?;
    let (mib, scope) =
        if mib >= PER_CPU_FLAG_MIB { (mib - PER_CPU_FLAG_MIB, MemoryScope::Cpu) } else { (mib, scope) };
    (mib > 0.0).then_some((mib, scope))
}

/// Reads `MaxRSS` (`12345K`, `1.5G`; a bare number is bytes) as MiB.
pub(super) fn used_memory(text: &str) -> Option<f64> {
    with_suffix(text, 1.0 / (MIB_PER_GIB * MIB_PER_GIB)).filter(|&mib| mib > 0.0)
}

/// A number with `K`, `M`, `G`, `T` or `P`, in MiB; `bare_mib` is what one without a suffix counts.
fn with_suffix(text: &str, bare_mib: f64) -> Option<f64> {
    let factor = match text.as_bytes().last()?.to_ascii_uppercase() {
        b'K' => 1.0 / MIB_PER_GIB,
        b'M' => 1.0,
        b'G' => MIB_PER_GIB,
        b'T' => MIB_PER_GIB * MIB_PER_GIB,
        b'P' => MIB_PER_GIB * MIB_PER_GIB * MIB_PER_GIB,
        b'0'..=b'9' => return number(text).map(|number| number * bare_mib),
        _ => return None,
    };
    number(&text[..text.len() - 1]).map(|number| number * factor)
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0)
}

/// Reads `[days-]hours:minutes:seconds`, `minutes:seconds`, each with a fraction of a second, as milliseconds.
pub(super) fn elapsed_ms(text: &str) -> Option<i64> {
    let (days, clock) = match text.split_once('-') {
        Some((days, clock)) => (days.parse::<u32>().ok()?, clock),
        None => (0, text),
    };
    let parts: Vec<&str> = clock.split(':').collect();
    let (hours, minutes, seconds) = match parts.as_slice() {
        [hours, minutes, seconds] => (hours.parse::<u32>().ok()?, minutes.parse::<u32>().ok()?, *seconds),
        [minutes, seconds] => (0, minutes.parse::<u32>().ok()?, *seconds),
        _ => return None,
    };
    let seconds_ms = (number(seconds)? * SECOND_MS as f64).round() as i64;
    let whole_ms = i64::from(days) * DAY_MS + i64::from(hours) * HOUR_MS + i64::from(minutes) * MINUTE_MS;
    whole_ms.checked_add(seconds_ms)
}

/// What a list of trackable resources (`cpu=12,mem=48000M,node=1,gres/gpu=2`) says of a job.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct TrackableResources {
    pub(super) cpus: Option<f64>,
    pub(super) memory_mib: Option<f64>,
    pub(super) gpus: Option<f64>,
    pub(super) gpu_memory_mib: Option<f64>,
}

impl TrackableResources {
    /// Reads a list; what it does not know it passes over. GPUs by model count only where no total is given.
    pub(super) fn parse(text: &str) -> TrackableResources {
        let mut found = TrackableResources::default();
        let mut gpus_by_model = None;
        for (name, value) in text.split(',').filter_map(|item| item.split_once('=')) {
            let positive = |value: Option<f64>| value.filter(|&value| value > 0.0);
            match name {
                "cpu" => found.cpus = positive(number(value)),
                "mem" => found.memory_mib = positive(with_suffix(value, 1.0)),
                "gres/gpu" => found.gpus = number(value),
                // Bytes where no suffix follows, as all usage is.
                "gres/gpumem" => found.gpu_memory_mib = used_memory(value),
                _ if name.starts_with("gres/gpu:") => {
                    let count = number(value).unwrap_or(0.0);
                    gpus_by_model = Some(gpus_by_model.unwrap_or(0.0) + count);
                }
                _ => {}
            }
        }
        found.gpus = found.gpus.or(gpus_by_model);
        found
    }
}

/// How far a job got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SlurmState {
    /// It ran, and ended like this where that is known.
    Ran(Option<RunStatus>),
    /// It still waits.
    Pending,
}

impl SlurmState {
    /// Reads a state (`CANCELLED by 503801` too) or its short form; `None` for a word that is no state.
    pub(super) fn parse(text: &str) -> Option<SlurmState> {
        let word = text.split([' ', '+']).next()?;
        let status = match word {
            "COMPLETED" | "CD" => RunStatus::Completed,
            "FAILED" | "F" | "NODE_FAIL" | "NF" | "BOOT_FAIL" | "BF" | "LAUNCH_FAILED" => RunStatus::Failed,
            // A scheduler ended them, not they themselves.
            "CANCELLED" | "CA" | "PREEMPTED" | "PR" | "REQUEUED" | "RQ" | "REVOKED" | "RV" => {
                RunStatus::Cancelled
            }
            "TIMEOUT" | "TO" | "DEADLINE" | "DL" => RunStatus::Timeout,
            "OUT_OF_MEMORY" | "OOM" => RunStatus::OutOfMemory,
            "RUNNING" | "R" | "COMPLETING" | "CG" | "SUSPENDED" | "S" | "RESIZING" | "RS" => {
                RunStatus::Running
            }
            "PENDING" | "PD" | "CONFIGURING" | "CF" | "REQUEUE_HOLD" => return Some(SlurmState::Pending),
            _ => return None,
        };
        Some(SlurmState::Ran(Some(status)))
    }
}

/// Reads `status:signal`; a signal gives 128 and its number, as a shell reports it.
pub(super) fn exit_code(text: &str) -> Option<i64> {
    let (status, signal) = text.split_once(':').unwrap_or((text, "0"));
    let (status, signal): (u16, u16) = (status.parse().ok()?, signal.parse().ok()?);
    Some(if signal > 0 { 128 + i64::from(signal) } else { i64::from(status) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_requests_are_for_a_job_a_node_or_a_cpu() {
        assert_eq!(requested_memory("2000Mn"), Some((2000.0, MemoryScope::Node)));
        assert_eq!(requested_memory("100Mc"), Some((100.0, MemoryScope::Cpu)));
        assert_eq!(requested_memory("4G"), Some((4096.0, MemoryScope::Job)));
        assert_eq!(requested_memory("1.50Gn"), Some((1536.0, MemoryScope::Node)));
        assert_eq!(requested_memory("2147486448Mn"), Some((2800.0, MemoryScope::Cpu)));
        for unknown in ["", "0n", "n", "x", "-4G", "GG"] {
            assert_eq!(requested_memory(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn used_memory_without_a_suffix_is_bytes() {
        assert_eq!(used_memory("2048K"), Some(2.0));
        assert_eq!(used_memory("1048576"), Some(1.0));
        assert_eq!(used_memory("0"), None);
    }

    #[test]
    fn elapsed_times_have_days_or_not() {
        assert_eq!(elapsed_ms("7-20:39:39"), Some(((7 * 24 + 20) * 3600 + 39 * 60 + 39) * 1000));
        assert_eq!(elapsed_ms("00:00:00"), Some(0));
        assert_eq!(elapsed_ms("05:12.5"), Some(312_500));
        for bad in ["", "UNLIMITED", "1-2", "-1:00:00", "99999999999:00:00"] {
            assert_eq!(elapsed_ms(bad), None, "{bad}");
        }
    }

    #[test]
    fn gpus_by_model_count_only_without_a_total() {
        let parsed =
            TrackableResources::parse("billing=12,cpu=12,gres/gpu:a100=2,gres/gpu=2,mem=48000M,node=1");
        assert_eq!((parsed.cpus, parsed.memory_mib, parsed.gpus), (Some(12.0), Some(48000.0), Some(2.0)));
        assert_eq!(TrackableResources::parse("gres/gpu:a=1,gres/gpu:b=2").gpus, Some(3.0));
        assert_eq!(TrackableResources::parse(""), TrackableResources::default());
    }

    #[test]
    fn states_map_to_outcomes() {
        assert_eq!(
            SlurmState::parse("CANCELLED by 503801"),
            Some(SlurmState::Ran(Some(RunStatus::Cancelled)))
        );
        assert_eq!(SlurmState::parse("PENDING"), Some(SlurmState::Pending));
        assert_eq!(SlurmState::parse("DONE"), None);
    }

    #[test]
    fn a_signal_shows_as_a_shell_reports_it() {
        assert_eq!((exit_code("1:0"), exit_code("0:9"), exit_code("x")), (Some(1), Some(137), None));
    }
}
