//! What `gpu clear` may ask of model servers.

use std::collections::{BTreeMap, BTreeSet};

use super::matching::Patterns;
use crate::cli::gpu::ClearArgs;
use crate::commands::model_servers::look;
use crate::commands::{CommandError, Context};
use crate::devices::servers::Found;
use crate::devices::{Devices, GpuReading};
use crate::domain::device::{
    GpuProcess, ModelActivity, ModelChoice, ReleasePlan, ReleaseRequest, ReleaseSpareReason, ReleaseStep,
    ServerAddress, ServerReading, plan_releases,
};

/// The servers that answer, and what they may be asked.
#[derive(Default)]
pub(super) struct ServersFound {
    pub(super) found: Vec<Found>,
    pub(super) releases: ReleasePlan,
}

/// Looks at the servers of this machine, and at those elsewhere only to say that they are left alone. Somebody who names
/// processes or users asks no server for anything: then they only tell what is at work.
pub(super) fn servers(
    context: &Context,
    reading: &GpuReading,
    args: &ClearArgs,
    warnings: &mut Vec<String>,
) -> Result<ServersFound, CommandError> {
    let look = look(context, &[], Some(&reading.processes), warnings)?;
    let readings: Vec<ServerReading> = look.found.iter().map(|found| found.reading.clone()).collect();
    let request = ReleaseRequest {
        models: ModelChoice::All,
        need_mib: None,
        min_idle_ms: i64::try_from(args.idle_for.0.as_millis()).unwrap_or(i64::MAX),
        now: context.now,
    };
    let mut releases = plan_releases(&readings, &request);
    leave_elsewhere(&mut releases, &look.found);
    if !args.pid.is_empty() || !args.user.is_empty() {
        releases.steps.clear();
        releases.spared.retain(|spared| spared.activity == ModelActivity::Busy);
        return Ok(ServersFound { found: look.found, releases });
    }
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
    let spared = |step: ReleaseStep| step.spared(ReleaseSpareReason::NotAskedFor);
    releases.spared.extend(others.into_iter().map(spared));
    Ok(ServersFound { found: look.found, releases })
}

/// What servers of other machines hold frees nothing here, whatever they are asked.
fn leave_elsewhere(releases: &mut ReleasePlan, found: &[Found]) {
    let is_here = |server: &ServerAddress| {
        found.iter().filter(|one| one.reading.server == *server).all(|one| one.client.is_here())
    };
    let (here, elsewhere): (Vec<_>, Vec<_>) =
        std::mem::take(&mut releases.steps).into_iter().partition(|step| is_here(&step.server));
    releases.steps = here;
    for spared in releases.spared.iter_mut().filter(|spared| !is_here(&spared.server)) {
        spared.reason = ReleaseSpareReason::OtherMachine;
    }
    let spared = |step: ReleaseStep| step.spared(ReleaseSpareReason::OtherMachine);
    releases.spared.extend(elsewhere.into_iter().map(spared));
}

/// The processes of each server of this machine.
pub(super) fn serving(
    devices: &Devices,
    processes: &[GpuProcess],
    found: &[Found],
) -> BTreeMap<String, BTreeSet<u32>> {
    let here = found.iter().filter(|one| one.client.is_here());
    let addresses: Vec<&str> = here.map(|one| one.client.server().address.as_str()).collect();
    devices.serving(processes, &addresses)
}

/// What a person may mean a model by.
fn names(step: &ReleaseStep) -> Vec<String> {
    let (kind, address) = (step.server.kind.as_str().to_owned(), step.server.address.clone());
    [Some(kind), Some(address), Some(step.model.clone()), step.title.clone()].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::devices::servers::{Client, ServerLimits};
    use crate::domain::device::{HeldModel, ReleaseAction, ReleaseOffer, ServerKind};
    use crate::domain::time::Timestamp;

    fn found(address: &str, activity: ModelActivity) -> Found {
        let server = ServerAddress { kind: ServerKind::Ollama, address: address.to_owned() };
        let second = Duration::from_secs(1);
        let limits = ServerLimits { connect: second, read: second, act: second };
        let model = HeldModel {
            model: "a".to_owned(),
            title: None,
            memory_mib: Some(1_024.0),
            activity,
            last_used: None,
            expires: None,
            use_mark: None,
            offer: ReleaseOffer::Possible(ReleaseAction::Unload),
        };
        let reading =
            ServerReading { server: server.clone(), version: None, models: vec![model], refusal: None };
        Found { reading, client: Client::new(server, None, limits) }
    }

    #[test]
    fn a_server_of_another_machine_is_not_asked_for_memory_of_this_one() {
        // An address that documentation is written with: nobody's.
        let elsewhere = "http://192.0.2.7:11434";
        for activity in [ModelActivity::Idle, ModelActivity::Busy] {
            let found = [found("http://127.0.0.1:11434", ModelActivity::Idle), found(elsewhere, activity)];
            let readings: Vec<ServerReading> = found.iter().map(|one| one.reading.clone()).collect();
            let request = ReleaseRequest {
                models: ModelChoice::All,
                need_mib: None,
                min_idle_ms: 0,
                now: Timestamp::clamped(1_772_366_400_000),
            };
            let mut releases = plan_releases(&readings, &request);
            leave_elsewhere(&mut releases, &found);
            let asked: Vec<&str> = releases.steps.iter().map(|step| step.server.address.as_str()).collect();
            assert_eq!(asked, ["http://127.0.0.1:11434"]);
            let left: Vec<_> = releases
                .spared
                .iter()
                .map(|spared| (spared.server.address.as_str(), &spared.reason))
                .collect();
            assert_eq!(left, [(elsewhere, &ReleaseSpareReason::OtherMachine)]);
        }
    }
}
