//! Values of a foreign SQLite table, whose columns hold any type: text, numbers, times in four spellings.

use chrono::{NaiveDate, NaiveDateTime};
use rusqlite::types::ValueRef;

use crate::domain::time::Timestamp;

/// Plain numbers from here on are milliseconds: as seconds they would lie after the year 5000, as
/// milliseconds before 1973.
const FIRST_MILLISECONDS: f64 = 1e11;

/// The text of a value; `None` for NULL.
pub(super) fn text_of(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
    }
}

/// Reads `YYYY-MM-DD HH:MM:SS` (UTC, as SQLite's own functions write it), RFC 3339, and Unix seconds or
/// milliseconds. `Ok(None)` for NULL and empty text.
pub(super) fn read_time(value: ValueRef<'_>) -> Result<Option<Timestamp>, String> {
    let unreadable = || {
        let text = text_of(value).unwrap_or_default();
        format!("\"{text}\" is no time (YYYY-MM-DD HH:MM:SS, RFC 3339, Unix seconds or milliseconds)")
    };
    let read = match value {
        ValueRef::Null => return Ok(None),
        ValueRef::Integer(number) => from_number(number as f64),
        ValueRef::Real(number) => from_number(number),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            let text = String::from_utf8_lossy(bytes);
            let text = text.trim();
            if text.is_empty() {
                return Ok(None);
            }
            from_text(text)
        }
    };
    read.map(Some).ok_or_else(unreadable)
}

fn from_number(number: f64) -> Option<Timestamp> {
    let millis = if number.abs() < FIRST_MILLISECONDS { number * 1_000.0 } else { number };
    // A double holds every millisecond of the years that are allowed.
    let millis = millis.round();
    (millis.abs() <= Timestamp::MAX.millis() as f64).then(|| Timestamp::from_millis(millis as i64)).flatten()
}

fn from_text(text: &str) -> Option<Timestamp> {
    if let Some(instant) = Timestamp::parse_rfc3339(text) {
        return Some(instant);
    }
    for format in ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M"] {
        if let Ok(local) = NaiveDateTime::parse_from_str(text, format) {
            return Timestamp::from_millis(local.and_utc().timestamp_millis());
        }
    }
    if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Timestamp::from_millis(date.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis());
    }
    text.parse().ok().filter(|number: &f64| number.is_finite()).and_then(from_number)
}

/// The id in a list of ids (`12`, `[12]`, `["12"]`), if it holds exactly one: a run follows one other.
pub(super) fn single_dependency(value: ValueRef<'_>) -> Option<String> {
    let text = text_of(value)?;
    let is_list = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '[' | ']' | '"' | ',' | ' '));
    let mut ids = text.split(|c: char| !c.is_ascii_digit()).filter(|id| !id.is_empty());
    let first = ids.next()?;
    (is_list && ids.next().is_none()).then(|| first.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn time(text: &str) -> Option<String> {
        read_time(ValueRef::Text(text.as_bytes())).unwrap().map(Timestamp::to_rfc3339)
    }

    #[test]
    fn times_are_read_in_every_spelling() {
        let expected = Some("2024-05-01T10:00:05Z".to_owned());
        for text in [
            "2024-05-01 10:00:05",
            "2024-05-01T10:00:05",
            "2024-05-01T10:00:05.000Z",
            "2024-05-01T12:00:05+02:00",
            "1714557605",
            "1714557605000",
        ] {
            assert_eq!(time(text), expected, "{text}");
        }
        assert_eq!(time(" "), None);
        assert_eq!(read_time(ValueRef::Null), Ok(None));
        assert!(read_time(ValueRef::Text(b"soon")).is_err());
        assert!(read_time(ValueRef::Real(f64::NAN)).is_err());
    }

    #[test]
    fn only_a_single_dependency_is_told() {
        let of = |text: &str| single_dependency(ValueRef::Text(text.as_bytes()));
        assert_eq!(of("[\"12\"]").as_deref(), Some("12"));
        assert_eq!(single_dependency(ValueRef::Integer(12)).as_deref(), Some("12"));
        for none in ["", "[]", "[1,2]", "task 12", "null"] {
            assert_eq!(of(none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn no_value_panics(text in "\\PC{0,30}", integer in any::<i64>(), real in any::<f64>()) {
            let _ = read_time(ValueRef::Text(text.as_bytes()));
            let _ = (read_time(ValueRef::Integer(integer)), read_time(ValueRef::Real(real)));
        }
    }
}
