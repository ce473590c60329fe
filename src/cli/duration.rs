//! Durations as people type them.

use std::str::FromStr;
use std::time::Duration;

/// A duration argument: `500ms`, `10s`, `5m`, `2h`, `1day`; a bare number counts seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DurationArg(pub Duration);

impl FromStr for DurationArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse_duration(text).map(DurationArg)
    }
}

/// Reads `500ms`, `10s`, `5m`, `2h`; a bare number counts seconds.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string());
    }
    humantime::parse_duration(text).map_err(|error| format!("{error} (such as 10s, 5m, 500ms)"))
}
