//! What `gpu models --unload` asks of kernels besides their server's word: the same as `gpu clear` does of processes.

use std::collections::{BTreeMap, BTreeSet};

use super::knowledge::GpuKnowledge;
use super::matching::Patterns;
use crate::commands::{CommandError, Context};
use crate::devices::{GpuReading, ancestors, own_user_id};
use crate::domain::device::{
    ClearKnowledge, ClearRequest, GpuChoice, ModelChoice, ReleasePlan, ReleaseRequest, SignalChoice,
    without_kept_kernels,
};

/// The plan without kernels whose processes `gpu clear` would leave alone: another user's, protected ones, or not known to
/// be idle for as long as was asked.
pub(in crate::commands) fn without_working_kernels(
    context: &Context,
    plan: ReleasePlan,
    request: &ReleaseRequest,
    reading: &GpuReading,
    warnings: &mut Vec<String>,
) -> Result<ReleasePlan, CommandError> {
    let knowledge = GpuKnowledge::load(context, warnings);
    let protected = Patterns::new("gpu.protected", &context.config.gpu.protected)?;
    let known = ClearKnowledge {
        gpus: &reading.gpus,
        processes: &reading.processes,
        leaders: &BTreeMap::new(),
        watches: &knowledge.watches,
        samples: &knowledge.samples,
        releases: &ReleasePlan::default(),
        listening: &BTreeSet::new(),
        serving: &BTreeMap::new(),
        namespace: reading.namespace,
    };
    let own = std::process::id();
    let asked = ClearRequest {
        gpus: GpuChoice::All,
        need_mib: None,
        pids: BTreeSet::new(),
        user_ids: BTreeSet::from([own_user_id()]),
        only_user_ids: None,
        own_pids: ancestors(own).into_iter().chain([own]).collect(),
        included: None,
        excluded: BTreeMap::new(),
        configured: protected.matches(&reading.processes),
        min_age_ms: 0,
        min_idle_ms: request.min_idle_ms,
        signals: SignalChoice::None,
        now: request.now,
    };
    let named = match &request.models {
        ModelChoice::Named(names) => names.clone(),
        ModelChoice::All | ModelChoice::LeastRecentlyUsed(_) => BTreeSet::new(),
    };
    Ok(without_kept_kernels(plan, &known, &asked, &named))
}
