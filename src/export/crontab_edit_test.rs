//! Editing crontabs: what changes, and that nothing else does.

use super::*;
use crate::domain::calendar::{CronEntry, parse_cron};
use crate::export::fixture;

fn calendar(cron: &str) -> CalendarSchedule {
    let Ok(CronEntry::Calendar(calendar)) = parse_cron(cron) else { panic!("{cron}") };
    calendar
}

fn entry(line: u64, expression: &str, command: &str) -> CrontabEntry {
    CrontabEntry {
        line,
        expression: expression.to_owned(),
        calendar: calendar(expression),
        zone: None,
        user: None,
        command: command.to_owned(),
    }
}

/// A rule that wanted `cron` and was moved by `shift` minutes.
fn stored(id: i64, cron: &str, shift: i64, source: RuleSource) -> StoredRule {
    let schedule = Schedule::Calendar(calendar(cron)).shifted(shift).expect("can be moved");
    let known = fixture::stored(id, cron);
    let rule = Rule {
        name: format!("job {id}"),
        schedule,
        command: Some("job --all".to_owned()),
        source,
        shift_minutes: shift,
        ..known.rule
    };
    StoredRule { id: RuleId(id), rule }
}

fn declared(id: i64, cron: &str, shift: i64) -> StoredRule {
    stored(id, cron, shift, RuleSource::Declared { origin: "/etc/crontab:1".to_owned() })
}

fn wanted(stored: &StoredRule) -> WantedRule<'_> {
    let rule = &stored.rule;
    WantedRule {
        stored,
        forms: vec![
            ScheduleForm { schedule: rule.schedule.clone(), shift_minutes: rule.shift_minutes },
            ScheduleForm { schedule: rule.wanted_schedule(), shift_minutes: 0 },
        ],
        is_declared_here: matches!(rule.source, RuleSource::Declared { .. }),
        is_named: false,
        elsewhere: None,
    }
}

fn setting() -> CrontabSetting {
    CrontabSetting { form: Some(CrontabForm::User), zone: Zone::UTC, now: fixture::now() }
}

fn plan(text: &str, entries: &[CrontabEntry], rules: &[&StoredRule]) -> CrontabEdit {
    let wanted: Vec<WantedRule<'_>> = rules.iter().map(|stored| wanted(stored)).collect();
    plan_crontab(text.as_bytes(), entries, &wanted, &|_| false, setting()).expect("one block at most")
}

fn text(edit: &CrontabEdit) -> &str {
    std::str::from_utf8(&edit.text).expect("text")
}

#[test]
fn a_declared_entry_gets_its_new_times_where_it_stands() {
    let rule = declared(1, "0 2 * * *", 20);
    let crontab = "# mine\nPATH=/bin\n0 2 * * *\tjob --all\n@daily other";
    let edit = plan(crontab, &[entry(3, "0 2 * * *", "job --all"), entry(4, "@daily", "other")], &[&rule]);
    assert_eq!(text(&edit), "# mine\nPATH=/bin\n20 2 * * *\tjob --all\n@daily other");
    let (_, RuleEdit::Retimed { line: 3, from, to, before }) = &edit.edits[0] else { panic!("{edit:?}") };
    assert_eq!((from.as_str(), to.as_str(), before.shift_minutes), ("0 2 * * *", "20 2 * * *", 0));
}

#[test]
fn what_is_there_already_is_unchanged() {
    let rule = declared(1, "0 2 * * *", 20);
    let edit = plan("20 2 * * * job --all\n", &[entry(1, "20 2 * * *", "job --all")], &[&rule]);
    assert_eq!(edit.edits, [(RuleId(1), RuleEdit::Unchanged)]);
    assert_eq!(text(&edit), "20 2 * * * job --all\n");
}

#[test]
fn an_entry_that_somebody_moved_or_removed_is_left_alone_with_the_reason() {
    let rule = declared(1, "0 2 * * *", 20);
    let edit = plan("0 5 * * * job --all\n", &[entry(1, "0 5 * * *", "job --all")], &[&rule]);
    let RuleEdit::Refused { reason } = &edit.edits[0].1 else { panic!("{edit:?}") };
    assert!(reason.contains("other times now: \"0 5 * * *\""), "{reason}");
    let edit = plan("", &[], &[&rule]);
    let RuleEdit::Refused { reason } = &edit.edits[0].1 else { panic!("{edit:?}") };
    assert!(reason.contains("no longer in the crontab"), "{reason}");
}

#[test]
fn equal_entries_are_one_rule_and_move_together() {
    let rule = declared(1, "0 2 * * *", 20);
    let crontab = "0 2 * * * job --all\n0 2 * * * job --all\n";
    let entries = [entry(1, "0 2 * * *", "job --all"), entry(2, "0 2 * * *", "job --all")];
    assert_eq!(text(&plan(crontab, &entries, &[&rule])), crontab.replace("0 2", "20 2"));
}

#[test]
fn an_entry_in_another_zone_is_not_taken_for_the_rule() {
    let rule = declared(1, "0 2 * * *", 20);
    let mut elsewhere = entry(2, "0 2 * * *", "job --all");
    elsewhere.zone = Some(Zone::Asia__Tokyo);
    let edit = plan("CRON_TZ=Asia/Tokyo\n0 2 * * * job --all\n", &[elsewhere], &[&rule]);
    let RuleEdit::Refused { reason } = &edit.edits[0].1 else { panic!("{edit:?}") };
    assert!(reason.contains("Asia/Tokyo"), "{reason}");
}

#[test]
fn rules_added_by_hand_stand_in_a_block_that_is_kept_current() {
    let rule = stored(5, "0 3 * * *", 0, RuleSource::Manual);
    let edit = plan("0 1 * * * other", &[entry(1, "0 1 * * *", "other")], &[&rule]);
    let expected = "0 1 * * * other\n# BEGIN tidetable: written by `tidetable rules apply`; change the rules, not these lines\n\
                    # rule 5: job 5\n0 3 * * * job --all\n# END tidetable\n";
    assert_eq!(text(&edit), expected);
    let moved = stored(5, "0 3 * * *", 10, RuleSource::Manual);
    let again = plan(expected, &[entry(1, "0 1 * * *", "other")], &[&moved]);
    assert_eq!(again.edits, [(RuleId(5), RuleEdit::Written { replaces: true })]);
    assert_eq!(text(&again), expected.replace("0 3 * * *", "10 3 * * *"));
    let gone =
        plan_crontab(expected.as_bytes(), &[], &[], &|id| id == RuleId(5), setting()).expect("a block");
    assert_eq!(gone.edits, [(RuleId(5), RuleEdit::TakenOut)]);
    assert_eq!(text(&gone), "0 1 * * * other\n");
}

#[test]
fn an_entry_behind_the_block_is_found_again_when_the_block_grows() {
    let (added, moved) = (stored(5, "0 3 * * *", 0, RuleSource::Manual), declared(1, "0 2 * * *", 20));
    let added = StoredRule { rule: Rule { command: Some("new".to_owned()), ..added.rule.clone() }, ..added };
    let crontab = "# BEGIN tidetable\n# rule 9: x\n1 1 * * * x\n# END tidetable\n0 2 * * * job --all\n";
    let edit = plan(crontab, &[entry(5, "0 2 * * *", "job --all")], &[&added, &moved]);
    assert!(text(&edit).contains("# rule 5: job 5\n0 3 * * * new\n"), "{}", text(&edit));
    assert!(text(&edit).ends_with("# END tidetable\n20 2 * * * job --all\n"), "{}", text(&edit));
}

#[test]
fn what_something_else_starts_already_is_not_added() {
    let elsewhere =
        WantedRule { is_declared_here: false, ..wanted(&declared(1, "0 2 * * *", 20)) }.stored.clone();
    let pattern_id = crate::domain::patterns::PatternId(3);
    let mined = stored(2, "0 4 * * *", 0, RuleSource::Mined { pattern_id });
    let mut rules = [wanted(&elsewhere), wanted(&mined)];
    rules[0].is_declared_here = false;
    let edit = plan_crontab(b"", &[], &rules, &|_| false, setting()).expect("no block");
    assert!(edit.edits.iter().all(|(_, edit)| matches!(edit, RuleEdit::Refused { .. })), "{edit:?}");
    assert_eq!(text(&edit), "");
    rules[1].is_named = true;
    rules[1].elsewhere = Some("/etc/cron.d/jobs".to_owned());
    let edit = plan_crontab(b"", &[], &rules, &|_| false, setting()).expect("no block");
    assert!(matches!(&edit.edits[1].1, RuleEdit::Refused { reason } if reason.contains("run twice")));
    rules[1].elsewhere = None;
    let edit = plan_crontab(b"", &[], &rules, &|_| false, setting()).expect("no block");
    assert_eq!(edit.edits[1].1, RuleEdit::Written { replaces: false });
}

#[test]
fn a_block_below_a_foreign_zone_takes_rules_of_that_zone_only() {
    let rule = stored(5, "0 3 * * *", 0, RuleSource::Manual);
    let edit = plan("CRON_TZ=\"Asia/Tokyo\"\n", &[], &[&rule]);
    let RuleEdit::Refused { reason } = &edit.edits[0].1 else { panic!("{edit:?}") };
    assert_eq!(reason, "its times are those of UTC, and cron goes by Asia/Tokyo");
}
