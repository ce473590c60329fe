//! Memory of a GPU that no listed process accounts for: how much, and what most likely holds it.

use serde::Serialize;

use super::{GpuProcess, GpuSnapshot, ProcessSource, ProcessState, unattributed_mib};

/// Below this, or below `DRIVER_RATIO` of the GPU, the rest is what the driver needs itself. Drivers keep a few hundred
/// MiB, more on larger GPUs.
const DRIVER_MIB: f64 = 768.0;
const DRIVER_RATIO: f64 = 0.01;

/// Whether process ids that the driver tells are those that we see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PidNamespace {
    /// We run in the machine's own.
    Host,
    /// We run in a container: a number may stand for another process here.
    Container,
}

/// Whose open files can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Everybody's: we are root.
    Everybody,
    /// Our own user's only.
    OwnUser,
}

/// What most likely holds memory that no listed process accounts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UnattributedCause {
    /// Processes that the driver does not list hold the device; their parents are gone.
    Orphans,
    /// Processes that the driver does not list hold the device.
    UnlistedProcesses,
    /// Processes that have ended and still wait for their parents.
    Zombies,
    /// The driver does not tell how much some listed processes hold.
    UnknownShares,
    /// The driver does not tell which processes use the GPU, or not all of them.
    ListUntold,
    /// Processes outside this container.
    OtherNamespace,
    /// The driver itself.
    Driver,
    /// Nothing that can be seen.
    Unexplained,
}

/// Memory that no listed process accounts for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Unattributed {
    /// The GPU, by index.
    pub gpu_index: u32,
    /// How much, MiB.
    pub memory_mib: f64,
    /// What most likely holds it.
    pub cause: UnattributedCause,
    /// The processes that are meant, where there are some.
    pub pids: Vec<u32>,
    /// Whose files were looked at.
    #[serde(skip)]
    pub sight: Sight,
}

impl Unattributed {
    /// The cause in words, with the next step.
    pub fn explanation(&self) -> String {
        let pids = self.pids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        match self.cause {
            UnattributedCause::Orphans => {
                format!("perhaps {pids}, left behind by a parent that is gone; `tidetable gpu clear` tells what it ends")
            }
            UnattributedCause::UnlistedProcesses => {
                format!("not listed by the driver, but the device is open in {pids}; --pid names them to gpu clear")
            }
            UnattributedCause::Zombies => {
                format!("{pids} ended, and the parent has not taken notice: end the parent")
            }
            UnattributedCause::UnknownShares => {
                format!("the driver does not tell how much {pids} hold")
            }
            UnattributedCause::ListUntold => {
                "the driver does not tell which processes use this GPU".to_owned()
            }
            UnattributedCause::OtherNamespace => {
                "processes outside this container; start it with --pid=host to see them".to_owned()
            }
            UnattributedCause::Driver => "the driver itself".to_owned(),
            UnattributedCause::Unexplained if self.sight == Sight::Everybody => {
                "no process, of whichever user, holds the device: what a dead process left behind goes with a reset of \
                 the GPU"
                    .to_owned()
            }
            UnattributedCause::Unexplained => {
                "no process to be seen holds the device: look as root (other users' files cannot be read); what a dead \
                 process left behind goes with a reset of the GPU"
                    .to_owned()
            }
        }
    }
}

/// Whether so little is what the driver needs itself.
fn is_drivers(memory_mib: f64, gpu: &GpuSnapshot) -> bool {
    memory_mib < DRIVER_MIB.max(DRIVER_RATIO * gpu.memory_total_mib.unwrap_or(0.0))
}

/// Whether more memory of `gpu` is in use than its listed processes and the driver explain. Not so where the driver does
/// not tell what is used, or how much a listed process holds.
pub(super) fn is_unexplained(gpu: &GpuSnapshot, processes: &[GpuProcess]) -> bool {
    let is_untold = |process: &GpuProcess| {
        process.gpu_uuid == gpu.uuid
            && process.source == ProcessSource::Driver
            && process.memory_mib.is_none()
    };
    unattributed_mib(gpu, processes).is_some_and(|mib| !is_drivers(mib, gpu))
        && gpu.processes_untold.is_none()
        && !processes.iter().any(is_untold)
}

/// What no listed process of `gpu` accounts for; `None` where that is nothing, or where the used memory is unknown.
pub fn explain_unattributed(
    gpu: &GpuSnapshot,
    processes: &[GpuProcess],
    namespace: PidNamespace,
    sight: Sight,
) -> Option<Unattributed> {
    let memory_mib = unattributed_mib(gpu, processes).filter(|mib| *mib > 0.0)?;
    let pids = |chosen: &dyn Fn(&GpuProcess) -> bool| -> Vec<u32> {
        let on_it = processes.iter().filter(|process| process.gpu_uuid == gpu.uuid);
        on_it.filter(|process| chosen(process)).map(|process| process.pid).collect()
    };
    let unlisted = |process: &GpuProcess| process.source == ProcessSource::DeviceFile;
    let state = |process: &GpuProcess| process.facts.as_ref().map(|facts| facts.state);
    let is_small = is_drivers(memory_mib, gpu);
    let candidates = [
        // A daemon that only watches is nobody's child either: it explains no more than the driver needs.
        (UnattributedCause::Orphans, pids(&|process| !is_small && unlisted(process) && process.is_orphan())),
        (UnattributedCause::Zombies, pids(&|process| state(process) == Some(ProcessState::Zombie))),
        (
            UnattributedCause::UnknownShares,
            pids(&|process| !unlisted(process) && process.memory_mib.is_none()),
        ),
    ];
    let found = candidates.into_iter().find(|(_, pids)| !pids.is_empty());
    let (cause, pids) = match found {
        Some(found) => found,
        None if is_small => (UnattributedCause::Driver, Vec::new()),
        None if gpu.processes_untold.is_some() => (UnattributedCause::ListUntold, pids(&unlisted)),
        None => match pids(&unlisted) {
            // A program that only watches holds the file and no memory to speak of.
            held if !held.is_empty() => (UnattributedCause::UnlistedProcesses, held),
            _ if namespace == PidNamespace::Container => (UnattributedCause::OtherNamespace, Vec::new()),
            _ => (UnattributedCause::Unexplained, Vec::new()),
        },
    };
    Some(Unattributed { gpu_index: gpu.index, memory_mib, cause, pids, sight })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::device::fixture::{gpu, process};

    fn cause(used: f64, processes: &[GpuProcess], namespace: PidNamespace) -> Option<UnattributedCause> {
        let mut gpu = gpu();
        gpu.memory_used_mib = Some(used);
        explain_unattributed(&gpu, processes, namespace, Sight::OwnUser).map(|rest| rest.cause)
    }

    #[test]
    fn a_little_is_the_drivers() {
        assert_eq!(cause(1_500.0, &[process(900)], PidNamespace::Host), Some(UnattributedCause::Driver));
        assert_eq!(cause(1_024.0, &[process(900)], PidNamespace::Host), None);
    }

    #[test]
    fn unlisted_workers_whose_parent_is_gone_come_first() {
        let mut orphan = process(901);
        orphan.source = ProcessSource::DeviceFile;
        orphan.memory_mib = None;
        orphan.facts.as_mut().expect("facts").ancestors = vec![1];
        let found = cause(20_000.0, &[process(900), orphan.clone()], PidNamespace::Host);
        assert_eq!(found, Some(UnattributedCause::Orphans));
        // A daemon with the file open explains nothing where nothing is missing.
        let found = cause(1_500.0, &[process(900), orphan.clone()], PidNamespace::Host);
        assert_eq!(found, Some(UnattributedCause::Driver));
        orphan.facts.as_mut().expect("facts").ancestors = vec![500, 1];
        let found = cause(20_000.0, &[orphan], PidNamespace::Host);
        assert_eq!(found, Some(UnattributedCause::UnlistedProcesses));
    }

    #[test]
    fn a_zombie_an_untold_share_and_another_container_are_told_apart() {
        let mut zombie = process(900);
        zombie.facts.as_mut().expect("facts").state = ProcessState::Zombie;
        assert_eq!(cause(20_000.0, &[zombie], PidNamespace::Host), Some(UnattributedCause::Zombies));
        let mut untold = process(900);
        untold.memory_mib = None;
        assert_eq!(cause(20_000.0, &[untold], PidNamespace::Host), Some(UnattributedCause::UnknownShares));
        assert_eq!(cause(20_000.0, &[], PidNamespace::Container), Some(UnattributedCause::OtherNamespace));
        assert_eq!(cause(20_000.0, &[], PidNamespace::Host), Some(UnattributedCause::Unexplained));
    }

    #[test]
    fn only_who_sees_too_little_is_told_to_look_as_root() {
        let mut gpu = gpu();
        gpu.memory_used_mib = Some(20_000.0);
        let told =
            |sight| explain_unattributed(&gpu, &[], PidNamespace::Host, sight).map(|rest| rest.explanation());
        assert!(told(Sight::OwnUser).expect("unexplained").contains("look as root"));
        assert!(!told(Sight::Everybody).expect("unexplained").contains("root"));
    }

    #[test]
    fn where_the_list_is_not_told_nothing_is_missing_from_it() {
        let mut gpu = gpu();
        gpu.memory_used_mib = Some(20_000.0);
        gpu.processes_untold = Some("no permission".to_owned());
        let found =
            explain_unattributed(&gpu, &[], PidNamespace::Host, Sight::OwnUser).map(|rest| rest.cause);
        assert_eq!(found, Some(UnattributedCause::ListUntold));
        assert!(!is_unexplained(&gpu, &[]));
    }
}
