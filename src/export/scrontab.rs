//! Slurm's scrontab: crontab lines, each below its `#SCRON` options.

use super::block::rule_comment;
use super::demands::demands;
use super::expression::{command_of, cron_lines, one_line};
use super::{Exported, ExportedFile, Inexpressible};
use crate::domain::calendar::{DayFilter, Schedule, Zone};
use crate::domain::rules::{Rule, StoredRule};
use crate::domain::time::Timestamp;

const TARGET: &str = "a scrontab";

/// One scrontab with the rules that it can express, where the controller's clock is in `zone`. Source: scrontab(1),
/// sbatch(1).
pub fn scrontab(rules: &[StoredRule], zone: Zone, now: Timestamp) -> Exported {
    let mut exported = Exported::default();
    let mut text = String::new();
    for StoredRule { id, rule } in rules {
        match scrontab_lines(rule, zone, now) {
            Ok(lines) => {
                text.push_str(&rule_comment(*id, &one_line(&rule.name)));
                text.push_str(&lines);
                exported.written.push(*id);
            }
            Err(reason) => exported.left_out.push((*id, reason)),
        }
    }
    if !text.is_empty() {
        exported.files.push(ExportedFile { name: "scrontab".to_owned(), text });
    }
    exported
}

/// The lines of one rule. Options hold for the one line that follows, so that each line has its own.
pub(super) fn scrontab_lines(rule: &Rule, zone: Zone, now: Timestamp) -> Result<String, Inexpressible> {
    if rule.zone != zone {
        return Err(Inexpressible::Zone { target: "Slurm", zone: rule.zone.name(), other: zone.name() });
    }
    // That one of two restricted fields begins with a star means something in cron alone.
    if let Schedule::Calendar(calendar) = &rule.schedule
        && matches!(calendar.days.normalised(), DayFilter::MonthDaysAndWeekdays { .. })
    {
        return Err(Inexpressible::Times { target: TARGET, schedule: rule.schedule.describe() });
    }
    let command = command_of(rule)?;
    if command.contains(['\n', '\r']) {
        return Err(Inexpressible::SeveralLines);
    }
    let options = options(rule);
    let lines = cron_lines(rule, TARGET, now)?;
    Ok(lines.iter().map(|times| format!("{options}{times} {command}\n")).collect())
}

/// `#SCRON` lines for what the runs are known to need.
fn options(rule: &Rule) -> String {
    slurm_options(rule).iter().map(|option| format!("#SCRON {option}\n")).collect()
}

/// Options of a Slurm job for what the runs are known to need.
pub(super) fn slurm_options(rule: &Rule) -> Vec<String> {
    let needs = demands(rule);
    let mut options = Vec::new();
    if let Some(minutes) = needs.limit_minutes {
        options.push(format!("--time={minutes}"));
    }
    if let Some(cores) = needs.cpu_cores {
        options.push(format!("--cpus-per-task={}", cores.ceil()));
    }
    if let Some(memory) = needs.memory_limit_mib {
        options.push(format!("--mem={memory}M"));
    }
    if let Some(gpus) = needs.gpus.filter(|gpus| *gpus > 0) {
        options.push(format!("--gpus={gpus}"));
    }
    options
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::patterns::{Quantiles, ResourceProfile};
    use crate::export::fixture::{now, stored};

    #[test]
    fn what_is_known_of_the_runs_stands_above_the_line() {
        let mut training = stored(7, "30 2 * * *");
        training.rule.command = Some("srun train --epochs 3%".to_owned());
        training.rule.resources = ResourceProfile {
            duration_seconds: Quantiles::of([3_000.0]),
            cpu_cores: Quantiles::of([3.5]),
            memory_mib: Quantiles::of([8_000.0]),
            gpu_count: Quantiles::of([1.0]),
            runs_used: 1,
            ..Default::default()
        };
        let exported = scrontab(&[training], Zone::UTC, now());
        assert_eq!(
            exported.files[0].text,
            "# rule 7: work 7\n#SCRON --time=100\n#SCRON --cpus-per-task=4\n#SCRON --mem=10000M\n#SCRON --gpus=1\n\
             30 2 * * * srun train --epochs 3%\n"
        );
    }

    #[test]
    fn what_cron_alone_understands_is_left_out() {
        let exported = scrontab(&[stored(1, "0 0 */2 * 1"), stored(2, "0 0 1,15 * 1")], Zone::UTC, now());
        assert_eq!((exported.written.len(), exported.left_out.len()), (1, 1));
        let elsewhere = scrontab(&[stored(1, "0 0 * * *")], Zone::Europe__Berlin, now());
        assert_eq!(
            elsewhere.left_out[0].1.to_string(),
            "its times are those of UTC, and Slurm goes by Europe/Berlin"
        );
    }
}
