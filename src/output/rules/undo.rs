//! What `rules undo` answers.

use serde::Serialize;
use serde_json::{Value, json};

use super::apply::{
    PlaceShape, PlaceStatus, SettledShape, next_step_lines, place_lines, settled_lines, status_word,
};
use crate::domain::rules::RuleId;
use crate::domain::time::Timestamp;
use crate::output::{Report, Style};

/// A rule that went back in the store.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MovedBackShape {
    /// The rule.
    pub rule_id: RuleId,
    /// Its schedule now, in words.
    pub schedule: String,
}

/// What `rules undo` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct UndoReport {
    /// When what is taken back was applied; `None` where there is nothing to take back.
    pub applied_at: Option<Timestamp>,
    /// The places it changed.
    pub places: Vec<PlaceShape>,
    /// Rules that went back in the store.
    pub moved_back: Vec<MovedBackShape>,
    /// Earlier changes that were found unfinished.
    pub settled: Vec<SettledShape>,
    /// Commands that a person runs now.
    pub next_steps: Vec<String>,
}

impl UndoReport {
    /// Whether something is to be changed.
    pub fn has_changes(&self) -> bool {
        self.places.iter().any(|place| place.status == PlaceStatus::Planned)
    }
}

impl Report for UndoReport {
    fn data(&self) -> Value {
        json!({
            "status": status_word(&self.places),
            "applied_at": self.applied_at,
            "places": self.places,
            "moved_back": self.moved_back,
            "settled": self.settled,
            "next_steps": self.next_steps,
        })
    }

    fn table(&self, style: &Style) -> String {
        let mut text = settled_lines(&self.settled);
        match self.applied_at {
            None => text.push_str("Nothing to take back.\n"),
            Some(at) => text.push_str(&format!("What was applied {}:\n", style.time(at))),
        }
        text.push_str(&place_lines(&self.places, style));
        for rule in &self.moved_back {
            text.push_str(&format!("rule {} is back at {}\n", rule.rule_id.0, rule.schedule));
        }
        text.push_str(&next_step_lines(&self.next_steps, style));
        text
    }
}
