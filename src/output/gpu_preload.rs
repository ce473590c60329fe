//! What `gpu models --preload-for` and `gpu models --undo` answer.

use serde_json::{Value, json};

use super::format::quantity;
use super::gpu::mebibytes;
use super::{Report, Style};
use crate::domain::device::{ModelChange, ModelChangeKind, ReleaseAction, ServerAddress};
use crate::domain::time::Timestamp;

/// What became of it, in words for scripts and for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownLoad {
    /// The word.
    pub outcome: &'static str,
    /// The same for people.
    pub text: String,
}

/// A model that is loaded before a predicted run.
#[derive(Clone, Debug, PartialEq)]
pub struct PreloadReport {
    /// The prediction's number in the store.
    pub prediction_id: i64,
    /// What is expected to run.
    pub task_type: String,
    /// When.
    pub predicted_start: Timestamp,
    /// Who loads.
    pub server: ServerAddress,
    /// Which model.
    pub model: String,
    /// What it held on GPUs before, MiB; `None` when it was never seen.
    pub needed_mib: Option<f64>,
    /// When it is to leave that is there already; `None` where it is to be loaded, or stays for long enough.
    pub leaves_before: Option<Timestamp>,
    /// Until when the server is to keep it, unused; `None` where it cannot be told.
    pub keep_until: Option<Timestamp>,
    /// What became of it; `None` when it was only planned.
    pub outcome: Option<ShownLoad>,
}

impl Report for PreloadReport {
    fn data(&self) -> Value {
        json!({
            "action": "preload",
            "status": if self.outcome.is_some() { "done" } else { "planned" },
            "prediction_id": self.prediction_id,
            "task_type": self.task_type,
            "predicted_start": self.predicted_start,
            "server": self.server.kind,
            "address": self.server.address,
            "model": self.model,
            "needed_mib": self.needed_mib,
            "leaves_before": self.leaves_before,
            "keep_until": self.keep_until,
            "outcome": self.outcome.as_ref().map(|shown| shown.outcome),
            "detail": self.outcome.as_ref().map(|shown| shown.text.clone()),
        })
    }

    fn table(&self, style: &Style) -> String {
        let needed = match self.needed_mib {
            Some(mib) => format!(", which held {} before", mebibytes(Some(mib))),
            None => String::new(),
        };
        let planned = match self.leaves_before {
            Some(leaves) => format!("there until {}, to be kept longer", style.time(leaves)),
            None => "to be loaded".to_owned(),
        };
        let verdict = self.outcome.as_ref().map_or(planned, |shown| shown.text.clone());
        let kept = match self.keep_until {
            Some(until) => format!("It is to stay until {}.\n", style.time(until)),
            None => String::new(),
        };
        format!(
            "{} is expected at {}.\n{} on {}{needed}: {verdict}\n{kept}",
            self.task_type,
            style.time(self.predicted_start),
            self.model,
            self.server
        )
    }
}

/// A change that is taken back.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownUndo {
    /// Its number in the store.
    pub id: i64,
    /// What was asked.
    pub change: ModelChange,
    /// What became of taking it back; `None` when it was only planned.
    pub outcome: Option<ShownLoad>,
}

/// What is taken back.
#[derive(Clone, Debug, PartialEq)]
pub struct UndoReport {
    /// The changes of one call, the last first.
    pub changes: Vec<ShownUndo>,
}

impl Report for UndoReport {
    fn data(&self) -> Value {
        let changes: Vec<Value> = self
            .changes
            .iter()
            .map(|shown| {
                json!({
                    "id": shown.id,
                    "at": shown.change.at,
                    "server": shown.change.server.kind,
                    "address": shown.change.server.address,
                    "model": shown.change.model,
                    "change": shown.change.kind.as_str(),
                    "leaves_before": match shown.change.kind {
                        ModelChangeKind::KeepLonger { before } => Some(before),
                        ModelChangeKind::Load | ModelChangeKind::Release(_) => None,
                    },
                    "reason": shown.change.reason,
                    "outcome": shown.outcome.as_ref().map(|outcome| outcome.outcome),
                    "detail": shown.outcome.as_ref().map(|outcome| outcome.text.clone()),
                })
            })
            .collect();
        let is_done = self.changes.iter().any(|shown| shown.outcome.is_some());
        json!({ "action": "undo", "status": if is_done { "done" } else { "planned" }, "changes": changes })
    }

    fn table(&self, style: &Style) -> String {
        if self.changes.is_empty() {
            return "Nothing to undo.\n".to_owned();
        }
        let mut table = style.new_table(&["SERVER", "MODEL", "WAS", "AT", "VERDICT"]);
        for shown in &self.changes {
            let change = &shown.change;
            let was = match change.kind {
                ModelChangeKind::Load => "loaded",
                ModelChangeKind::KeepLonger { .. } => "kept longer",
                ModelChangeKind::Release(ReleaseAction::Unload) => "unloaded",
                ModelChangeKind::Release(ReleaseAction::Sleep) => "put to sleep",
                ModelChangeKind::Release(ReleaseAction::EndKernel) => "ended",
            };
            table.add_row(vec![
                change.server.kind.to_string(),
                change.model.clone(),
                was.to_owned(),
                style.time(change.at),
                shown
                    .outcome
                    .as_ref()
                    .map_or_else(|| "to be taken back".to_owned(), |outcome| outcome.text.clone()),
            ]);
        }
        let count = quantity(self.changes.len() as u64, "change");
        format!("{}\n{count}\n", style.finish_table(table))
    }
}
