//! Crontab lines, in the form of a user's crontab or of /etc/crontab.

use super::block::rule_comment;
use super::expression::{command_of, cron_lines, one_line, user_of};
use super::{Exported, ExportedFile, Inexpressible};
use crate::domain::calendar::Zone;
use crate::domain::rules::{Rule, StoredRule};
use crate::domain::time::Timestamp;

/// Which form of crontab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrontabForm {
    /// A user's own: no user column.
    User,
    /// /etc/crontab and /etc/cron.d: the user stands before the command.
    System,
}

/// What becomes of a rule in another zone than cron's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForeignZones {
    /// It stands below a `CRON_TZ` line, which cronie reads and Debian's cron does not.
    Named,
    /// It is left out.
    LeftOut,
}

/// The lines of one rule with what they are sorted by.
struct Entry<'a> {
    user: Option<&'a str>,
    zone: Zone,
    text: String,
}

/// One crontab with the rules that it can express. In the user's form, rules of different users stand below a comment
/// each. `now` is where the year begins over which split times are compared with the whole.
pub fn crontab(
    rules: &[StoredRule],
    form: CrontabForm,
    cron_zone: Zone,
    foreign: ForeignZones,
    now: Timestamp,
) -> Exported {
    let mut exported = Exported::default();
    let mut entries: Vec<Entry<'_>> = Vec::new();
    for StoredRule { id, rule } in rules {
        let zone = if foreign == ForeignZones::Named { rule.zone } else { cron_zone };
        match crontab_lines(rule, form, zone, now) {
            Ok((user, lines)) => {
                let text = format!("{}{lines}", rule_comment(*id, &one_line(&rule.name)));
                entries.push(Entry { user, zone: rule.zone, text });
                exported.written.push(*id);
            }
            Err(reason) => exported.left_out.push((*id, reason)),
        }
    }
    // CRON_TZ holds for all lines below it: lines of cron's own zone go first.
    let group = |entry: &Entry<'_>| match form {
        CrontabForm::User => entry.user.map(str::to_owned),
        CrontabForm::System => None,
    };
    entries.sort_by_key(|entry| (group(entry), entry.zone != cron_zone, entry.zone.name()));
    if !entries.is_empty() {
        exported
            .files
            .push(ExportedFile { name: "crontab".to_owned(), text: written(&entries, cron_zone, group) });
    }
    exported
}

fn written<'a>(
    entries: &[Entry<'a>],
    cron_zone: Zone,
    group: impl Fn(&Entry<'a>) -> Option<String>,
) -> String {
    let mut text = String::new();
    let several = entries.iter().any(|entry| group(entry) != group(&entries[0]));
    let mut above: Option<(Option<String>, Zone)> = None;
    for entry in entries {
        let here = group(entry);
        let begins_group = above.as_ref().is_none_or(|(above, _)| *above != here);
        if begins_group && several {
            match &here {
                Some(user) => text.push_str(&format!("# for the crontab of {user}\n")),
                None => text.push_str("# user unknown\n"),
            }
        }
        let zone_above = above.as_ref().filter(|_| !begins_group).map_or(cron_zone, |(_, zone)| *zone);
        if zone_above != entry.zone {
            text.push_str(&format!("CRON_TZ={}\n", entry.zone.name()));
        }
        text.push_str(&entry.text);
        above = Some((here, entry.zone));
    }
    text
}

/// The user and the lines of a rule, where cron goes by `zone`.
pub(super) fn crontab_lines(
    rule: &Rule,
    form: CrontabForm,
    zone: Zone,
    now: Timestamp,
) -> Result<(Option<&str>, String), Inexpressible> {
    if rule.zone != zone {
        return Err(Inexpressible::Zone { target: "cron", zone: rule.zone.name(), other: zone.name() });
    }
    let command = command_of(rule)?;
    if command.contains(['\n', '\r']) {
        return Err(Inexpressible::SeveralLines);
    }
    let user = user_of(rule)?;
    let column = match (form, user) {
        (CrontabForm::User, _) => String::new(),
        (CrontabForm::System, Some(user)) => format!("{user} "),
        (CrontabForm::System, None) => return Err(Inexpressible::NoUser),
    };
    // A bare % would end the command.
    let command = command.replace('%', "\\%");
    let lines = cron_lines(rule, "a crontab", now)?;
    Ok((user, lines.iter().map(|times| format!("{times} {column}{command}\n")).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::Schedule;
    use crate::domain::rules::RuleId;
    use crate::domain::time::HOUR_MS;
    use crate::export::fixture::{self, now};

    fn stored(id: i64, cron: &str, user: Option<&str>, zone: Zone) -> StoredRule {
        let mut stored = fixture::stored(id, cron);
        stored.rule.command = Some("date +%F".to_owned());
        stored.rule.user = user.map(str::to_owned);
        stored.rule.zone = zone;
        stored
    }

    fn text(exported: &Exported) -> &str {
        &exported.files[0].text
    }

    #[test]
    fn percent_signs_are_escaped_and_foreign_zones_stand_below_their_line() {
        let rules = [
            stored(1, "0 3 * * *", None, Zone::America__New_York),
            stored(2, "30 2 * * 1-5", None, Zone::UTC),
            stored(3, "0 4 * * *", None, Zone::America__New_York),
        ];
        let exported = crontab(&rules, CrontabForm::User, Zone::UTC, ForeignZones::Named, now());
        let expected = "# rule 2: work 2\n30 2 * * 1-5 date +\\%F\nCRON_TZ=America/New_York\n\
                        # rule 1: work 1\n0 3 * * * date +\\%F\n# rule 3: work 3\n0 4 * * * date +\\%F\n";
        assert_eq!(text(&exported), expected);
    }

    #[test]
    fn a_rule_of_another_zone_is_left_out_where_cron_knows_one_only() {
        let rules = [stored(1, "0 3 * * *", None, Zone::America__New_York)];
        let exported = crontab(&rules, CrontabForm::User, Zone::UTC, ForeignZones::LeftOut, now());
        assert_eq!(
            exported.left_out[0].1.to_string(),
            "its times are those of America/New_York, and cron goes by UTC"
        );
    }

    #[test]
    fn users_have_a_column_or_a_crontab_each() {
        let rules = [
            stored(1, "0 3 * * *", Some("root"), Zone::UTC),
            stored(2, "0 4 * * *", Some("ada"), Zone::UTC),
            stored(3, "0 5 * * *", None, Zone::UTC),
        ];
        let system = crontab(&rules, CrontabForm::System, Zone::UTC, ForeignZones::Named, now());
        assert!(text(&system).contains("0 3 * * * root date"));
        assert_eq!(system.left_out, [(RuleId(3), Inexpressible::NoUser)]);
        let user = crontab(&rules[..2], CrontabForm::User, Zone::UTC, ForeignZones::Named, now());
        assert!(text(&user).starts_with("# for the crontab of ada\n# rule 2: work 2\n0 4"));
        assert!(
            !text(&crontab(&rules[..1], CrontabForm::User, Zone::UTC, ForeignZones::Named, now()))
                .contains("for the crontab")
        );
    }

    #[test]
    fn what_cron_cannot_say_is_left_out_with_the_reason() {
        let mut period = stored(1, "0 3 * * *", None, Zone::UTC);
        period.rule.schedule = Schedule::Period { period_ms: 7 * HOUR_MS, anchor: now() };
        let mut silent = stored(2, "0 3 * * *", None, Zone::UTC);
        silent.rule.command = None;
        let mut long = stored(3, "0 3 * * *", None, Zone::UTC);
        long.rule.command = Some("a\n* * * * * b".to_owned());
        let exported =
            crontab(&[period, silent, long], CrontabForm::User, Zone::UTC, ForeignZones::Named, now());
        assert_eq!(exported.files, []);
        let reasons: Vec<String> = exported.left_out.iter().map(|(_, reason)| reason.to_string()).collect();
        assert_eq!(
            reasons,
            [
                "a crontab cannot say \"every 7 h\"",
                "its command is not known",
                "its command has several lines, which a crontab cannot hold",
            ]
        );
    }
}
