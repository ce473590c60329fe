//! Reading fields of JSON documents that others wrote: what is absent or of another type is unknown, never an error.

use serde_json::Value;

use crate::domain::time::Timestamp;

const MIB: f64 = 1_048_576.0;

/// A text that is not empty, at a place such as `/status/value`.
pub(super) fn text(document: &Value, place: &str) -> Option<String> {
    document.pointer(place)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A number that is neither negative nor infinite.
pub(super) fn number(document: &Value, place: &str) -> Option<f64> {
    document.pointer(place)?.as_f64().filter(|value| value.is_finite() && *value >= 0.0)
}

/// Bytes as MiB.
pub(super) fn mib(document: &Value, place: &str) -> Option<f64> {
    number(document, place).map(|bytes| bytes / MIB)
}

/// An instant in RFC 3339.
pub(super) fn instant(document: &Value, place: &str) -> Option<Timestamp> {
    Timestamp::parse_rfc3339(document.pointer(place)?.as_str()?)
}

/// The entries of a list; none where there is no list.
pub(super) fn entries<'a>(document: &'a Value, place: &str) -> &'a [Value] {
    document.pointer(place).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// Whether a list is there.
pub(super) fn has_list(document: &Value, place: &str) -> bool {
    document.pointer(place).is_some_and(Value::is_array)
}
