//! What `gpu clear` answers.

use serde_json::{Value, json};

use super::format::{count, shorten};
use super::gpu::{mebibytes, process_age};
use super::{Report, Style};
use crate::domain::device::{ClearPlan, PlannedEnd};

/// What became of a process, in words for scripts and for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownEnd {
    /// ended, killed, already_gone, reused, still_running or failed.
    pub outcome: &'static str,
    /// The same for people.
    pub text: String,
}

/// Memory before and after, MiB.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FreedMemory {
    /// What the processes to be ended held, as far as it was known.
    pub requested_mib: f64,
    /// How much less is in use now; `None` when the driver does not tell.
    pub freed_mib: Option<f64>,
}

impl FreedMemory {
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
    /// What became of the processes to be ended, in the plan's order; `None` when it was only planned.
    pub ends: Option<Vec<ShownEnd>>,
    /// Memory before and after; `None` when it was only planned.
    pub freed: Option<FreedMemory>,
}

impl ClearReport {
    fn end_value(&self, index: usize, process: &PlannedEnd) -> Value {
        json!({
            "pid": process.pid,
            "user": process.user,
            "command": process.command,
            "started": process.started,
            "gpus": process.gpus,
            "memory_mib": process.memory_mib,
            "leader": process.leader,
            "outcome": self.ends.as_ref().and_then(|ends| ends.get(index)).map(|end| end.outcome),
        })
    }
}

fn indices(gpus: &[u32]) -> String {
    gpus.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

impl Report for ClearReport {
    fn data(&self) -> Value {
        let end: Vec<Value> =
            self.plan.end.iter().enumerate().map(|(index, process)| self.end_value(index, process)).collect();
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
            "status": if self.ends.is_some() { "done" } else { "planned" },
            "terminate": end,
            "keep": spare,
            "requested_mib": self.plan.requested_mib(),
            "freed_mib": self.freed.and_then(|freed| freed.freed_mib),
            "still_held_mib": self.freed.and_then(|freed| freed.still_held_mib()),
        })
    }

    fn table(&self, style: &Style) -> String {
        if self.plan.end.is_empty() && self.plan.spare.is_empty() {
            return "No process holds GPU memory.\n".to_owned();
        }
        let mut table = style.new_table(&["PID", "GPU", "MEMORY", "USER", "AGE", "COMMAND", "VERDICT"]);
        for (index, process) in self.plan.end.iter().enumerate() {
            let verdict = match self.ends.as_ref().and_then(|ends| ends.get(index)) {
                Some(end) => end.text.clone(),
                None => match process.leader {
                    Some(leader) => format!("terminate, after {leader}"),
                    None => "terminate".to_owned(),
                },
            };
            table.add_row(vec![
                process.pid.to_string(),
                indices(&process.gpus),
                mebibytes(process.memory_mib),
                process.user.clone(),
                process_age(style, process.started),
                shorten(&process.command, 40),
                verdict,
            ]);
        }
        for process in &self.plan.spare {
            table.add_row(vec![
                process.pid.to_string(),
                indices(&process.gpus),
                mebibytes(process.memory_mib),
                "-".to_owned(),
                "-".to_owned(),
                process.command.as_ref().map_or_else(|| "-".to_owned(), |command| shorten(command, 40)),
                format!("keep: {}", process.reason),
            ]);
        }
        let chosen = match self.plan.end.len() as u64 {
            0 => "Nothing to terminate".to_owned(),
            1 => "1 process to terminate".to_owned(),
            several => format!("{} processes to terminate", count(several)),
        };
        let asked = mebibytes(Some(self.plan.requested_mib()));
        let summary = match &self.freed {
            Some(freed) => format!(
                "{asked} asked for, {} freed, {} still held",
                mebibytes(freed.freed_mib),
                mebibytes(freed.still_held_mib())
            ),
            None => format!("{chosen}, holding {asked}"),
        };
        format!("{}\n{summary}\n", style.finish_table(table))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::Zone;
    use crate::domain::device::{SpareReason, SparedProcess};
    use crate::domain::time::Timestamp;

    fn style() -> Style {
        Style {
            color: false,
            width: None,
            glyphs: crate::output::Glyphs::Ascii,
            zone: Zone::UTC,
            now: Timestamp::clamped(1_772_366_400_000),
        }
    }

    fn report() -> ClearReport {
        let plan = ClearPlan {
            end: vec![PlannedEnd {
                pid: 900,
                start_ticks: 1,
                user_id: 1_000,
                user: "one".to_owned(),
                command: "python3 train.py".to_owned(),
                started: Some(Timestamp::clamped(1_772_366_400_000 - 7_200_000)),
                gpus: vec![0],
                memory_mib: Some(20_480.0),
                leader: None,
            }],
            spare: vec![SparedProcess {
                pid: 700,
                command: Some("/usr/lib/xorg/Xorg".to_owned()),
                gpus: vec![0],
                memory_mib: None,
                reason: SpareReason::Protected,
            }],
        };
        ClearReport { plan, ends: None, freed: None }
    }

    #[test]
    fn a_plan_names_every_process_with_its_reason() {
        let text = report().table(&style());
        assert!(text.contains("2 h 00 min"), "{text}");
        assert!(text.contains("keep: protected"), "{text}");
        assert!(text.contains("1 process to terminate, holding 20.0 GiB"), "{text}");
        assert_eq!(report().data()["status"], "planned");
    }

    #[test]
    fn what_was_freed_is_told_from_what_was_asked_for() {
        let mut done = report();
        done.ends = Some(vec![ShownEnd { outcome: "ended", text: "ended".to_owned() }]);
        done.freed = Some(FreedMemory { requested_mib: 20_480.0, freed_mib: Some(15_360.0) });
        let data = done.data();
        assert_eq!(data["freed_mib"], 15_360.0);
        assert_eq!(data["still_held_mib"], 5_120.0);
        assert!(done.table(&style()).contains("20.0 GiB asked for, 15.0 GiB freed, 5120 MiB still held"));
    }
}
