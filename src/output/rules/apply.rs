//! What `rules apply` answers: the difference in each place, and what becomes of each rule.

use serde::Serialize;
use serde_json::{Value, json};

use crate::domain::applied::{ChangeId, ChangeState, Place, Scheduler};
use crate::domain::rules::RuleId;
use crate::output::format::{quantity, shorten};
use crate::output::report::typed_records;
use crate::output::{Report, Style};

/// What became of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceStatus {
    /// There is nothing to change in it.
    Unchanged,
    /// It would be changed.
    Planned,
    /// It was changed.
    Done,
    /// It was as it is to be already: somebody put it back by hand.
    AlreadyBack,
    /// Somebody edited it since, and it was left alone.
    EditedSince,
    /// It could not be changed.
    Failed,
}

/// A place with its difference.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlaceShape {
    /// The file, or whose crontab.
    pub place: String,
    /// What became of it.
    pub status: PlaceStatus,
    /// The change as it is kept in the store; `None` where there is none.
    pub change_id: Option<ChangeId>,
    /// Unified diff from what is there to what was planned; empty where nothing changes.
    pub diff: String,
    /// Why it could not be changed.
    pub error: Option<String>,
}

/// What becomes of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleEffect {
    /// The scheduler has it as it is.
    Unchanged,
    /// Its entry gets other times.
    Retimed,
    /// It is written into our block, or as units.
    Written,
    /// It leaves our block: it is not enabled any more.
    TakenOut,
    /// Nothing of it concerns this scheduler.
    Skipped,
    /// It cannot be carried there.
    Refused,
}

/// A rule with what becomes of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleEffectShape {
    /// The rule.
    pub rule_id: RuleId,
    /// What it starts; empty of a rule that is no longer in the store.
    pub task_type: String,
    /// Where; `None` where it has no place.
    pub place: Option<String>,
    /// What becomes of it.
    pub effect: RuleEffect,
    /// The times that the scheduler had, as it writes them.
    pub from: Option<String>,
    /// The times that it gets.
    pub to: Option<String>,
    /// Why nothing is done.
    pub reason: Option<String>,
}

/// An earlier change whose process died, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SettledShape {
    /// The change.
    pub change_id: ChangeId,
    /// Where.
    pub place: String,
    /// What it turned out to be.
    pub state: ChangeState,
}

impl SettledShape {
    /// The shape of a change that was settled.
    pub fn new(change_id: ChangeId, place: &Place, state: ChangeState) -> SettledShape {
        SettledShape { change_id, place: place.to_string(), state }
    }
}

/// What `rules apply` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct ApplyReport {
    /// To which scheduler.
    pub target: Scheduler,
    /// The places, those without a change too.
    pub places: Vec<PlaceShape>,
    /// The rules.
    pub rules: Vec<RuleEffectShape>,
    /// Earlier changes that were found unfinished.
    pub settled: Vec<SettledShape>,
    /// Commands that a person runs now.
    pub next_steps: Vec<String>,
}

/// The status of the whole.
pub(super) fn status_word(places: &[PlaceShape]) -> &'static str {
    let any = |status: PlaceStatus| places.iter().any(|place| place.status == status);
    if any(PlaceStatus::Failed) || any(PlaceStatus::EditedSince) {
        "partly_done"
    } else if any(PlaceStatus::Planned) {
        "planned"
    } else if any(PlaceStatus::Done) || any(PlaceStatus::AlreadyBack) {
        "done"
    } else {
        "nothing_to_do"
    }
}

pub(super) fn settled_lines(settled: &[SettledShape]) -> String {
    let line = |settled: &SettledShape| {
        format!(
            "Change {} of {} had been interrupted: {}\n",
            settled.change_id.0,
            settled.place,
            match settled.state {
                ChangeState::Applied => "it is in force",
                ChangeState::Abandoned => "nothing of it was done",
                ChangeState::Undone => "it was taken back",
                _ => "the place was edited since, and nobody can tell",
            }
        )
    };
    settled.iter().map(line).collect()
}

pub(super) fn next_step_lines(steps: &[String], style: &Style) -> String {
    let lines: String = steps.iter().map(|step| format!("  {step}\n")).collect();
    if lines.is_empty() { lines } else { format!("\n{}\n{lines}", style.bold("Run now")) }
}

pub(super) fn place_lines(places: &[PlaceShape], style: &Style) -> String {
    let mut text = String::new();
    for place in places {
        let said = match place.status {
            PlaceStatus::Unchanged => "nothing to change".to_owned(),
            PlaceStatus::Planned => "would be changed".to_owned(),
            PlaceStatus::Done => "changed".to_owned(),
            PlaceStatus::AlreadyBack => "is as it was already".to_owned(),
            PlaceStatus::EditedSince => "edited since, left alone".to_owned(),
            PlaceStatus::Failed => format!("left alone: {}", place.error.as_deref().unwrap_or_default()),
        };
        text.push_str(&format!("{}: {said}\n", style.bold(&place.place)));
        text.push_str(&place.diff);
        if !place.diff.is_empty() {
            text.push('\n');
        }
    }
    text
}

impl ApplyReport {
    /// Whether something is to be changed.
    pub fn has_changes(&self) -> bool {
        self.places.iter().any(|place| place.status == PlaceStatus::Planned)
    }

    fn counted(&self, effect: RuleEffect) -> u64 {
        self.rules.iter().filter(|rule| rule.effect == effect).count() as u64
    }
}

impl Report for ApplyReport {
    fn data(&self) -> Value {
        json!({
            "target": self.target,
            "status": status_word(&self.places),
            "places": self.places,
            "rules": self.rules,
            "settled": self.settled,
            "next_steps": self.next_steps,
        })
    }

    fn records(&self) -> Vec<Value> {
        let values = |shapes: &[PlaceShape]| shapes.iter().map(|shape| json!(shape)).collect();
        let mut records = typed_records("place", values(&self.places));
        records.extend(typed_records("rule", self.rules.iter().map(|rule| json!(rule)).collect()));
        records.extend(typed_records("settled", self.settled.iter().map(|change| json!(change)).collect()));
        records
    }

    fn table(&self, style: &Style) -> String {
        let mut text = settled_lines(&self.settled);
        text.push_str(&place_lines(&self.places, style));
        let shown: Vec<&RuleEffectShape> = self
            .rules
            .iter()
            .filter(|rule| !matches!(rule.effect, RuleEffect::Unchanged | RuleEffect::Skipped))
            .collect();
        if !shown.is_empty() {
            let mut table = style.new_table(&["RULE", "TASK TYPE", "EFFECT", "FROM", "TO"]);
            for rule in shown {
                table.add_row(vec![
                    rule.rule_id.0.to_string(),
                    shorten(&rule.task_type, 40),
                    effect_word(rule.effect).to_owned(),
                    rule.from.clone().unwrap_or_else(|| "-".to_owned()),
                    rule.to.clone().unwrap_or_else(|| "-".to_owned()),
                ]);
            }
            text.push_str(&style.finish_table(table));
        }
        for (effect, said) in [
            (RuleEffect::Unchanged, "there as they are"),
            (RuleEffect::Skipped, "of no concern here; --output-format detailed says why"),
        ] {
            let count = self.counted(effect);
            if count > 0 {
                text.push_str(&format!("{} {said}\n", quantity(count, "rule")));
            }
        }
        text.push_str(&next_step_lines(&self.next_steps, style));
        if text.is_empty() { "Nothing to apply.\n".to_owned() } else { text }
    }

    fn detailed(&self, style: &Style) -> String {
        let mut text = self.table(style);
        for rule in &self.rules {
            if let Some(reason) = &rule.reason {
                text.push_str(&format!(
                    "rule {} ({}): {reason}\n",
                    rule.rule_id.0,
                    shorten(&rule.task_type, 40)
                ));
            }
        }
        text
    }
}

fn effect_word(effect: RuleEffect) -> &'static str {
    match effect {
        RuleEffect::Unchanged => "unchanged",
        RuleEffect::Retimed => "other times",
        RuleEffect::Written => "written",
        RuleEffect::TakenOut => "taken out",
        RuleEffect::Skipped => "skipped",
        RuleEffect::Refused => "refused",
    }
}
