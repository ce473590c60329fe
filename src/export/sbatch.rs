//! Slurm's one-off jobs: an `sbatch --begin` for each start within a span of time.

use super::expression::{command_of, one_line};
use super::scrontab::slurm_options;
use super::{Exported, ExportedFile, Inexpressible};
use crate::domain::calendar::{LocalInstant, Schedule, Zone, local_time, resolve_local};
use crate::domain::rules::StoredRule;
use crate::domain::time::{TimeSpan, Timestamp};

/// Starts of one rule beyond which its jobs are not written one by one.
const MOST_STARTS: usize = 1_000;

/// A shell script that submits a job for each start of the rules within `span`, where clocks show the time of `zone`.
/// What fires too often for that, has no times of its own, or begins at a time that clocks show twice, is left out.
/// Source: sbatch(1).
pub fn sbatch(rules: &[StoredRule], zone: Zone, span: TimeSpan) -> Exported {
    let mut exported = Exported::default();
    let mut jobs = String::new();
    for stored in rules {
        match jobs_of(stored, zone, span) {
            Ok(lines) => {
                jobs.push_str(&format!("\n# rule {}: {}\n{lines}", stored.id.0, one_line(&stored.rule.name)));
                exported.written.push(stored.id);
            }
            Err(reason) => exported.left_out.push((stored.id, reason)),
        }
    }
    if !jobs.is_empty() {
        let shown = |at: Timestamp| local_time(zone, at).format("%Y-%m-%d %H:%M");
        let head = format!(
            "#!/bin/sh\n# One job for each start from {} to {} ({}).\n# Run it once, as the user whose jobs they are: \
             run twice, it submits them twice.\n# `scancel --name=NAME` takes back those of one rule that have not \
             begun.\nset -e\n",
            shown(span.start),
            shown(span.end),
            zone.name()
        );
        exported.files.push(ExportedFile { name: "sbatch.sh".to_owned(), text: head + &jobs });
    }
    exported
}

/// One line for each start of a rule.
fn jobs_of(stored: &StoredRule, zone: Zone, span: TimeSpan) -> Result<String, Inexpressible> {
    let StoredRule { id, rule } = stored;
    if matches!(rule.schedule, Schedule::Follows { .. } | Schedule::Window { .. }) {
        return Err(Inexpressible::Times { target: "sbatch --begin", schedule: rule.schedule.describe() });
    }
    let command = quoted(command_of(rule)?);
    let starts: Vec<Timestamp> =
        rule.schedule.occurrences_iter(span, rule.zone).take(MOST_STARTS + 1).collect();
    match starts.len() {
        0 => return Err(Inexpressible::NoStart),
        count if count > MOST_STARTS => return Err(Inexpressible::TooManyStarts { most: MOST_STARTS }),
        _ => {}
    }
    let options: String = slurm_options(rule).iter().map(|option| format!(" {option}")).collect();
    let comment = quoted(&one_line(&rule.name));
    let line = |start: &Timestamp| {
        let local = local_time(zone, *start);
        match resolve_local(zone, local) {
            LocalInstant::Once(_) => Ok(format!(
                "sbatch --begin={} --job-name=tidetable-{} --comment={comment}{options} --wrap={command}\n",
                local.format("%Y-%m-%dT%H:%M:%S"),
                id.0
            )),
            _ => Err(Inexpressible::AmbiguousStart { local: local.format("%Y-%m-%d %H:%M").to_string() }),
        }
    };
    starts.iter().map(line).collect()
}

/// One word of a shell, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::patterns::Quantiles;
    use crate::domain::time::HOUR_MS;
    use crate::export::fixture::{now, stored};

    fn hours(start: &str, count: i64) -> TimeSpan {
        let start = Timestamp::parse_rfc3339(start).expect("instant");
        TimeSpan { start, end: start.plus_ms(count * HOUR_MS) }
    }

    #[test]
    fn each_start_becomes_a_job_that_begins_then_in_the_zone_of_the_cluster() {
        let mut training = stored(7, "0 2,14 * * *");
        training.rule.command = Some("echo \"it's $HOME\"".to_owned());
        training.rule.resources.gpu_count = Quantiles::of([1.0]);
        let exported = sbatch(&[training], Zone::Europe__Berlin, hours("2026-03-01T12:00:00Z", 24));
        let text = &exported.files[0].text;
        let jobs: Vec<&str> = text.lines().filter(|line| line.starts_with("sbatch")).collect();
        let job = |begin: &str| {
            format!(
                "sbatch --begin={begin} --job-name=tidetable-7 --comment='work 7' --gpus=1 \
                 --wrap='echo \"it'\\''s $HOME\"'"
            )
        };
        assert_eq!(jobs, [job("2026-03-01T15:00:00"), job("2026-03-02T03:00:00")]);
        assert!(
            text.starts_with("#!/bin/sh\n# One job for each start from 2026-03-01 13:00 to 2026-03-02 13:00")
        );
    }

    #[test]
    fn what_scrontab_cannot_say_is_a_job_for_each_start() {
        let mut odd = stored(1, "0 0 * * *");
        odd.rule.schedule = Schedule::Period { period_ms: 7 * 60_000, anchor: now() };
        let exported = sbatch(&[odd], Zone::UTC, hours("2026-03-01T12:00:00Z", 24));
        assert_eq!(exported.files[0].text.matches("sbatch --begin").count(), 206);
    }

    #[test]
    fn what_has_no_start_too_many_or_one_at_an_hour_that_comes_twice_is_left_out() {
        let reason = |cron: &str, zone: Zone, count: i64| {
            let span = hours("2026-10-24T22:00:00Z", count);
            sbatch(&[stored(1, cron)], zone, span).left_out.first().map(|(_, reason)| reason.to_string())
        };
        assert_eq!(reason("0 0 1 1 *", Zone::UTC, 24).as_deref(), Some("it does not start in this time"));
        assert_eq!(
            reason("* * * * *", Zone::UTC, 24).as_deref(),
            Some("it starts more than 1000 times in this time, too often for a job each")
        );
        // Clocks in Berlin show 02:30 at 00:30 and at 01:30 UTC on that day.
        assert_eq!(
            reason("30 0 * * *", Zone::Europe__Berlin, 4).as_deref(),
            Some(
                "it starts at 2026-10-25 02:30, which clocks show twice, and sbatch --begin cannot say which"
            )
        );
        assert_eq!(reason("30 0 * * *", Zone::UTC, 4), None);
    }
}
