//! What a timer's unit file says of its times, in a form in which two ways to write the same time are equal.

use crate::domain::calendar::{Zone, parse_zone};

/// Settings that start a timer's unit by the machine's uptime. Clearing `OnCalendar=` clears them, too: systemd has one
/// list of all of them. Source: systemd.timer(5).
const MONOTONIC: [&str; 5] =
    ["OnActiveSec", "OnBootSec", "OnStartupSec", "OnUnitActiveSec", "OnUnitInactiveSec"];

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The times of a timer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimerText {
    /// The expressions of `OnCalendar=`, as they stand; an empty one has cleared those before it.
    pub calendars: Vec<String>,
    /// A setting that starts its unit by the machine's uptime.
    pub monotonic: Option<&'static str>,
    /// What `Unit=` names.
    pub unit: Option<String>,
    /// Whether there is an `OnCalendar=` at all, be it an empty one.
    pub sets_calendar: bool,
}

impl TimerText {
    /// Reads a unit file, followed by its drop-ins.
    pub fn read(text: &str) -> TimerText {
        let mut timer = TimerText::default();
        for line in text.lines() {
            let Some((name, value)) = line.split_once('=') else { continue };
            let (name, value) = (name.trim(), value.trim());
            if name == "OnCalendar" {
                timer.sets_calendar = true;
                if value.is_empty() {
                    timer.calendars.clear();
                    timer.monotonic = None;
                } else {
                    timer.calendars.push(value.to_owned());
                }
            } else if name == "Unit" && !value.is_empty() {
                timer.unit = Some(value.to_owned());
            } else if let Some(setting) = MONOTONIC.into_iter().find(|setting| *setting == name) {
                timer.monotonic = Some(setting);
            }
        }
        timer
    }
}

/// An expression with everything written out that systemd fills in: weekdays as a sorted list, date, time with seconds,
/// zone. Equal forms are equal times; what is no expression stays what it is. Source: systemd.time(7).
pub(super) fn normalised(expression: &str, zone: Zone) -> String {
    let mut words: Vec<&str> = expression.split_whitespace().collect();
    let named = words.last().filter(|word| !word.contains(':')).and_then(|word| parse_zone(word).ok());
    if named.is_some() {
        words.pop();
    }
    let zone = named.unwrap_or(zone).name();
    let whole = match words.join(" ").to_ascii_lowercase().as_str() {
        "minutely" => Some("*-*-* *:*:0"),
        "hourly" => Some("*-*-* *:0:0"),
        "daily" => Some("*-*-* 0:0:0"),
        "weekly" => Some("mon *-*-* 0:0:0"),
        "monthly" => Some("*-*-1 0:0:0"),
        "yearly" | "annually" => Some("*-1-1 0:0:0"),
        _ => None,
    };
    if let Some(whole) = whole {
        return format!("{whole} {zone}");
    }
    let (mut days, mut date, mut time) = (String::new(), "*-*-*".to_owned(), "0:0:0".to_owned());
    for word in words {
        if word.contains(':') {
            time = unpadded(word);
            if time.matches(':').count() == 1 {
                time.push_str(":0");
            }
        } else if word.contains(['-', '~']) {
            date = unpadded(word);
            if date.matches(['-', '~']).count() == 1 {
                date.insert_str(0, "*-");
            }
        } else {
            days = weekdays(word) + " ";
        }
    }
    format!("{}{date} {time} {zone}", days.trim_start())
}

/// Weekdays as a list from Monday on; none where it is all of them.
fn weekdays(word: &str) -> String {
    let position = |name: &str| {
        let name = name.to_ascii_lowercase();
        WEEKDAYS.iter().position(|day| name.starts_with(day))
    };
    let mut named = [false; 7];
    for part in word.trim_end_matches(',').split(',') {
        let (first, last) = part.split_once("..").unwrap_or((part, part));
        let (Some(first), Some(last)) = (position(first), position(last)) else {
            return word.to_owned();
        };
        let days = (last + 7 - first) % 7;
        (0..=days).for_each(|day| named[(first + day) % 7] = true);
    }
    if named == [true; 7] {
        return String::new();
    }
    let names: Vec<&str> =
        WEEKDAYS.into_iter().zip(named).filter(|(_, named)| *named).map(|(day, _)| day).collect();
    names.join(",")
}

/// Numbers without the zeros before them.
fn unpadded(word: &str) -> String {
    let mut text = String::new();
    let mut characters = word.chars().peekable();
    let mut in_number = false;
    while let Some(character) = characters.next() {
        let more = characters.peek().is_some_and(char::is_ascii_digit);
        if character != '0' || in_number || !more {
            text.push(character);
        }
        in_number = character.is_ascii_digit() && (in_number || character != '0');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_ways_to_write_a_time_are_equal() {
        for (one, other) in [
            ("Sun 05:00", "Sun *-*-* 05:00:00 UTC"),
            ("hourly", "*-*-* *:00:00"),
            ("daily", "00:00"),
            ("Monday..Friday 2:05", "mon,tue,wed,thu,fri *-*-* 02:05:00"),
            ("*-*-01 10:00", "*-*-1 10:0:00"),
            ("Mon..Sun 03:00", "03:00:00"),
        ] {
            assert_eq!(normalised(one, Zone::UTC), normalised(other, Zone::UTC), "{one}");
        }
        assert_ne!(normalised("10:00", Zone::UTC), normalised("1:00", Zone::UTC));
        assert_ne!(normalised("10:00 Europe/Berlin", Zone::UTC), normalised("10:00", Zone::UTC));
    }

    #[test]
    fn an_empty_setting_clears_what_stands_before_it() {
        let timer =
            TimerText::read("OnBootSec=5\nOnCalendar=daily\nOnCalendar=\nOnCalendar = 05:00\nUnit=a.service");
        assert_eq!(timer.calendars, ["05:00"]);
        assert_eq!((timer.monotonic, timer.unit.as_deref()), (None, Some("a.service")));
    }
}
