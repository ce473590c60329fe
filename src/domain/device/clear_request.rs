//! What `gpu clear` is asked for, and what it may know when it plans.

use std::collections::{BTreeMap, BTreeSet};

use super::{GpuProcess, GpuSample, GpuSnapshot, PidNamespace, ProcessFacts, ProcessWatch, ReleasePlan};
use crate::domain::time::Timestamp;

/// Which GPUs to clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GpuChoice {
    /// All of them.
    All,
    /// These, by UUID.
    Only(BTreeSet<String>),
}

impl GpuChoice {
    /// Whether it names this GPU.
    pub fn includes(&self, uuid: &str) -> bool {
        match self {
            GpuChoice::All => true,
            GpuChoice::Only(uuids) => uuids.contains(uuid),
        }
    }
}

/// Which signals may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignalChoice {
    /// None: only model servers are asked.
    None,
    /// SIGTERM.
    Terminate,
    /// SIGTERM, then SIGKILL to what still holds the device.
    TerminateThenKill,
}

/// What may be ended.
#[derive(Clone, Debug, PartialEq)]
pub struct ClearRequest {
    /// On these GPUs.
    pub gpus: GpuChoice,
    /// Memory to have free on one of them, MiB; all that may be freed when `None`.
    pub need_mib: Option<f64>,
    /// Only these processes; all when empty. One that is named here is ended though it is supervised, or not idle.
    pub pids: BTreeSet<u32>,
    /// Processes of these users.
    pub user_ids: BTreeSet<u32>,
    /// Of those users, only these; `None` for all.
    pub only_user_ids: Option<BTreeSet<u32>>,
    /// Never these: ourselves and the processes we descend from.
    pub own_pids: BTreeSet<u32>,
    /// Only these, by what patterns matched; `None` for all.
    pub included: Option<BTreeSet<u32>>,
    /// Not these, with the pattern that matched.
    pub excluded: BTreeMap<u32, String>,
    /// Nor these, with the pattern of the configuration.
    pub configured: BTreeMap<u32, String>,
    /// Running at least this long.
    pub min_age_ms: i64,
    /// Idle at least this long; 0 does not ask for idleness.
    pub min_idle_ms: i64,
    /// Which signals may be sent.
    pub signals: SignalChoice,
    /// The current instant.
    pub now: Timestamp,
}

/// What is known when a plan is made.
#[derive(Clone, Copy, Debug)]
pub struct ClearKnowledge<'k> {
    /// The GPUs.
    pub gpus: &'k [GpuSnapshot],
    /// The processes on them.
    pub processes: &'k [GpuProcess],
    /// First processes of the jobs that those belong to, where they are not among them, by process id.
    pub leaders: &'k BTreeMap<u32, ProcessFacts>,
    /// What our own readings tell of processes.
    pub watches: &'k [ProcessWatch],
    /// Earlier readings by UUID of the GPU, oldest first: when anybody watched.
    pub samples: &'k BTreeMap<String, Vec<GpuSample>>,
    /// What model servers may be asked for.
    pub releases: &'k ReleasePlan,
    /// Processes that wait for connections on a port, or of which nobody can tell.
    pub listening: &'k BTreeSet<u32>,
    /// Processes that belong to model servers of this machine, by the server's address: those that listen on its port, and
    /// what descends from them. A server is absent where nobody is seen to listen.
    pub serving: &'k BTreeMap<String, BTreeSet<u32>>,
    /// Whether the driver's process ids are ours.
    pub namespace: PidNamespace,
}
