//! Moves and what stays, in lines for people.

use super::slot_words::slot_words;
use super::{MoveShape, OptimizeReport, RuleKey, UnmovedShape};
use crate::domain::plan::Problem;
use crate::output::Style;
use crate::output::format::{count, quantity, shorten};

/// One line for each move. Of an instance file a rule has nothing but its name.
pub(super) fn moves_table(report: &OptimizeReport, problem: &Problem, style: &Style) -> String {
    let columns = ["RULE", "TASK TYPE", "FROM", "TO", "SHIFT", "BECAUSE"];
    let is_shown = |column: &usize| !report.by_position || columns[*column] != "TASK TYPE";
    let shown: Vec<usize> = (0..columns.len()).filter(is_shown).collect();
    let headers: Vec<&str> = shown.iter().map(|column| columns[*column]).collect();
    let mut table = style.new_table(&headers);
    for step in &report.moves {
        let (from, to) = move_times(step, problem, style);
        let cells = [
            step.rule_id.to_string(),
            shorten(&step.task_type, 36),
            from,
            to,
            shift_words(step),
            step.reason.clone(),
        ];
        let row: Vec<String> = shown.iter().map(|column| cells[*column].clone()).collect();
        table.add_row(row);
    }
    style.finish_table(table) + "\n"
}

/// A move in a line.
pub(super) fn move_line(step: &MoveShape) -> String {
    let now = if step.schedule.is_empty() { String::new() } else { format!(", now {}", step.schedule) };
    format!(
        "{}, {}{now}: {}; costs {} min over {}",
        named(&step.rule_id, &step.task_type),
        shift_words(step),
        step.explanation,
        count(step.cost.displacement_minutes.unsigned_abs()),
        quantity(step.cost.runs, "run"),
    )
}

/// A rule that stays, in a line.
pub(super) fn unmoved_line(rule: &UnmovedShape) -> String {
    format!("{}: {}", named(&rule.rule_id, &rule.task_type), rule.reason)
}

/// A rule by its id and task type, or by its name in the file.
fn named(key: &RuleKey, task_type: &str) -> String {
    match key {
        RuleKey::Stored(id) => format!("rule {} ({})", id.0, shorten(task_type, 48)),
        RuleKey::OfFile(name) => format!("rule {}", shorten(name, 48)),
    }
}

/// By how much a rule moves, and where to.
pub(super) fn shift_words(step: &MoveShape) -> String {
    match (step.shift_minutes, step.host_from == step.host_to) {
        (minutes, true) => format!("{minutes:+} min"),
        (0, false) => format!("to {}", step.host_to),
        (minutes, false) => format!("{minutes:+} min, to {}", step.host_to),
    }
}

/// When the first run of a rule is, and when under the plan.
pub(super) fn move_times(step: &MoveShape, problem: &Problem, style: &Style) -> (String, String) {
    match (step.from, step.to) {
        (Some(from), Some(to)) => (style.time(from), style.time(to)),
        _ => (slot_words(step.from_slot, problem), slot_words(step.to_slot, problem)),
    }
}
