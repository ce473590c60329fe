//! systemd timers, each with the service it starts.

use super::expression::{command_of, one_line, user_of};
use super::systemd_drop_in::on_calendar;
use super::{Exported, ExportedFile, Inexpressible};
use crate::domain::rules::StoredRule;

/// A `.timer` and a `.service` for each rule that systemd can express. Source: systemd.timer(5),
/// systemd.service(5), systemd.exec(5).
pub fn systemd_units(rules: &[StoredRule]) -> Exported {
    let mut exported = Exported::default();
    for stored in rules {
        match timer_and_service(stored) {
            Ok(units) => {
                exported.files.extend(units);
                exported.written.push(stored.id);
            }
            Err(reason) => exported.left_out.push((stored.id, reason)),
        }
    }
    exported
}

/// The two units of one rule.
pub fn timer_and_service(stored: &StoredRule) -> Result<[ExportedFile; 2], Inexpressible> {
    let times = on_calendar(stored)?;
    let StoredRule { id, rule } = stored;
    let command = quoted(command_of(rule)?);
    let user = user_of(rule)?.map(|user| format!("User={}\n", user.replace('%', "%%"))).unwrap_or_default();
    let description = one_line(&rule.name).replace('%', "%%");
    let calendars: String = times.iter().map(|time| format!("OnCalendar={time}\n")).collect();
    Ok([
        ExportedFile {
            name: format!("tidetable-rule-{}.timer", id.0),
            // systemd's own accuracy is a minute.
            text: format!(
                "[Unit]\nDescription={description}\n\n[Timer]\n{calendars}AccuracySec=1s\n\n\
                 [Install]\nWantedBy=timers.target\n"
            ),
        },
        ExportedFile {
            name: format!("tidetable-rule-{}.service", id.0),
            text: format!(
                "[Unit]\nDescription={description}\n\n[Service]\nType=oneshot\n{user}ExecStart=/bin/sh -c {command}\n"
            ),
        },
    ])
}

/// The command as one double-quoted word: no escape, specifier or variable of systemd's is left in it.
fn quoted(command: &str) -> String {
    let mut word = String::from("\"");
    for character in command.chars() {
        match character {
            '"' | '\\' => word.extend(['\\', character]),
            '%' => word.push_str("%%"),
            '$' => word.push_str("$$"),
            '\n' => word.push_str("\\n"),
            '\t' => word.push_str("\\t"),
            control if control.is_ascii_control() => word.push_str(&format!("\\x{:02x}", u32::from(control))),
            other => word.push(other),
        }
    }
    word.push('"');
    word
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::{CalendarSchedule, DayFilter, MonthSet, Schedule, Zone};
    use crate::export::fixture::stored;

    #[test]
    fn a_command_whose_bytes_were_lost_is_left_out() {
        let mut stored = stored(3, "0 0 * * *");
        stored.rule.command = Some("/opt/a caf\u{fffd}".to_owned());
        assert_eq!(timer_and_service(&stored), Err(Inexpressible::LostBytes));
    }

    #[test]
    fn irregular_times_are_several_lines_of_one_timer() {
        let calendar = CalendarSchedule {
            months: MonthSet::ALL,
            days: DayFilter::LastDayOfMonth,
            minutes_of_day: vec![385, 885],
        };
        let mut stored = stored(3, "0 0 * * *");
        stored.rule.name = "100% sure".to_owned();
        stored.rule.schedule = Schedule::Calendar(calendar);
        stored.rule.zone = Zone::Europe__Berlin;
        stored.rule.command = Some("echo \"$HOME\" 5%".to_owned());
        stored.rule.user = Some("ada".to_owned());
        let exported = systemd_units(&[stored]);
        assert_eq!(exported.files[0].name, "tidetable-rule-3.timer");
        assert_eq!(
            exported.files[0].text,
            "[Unit]\nDescription=100%% sure\n\n[Timer]\nOnCalendar=*-*~01 06:25:00 Europe/Berlin\n\
             OnCalendar=*-*~01 14:45:00 Europe/Berlin\nAccuracySec=1s\n\n[Install]\nWantedBy=timers.target\n"
        );
        assert!(
            exported.files[1].text.ends_with("User=ada\nExecStart=/bin/sh -c \"echo \\\"$$HOME\\\" 5%%\"\n")
        );
    }
}
