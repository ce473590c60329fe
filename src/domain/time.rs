//! Instants and spans. All instants are UTC; a zone is named wherever local time matters.

use std::fmt;

use chrono::{DateTime, SecondsFormat, TimeZone, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Milliseconds in a second, minute, hour and day of 24 hours.
pub const SECOND_MS: i64 = 1_000;
/// Milliseconds in a minute.
pub const MINUTE_MS: i64 = 60 * SECOND_MS;
/// Milliseconds in an hour.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Milliseconds in a day of 24 hours (a civil day may be 23 or 25 hours long).
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// An instant in milliseconds since 1970-01-01T00:00:00Z. Serialised as RFC 3339 in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Years 0000 to 9999: what RFC 3339 can write.
    pub const MIN: Timestamp = Timestamp(-62_167_219_200_000);
    /// The last millisecond that RFC 3339 can write.
    pub const MAX: Timestamp = Timestamp(253_402_300_799_999);

    /// `None` outside the years 0000 to 9999.
    pub fn from_millis(millis: i64) -> Option<Timestamp> {
        (Self::MIN.0..=Self::MAX.0).contains(&millis).then_some(Timestamp(millis))
    }

    /// Like [`Timestamp::from_millis`] but clamps, for sums of known-good instants and spans.
    pub fn clamped(millis: i64) -> Timestamp {
        Timestamp(millis.clamp(Self::MIN.0, Self::MAX.0))
    }

    /// `None` outside the years 0000 to 9999.
    pub fn from_seconds(seconds: i64) -> Option<Timestamp> {
        seconds.checked_mul(SECOND_MS).and_then(Timestamp::from_millis)
    }

    /// Milliseconds since the epoch.
    pub fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(SECOND_MS)
    }

    /// This instant moved by `span_ms` milliseconds, clamped to the years 0000 to 9999.
    pub fn plus_ms(self, span_ms: i64) -> Timestamp {
        Timestamp::clamped(self.0.saturating_add(span_ms))
    }

    /// Milliseconds from `earlier` to here; negative when `earlier` is later.
    pub fn since(self, earlier: Timestamp) -> i64 {
        self.0 - earlier.0
    }

    /// The same instant for chrono.
    pub fn to_datetime(self) -> DateTime<Utc> {
        match Utc.timestamp_millis_opt(self.0) {
            chrono::LocalResult::Single(datetime) => datetime,
            // Unreachable: every value lies within chrono's range.
            _ => DateTime::<Utc>::UNIX_EPOCH,
        }
    }

    /// RFC 3339 in UTC, with milliseconds only when there are any.
    pub fn to_rfc3339(self) -> String {
        let format =
            if self.0.rem_euclid(SECOND_MS) == 0 { SecondsFormat::Secs } else { SecondsFormat::Millis };
        self.to_datetime().to_rfc3339_opts(format, true)
    }

    /// Reads RFC 3339 (a space in place of `T` is accepted).
    pub fn parse_rfc3339(text: &str) -> Option<Timestamp> {
        let parsed = DateTime::parse_from_rfc3339(text)
            .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z"))
            .ok()?;
        Timestamp::from_millis(parsed.timestamp_millis())
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(datetime: DateTime<Utc>) -> Self {
        Timestamp::clamped(datetime.timestamp_millis())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_rfc3339())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Timestamp::parse_rfc3339(&text).ok_or_else(|| D::Error::custom("not an RFC 3339 time"))
    }
}

/// A half-open span of time, `start <= t < end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeSpan {
    /// The first instant inside.
    pub start: Timestamp,
    /// The first instant after.
    pub end: Timestamp,
}

impl TimeSpan {
    /// The span between two instants, in either order.
    pub fn new(one: Timestamp, other: Timestamp) -> TimeSpan {
        TimeSpan { start: one.min(other), end: one.max(other) }
    }

    /// Whether `instant` lies inside.
    pub fn contains(&self, instant: Timestamp) -> bool {
        self.start <= instant && instant < self.end
    }

    /// Length in milliseconds.
    pub fn length_ms(&self) -> i64 {
        self.end.since(self.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3339_round_trips_with_and_without_milliseconds() {
        for text in ["2016-10-30T23:43:00Z", "2026-01-01T00:00:00.250Z", "1970-01-01T00:00:00Z"] {
            let instant = Timestamp::parse_rfc3339(text).expect("valid");
            assert_eq!(instant.to_rfc3339(), text);
        }
    }

    #[test]
    fn instants_outside_four_digit_years_are_refused() {
        assert_eq!(Timestamp::from_seconds(i64::MAX), None);
        assert_eq!(Timestamp::from_seconds(253_402_300_800), None);
    }
}
