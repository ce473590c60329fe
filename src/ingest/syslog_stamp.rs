//! The stamps that syslog daemons write: classic ones without a year, ISO ones with or without an offset.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use crate::domain::time::Timestamp;

/// A classic stamp: local, and silent about its year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct YearlessStamp {
    /// 1..=12.
    pub(super) month: u32,
    /// 1..=31, a day that this month has in some year.
    pub(super) day: u32,
    /// Local time of day.
    pub(super) time: NaiveTime,
}

impl YearlessStamp {
    /// The stamp in `year`; `None` for 29 February of a common year and outside the years 0 to 9999.
    pub(super) fn in_year(self, year: i32) -> Option<NaiveDateTime> {
        let year = Some(year).filter(|year| (0..=9999).contains(year))?;
        Some(NaiveDate::from_ymd_opt(year, self.month, self.day)?.and_time(self.time))
    }
}

/// What stands in front of a syslog line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stamp {
    /// `Oct  2 10:27:05`.
    Yearless(YearlessStamp),
    /// `2016-10-02T10:27:05` or `Oct  2 2016 10:27:05`: local, the year is known.
    Local(NaiveDateTime),
    /// `2016-10-02T10:27:05.123456-04:00`.
    Instant(Timestamp),
}

/// Reads a stamp at the start of `text`; gives it and what follows its blanks.
pub(super) fn split_stamp(text: &str) -> Option<(Stamp, &str)> {
    match text.as_bytes().first()? {
        b'0'..=b'9' => split_iso(text),
        _ => split_classic(text),
    }
}

fn split_iso(text: &str) -> Option<(Stamp, &str)> {
    let (token, rest) = split_word(text)?;
    let date = NaiveDate::parse_from_str(token.get(..10)?, "%Y-%m-%d").ok()?;
    if !matches!(token.as_bytes().get(10), Some(b'T' | b't')) {
        return None;
    }
    let clock = token.get(11..)?;
    let zone_at = clock.find(['Z', 'z', '+', '-']).unwrap_or(clock.len());
    let local = date.and_time(parse_time(clock.get(..zone_at)?)?);
    let stamp = match offset_seconds(clock.get(zone_at..)?)? {
        None => Stamp::Local(local),
        Some(offset) => {
            let millis = local.and_utc().timestamp_millis() - offset * 1_000;
            Stamp::Instant(Timestamp::from_millis(millis)?)
        }
    };
    Some((stamp, rest))
}

/// `Some(None)` for no offset at all; `None` for one that cannot be read.
fn offset_seconds(text: &str) -> Option<Option<i64>> {
    let sign = match text.as_bytes().first() {
        None => return Some(None),
        Some(b'Z' | b'z') if text.len() == 1 => return Some(Some(0)),
        Some(b'+') => 1,
        Some(b'-') => -1,
        Some(_) => return None,
    };
    let digits: String = text.get(1..)?.chars().filter(|character| *character != ':').collect();
    if !(digits.len() == 4 || digits.len() == 2) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let hours: i64 = digits.get(..2)?.parse().ok()?;
    let minutes: i64 = digits.get(2..).filter(|part| !part.is_empty()).map_or(Some(0), |m| m.parse().ok())?;
    (hours < 24 && minutes < 60).then_some(Some(sign * (hours * 3_600 + minutes * 60)))
}

fn split_classic(text: &str) -> Option<(Stamp, &str)> {
    let (month, rest) = split_word(text)?;
    let month = month_number(month)?;
    let (day, rest) = split_word(rest)?;
    let day: u32 = day.parse().ok()?;
    // 2000 is a leap year: 29 February passes here and is judged when the year is known.
    NaiveDate::from_ymd_opt(2000, month, day)?;
    let (word, rest) = split_word(rest)?;
    if let Some(time) = parse_time(word) {
        return Some((Stamp::Yearless(YearlessStamp { month, day, time }), rest));
    }
    let year: i32 = (word.len() == 4).then(|| word.parse().ok())??;
    let (word, rest) = split_word(rest)?;
    let date = NaiveDate::from_ymd_opt(year, month, day)?;
    Some((Stamp::Local(date.and_time(parse_time(word)?)), rest))
}

fn month_number(word: &str) -> Option<u32> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let found = MONTHS.iter().position(|month| month.eq_ignore_ascii_case(word))?;
    u32::try_from(found + 1).ok()
}

/// `HH:MM:SS` with an optional fraction; a leap second is read as the last second of its minute.
fn parse_time(text: &str) -> Option<NaiveTime> {
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let bytes = whole.as_bytes();
    if bytes.len() != 8 || bytes[2] != b':' || bytes[5] != b':' {
        return None;
    }
    let part = |from: usize| -> Option<u32> {
        let digits = whole.get(from..from + 2)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let millis: u32 = match fraction {
        "" => 0,
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            let padded = format!("{digits}000");
            padded.get(..3)?.parse().ok()?
        }
        _ => return None,
    };
    let second = part(6)?;
    let second = if second == 60 { 59 } else { second };
    NaiveTime::from_hms_milli_opt(part(0)?, part(3)?, second, millis)
}

fn split_word(text: &str) -> Option<(&str, &str)> {
    let (word, rest) = text.split_once(' ')?;
    (!word.is_empty()).then(|| (word, rest.trim_start_matches(' ')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> Stamp {
        Stamp::Instant(Timestamp::parse_rfc3339(text).expect("valid instant"))
    }

    #[test]
    fn classic_stamps_are_read_with_a_padded_day_of_either_kind() {
        let time = NaiveTime::from_hms_opt(10, 27, 5).expect("valid time");
        let expected = Stamp::Yearless(YearlessStamp { month: 10, day: 2, time });
        assert_eq!(split_stamp("Oct  2 10:27:05 host x"), Some((expected, "host x")));
        assert_eq!(split_stamp("Oct 02 10:27:05 host x"), Some((expected, "host x")));
    }

    #[test]
    fn iso_stamps_are_read_with_fraction_and_offset_of_either_spelling() {
        let expected = instant("2016-10-23T10:39:01.123Z");
        assert_eq!(split_stamp("2016-10-23T06:39:01.123456-04:00 h m"), Some((expected, "h m")));
        assert_eq!(split_stamp("2016-10-23T06:39:01.1239-0400 h m"), Some((expected, "h m")));
        assert_eq!(split_stamp("2016-10-23T10:39:01.123Z h m"), Some((expected, "h m")));
    }

    #[test]
    fn a_stamp_with_a_year_but_no_offset_stays_local() {
        let local = NaiveDate::from_ymd_opt(2016, 10, 23).and_then(|date| date.and_hms_opt(6, 39, 1));
        let local = Stamp::Local(local.expect("valid local time"));
        assert_eq!(split_stamp("2016-10-23T06:39:01 h"), Some((local, "h")));
        assert_eq!(split_stamp("Oct 23 2016 06:39:01 h"), Some((local, "h")));
    }

    #[test]
    fn what_is_no_stamp_is_refused() {
        for text in
            ["", "Oct", "Oct 32 10:00:00 h", "Foo  2 10:00:00 h", "Oct  2 25:00:00 h", "2016-13-01T1 h"]
        {
            assert_eq!(split_stamp(text), None, "{text}");
        }
    }

    #[test]
    fn february_29_waits_for_its_year() {
        let Some((Stamp::Yearless(stamp), _)) = split_stamp("Feb 29 00:00:01 h") else {
            panic!("29 February is a stamp");
        };
        assert!(stamp.in_year(2016).is_some());
        assert!(stamp.in_year(2017).is_none());
    }
}
