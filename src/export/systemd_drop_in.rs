//! A drop-in that gives a timer which is there already other times: those of all rules that stand for one of its lines,
//! and the lines that no rule stands for as they are.

use super::Inexpressible;
use super::expression::{line_schedules, one_line};
use super::timer_text::{TimerText, normalised};
use crate::domain::applied::ScheduleForm;
use crate::domain::calendar::{Schedule, Zone};
use crate::domain::rules::{RuleId, RuleSource, StoredRule};

/// A rule that starts what the timer starts.
#[derive(Clone, Debug)]
pub struct TimerRule<'a> {
    /// The rule.
    pub stored: &'a StoredRule,
    /// The forms it ever had: one of them is what the timer's own lines say.
    pub forms: Vec<ScheduleForm>,
    /// Whether it is to be carried now; where not, the timer keeps what it has of it.
    pub is_wanted: bool,
}

/// What becomes of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimerEdit {
    /// The timer's own lines are its times.
    Unchanged,
    /// The drop-in gives it its times.
    Retimed {
        /// The timer's own expressions.
        from: String,
        /// Those of the drop-in.
        to: String,
    },
    /// It was not moved, and none of the timer's lines is it.
    NotIts(DropInError),
    /// It cannot be carried.
    Refused(DropInError),
}

/// Why a timer cannot be given other times.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DropInError {
    /// systemd has no form for the times.
    #[error("{0}")]
    Inexpressible(#[from] Inexpressible),
    /// The timer starts its unit at other moments, too, which would be lost.
    #[error("the timer also has {0}=, which a drop-in with other times would clear")]
    Monotonic(&'static str),
    /// Nobody can say which of the timer's lines is the rule.
    #[error("the timer has other times now: {0}")]
    OtherTimes(String),
}

/// A timer under a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DropIn {
    /// The drop-in; `None` where the timer's own lines say it all.
    pub text: Option<String>,
    /// What becomes of each rule, in the order given.
    pub edits: Vec<(RuleId, TimerEdit)>,
}

/// The drop-in for a timer whose unit file, with the drop-ins that are read before ours, is `timer`; `known` is our
/// drop-in as it stands. Lines of the timer that name no zone are in `zone`.
pub fn timer_drop_in(timer: &TimerText, rules: &[TimerRule<'_>], known: &str, zone: Zone) -> DropIn {
    let own: Vec<String> = timer.calendars.iter().map(|line| normalised(line, zone)).collect();
    let known: Vec<String> =
        TimerText::read(known).calendars.iter().map(|line| normalised(line, zone)).collect();
    // Per line of the timer, what stands for it afterwards; `None` where it stays.
    let mut lines: Vec<Option<Vec<String>>> = vec![None; own.len()];
    let mut claimed = vec![false; own.len()];
    let places: Vec<Option<Vec<usize>>> =
        rules.iter().map(|rule| claim(rule, &own, &mut claimed, zone)).collect();
    let is_only = rules.len() == 1 && own.len() == 1;
    let mut edits = Vec::new();
    let mut header = String::new();
    for (rule, place) in rules.iter().zip(places) {
        let StoredRule { id, rule: told } = rule.stored;
        // A rule that a person wrote for the one line of a timer is meant to replace it.
        let place = place.or_else(|| (is_only && told.source == RuleSource::Manual).then(|| vec![0]));
        let edit = match (place, on_calendar(rule.stored)) {
            // It is in the history only: nobody asked for other times than the timer's.
            (None, _) if told.shift_minutes == 0 && told.source != RuleSource::Manual => {
                TimerEdit::NotIts(other_times(timer))
            }
            (None, _) => {
                TimerEdit::Refused(timer.monotonic.map_or_else(|| other_times(timer), DropInError::Monotonic))
            }
            (Some(_), Err(error)) => TimerEdit::Refused(error.into()),
            (Some(place), Ok(times)) => {
                let new: Vec<String> = times.iter().map(|time| normalised(time, zone)).collect();
                let is_same = new.len() == place.len() && place.iter().all(|&line| new.contains(&own[line]));
                // One that nobody asked for now keeps its times, old or new.
                let stays = !rule.is_wanted && !new.iter().all(|time| known.contains(time));
                if is_same || stays {
                    TimerEdit::Unchanged
                } else if let Some(setting) = timer.monotonic {
                    TimerEdit::Refused(DropInError::Monotonic(setting))
                } else {
                    let from: Vec<&str> = place.iter().map(|&line| timer.calendars[line].as_str()).collect();
                    let edit = TimerEdit::Retimed { from: from.join("; "), to: times.join("; ") };
                    header.push_str(&format!(
                        "# Written by `tidetable rules apply` for rule {}: {}\n",
                        id.0,
                        one_line(&told.name)
                    ));
                    place.iter().for_each(|&line| lines[line] = Some(Vec::new()));
                    lines[place[0]] = Some(times);
                    edit
                }
            }
        };
        edits.push((*id, edit));
    }
    let text = (!header.is_empty()).then(|| {
        let times = lines.into_iter().zip(&timer.calendars);
        let calendars: String = times
            .flat_map(|(line, own)| line.unwrap_or_else(|| vec![own.clone()]))
            .map(|time| format!("OnCalendar={time}\n"))
            .collect();
        // The empty setting clears the times that the timer has.
        format!("{header}[Timer]\nOnCalendar=\n{calendars}")
    });
    DropIn { text, edits }
}

fn other_times(timer: &TimerText) -> DropInError {
    let lines: Vec<String> = timer.calendars.iter().map(|line| format!("\"{line}\"")).collect();
    DropInError::OtherTimes(if lines.is_empty() { "no OnCalendar=".to_owned() } else { lines.join(", ") })
}

/// The lines of the timer that are the rule, by any form it had; the one it had before any plan comes first, as that is
/// what the timer itself says.
fn claim(rule: &TimerRule<'_>, own: &[String], claimed: &mut [bool], zone: Zone) -> Option<Vec<usize>> {
    let told = &rule.stored.rule;
    let (unmoved, moved): (Vec<_>, Vec<_>) = rule.forms.iter().partition(|form| form.shift_minutes == 0);
    for form in unmoved.into_iter().chain(moved) {
        let Some(times) = expressions(&form.schedule, told.zone) else { continue };
        let found: Option<Vec<usize>> = times
            .iter()
            .map(|time| {
                let time = normalised(time, zone);
                own.iter().enumerate().position(|(line, own)| !claimed[line] && *own == time)
            })
            .collect();
        if let Some(found) = found {
            found.iter().for_each(|&line| claimed[line] = true);
            return Some(found);
        }
    }
    None
}

/// The OnCalendar expressions of a rule.
pub(super) fn on_calendar(stored: &StoredRule) -> Result<Vec<String>, Inexpressible> {
    let rule = &stored.rule;
    expressions(&rule.schedule, rule.zone)
        .ok_or_else(|| Inexpressible::Times { target: "systemd", schedule: rule.schedule.describe() })
}

fn expressions(schedule: &Schedule, zone: Zone) -> Option<Vec<String>> {
    let times: Option<Vec<String>> = match schedule.systemd_calendar(zone) {
        Some(expression) => Some(vec![expression]),
        None => line_schedules(schedule)
            .and_then(|parts| parts.iter().map(|part| part.systemd_calendar(zone)).collect()),
    };
    times.filter(|times| !times.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::fixture::stored;

    fn moved(id: i64, cron: &str, minutes: i64) -> (StoredRule, Vec<ScheduleForm>) {
        let mut stored = stored(id, cron);
        stored.rule.source = RuleSource::Declared { origin: "elsewhere:1".to_owned() };
        stored.rule.zone = Zone::UTC;
        let unmoved = ScheduleForm { schedule: stored.rule.schedule.clone(), shift_minutes: 0 };
        if minutes != 0 {
            stored.rule.schedule = stored.rule.schedule.shifted(minutes).expect("can be moved");
            stored.rule.shift_minutes = minutes;
        }
        (stored, vec![unmoved])
    }

    fn drop_in(timer: &str, rules: &[(StoredRule, Vec<ScheduleForm>)]) -> DropIn {
        let rules: Vec<TimerRule<'_>> = rules
            .iter()
            .map(|(stored, forms)| TimerRule { stored, forms: forms.clone(), is_wanted: true })
            .collect();
        timer_drop_in(&TimerText::read(timer), &rules, "", Zone::UTC)
    }

    const TWO: &str = "[Timer]\nOnCalendar=*-*-* 02:00:00\nOnCalendar=Sun 05:00\n";

    #[test]
    fn two_rules_of_one_timer_share_a_drop_in() {
        let rules = [moved(1, "0 2 * * *", 30), moved(3, "0 5 * * 0", 15)];
        let text = drop_in(TWO, &rules).text.expect("a drop-in");
        let times =
            "[Timer]\nOnCalendar=\nOnCalendar=*-*-* 02:30:00 UTC\nOnCalendar=Sun *-*-* 05:15:00 UTC\n";
        assert!(text.ends_with(times) && text.contains("rule 1:") && text.contains("rule 3:"), "{text}");
    }

    #[test]
    fn a_line_that_no_rule_stands_for_stays() {
        let text = drop_in(TWO, &[moved(1, "0 2 * * *", 30)]).text.expect("a drop-in");
        assert!(text.ends_with("OnCalendar=*-*-* 02:30:00 UTC\nOnCalendar=Sun 05:00\n"), "{text}");
    }

    #[test]
    fn where_nothing_moved_there_is_no_drop_in() {
        let answer = drop_in(TWO, &[moved(1, "0 2 * * *", 0), moved(3, "0 5 * * 0", 0)]);
        assert_eq!(answer.text, None);
        assert!(answer.edits.iter().all(|(_, edit)| *edit == TimerEdit::Unchanged), "{answer:?}");
    }

    #[test]
    fn a_moved_rule_that_is_none_of_the_lines_is_refused() {
        let answer = drop_in(TWO, &[moved(1, "0 4 * * *", 30)]);
        assert_eq!(answer.text, None);
        assert!(matches!(&answer.edits[0].1, TimerEdit::Refused(DropInError::OtherTimes(_))), "{answer:?}");
    }
}
