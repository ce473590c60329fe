//! What `demo` answers: the story of one store, step by step.

use serde::Serialize;
use serde_json::{Value, json};

use super::{Report, Style};
use crate::domain::calendar::Zone;
use crate::domain::time::Timestamp;

/// One command of the story.
pub struct DemoStep {
    /// What it is about.
    pub title: &'static str,
    /// What to look at, before the answer.
    pub story: String,
    /// The command as a person would type it.
    pub command: String,
    /// Its answer.
    pub report: Box<dyn Report>,
}

/// A schedule that the sample's generator planted, and whether the history gave it away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlantedSchedule {
    /// What runs.
    pub task_type: String,
    /// When: cron text, or what it comes after.
    pub when: String,
    /// Whether it is still kept at the end of the history.
    pub kept: bool,
    /// Whether a pattern of exactly these times was found, in the same state.
    pub found: bool,
}

/// What `demo` answers.
pub struct DemoReport {
    /// The steps in their order.
    pub steps: Vec<DemoStep>,
    /// What was planted.
    pub planted: Vec<PlantedSchedule>,
    /// Patterns found that nobody planted.
    pub surplus: u64,
    /// The zone of the made-up workstation.
    pub zone: Zone,
    /// When its log ends.
    pub now: Timestamp,
}

impl DemoReport {
    fn write(&self, style: &Style, answer: &dyn Fn(&dyn Report, &Style) -> String) -> String {
        let style = &Style { zone: self.zone, now: self.now, ..style.clone() };
        let mut text = String::new();
        for (number, step) in self.steps.iter().enumerate() {
            text.push_str(&style.bold(&format!("{}. {}", number + 1, step.title)));
            text.push_str(&format!("\n{}\n\n", step.story));
            text.push_str(&style.dim(&format!("$ {}", step.command)));
            text.push('\n');
            text.push_str(answer(step.report.as_ref(), style).trim_end());
            text.push_str("\n\n");
        }
        let found = self.planted.iter().filter(|planted| planted.found).count();
        text.push_str(&style.bold("How much of it is true?"));
        text.push_str(&format!(
            "\nThe sample's generator planted {} schedules and chains among noise, outages and failures: {found} were found \
             with exactly their times, and {} of what was found was never planted.\n",
            self.planted.len(),
            self.surplus
        ));
        for planted in self.planted.iter().filter(|planted| !planted.found) {
            text.push_str(&format!("  missed: {} ({})\n", planted.task_type, planted.when));
        }
        text.push_str(
            "\nThe store was thrown away. Now with your own history: `tidetable import /var/log/syslog`, or \
             `tidetable import --help`.\n",
        );
        text
    }
}

impl Report for DemoReport {
    fn data(&self) -> Value {
        let steps: Vec<Value> = self
            .steps
            .iter()
            .map(|step| json!({ "title": step.title, "command": step.command, "data": step.report.data() }))
            .collect();
        json!({ "steps": steps, "planted": self.planted, "surplus": self.surplus })
    }

    fn table(&self, style: &Style) -> String {
        self.write(style, &|report, style| report.table(style))
    }

    fn detailed(&self, style: &Style) -> String {
        self.write(style, &|report, style| report.detailed(style))
    }
}
