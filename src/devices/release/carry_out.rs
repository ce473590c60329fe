//! One step of a plan: look again, ask, and wait until the memory is back or the time is over.

use std::time::Instant;

use super::calls::{Change, LoadRefusal, calls_for};
use super::proof::{Freed, Listed, Patience, freed, is_enough, listed};
use crate::devices::servers::{Client, ServerError, read_again};
use crate::domain::device::{
    HeldModel, ModelActivity, Obstacle, ReleaseAction, ReleaseOffer, ReleaseStep, ServerKind,
};
use crate::domain::time::Timestamp;

/// Who sees memory and time besides the server.
pub struct Witness<'a> {
    /// Memory in use on the GPUs of this machine, MiB; `None` without a driver.
    pub used_mib: &'a dyn Fn() -> Option<f64>,
    /// Whether somebody asked us to stop.
    pub is_interrupted: &'a dyn Fn() -> bool,
    /// How long to wait for memory.
    pub patience: Patience,
    /// The current instant.
    pub now: Timestamp,
}

/// What became of a step.
#[derive(Clone, Debug, PartialEq)]
pub enum ReleaseState {
    /// The memory is back.
    Released,
    /// The server said yes and nobody can tell whether the memory is back.
    Unproven,
    /// The server said yes and holds the memory.
    StillHeld,
    /// It was not asked: it began to work since the plan was made.
    BusyNow,
    /// It was not asked: it was gone already.
    AlreadyGone,
    /// It was not asked: another step was stopped before.
    Interrupted,
    /// The server refused, or did not answer.
    Failed(ServerError),
    /// It has no such call.
    Refused(LoadRefusal),
}

/// What became of a step, and of its memory.
#[derive(Clone, Debug, PartialEq)]
pub struct ReleaseOutcome {
    /// What became of it.
    pub state: ReleaseState,
    /// What came back; `None` where nobody can tell.
    pub freed: Option<Freed>,
}

impl ReleaseOutcome {
    fn of(state: ReleaseState) -> ReleaseOutcome {
        ReleaseOutcome { state, freed: None }
    }

    /// Whether the server was asked and may have done it, also where its answer was lost.
    pub fn may_have_changed(&self) -> bool {
        match &self.state {
            ReleaseState::Released | ReleaseState::Unproven | ReleaseState::StillHeld => true,
            ReleaseState::Failed(error) => error.leaves_open(),
            ReleaseState::BusyNow
            | ReleaseState::AlreadyGone
            | ReleaseState::Interrupted
            | ReleaseState::Refused(_) => false,
        }
    }

    /// Whether the step did what was planned, as far as anybody can tell.
    pub fn is_done(&self) -> bool {
        matches!(self.state, ReleaseState::Released | ReleaseState::Unproven | ReleaseState::AlreadyGone)
    }
}

/// Carries out one step with the server's `client`. What began to work since the plan is left alone.
pub fn carry_out(client: &Client, step: &ReleaseStep, witness: &Witness<'_>) -> ReleaseOutcome {
    if (witness.is_interrupted)() {
        return ReleaseOutcome::of(ReleaseState::Interrupted);
    }
    let before = match read_again(client, witness.now) {
        Ok(reading) => reading.models.into_iter().find(|model| model.model == step.model),
        Err(error) => return ReleaseOutcome::of(ReleaseState::Failed(error)),
    };
    let Some(before) = before else { return ReleaseOutcome::of(ReleaseState::AlreadyGone) };
    if before.activity == ModelActivity::Busy {
        return ReleaseOutcome::of(ReleaseState::BusyNow);
    }
    if before.offer == ReleaseOffer::Impossible(Obstacle::NotOnGpu) {
        return ReleaseOutcome::of(ReleaseState::AlreadyGone);
    }
    // The plan's figure may come from the driver's list of processes, which the server knows nothing of.
    let before = HeldModel { memory_mib: before.memory_mib.or(step.expected_mib), ..before };
    let used_before = used_mib(client, witness);
    let change = Change::Release { action: step.action, model: &step.model };
    match apply(client, change) {
        // A kernel that ended in between is what was wanted.
        Err(ReleaseState::Failed(error))
            if error.status() == Some(404) && step.action == ReleaseAction::EndKernel => {}
        // Nobody knows whether it does what it was asked: memory tells.
        Err(ReleaseState::Failed(error)) if error.leaves_open() => {
            let outcome = waited_for(client, &before, used_before, witness);
            return match outcome.state {
                ReleaseState::Released => outcome,
                _ => ReleaseOutcome { state: ReleaseState::Failed(error), freed: outcome.freed },
            };
        }
        Err(state) => return ReleaseOutcome::of(state),
        Ok(()) => {}
    }
    waited_for(client, &before, used_before, witness)
}

/// Has a server make a change, without any proof that it did.
pub fn apply(client: &Client, change: Change<'_>) -> Result<(), ReleaseState> {
    let calls = calls_for(client.server().kind, change).map_err(ReleaseState::Refused)?;
    for call in &calls {
        client.act(call).map_err(ReleaseState::Failed)?;
    }
    Ok(())
}

/// Memory in use where the server runs; unknown on other machines.
fn used_mib(client: &Client, witness: &Witness<'_>) -> Option<f64> {
    if client.is_here() { (witness.used_mib)() } else { None }
}

fn waited_for(
    client: &Client,
    before: &HeldModel,
    used_before: Option<f64>,
    witness: &Witness<'_>,
) -> ReleaseOutcome {
    let began = Instant::now();
    loop {
        let listed = match read_again(client, witness.now) {
            // SGLang goes on naming a model that it has put aside.
            _ if client.server().kind == ServerKind::SgLang => Listed::Untold,
            Ok(reading) => listed(before, &reading),
            Err(_) => Listed::Untold,
        };
        let device_mib = used_before.zip(used_mib(client, witness)).map(|(before, now)| before - now);
        let freed = freed(before, listed, device_mib);
        let verdict = is_enough(before.memory_mib, listed, freed);
        let is_over = began.elapsed() >= witness.patience.longest || (witness.is_interrupted)();
        let state = match verdict {
            Some(true) => ReleaseState::Released,
            Some(false) if is_over => ReleaseState::StillHeld,
            None if is_over => ReleaseState::Unproven,
            // A server that tells nothing will not tell more later.
            None if client.server().kind == ServerKind::SgLang => ReleaseState::Unproven,
            Some(false) | None => {
                std::thread::sleep(witness.patience.pause);
                continue;
            }
        };
        return ReleaseOutcome { state, freed };
    }
}
