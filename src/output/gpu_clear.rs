//! What `gpu clear` answers.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::format::{quantity, shorten};
use super::gpu::{mebibytes, mebibytes_alike, time_since};
use super::gpu_release::spared_value;
use super::{Report, Style};
use crate::domain::device::{ClearPlan, ClearStep, PlannedEnd, asked};
use crate::domain::time::SECOND_MS;

/// What became of a process, in words for scripts and for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownEnd {
    /// ended, killed, already_gone, reused, not_holding, still_running or failed.
    pub outcome: &'static str,
    /// The same for people.
    pub text: String,
}

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepStatus {
    /// About as much came back as it should.
    Done,
    /// Less came back, or something still runs.
    FellShort,
    /// Enough was free without it, or nothing was left for it.
    NotNeeded,
    /// Somebody asked to stop before it.
    NotTaken,
}

impl StepStatus {
    fn as_str(self) -> &'static str {
        match self {
            StepStatus::Done => "done",
            StepStatus::FellShort => "fell_short",
            StepStatus::NotNeeded => "not_needed",
            StepStatus::NotTaken => "not_taken",
        }
    }

    fn words(self) -> &'static str {
        match self {
            StepStatus::Done => "done",
            StepStatus::FellShort => "fell short",
            StepStatus::NotNeeded => "not needed",
            StepStatus::NotTaken => "not taken",
        }
    }
}

/// What became of a step, and what it freed.
#[derive(Clone, Debug, PartialEq)]
pub struct StepShape {
    /// What became of it.
    pub status: StepStatus,
    /// MiB less in use after it; `None` when it was not taken or the driver does not tell.
    pub freed_mib: Option<f64>,
    /// What a server answered, in words.
    pub detail: Option<String>,
}

impl StepShape {
    /// A step that nothing was done for.
    pub fn passed_over(status: StepStatus) -> StepShape {
        StepShape { status, freed_mib: None, detail: None }
    }
}

/// What was done.
#[derive(Clone, Debug, PartialEq)]
pub struct ActedShape {
    /// What became of the processes, by process id; those that no step came to are missing.
    pub ends: BTreeMap<u32, ShownEnd>,
    /// What became of the plan's steps, in their order.
    pub steps: Vec<StepShape>,
    /// What the steps that were taken should have freed, as far as it was known, MiB.
    pub requested_mib: f64,
    /// How much less is in use now, MiB; `None` when the driver does not tell.
    pub freed_mib: Option<f64>,
    /// Free on the GPU where it was needed, MiB.
    pub free_mib: Option<f64>,
    /// Whether that is enough; `None` where nobody said how much.
    pub is_met: Option<bool>,
    /// Whether somebody asked to stop before all was done.
    pub was_interrupted: bool,
}

impl ActedShape {
    /// What was asked for and is not free.
    pub fn still_held_mib(&self) -> Option<f64> {
        self.freed_mib.map(|freed| (self.requested_mib - freed).max(0.0))
    }
}

/// What `gpu clear` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct ClearReport {
    /// The plan.
    pub plan: ClearPlan,
    /// How long processes must have been idle, milliseconds; 0 does not ask.
    pub min_idle_ms: i64,
    /// What was done; `None` when it was only planned.
    pub acted: Option<ActedShape>,
}

impl ClearReport {
    fn end_value(&self, process: &PlannedEnd) -> Value {
        let end = self.acted.as_ref().and_then(|acted| acted.ends.get(&process.pid));
        json!({
            "pid": process.pid,
            "user": process.user,
            "command": process.command,
            "started": process.started,
            "gpus": process.gpus,
            "memory_mib": process.memory_mib,
            "leader": process.leader,
            "reason": process.reason.to_string(),
            "outcome": end.map(|end| end.outcome),
        })
    }

    fn step_value(&self, index: usize, step: &ClearStep) -> Value {
        let acted = self.acted.as_ref().and_then(|acted| acted.steps.get(index));
        json!({
            "step": index + 1,
            "action": step.action.as_str(),
            "server": step.release.as_ref().map(|release| release.server.kind),
            "address": step.release.as_ref().map(|release| release.server.address.clone()),
            "model": step.release.as_ref().map(|release| release.model.clone()),
            "pids": step.pids,
            "gpus": step.gpus,
            "expected_mib": step.expected_mib,
            "reason": step.reason,
            "cost_to_undo": step.cost_to_undo,
            "is_reserve": step.is_reserve,
            "status": acted.map_or("planned", |acted| acted.status.as_str()),
            "freed_mib": acted.and_then(|acted| acted.freed_mib),
            "detail": acted.and_then(|acted| acted.detail.clone()),
        })
    }

    fn need_value(&self) -> Option<Value> {
        let target = self.plan.target?;
        Some(json!({
            "gpu_index": target.gpu_index,
            "need_mib": target.need_mib,
            "free_before_mib": target.free_mib,
            "free_after_mib": self.acted.as_ref().and_then(|acted| acted.free_mib),
            "is_reachable": target.is_reachable,
            "is_met": self.acted.as_ref().and_then(|acted| acted.is_met),
        }))
    }

    fn requested_mib(&self) -> f64 {
        self.acted.as_ref().map_or_else(|| self.plan.requested_mib(), |acted| acted.requested_mib)
    }

    fn steps_table(&self, style: &Style) -> String {
        let mut table =
            style.new_table(&["STEP", "ACTION", "PID", "GPU", "MEMORY", "WHAT", "BECAUSE", "COSTS"]);
        for (index, step) in self.plan.steps.iter().enumerate() {
            let root = step.pids.first().and_then(|pid| self.plan.end.iter().find(|end| end.pid == *pid));
            let acted = self.acted.as_ref().and_then(|acted| acted.steps.get(index));
            let because = match acted {
                Some(acted) => {
                    let detail = acted.detail.as_deref().unwrap_or(acted.status.words());
                    let freed = acted
                        .freed_mib
                        .map_or_else(String::new, |mib| format!(", {} freed", mebibytes(Some(mib))));
                    format!("{detail}{freed}")
                }
                None if step.is_reserve && self.plan.target.is_some() => {
                    format!("{} (if still needed)", step.reason)
                }
                None => step.reason.clone(),
            };
            let pids: Vec<String> = step.pids.iter().map(ToString::to_string).collect();
            table.add_row(vec![
                (index + 1).to_string(),
                step.action.as_str().replace('_', " "),
                if pids.is_empty() { "-".to_owned() } else { shorten(&pids.join(","), 24) },
                indices(&step.gpus),
                mebibytes(step.expected_mib),
                match (&step.release, root) {
                    (Some(release), _) => shorten(&format!("{} of {}", release.model, release.server), 50),
                    (None, Some(root)) => shorten(&root.command, 40),
                    (None, None) => "-".to_owned(),
                },
                because,
                step.cost_to_undo.clone(),
            ]);
        }
        style.finish_table(table)
    }

    fn spared_table(&self, style: &Style) -> String {
        let mut table = style.new_table(&["KEPT", "GPU", "MEMORY", "COMMAND", "BECAUSE"]);
        for process in &self.plan.spare {
            table.add_row(vec![
                process.pid.to_string(),
                indices(&process.gpus),
                mebibytes(process.memory_mib),
                process.command.as_ref().map_or_else(|| "-".to_owned(), |command| shorten(command, 40)),
                process.reason.to_string(),
            ]);
        }
        for spared in &self.plan.spared_models {
            table.add_row(vec![
                spared.server.kind.as_str().to_owned(),
                "-".to_owned(),
                mebibytes(spared.memory_mib),
                shorten(&spared.model, 40),
                spared.reason.to_string(),
            ]);
        }
        style.finish_table(table)
    }

    fn summary(&self) -> String {
        let asked = mebibytes(Some(self.requested_mib()));
        let held = match &self.acted {
            Some(acted) => format!(
                "{asked} asked for, {} freed, {} still held",
                mebibytes(acted.freed_mib),
                mebibytes(acted.still_held_mib())
            ),
            None if self.plan.steps.is_empty() => "Nothing to do".to_owned(),
            None => {
                let steps = quantity(self.plan.steps.len() as u64, "step");
                format!("{steps}, to free {asked}")
            }
        };
        let Some(target) = self.plan.target else { return format!("{held}\n") };
        let free = self.acted.as_ref().map_or(target.free_mib, |acted| acted.free_mib);
        let [free, need] = mebibytes_alike([free, Some(target.need_mib)]);
        format!("{held}; {free} free on GPU {} of {need} needed\n", target.gpu_index)
    }
}

fn indices(gpus: &[u32]) -> String {
    gpus.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

impl Report for ClearReport {
    fn data(&self) -> Value {
        let end: Vec<Value> = self.plan.end.iter().map(|process| self.end_value(process)).collect();
        let steps: Vec<Value> =
            self.plan.steps.iter().enumerate().map(|(index, step)| self.step_value(index, step)).collect();
        let spare: Vec<Value> = self
            .plan
            .spare
            .iter()
            .map(|process| {
                json!({
                    "pid": process.pid,
                    "command": process.command,
                    "gpus": process.gpus,
                    "memory_mib": process.memory_mib,
                    "reason": process.reason.to_string(),
                })
            })
            .collect();
        json!({
            "action": "clear",
            "status": match &self.acted {
                Some(acted) if acted.was_interrupted => "interrupted",
                Some(_) => "done",
                None => "planned",
            },
            "steps": steps,
            "terminate": end,
            "keep": spare,
            "keep_models": self.plan.spared_models.iter().map(spared_value).collect::<Vec<_>>(),
            "requested_mib": self.requested_mib(),
            "freed_mib": self.acted.as_ref().and_then(|acted| acted.freed_mib),
            "still_held_mib": self.acted.as_ref().and_then(ActedShape::still_held_mib),
            "need": self.need_value(),
            "idle_for_seconds": self.min_idle_ms as f64 / SECOND_MS as f64,
        })
    }

    fn table(&self, style: &Style) -> String {
        let is_empty = self.plan.steps.is_empty()
            && self.plan.spare.is_empty()
            && self.plan.spared_models.is_empty()
            && self.plan.target.is_none();
        if is_empty {
            return "No process is listed that holds GPU memory.\n".to_owned();
        }
        let mut text = String::new();
        if !self.plan.steps.is_empty() {
            text.push_str(&self.steps_table(style));
            text.push('\n');
        }
        if !(self.plan.spare.is_empty() && self.plan.spared_models.is_empty()) {
            text.push_str(&self.spared_table(style));
            text.push('\n');
        }
        if self.acted.is_none() && self.min_idle_ms > 0 {
            text.push_str(&format!("Asked for: idle for {} and longer\n", asked(self.min_idle_ms)));
        }
        text + &self.summary()
    }

    fn detailed(&self, style: &Style) -> String {
        let mut text = self.table(style);
        for process in &self.plan.end {
            let end = self.acted.as_ref().and_then(|acted| acted.ends.get(&process.pid));
            let became = end.map_or_else(|| "planned".to_owned(), |end| end.text.clone());
            text.push_str(&format!(
                "{} ({}, {} old): {became}; {}\n  {}\n",
                process.pid,
                process.user,
                time_since(style, process.started),
                process.reason,
                process.command
            ));
        }
        text
    }
}
