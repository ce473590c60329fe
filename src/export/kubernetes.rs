//! Kubernetes: a CronJob for each rule.

use super::demands::{Demands, demands};
use super::expression::{command_of, cron_lines, one_line};
use super::{Exported, ExportedFile, Inexpressible};
use crate::domain::calendar::{DayFilter, Schedule};
use crate::domain::rules::{RuleId, StoredRule, shortest_spacing_ms};
use crate::domain::time::Timestamp;

const TARGET: &str = "a CronJob";

/// Longest name of a CronJob: Kubernetes adds eleven characters for each job. Source: its documentation of CronJob.
const LONGEST_NAME: usize = 52;

/// A start that was missed is made up for within this, at most; without a deadline, a CronJob that missed a hundred
/// starts is never started again.
const LONGEST_DEADLINE_SECONDS: i64 = 3_600;

/// One file with a CronJob (batch/v1) for each rule that it can express, in containers of `image`.
pub fn kubernetes(rules: &[StoredRule], image: &str, now: Timestamp) -> Exported {
    let mut exported = Exported::default();
    let mut documents: Vec<String> = Vec::new();
    for stored in rules {
        match cron_job(stored, image, now) {
            Ok(document) => {
                documents.push(document);
                exported.written.push(stored.id);
            }
            Err(reason) => exported.left_out.push((stored.id, reason)),
        }
    }
    if !documents.is_empty() {
        exported.files.push(ExportedFile { name: "cronjobs.yaml".to_owned(), text: documents.join("---\n") });
    }
    exported
}

fn cron_job(stored: &StoredRule, image: &str, now: Timestamp) -> Result<String, Inexpressible> {
    let StoredRule { id, rule } = stored;
    let inexpressible = || Inexpressible::Times { target: TARGET, schedule: rule.schedule.describe() };
    // A star with a step is a restriction like any other to its parser: day of month and of week are joined by or.
    if let Schedule::Calendar(calendar) = &rule.schedule
        && matches!(calendar.days.normalised(), DayFilter::MonthDaysAndWeekdays { .. })
    {
        return Err(inexpressible());
    }
    let command = command_of(rule)?;
    let lines = cron_lines(rule, TARGET, now)?;
    let [schedule] = lines.as_slice() else { return Err(inexpressible()) };
    let spacing = shortest_spacing_ms(&rule.schedule, rule.zone, now).unwrap_or(i64::MAX) / 1_000;
    let deadline = spacing.clamp(60, LONGEST_DEADLINE_SECONDS);
    let needs = demands(rule);
    let limit = needs.limit_minutes.map_or_else(String::new, |minutes| {
        format!("      activeDeadlineSeconds: {}\n", minutes.saturating_mul(60))
    });
    Ok(format!(
        "# rule {}: {}\napiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: {}\n  labels:\n    \
         app.kubernetes.io/managed-by: tidetable\n  annotations:\n    tidetable/task-type: {}\nspec:\n  \
         schedule: {}\n  timeZone: {}\n  concurrencyPolicy: Forbid\n  startingDeadlineSeconds: {deadline}\n  \
         jobTemplate:\n    spec:\n      backoffLimit: 0\n{limit}      template:\n        spec:\n          \
         restartPolicy: Never\n          containers:\n            - name: job\n              image: {}\n              \
         command: [\"/bin/sh\", \"-c\", {}]\n{}",
        id.0,
        one_line(&rule.name),
        name(*id, &rule.task_type),
        quoted(&rule.task_type),
        quoted(schedule),
        quoted(rule.zone.name()),
        quoted(image),
        // It expands $(NAME) itself, and reads $$ as one.
        quoted(&command.replace('$', "$$")),
        resources(&needs)
    ))
}

/// A DNS label that is the rule's own: its id, then what its task type has of letters and digits.
fn name(id: RuleId, task_type: &str) -> String {
    let mut name = format!("tidetable-{}", id.0);
    let words = task_type.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    for word in words {
        if name.len() + 1 + word.len() > LONGEST_NAME {
            break;
        }
        name.push('-');
        name.push_str(&word.to_ascii_lowercase());
    }
    name
}

/// A text as a double-quoted scalar: what JSON escapes, YAML reads back.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            // Line separators and the byte order mark break lines or are dropped by some readers.
            '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            control if control.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

fn resources(needs: &Demands) -> String {
    let mut requests = String::new();
    let mut limits = String::new();
    let line = |lines: &mut String, name: &str, value: String| {
        lines.push_str(&format!("                  {name}: \"{value}\"\n"));
    };
    if let Some(cores) = needs.cpu_cores {
        line(&mut requests, "cpu", format!("{}m", (cores * 1_000.0).ceil()));
    }
    if let Some(memory) = needs.memory_mib {
        line(&mut requests, "memory", format!("{memory}Mi"));
    }
    if let Some(memory) = needs.memory_limit_mib {
        line(&mut limits, "memory", format!("{memory}Mi"));
    }
    if let Some(gpus) = needs.gpus.filter(|gpus| *gpus > 0) {
        line(&mut limits, "nvidia.com/gpu", gpus.to_string());
    }
    let part = |title: &str, lines: String| {
        if lines.is_empty() { String::new() } else { format!("                {title}:\n{lines}") }
    };
    let parts = part("requests", requests) + &part("limits", limits);
    if parts.is_empty() { parts } else { format!("              resources:\n{parts}") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::calendar::Zone;
    use crate::domain::patterns::{Quantiles, ResourceProfile};
    use crate::domain::rules::Rule;
    use crate::export::fixture::{now, stored};

    fn training() -> StoredRule {
        let known = stored(4, "30 2 * * 1-5");
        let rule = Rule {
            name: "nightly\ntraining".to_owned(),
            task_type: "root: train --all Of.It".to_owned(),
            zone: Zone::Europe__Berlin,
            command: Some("train \"$X\"\nsync".to_owned()),
            resources: ResourceProfile {
                duration_seconds: Quantiles::of([600.0]),
                cpu_cores: Quantiles::of([0.25]),
                memory_mib: Quantiles::of([100.0]),
                gpu_count: Quantiles::of([2.0]),
                ..Default::default()
            },
            ..known.rule
        };
        StoredRule { rule, ..known }
    }

    #[test]
    fn a_rule_becomes_a_cron_job_with_its_zone_and_needs() {
        let exported = kubernetes(&[training()], "registry/train:1", now());
        let expected = r#"# rule 4: nightly training
apiVersion: batch/v1
kind: CronJob
metadata:
  name: tidetable-4-root-train-all-of-it
  labels:
    app.kubernetes.io/managed-by: tidetable
  annotations:
    tidetable/task-type: "root: train --all Of.It"
spec:
  schedule: "30 2 * * 1-5"
  timeZone: "Europe/Berlin"
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 3600
  jobTemplate:
    spec:
      backoffLimit: 0
      activeDeadlineSeconds: 1200
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: job
              image: "registry/train:1"
              command: ["/bin/sh", "-c", "train \"$$X\"\nsync"]
              resources:
                requests:
                  cpu: "250m"
                  memory: "100Mi"
                limits:
                  memory: "125Mi"
                  nvidia.com/gpu: "2"
"#;
        assert_eq!(exported.files[0].text, expected);
    }

    #[test]
    fn what_its_parser_reads_otherwise_is_left_out() {
        let exported = kubernetes(&[stored(1, "0 0 */2 * 1")], "image", now());
        assert_eq!((exported.files, exported.left_out.len()), (Vec::new(), 1));
    }

    proptest! {
        #[test]
        fn names_are_dns_labels_and_texts_are_json_strings(id in 1_i64..1_000_000_000, text in "\\PC{0,80}") {
            let name = name(RuleId(id), &text);
            prop_assert!(name.len() <= LONGEST_NAME);
            prop_assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'));
            prop_assert!(name.ends_with(|c: char| c.is_ascii_alphanumeric()));
            let read: String = serde_json::from_str(&quoted(&text)).expect("a JSON string");
            prop_assert_eq!(read, text);
        }
    }
}
