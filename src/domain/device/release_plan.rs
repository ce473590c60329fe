//! What to ask model servers for so that GPU memory becomes free: a pure plan with a reason for all that stays.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

use super::ServerReading;
use super::{HeldModel, ModelActivity, Obstacle, ReleaseAction, ReleaseOffer, ServerAddress, Undo, WhenBusy};
use crate::domain::time::Timestamp;

/// Which models may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelChoice {
    /// All of them.
    All,
    /// These, by the name the server gives them or the title people do. A model that is named need not have been idle.
    Named(BTreeSet<String>),
    /// That many, least recently used first.
    LeastRecentlyUsed(usize),
}

/// What may be asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct ReleaseRequest {
    /// Of these models.
    pub models: ModelChoice,
    /// Memory to free, MiB; steps beyond it stay out of the plan. All that may go when `None`.
    pub need_mib: Option<f64>,
    /// Not used for at least this long. Use that is unknown counts as now.
    pub min_idle_ms: i64,
    /// The current instant.
    pub now: Timestamp,
}

/// One thing to ask one server for.
#[derive(Clone, Debug, PartialEq)]
pub struct ReleaseStep {
    /// Whom.
    pub server: ServerAddress,
    /// About which model.
    pub model: String,
    /// What people call it, where that differs.
    pub title: Option<String>,
    /// To do what. Its `undo_rank` is the place among all ways to free memory.
    pub action: ReleaseAction,
    /// What should come back, MiB; `None` where the server does not tell.
    pub expected_mib: Option<f64>,
    /// Not used for that long, milliseconds; `None` where unknown.
    pub idle_ms: Option<i64>,
    /// Whether it is at work, as far as its server tells.
    pub activity: ModelActivity,
    /// How it comes back.
    pub undo: Undo,
}

impl ReleaseStep {
    /// The same, left alone.
    pub fn spared(self, reason: ReleaseSpareReason) -> SparedModel {
        SparedModel {
            server: self.server,
            model: self.model,
            title: self.title,
            memory_mib: self.expected_mib,
            activity: self.activity,
            reason,
        }
    }
}

/// Why a model is left alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "reason")]
pub enum ReleaseSpareReason {
    /// The server cannot be asked.
    Impossible {
        /// Why not.
        obstacle: Obstacle,
    },
    /// It is at work.
    Busy,
    /// Nobody tells whether it is at work, and asking would cut off what runs.
    MayBeBusy,
    /// Used too recently.
    NotIdleLongEnough {
        /// Not used for that long, milliseconds.
        idle_ms: i64,
    },
    /// Nobody tells when it was last used.
    IdleUnknown,
    /// Its state would be lost, and nobody tells whether it holds any GPU memory.
    MemoryUnknown,
    /// Another was asked for.
    NotAskedFor,
    /// Enough is free without it.
    NotNeeded,
    /// It is on none of the GPUs asked for.
    OtherGpu,
    /// Only some GPUs were asked for, and nobody tells on which it is.
    PlaceUnknown,
    /// Its server runs on another machine: what it lets go becomes free there.
    OtherMachine,
    /// Its process, or one that it started, is to be left alone.
    ProcessKept {
        /// Which; 0 where it is not known.
        pid: u32,
        /// Why.
        why: String,
    },
}

impl ReleaseSpareReason {
    /// The word used in JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            ReleaseSpareReason::Impossible { obstacle } => match obstacle {
                Obstacle::RemoteModel => "remote_model",
                Obstacle::NeedsDevMode => "needs_dev_mode",
                Obstacle::NeedsMemorySaver => "needs_memory_saver",
                Obstacle::NeedsKey => "needs_key",
                Obstacle::NotOnGpu => "not_on_gpu",
                Obstacle::NoSuchCall => "no_such_call",
            },
            ReleaseSpareReason::Busy => "busy",
            ReleaseSpareReason::MayBeBusy => "may_be_busy",
            ReleaseSpareReason::NotIdleLongEnough { .. } => "not_idle_long_enough",
            ReleaseSpareReason::IdleUnknown => "idle_unknown",
            ReleaseSpareReason::MemoryUnknown => "memory_unknown",
            ReleaseSpareReason::NotAskedFor => "not_asked_for",
            ReleaseSpareReason::NotNeeded => "not_needed",
            ReleaseSpareReason::OtherGpu => "other_gpu",
            ReleaseSpareReason::PlaceUnknown => "place_unknown",
            ReleaseSpareReason::OtherMachine => "other_machine",
            ReleaseSpareReason::ProcessKept { .. } => "process_kept",
        }
    }
}

impl fmt::Display for ReleaseSpareReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReleaseSpareReason::Impossible { obstacle } => f.write_str(match obstacle {
                Obstacle::RemoteModel => "runs on another machine",
                Obstacle::NeedsDevMode => {
                    "the server has no such call now: start it with VLLM_SERVER_DEV_MODE=1 and --enable-sleep-mode"
                }
                Obstacle::NeedsMemorySaver => "the server was started without --enable-memory-saver",
                Obstacle::NeedsKey => {
                    "the server wants a key: name key_file or key_command under [[model_server]]"
                }
                Obstacle::NotOnGpu => "holds no GPU memory now",
                Obstacle::NoSuchCall => "the server holds it for as long as it runs",
            }),
            ReleaseSpareReason::Busy => f.write_str("at work"),
            ReleaseSpareReason::MayBeBusy => {
                f.write_str("may be at work, which asking would cut off; name it to unload it all the same")
            }
            ReleaseSpareReason::NotIdleLongEnough { idle_ms } => {
                write!(f, "used {} s ago, and perhaps since", (idle_ms / 1_000).max(0))
            }
            ReleaseSpareReason::IdleUnknown => {
                f.write_str("unknown when it was last used; a later look can tell")
            }
            ReleaseSpareReason::MemoryUnknown => {
                f.write_str("its state would be lost, and it is unknown whether it holds any GPU memory")
            }
            ReleaseSpareReason::NotAskedFor => f.write_str("not asked for"),
            ReleaseSpareReason::NotNeeded => f.write_str("not needed: enough is free without it"),
            ReleaseSpareReason::OtherGpu => f.write_str("on another GPU"),
            ReleaseSpareReason::PlaceUnknown => f.write_str("unknown on which GPU it is"),
            ReleaseSpareReason::OtherMachine => {
                f.write_str("its server runs on another machine: it would free nothing here")
            }
            ReleaseSpareReason::ProcessKept { pid: 0, .. } => f.write_str("its process is not known"),
            ReleaseSpareReason::ProcessKept { pid, why } => {
                write!(f, "its process {pid} is left alone: {why}")
            }
        }
    }
}

/// A model that is left alone.
#[derive(Clone, Debug, PartialEq)]
pub struct SparedModel {
    /// Who holds it.
    pub server: ServerAddress,
    /// Which.
    pub model: String,
    /// What people call it, where that differs.
    pub title: Option<String>,
    /// What it holds on GPUs, MiB, where the server tells.
    pub memory_mib: Option<f64>,
    /// Whether it is at work: also of what cannot be asked for anyway.
    pub activity: ModelActivity,
    /// Why.
    pub reason: ReleaseSpareReason,
}

/// What to do about every model that a server holds; each is in exactly one list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReleasePlan {
    /// To be asked for, in this order: cheapest to undo first, then longest unused, then largest.
    pub steps: Vec<ReleaseStep>,
    /// Left alone, by server and name.
    pub spared: Vec<SparedModel>,
}

impl ReleasePlan {
    /// What should come back, MiB, as far as servers tell.
    pub fn expected_mib(&self) -> f64 {
        self.steps.iter().filter_map(|step| step.expected_mib).fold(0.0, |sum, mib| sum + mib)
    }
}

/// Plans what to ask the servers of `readings` for.
pub fn plan_releases(readings: &[ServerReading], request: &ReleaseRequest) -> ReleasePlan {
    let mut plan = ReleasePlan::default();
    for reading in readings {
        for model in &reading.models {
            match judged(&reading.server, model, request) {
                Ok(step) => plan.steps.push(step),
                Err(reason) => plan.spared.push(SparedModel {
                    server: reading.server.clone(),
                    model: model.model.clone(),
                    title: model.title.clone(),
                    memory_mib: model.memory_mib,
                    activity: model.activity,
                    reason,
                }),
            }
        }
    }
    plan.steps.sort_by(|one, other| order(one, other, &request.models));
    let kept = steps_needed(&plan.steps, request);
    for step in plan.steps.split_off(kept) {
        plan.spared.push(step.spared(match request.models {
            ModelChoice::LeastRecentlyUsed(_) => ReleaseSpareReason::NotAskedFor,
            ModelChoice::All | ModelChoice::Named(_) => ReleaseSpareReason::NotNeeded,
        }));
    }
    plan.spared.sort_by(|one, other| (&one.server, &one.model).cmp(&(&other.server, &other.model)));
    plan
}

/// The step for one model, or why it is left alone: what is impossible first, what would do harm next.
fn judged(
    server: &ServerAddress,
    model: &HeldModel,
    request: &ReleaseRequest,
) -> Result<ReleaseStep, ReleaseSpareReason> {
    let is_named = match &request.models {
        ModelChoice::Named(names) => {
            let is_meant = names.contains(&model.model)
                || model.title.as_ref().is_some_and(|title| names.contains(title));
            if !is_meant {
                return Err(ReleaseSpareReason::NotAskedFor);
            }
            true
        }
        ModelChoice::All | ModelChoice::LeastRecentlyUsed(_) => false,
    };
    let action = match model.offer {
        ReleaseOffer::Possible(action) => action,
        ReleaseOffer::Impossible(obstacle) => return Err(ReleaseSpareReason::Impossible { obstacle }),
    };
    if model.activity == ModelActivity::Busy {
        return Err(ReleaseSpareReason::Busy);
    }
    let idle_ms = model.last_used.map(|used| request.now.since(used).max(0));
    if !is_named {
        if action == ReleaseAction::EndKernel && model.memory_mib.is_none() {
            return Err(ReleaseSpareReason::MemoryUnknown);
        }
        if model.activity == ModelActivity::Unknown && server.kind.when_busy() != WhenBusy::FinishesFirst {
            return Err(ReleaseSpareReason::MayBeBusy);
        }
        if request.min_idle_ms > 0 {
            let idle_ms = idle_ms.ok_or(ReleaseSpareReason::IdleUnknown)?;
            if idle_ms < request.min_idle_ms {
                return Err(ReleaseSpareReason::NotIdleLongEnough { idle_ms });
            }
        }
    }
    Ok(ReleaseStep {
        server: server.clone(),
        model: model.model.clone(),
        title: model.title.clone(),
        action,
        expected_mib: model.memory_mib,
        idle_ms,
        activity: model.activity,
        undo: Undo::of(server.kind, action),
    })
}

/// Cheapest to undo first, unless the least recently used was asked for; then longest unused (unknown last), then
/// largest, then by name, so that the same readings give the same plan.
fn order(one: &ReleaseStep, other: &ReleaseStep, choice: &ModelChoice) -> std::cmp::Ordering {
    let rank = |step: &ReleaseStep| match choice {
        ModelChoice::LeastRecentlyUsed(_) => u8::from(step.action == ReleaseAction::EndKernel),
        ModelChoice::All | ModelChoice::Named(_) => step.action.undo_rank(),
    };
    let idle = |step: &ReleaseStep| step.idle_ms.unwrap_or(-1);
    let size = |step: &ReleaseStep| step.expected_mib.unwrap_or(0.0);
    rank(one)
        .cmp(&rank(other))
        .then_with(|| idle(other).cmp(&idle(one)))
        .then_with(|| size(other).total_cmp(&size(one)))
        .then_with(|| (&one.server, &one.model).cmp(&(&other.server, &other.model)))
}

/// How many of the first steps are enough.
fn steps_needed(steps: &[ReleaseStep], request: &ReleaseRequest) -> usize {
    let most = match request.models {
        ModelChoice::LeastRecentlyUsed(count) => count.min(steps.len()),
        ModelChoice::All | ModelChoice::Named(_) => steps.len(),
    };
    let Some(need_mib) = request.need_mib else { return most };
    let mut expected_mib = 0.0;
    for (position, step) in steps.iter().enumerate().take(most) {
        if expected_mib >= need_mib {
            return position;
        }
        expected_mib += step.expected_mib.unwrap_or(0.0);
    }
    most
}

#[cfg(test)]
mod tests;
