//! What the members of a group have in common, in a few words.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Timelike;

use crate::domain::calendar::{DayFilter, Schedule, local_time};
use crate::domain::patterns::{Pattern, PatternId, subject};
use crate::domain::time::{MINUTE_MS, Timestamp};

/// Share of the members that must have a word for it to be that of most.
const BY_MOST: f64 = 0.6;

/// Words of a name.
const MOST_WORDS: usize = 3;

/// Times of day from which on a schedule is an interval rather than a list of times.
const MANY_TIMES: usize = 5;

/// Minutes within which times of day are one time of the day, and of a day.
const ONE_TIME: u16 = 360;
const DAY: u16 = 1_440;

/// A name for a group: the words that the names of its members share, and when its members run, such as
/// `backup: every day between 01:55 and 02:10`. A word that only most of them have is told as `mostly backup`. `medoid`
/// gives the order of the words.
pub fn cluster_name(members: &[&Pattern], medoid: &Pattern) -> String {
    let when = when(members);
    match stem(members, medoid) {
        Some(stem) => format!("{stem}: {when}"),
        None => when,
    }
}

/// Tells groups of one name apart, of which each stands beside its medoid: by what the medoid is about, and by its number
/// where that is the same, too.
pub fn tell_apart(groups: &mut [(String, PatternId, &Pattern)]) {
    type Told = fn(PatternId, &Pattern) -> String;
    let ways: [Told; 2] =
        [|_, medoid| format!(" (around {})", subject(medoid)), |id, _| format!(" (around pattern {})", id.0)];
    let plain: Vec<String> = groups.iter().map(|(name, ..)| name.clone()).collect();
    for way in ways {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        groups.iter().for_each(|(name, ..)| *counts.entry(name.clone()).or_default() += 1);
        for ((name, id, medoid), plain) in groups.iter_mut().zip(&plain) {
            if counts.get(name).is_some_and(|count| *count > 1) {
                *name = format!("{plain}{}", way(*id, medoid));
            }
        }
    }
}

/// The name, where all have one; else the words that all have, or those that most have.
fn stem(members: &[&Pattern], medoid: &Pattern) -> Option<String> {
    let middle = subject(medoid);
    if members.iter().all(|pattern| subject(pattern) == middle) {
        return Some(middle);
    }
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for pattern in members {
        let words: BTreeSet<String> = words(&subject(pattern)).collect();
        words.into_iter().for_each(|word| *counts.entry(word).or_default() += 1);
    }
    let had_by = |least: f64| -> Option<String> {
        let enough = least * members.len() as f64;
        let is_shared = |word: &String| counts.get(word).is_some_and(|count| *count as f64 >= enough);
        let mut shared: Vec<String> = Vec::new();
        for word in words(&middle).filter(is_shared) {
            if !shared.contains(&word) && shared.len() < MOST_WORDS {
                shared.push(word);
            }
        }
        (!shared.is_empty()).then(|| shared.join(" "))
    };
    had_by(1.0).or_else(|| had_by(BY_MOST).map(|words| format!("mostly {words}")))
}

/// Words of three letters and more, in small letters; numbers and short options name nothing.
fn words(name: &str) -> impl Iterator<Item = String> {
    let parts = name.split(|character: char| !character.is_alphanumeric());
    let is_word = |part: &&str| part.chars().filter(|character| character.is_alphabetic()).count() >= 3;
    parts.filter(is_word).map(str::to_lowercase).collect::<Vec<_>>().into_iter()
}

/// When the members run: the schedule, where all have one; else their common times of day, or intervals, or sort.
fn when(members: &[&Pattern]) -> String {
    let schedules: BTreeSet<String> = members.iter().map(|pattern| pattern.schedule.describe()).collect();
    if let (1, Some(one)) = (schedules.len(), schedules.first()) {
        return one.clone();
    }
    let each = |pattern: &&Pattern| times_of_day(pattern);
    if let Some(times) = members.iter().map(each).collect::<Option<Vec<_>>>() {
        let all_days: BTreeSet<String> = times.iter().map(|(days, _)| days.describe()).collect();
        let days = match (all_days.len(), all_days.first()) {
            (1, Some(days)) => days.clone(),
            _ => "on various days".to_owned(),
        };
        let minutes: BTreeSet<u16> = times.into_iter().flat_map(|(_, minutes)| minutes).collect();
        return match (smallest_arc(&minutes), window_lengths(members)) {
            (Some((first, last)), _) if first == last => format!("{days} at {}", clock(first)),
            (Some((first, last)), _) => format!("{days} between {} and {}", clock(first), clock(last)),
            // Neither days nor hours: what is left is that each has its window.
            (None, Some(lengths)) if all_days.len() > 1 => format!("within {lengths}"),
            (None, Some(lengths)) => format!("{days} within {lengths}"),
            (None, None) => format!("{days} at various times"),
        };
    }
    if let Some(gaps) = members.iter().map(|pattern| gap_ms(&pattern.schedule)).collect::<Option<Vec<_>>>() {
        let least = gaps.iter().min().copied().unwrap_or_default();
        let most = gaps.iter().max().copied().unwrap_or_default();
        return match (every(least), every(most)) {
            (one, other) if one == other => one,
            (one, other) => format!("{one} to {other}"),
        };
    }
    let followers = members.iter().all(|pattern| matches!(pattern.schedule, Schedule::Follows { .. }));
    if followers { "after other tasks".to_owned() } else { "at various times".to_owned() }
}

/// `windows of 2 h to 5 h`, where all run somewhere in a window of the day.
fn window_lengths(members: &[&Pattern]) -> Option<String> {
    let length = |pattern: &&Pattern| match &pattern.schedule {
        Schedule::Window { start_minute, end_minute, .. } => Some(end_minute.saturating_sub(*start_minute)),
        _ => None,
    };
    let lengths: BTreeSet<u16> = members.iter().map(length).collect::<Option<_>>()?;
    let (least, most) = (*lengths.first()?, *lengths.last()?);
    let text = |minutes: u16| match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    };
    Some(match least == most {
        true => format!("windows of {}", text(least)),
        false => format!("windows of {} to {}", text(least), text(most)),
    })
}

/// Days and minutes after midnight of a schedule that has a few of these; a period of a day has one.
fn times_of_day(pattern: &Pattern) -> Option<(DayFilter, Vec<u16>)> {
    match &pattern.schedule {
        Schedule::Calendar(calendar) if calendar.minutes_of_day.len() < MANY_TIMES => {
            Some((calendar.days, calendar.minutes_of_day.clone()))
        }
        Schedule::Window { days, start_minute, end_minute } => {
            Some((*days, vec![*start_minute % DAY, *end_minute % DAY]))
        }
        Schedule::Period { period_ms, anchor } if *period_ms == i64::from(DAY) * MINUTE_MS => {
            let local = local_time(pattern.zone, *anchor);
            Some((DayFilter::Daily, vec![(local.hour() * 60 + local.minute()) as u16]))
        }
        _ => None,
    }
}

/// Mean distance of the starts of a schedule that has many in a day, or a period.
fn gap_ms(schedule: &Schedule) -> Option<i64> {
    match schedule {
        Schedule::Period { period_ms, .. } => Some(*period_ms),
        Schedule::Calendar(calendar) if calendar.minutes_of_day.len() >= MANY_TIMES => {
            Some(i64::from(DAY) * MINUTE_MS / calendar.minutes_of_day.len() as i64)
        }
        _ => None,
    }
}

fn every(period_ms: i64) -> String {
    Schedule::Period { period_ms, anchor: Timestamp::MIN }.describe()
}

/// The shortest way around the clock that holds all `minutes`, if it is short enough to be one time of the day.
fn smallest_arc(minutes: &BTreeSet<u16>) -> Option<(u16, u16)> {
    let all: Vec<u16> = minutes.iter().copied().collect();
    let arc = |place: usize| {
        let last = all[(place + all.len() - 1) % all.len()];
        let length = (last + DAY - all[place]) % DAY;
        (length, all[place], last)
    };
    let (length, first, last) = (0..all.len()).map(arc).min()?;
    (length <= ONE_TIME).then_some((first, last))
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::similarity::fixture::{cron, pattern};

    fn named(members: &[(&str, &str)]) -> String {
        let members: Vec<Pattern> = members.iter().map(|(name, text)| pattern(name, cron(text))).collect();
        cluster_name(&members.iter().collect::<Vec<_>>(), &members[0])
    }

    #[test]
    fn words_and_times_that_members_share_name_the_group() {
        assert_eq!(
            named(&[
                ("backup-home", "0 2 * * *"),
                ("backup-data", "10 2 * * *"),
                ("old backup", "55 1 * * *")
            ]),
            "backup: every day between 01:55 and 02:10"
        );
        assert_eq!(named(&[("a", "0 2 * * *"), ("b", "0 2 * * *")]), "every day at 02:00");
        assert_eq!(named(&[("same", "0 2 * * *"), ("same", "0 2 * * *")]), "same: every day at 02:00");
        assert_eq!(
            named(&[("train a", "50 23 * * *"), ("train b", "20 0 * * *")]),
            "train: every day between 23:50 and 00:20"
        );
    }

    #[test]
    fn a_word_that_some_lack_is_not_told_of_all() {
        let daily = "0 2 * * *";
        assert_eq!(
            named(&[("root: dump", daily), ("root: sync", daily), ("media: scan", daily)]),
            "mostly root: every day at 02:00"
        );
        assert_eq!(
            named(&[("root: dump all", daily), ("root: dump", daily), ("media: dump", daily)]),
            "dump: every day at 02:00"
        );
    }

    #[test]
    fn a_period_of_a_day_is_a_time_of_day() {
        let anchor = Timestamp::parse_rfc3339("2026-03-01T10:00:20Z").expect("instant");
        let period = Schedule::Period { period_ms: i64::from(DAY) * MINUTE_MS, anchor };
        let members = [pattern("a", cron("0 10 * * *")), pattern("b", period)];
        assert_eq!(cluster_name(&members.each_ref(), &members[0]), "every day at 10:00");
    }

    #[test]
    fn windows_tell_their_lengths_where_they_share_no_hours() {
        let window = |days, start_minute, end_minute| {
            pattern("job", Schedule::Window { days, start_minute, end_minute })
        };
        let Schedule::Calendar(monday) = cron("0 0 * * 1") else { panic!("a calendar") };
        let named = |members: [Pattern; 2]| cluster_name(&members.each_ref(), &members[0]);
        let daily = DayFilter::Daily;
        assert_eq!(
            named([window(daily, 60, 180), window(monday.days, 780, 1_080)]),
            "job: within windows of 2 h to 5 h"
        );
        assert_eq!(
            named([window(daily, 60, 180), window(daily, 780, 900)]),
            "job: every day within windows of 2 h"
        );
        assert_eq!(
            named([window(daily, 60, 180), window(monday.days, 120, 210)]),
            "job: on various days between 01:00 and 03:30"
        );
    }

    #[test]
    fn what_is_not_shared_is_not_told() {
        assert_eq!(named(&[("one", "0 2 * * *"), ("two", "0 14 * * 1")]), "on various days at various times");
        assert_eq!(
            named(&[("poll", "*/5 * * * *"), ("poll", "*/15 * * * *")]),
            "poll: every 5 min to every 15 min"
        );
        assert_eq!(named(&[("poll-x", "*/5 * * * *"), ("seldom", "0 1 * * *")]), "at various times");
    }
}
