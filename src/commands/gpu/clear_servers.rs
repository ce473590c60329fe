//! What `gpu clear` may ask of model servers.

use super::matching::Patterns;
use crate::cli::gpu::ClearArgs;
use crate::commands::model_servers::look;
use crate::commands::{CommandError, Context};
use crate::devices::GpuReading;
use crate::devices::servers::Found;
use crate::domain::device::{
    ModelChoice, ReleasePlan, ReleaseRequest, ReleaseSpareReason, ReleaseStep, ServerReading, SparedModel,
    plan_releases,
};

/// The servers that answer, and what they may be asked.
#[derive(Default)]
pub(super) struct ServersFound {
    pub(super) found: Vec<Found>,
    pub(super) releases: ReleasePlan,
}

/// Looks at the servers of this machine. Somebody who names processes or users means no servers.
pub(super) fn servers(
    context: &Context,
    reading: &GpuReading,
    args: &ClearArgs,
    warnings: &mut Vec<String>,
) -> Result<ServersFound, CommandError> {
    if !args.pid.is_empty() || !args.user.is_empty() {
        return Ok(ServersFound::default());
    }
    let look = look(context, &[], Some(&reading.processes), warnings)?;
    let readings: Vec<ServerReading> = look.found.iter().map(|found| found.reading.clone()).collect();
    let request = ReleaseRequest {
        models: ModelChoice::All,
        need_mib: None,
        min_idle_ms: i64::try_from(args.idle_for.0.as_millis()).unwrap_or(i64::MAX),
        now: context.now,
    };
    let mut releases = plan_releases(&readings, &request);
    let include = Patterns::new("--include", &args.include)?;
    let exclude = Patterns::new("--exclude", &args.exclude)?;
    let configured = Patterns::new("gpu.protected", &context.config.gpu.protected)?;
    let is_meant = |step: &ReleaseStep| {
        let texts = names(step);
        let hits = |patterns: &Patterns| texts.iter().any(|text| patterns.hits(text));
        (args.include.is_empty() || hits(&include)) && !hits(&exclude) && !hits(&configured)
    };
    let (meant, others) = std::mem::take(&mut releases.steps).into_iter().partition(is_meant);
    releases.steps = meant;
    releases.spared.extend(others.into_iter().map(|step: ReleaseStep| SparedModel {
        server: step.server,
        model: step.model,
        title: step.title,
        memory_mib: step.expected_mib,
        reason: ReleaseSpareReason::NotAskedFor,
    }));
    Ok(ServersFound { found: look.found, releases })
}

/// What a person may mean a model by.
fn names(step: &ReleaseStep) -> Vec<String> {
    let (kind, address) = (step.server.kind.as_str().to_owned(), step.server.address.clone());
    [Some(kind), Some(address), Some(step.model.clone()), step.title.clone()].into_iter().flatten().collect()
}
