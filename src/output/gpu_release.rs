//! What `gpu models --unload` answers.

use serde_json::{Value, json};

use super::format::{duration, quantity, shorten};
use super::gpu::mebibytes;
use super::{Report, Style};
use crate::domain::device::{ReleasePlan, ReleaseStep, SparedModel};
use crate::domain::time::SECOND_MS;

/// What became of a step, in words for scripts and for people.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownRelease {
    /// released, unproven, still_held, busy, already_gone, interrupted or failed.
    pub outcome: &'static str,
    /// The same for people.
    pub text: String,
    /// What came back, MiB; `None` where nobody can tell.
    pub freed_mib: Option<f64>,
    /// Who measured it: device or server.
    pub measured_by: Option<&'static str>,
}

/// What was asked of model servers.
#[derive(Clone, Debug, PartialEq)]
pub struct ReleaseReport {
    /// The plan.
    pub plan: ReleasePlan,
    /// What became of its steps, in their order; `None` when it was only planned.
    pub outcomes: Option<Vec<ShownRelease>>,
}

impl ReleaseReport {
    fn outcome(&self, index: usize) -> Option<&ShownRelease> {
        self.outcomes.as_ref().and_then(|outcomes| outcomes.get(index))
    }

    /// What came back, MiB; `None` when nothing was asked, or nobody can tell of any step.
    fn freed_mib(&self) -> Option<f64> {
        let known: Vec<f64> =
            self.outcomes.iter().flatten().filter_map(|outcome| outcome.freed_mib).collect();
        (!known.is_empty()).then(|| known.iter().sum())
    }

    /// What was expected and did not come back, MiB, of the steps of which both are known.
    fn still_held_mib(&self) -> Option<f64> {
        let outcomes = self.outcomes.as_ref()?;
        let known: Vec<f64> = self
            .plan
            .steps
            .iter()
            .zip(outcomes)
            .filter_map(|(step, outcome)| Some((step.expected_mib? - outcome.freed_mib?).max(0.0)))
            .collect();
        (!known.is_empty()).then(|| known.iter().sum())
    }

    fn step_value(&self, index: usize, step: &ReleaseStep) -> Value {
        let outcome = self.outcome(index);
        json!({
            "server": step.server.kind,
            "address": step.server.address,
            "model": step.model,
            "title": step.title,
            "release": step.action,
            "undo_rank": step.action.undo_rank(),
            "undo": step.undo,
            "expected_mib": step.expected_mib,
            "idle_seconds": step.idle_ms.map(|idle| idle as f64 / SECOND_MS as f64),
            "outcome": outcome.map(|outcome| outcome.outcome),
            "detail": outcome.map(|outcome| outcome.text.clone()),
            "freed_mib": outcome.and_then(|outcome| outcome.freed_mib),
            "measured_by": outcome.and_then(|outcome| outcome.measured_by),
        })
    }
}

/// A model that is left with its server, in JSON.
pub(super) fn spared_value(spared: &SparedModel) -> Value {
    json!({
        "server": spared.server.kind,
        "address": spared.server.address,
        "model": spared.model,
        "title": spared.title,
        "memory_mib": spared.memory_mib,
        "code": spared.reason.as_str(),
        "reason": spared.reason.to_string(),
    })
}

fn name(model: &str, title: Option<&String>) -> String {
    let title = title.map(|title| format!(" ({title})")).unwrap_or_default();
    shorten(&format!("{model}{title}"), 50)
}

impl Report for ReleaseReport {
    fn data(&self) -> Value {
        let steps: Vec<Value> =
            self.plan.steps.iter().enumerate().map(|(index, step)| self.step_value(index, step)).collect();
        let keep: Vec<Value> = self.plan.spared.iter().map(spared_value).collect();
        json!({
            "action": "unload",
            "status": if self.outcomes.is_some() { "done" } else { "planned" },
            "release": steps,
            "keep": keep,
            "requested_mib": self.plan.expected_mib(),
            "freed_mib": self.freed_mib(),
            "still_held_mib": self.still_held_mib(),
        })
    }

    fn table(&self, style: &Style) -> String {
        if self.plan.steps.is_empty() && self.plan.spared.is_empty() {
            return "No model server that could be read holds anything.\n".to_owned();
        }
        let mut table = style.new_table(&["SERVER", "MODEL", "GPU MEMORY", "UNUSED FOR", "VERDICT"]);
        for (index, step) in self.plan.steps.iter().enumerate() {
            let verdict = match self.outcome(index) {
                Some(outcome) => outcome.text.clone(),
                None => format!("{}; {}", step.action.as_str().replace('_', " "), step.undo),
            };
            table.add_row(vec![
                step.server.kind.to_string(),
                name(&step.model, step.title.as_ref()),
                mebibytes(step.expected_mib),
                step.idle_ms.map_or_else(|| "-".to_owned(), |idle| duration((idle / SECOND_MS) as f64)),
                verdict,
            ]);
        }
        for spared in &self.plan.spared {
            table.add_row(vec![
                spared.server.kind.to_string(),
                name(&spared.model, spared.title.as_ref()),
                mebibytes(spared.memory_mib),
                "-".to_owned(),
                format!("keep: {}", spared.reason),
            ]);
        }
        let asked = mebibytes(Some(self.plan.expected_mib()));
        let summary = if self.outcomes.is_some() {
            format!(
                "{asked} asked for, {} freed, {} still held",
                mebibytes(self.freed_mib()),
                mebibytes(self.still_held_mib())
            )
        } else if self.plan.steps.is_empty() {
            "Nothing to ask for".to_owned()
        } else {
            format!("{} to release, holding {asked}", quantity(self.plan.steps.len() as u64, "model"))
        };
        format!("{}\n{summary}\n", style.finish_table(table))
    }
}
