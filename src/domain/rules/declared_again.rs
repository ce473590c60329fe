//! A crontab that is read again after rules were carried to it: its new times are those of rules that are known.

use super::{Rule, RuleSource, StoredRule};
use crate::domain::calendar::Schedule;

/// Gives each of the `told` rules that stands at the times a plan gave to a rule in `stored` the shift of that rule, so
/// that it is the same rule at its new times and not another one. A rule that stands at the times it always wanted is
/// that rule, whatever else fits.
pub fn recognise_moved(told: &mut [Rule], stored: &[StoredRule]) {
    let mut claimed = vec![false; stored.len()];
    let mut is_known = vec![false; told.len()];
    for (rule, is_known) in told.iter().zip(&mut is_known) {
        let same =
            |known: &Rule| is_same_entry(rule, known) && fire_alike(&rule.schedule, &known.wanted_schedule());
        if let Some(position) = unclaimed(stored, &claimed, same) {
            (claimed[position], *is_known) = (true, true);
        }
    }
    for (rule, _) in told.iter_mut().zip(is_known).filter(|(_, is_known)| !is_known) {
        let moved = |known: &Rule| {
            known.shift_minutes != 0
                && is_same_entry(rule, known)
                && fire_alike(&rule.schedule, &known.schedule)
        };
        if let Some(position) = unclaimed(stored, &claimed, moved) {
            claimed[position] = true;
            rule.shift_minutes = stored[position].rule.shift_minutes;
        }
    }
}

fn unclaimed(stored: &[StoredRule], claimed: &[bool], wanted: impl Fn(&Rule) -> bool) -> Option<usize> {
    (0..stored.len()).find(|position| !claimed[*position] && wanted(&stored[*position].rule))
}

fn fire_alike(one: &Schedule, other: &Schedule) -> bool {
    one == other || one.cron().is_some_and(|text| other.cron() == Some(text))
}

/// Whether both were declared by one crontab, for the same command of the same user; lines come and go.
fn is_same_entry(one: &Rule, other: &Rule) -> bool {
    let file = |rule: &Rule| match &rule.source {
        RuleSource::Declared { origin } => {
            Some(origin.rsplit_once(':').map_or(origin.clone(), |(file, _)| file.to_owned()))
        }
        RuleSource::Mined { .. } | RuleSource::Manual => None,
    };
    file(one).is_some()
        && file(one) == file(other)
        && (&one.command, &one.user, &one.host, one.zone)
            == (&other.command, &other.user, &other.host, other.zone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rules::RuleId;
    use crate::domain::rules::fixture::rule;

    fn declared(cron: &str, line: u64) -> Rule {
        let source = RuleSource::Declared { origin: format!("/etc/crontab:{line}") };
        Rule { source, command: Some("job".to_owned()), ..rule("job", cron) }
    }

    fn moved(cron: &str, minutes: i64) -> StoredRule {
        let rule = declared(cron, 1);
        let schedule = rule.schedule.shifted(minutes).expect("can be moved");
        StoredRule { id: RuleId(1), rule: Rule { schedule, shift_minutes: minutes, ..rule } }
    }

    #[test]
    fn an_entry_at_the_times_of_a_plan_is_the_rule_that_the_plan_moved() {
        let mut told = [declared("20 2 * * *", 4)];
        recognise_moved(&mut told, &[moved("0 2 * * *", 20)]);
        assert_eq!(told[0].shift_minutes, 20);
        assert_eq!(told[0].wanted_schedule().cron().as_deref(), Some("0 2 * * *"));
    }

    #[test]
    fn an_entry_at_the_times_it_always_had_is_that_rule() {
        let stored = [moved("0 2 * * *", 20), moved("20 2 * * *", 0)];
        let mut told = [declared("20 2 * * *", 1)];
        recognise_moved(&mut told, &stored);
        assert_eq!(told[0].shift_minutes, 0);
        let mut both = [declared("20 2 * * *", 1), declared("20 2 * * *", 2)];
        recognise_moved(&mut both, &stored);
        assert_eq!(both.map(|rule| rule.shift_minutes), [0, 20]);
    }

    #[test]
    fn another_command_or_another_crontab_is_another_rule() {
        let mut told = [Rule { command: Some("other".to_owned()), ..declared("20 2 * * *", 1) }];
        recognise_moved(&mut told, &[moved("0 2 * * *", 20)]);
        assert_eq!(told[0].shift_minutes, 0);
        let source = RuleSource::Declared { origin: "/etc/cron.d/x:1".to_owned() };
        let mut told = [Rule { source, ..declared("20 2 * * *", 1) }];
        recognise_moved(&mut told, &[moved("0 2 * * *", 20)]);
        assert_eq!(told[0].shift_minutes, 0);
    }
}
