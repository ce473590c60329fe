//! Times as foreign files write them: RFC 3339, plain numbers, local times without an offset.

use chrono::{NaiveDate, NaiveDateTime};

use super::{ImportOptions, TimeUnit};
use crate::domain::calendar::{Zone, resolve_local};
use crate::domain::time::{HOUR_MS, MINUTE_MS, SECOND_MS, Timestamp};

/// How times of one file are to be understood.
#[derive(Clone, Debug)]
pub(super) struct TimeReading {
    unit: TimeUnit,
    zone: Zone,
    start: Option<Timestamp>,
}

/// Why a text is no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadTime {
    /// Neither a stamp nor a number.
    #[error("is no time (RFC 3339, a plain number or YYYY-MM-DD HH:MM:SS)")]
    Unreadable,
    /// A month, day, hour, minute, second or offset that does not exist.
    #[error("is no date and time of day that exists")]
    NoSuchTime,
    /// A number or year too large, mostly one in another unit.
    #[error("lies outside the years 0000 to 9999; --time-unit says what plain numbers count")]
    OutOfRange,
}

impl TimeReading {
    /// What a person said about times.
    pub(super) fn new(options: &ImportOptions) -> TimeReading {
        TimeReading { unit: options.time_unit, zone: options.zone, start: options.start_time }
    }

    /// Reads one time. A local time that clocks repeat is the first of the two, one that they skip the end of
    /// the gap. A plain number counts from `start_time` where that is given, else from 1970.
    pub(super) fn parse(&self, text: &[u8]) -> Result<Timestamp, BadTime> {
        if let Some(instant) = whole_second_utc(text) {
            return Ok(instant);
        }
        if text.len() > 10 && text[4] == b'-' {
            return self.parse_stamp(text);
        }
        let span_ms = self.parse_span(text)?;
        let start = self.start.map_or(0, Timestamp::millis);
        Timestamp::from_millis(start.saturating_add(span_ms)).ok_or(BadTime::OutOfRange)
    }

    /// Reads a plain number in the file's unit as milliseconds.
    pub(super) fn parse_span(&self, text: &[u8]) -> Result<i64, BadTime> {
        let milliseconds_per_unit = match self.unit {
            TimeUnit::Seconds => 1e3,
            TimeUnit::Milliseconds => 1.0,
            TimeUnit::Microseconds => 1e-3,
            TimeUnit::Nanoseconds => 1e-6,
            TimeUnit::Minutes => 60e3,
        };
        // Nanoseconds since 1970 exceed what a double holds exactly by less than a microsecond: no
        // millisecond is lost.
        let number = plain_number(text).ok_or(BadTime::Unreadable)?;
        let span_ms = (number * milliseconds_per_unit).round();
        if span_ms.abs() > Timestamp::MAX.millis() as f64 {
            return Err(BadTime::OutOfRange);
        }
        Ok(span_ms as i64)
    }

    fn parse_stamp(&self, text: &[u8]) -> Result<Timestamp, BadTime> {
        let stamp = Stamp::parse(text)?;
        let utc_ms = stamp.local.and_utc().timestamp_millis() + stamp.leap_ms;
        let instant = match stamp.offset_ms {
            Some(offset_ms) => Timestamp::from_millis(utc_ms - offset_ms),
            None if self.zone == Zone::UTC => Timestamp::from_millis(utc_ms),
            None => Some(resolve_local(self.zone, stamp.local).first().plus_ms(stamp.leap_ms)),
        };
        instant.ok_or(BadTime::OutOfRange)
    }
}

/// A finite decimal number; words such as `nan` or `inf` are none.
pub(super) fn plain_number(text: &[u8]) -> Option<f64> {
    // Integers of up to fifteen digits are exact in a double and by far the most frequent.
    if !text.is_empty() && text.len() <= 15 && text.iter().all(u8::is_ascii_digit) {
        return Some(text.iter().fold(0u64, |sum, digit| sum * 10 + u64::from(digit - b'0')) as f64);
    }
    let starts_well = matches!(text.first(), Some(b'0'..=b'9' | b'+' | b'-' | b'.'));
    let number: f64 = std::str::from_utf8(text).ok().filter(|_| starts_well)?.parse().ok()?;
    number.is_finite().then_some(number)
}

/// `YYYY-MM-DDTHH:MM:SSZ` and nothing else: what most files hold, read without any detour.
fn whole_second_utc(text: &[u8]) -> Option<Timestamp> {
    let [.., b'T', _, _, b':', _, _, b':', _, _, b'Z'] = text else { return None };
    if text.len() != 20 {
        return None;
    }
    let stamp = date_and_minute(text).ok()?.and_utc().timestamp();
    let second = digits(&text[17..19]).filter(|&second| second < 60)?;
    Timestamp::from_seconds(stamp + i64::from(second))
}

/// A date and time of day as it is written.
struct Stamp {
    local: NaiveDateTime,
    /// A second for `:60`, which a leap second shows; else 0.
    leap_ms: i64,
    /// `None`: local time.
    offset_ms: Option<i64>,
}

impl Stamp {
    fn parse(text: &[u8]) -> Result<Stamp, BadTime> {
        let mut local = date_and_minute(text)?;
        let mut rest = &text[16..];
        let mut leap_ms = 0;
        if let [b':', after @ ..] = rest {
            let second = after.get(..2).and_then(digits).ok_or(BadTime::Unreadable)?;
            if second > 60 {
                return Err(BadTime::NoSuchTime);
            }
            leap_ms = if second == 60 { SECOND_MS } else { 0 };
            rest = &after[2..];
            let mut milliseconds = 0;
            if let [b'.' | b',', fraction @ ..] = rest {
                let length = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
                if length == 0 {
                    return Err(BadTime::Unreadable);
                }
                let padded = fraction[..length].iter().map(|digit| i64::from(digit - b'0'));
                milliseconds = padded.chain([0, 0]).take(3).fold(0, |sum, digit| sum * 10 + digit);
                rest = &fraction[length..];
            }
            let seconds_ms = i64::from(second.min(59)) * SECOND_MS + milliseconds;
            local += chrono::Duration::milliseconds(seconds_ms);
        }
        Ok(Stamp { local, leap_ms, offset_ms: offset(rest.trim_ascii_start())? })
    }
}

/// The first sixteen bytes, `YYYY-MM-DDTHH:MM` with `T`, `t` or a space.
fn date_and_minute(text: &[u8]) -> Result<NaiveDateTime, BadTime> {
    let [y1, y2, y3, y4, b'-', mo1, mo2, b'-', d1, d2, b'T' | b't' | b' ', h1, h2, b':', mi1, mi2, ..] =
        *text
    else {
        return Err(BadTime::Unreadable);
    };
    let number = |bytes: &[u8]| digits(bytes).ok_or(BadTime::Unreadable);
    let year = number(&[y1, y2, y3, y4])?;
    let (month, day) = (number(&[mo1, mo2])?, number(&[d1, d2])?);
    let (hour, minute) = (number(&[h1, h2])?, number(&[mi1, mi2])?);
    NaiveDate::from_ymd_opt(year as i32, month, day)
        .and_then(|date| date.and_hms_opt(hour, minute, 0))
        .ok_or(BadTime::NoSuchTime)
}

/// `Z`, `UTC`, `GMT`, `+HH`, `+HHMM`, `+HH:MM`; `None` for no offset at all.
fn offset(text: &[u8]) -> Result<Option<i64>, BadTime> {
    let (sign, rest) = match text {
        [] => return Ok(None),
        b"Z" | b"z" | b"UTC" | b"GMT" => return Ok(Some(0)),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return Err(BadTime::Unreadable),
    };
    let (hours, minutes) = match *rest {
        [h1, h2] => ([h1, h2], [b'0', b'0']),
        [h1, h2, m1, m2] | [h1, h2, b':', m1, m2] => ([h1, h2], [m1, m2]),
        _ => return Err(BadTime::Unreadable),
    };
    let hours = digits(&hours).ok_or(BadTime::Unreadable)?;
    let minutes = digits(&minutes).ok_or(BadTime::Unreadable)?;
    if hours > 23 || minutes > 59 {
        return Err(BadTime::NoSuchTime);
    }
    Ok(Some(sign * (i64::from(hours) * HOUR_MS + i64::from(minutes) * MINUTE_MS)))
}

fn digits(text: &[u8]) -> Option<u32> {
    text.iter().try_fold(0u32, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::parse_zone;
    use proptest::prelude::{prop_assert_eq, proptest};

    fn reading(zone: &str) -> TimeReading {
        TimeReading { unit: TimeUnit::Seconds, zone: parse_zone(zone).unwrap(), start: None }
    }

    fn read(zone: &str, text: &str) -> Result<String, BadTime> {
        reading(zone).parse(text.as_bytes()).map(Timestamp::to_rfc3339)
    }

    #[test]
    fn all_spellings_of_one_instant_agree() {
        for text in [
            "2024-03-05T06:07:08Z",
            "2024-03-05 06:07:08Z",
            "2024-03-05t06:07:08+00:00",
            "2024-03-05T08:07:08+0200",
            "2024-03-05 08:07:08 +02",
            "2024-03-05T04:37:08-01:30",
            "1709618828",
            "1709618828.0",
            "2024-03-05T01:07:08",
            "2024-03-05 01:07:08.000",
        ] {
            assert_eq!(read("America/New_York", text).as_deref(), Ok("2024-03-05T06:07:08Z"), "{text}");
        }
    }

    #[test]
    fn fractions_are_kept_to_the_millisecond() {
        assert_eq!(read("UTC", "2024-03-05T06:07:08.2509Z").unwrap(), "2024-03-05T06:07:08.250Z");
        assert_eq!(read("UTC", "2024-03-05T06:07:08,5").unwrap(), "2024-03-05T06:07:08.500Z");
        assert_eq!(read("UTC", "1.25").unwrap(), "1970-01-01T00:00:01.250Z");
        assert_eq!(read("UTC", "2016-12-31T23:59:60Z").unwrap(), "2017-01-01T00:00:00Z");
    }

    #[test]
    fn a_repeated_local_hour_is_read_as_its_first_and_a_skipped_one_as_the_end_of_the_gap() {
        assert_eq!(read("America/New_York", "2016-11-06 01:30:00").unwrap(), "2016-11-06T05:30:00Z");
        assert_eq!(read("America/New_York", "2016-03-13T02:30:00").unwrap(), "2016-03-13T07:00:00Z");
    }

    #[test]
    fn plain_numbers_count_from_the_start_in_their_unit() {
        let start = Timestamp::parse_rfc3339("2024-01-01T00:00:00Z");
        for (unit, text) in [
            (TimeUnit::Seconds, "90"),
            (TimeUnit::Minutes, "1.5"),
            (TimeUnit::Milliseconds, "90000"),
            (TimeUnit::Microseconds, "90000000"),
            (TimeUnit::Nanoseconds, "90000000000"),
        ] {
            let reading = TimeReading { unit, zone: Zone::UTC, start };
            assert_eq!(reading.parse(text.as_bytes()).unwrap().to_rfc3339(), "2024-01-01T00:01:30Z");
        }
    }

    #[test]
    fn what_is_no_time_is_refused_with_its_reason() {
        for text in
            ["", "x", "nan", "inf", "2024-03-05", "2024-03-05T06", "12:30:00", "2024-03-05T06:07:08 PST"]
        {
            assert_eq!(read("UTC", text), Err(BadTime::Unreadable), "{text}");
        }
        for text in
            ["2024-13-05T06:07:08Z", "2023-02-29T00:00:00Z", "2024-03-05T24:00:00", "2024-03-05T06:07:61Z"]
        {
            assert_eq!(read("UTC", text), Err(BadTime::NoSuchTime), "{text}");
        }
        for text in ["1709618828000", "1e300", "-99999999999999"] {
            assert_eq!(read("UTC", text), Err(BadTime::OutOfRange), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_we_write_we_read(millis in -62_167_219_200_000i64..=253_402_300_799_999) {
            let instant = Timestamp::from_millis(millis);
            let text = instant.map(Timestamp::to_rfc3339).unwrap_or_default();
            prop_assert_eq!(reading("Asia/Tokyo").parse(text.as_bytes()).ok(), instant);
        }

        #[test]
        fn no_bytes_panic(text in proptest::collection::vec(proptest::num::u8::ANY, 0..40)) {
            let _ = reading("America/New_York").parse(&text);
        }
    }
}
