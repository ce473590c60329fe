//! Durations as people type them.

use std::str::FromStr;
use std::time::Duration;

/// The shortest pause between two readings.
const LEAST_PAUSE: Duration = Duration::from_millis(10);

/// A duration argument: `500ms`, `10s`, `5m`, `2h`, `1day`; a bare number counts seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DurationArg(pub Duration);

impl FromStr for DurationArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse_duration(text).map(DurationArg)
    }
}

/// A duration of which a bare number other than 0 says nothing: some mean minutes by it, some seconds.
pub fn duration_with_unit(text: &str) -> Result<DurationArg, String> {
    match text.trim().parse::<f64>() {
        Ok(number) if number != 0.0 => Err(format!("\"{text}\" has no unit: write {text}m or {text}s")),
        _ => text.trim().parse(),
    }
}

/// A duration between two readings: one that takes no time at all would only keep a processor busy.
pub fn pause(text: &str) -> Result<DurationArg, String> {
    let pause: DurationArg = text.parse()?;
    match pause.0 < LEAST_PAUSE {
        true => Err("at least 10ms lie between two readings, such as 5s".to_owned()),
        false => Ok(pause),
    }
}

/// Reads `500ms`, `10s`, `5m`, `2h`; a bare number counts seconds.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string());
    }
    humantime::parse_duration(text).map_err(|error| format!("{error} (such as 10s, 5m, 500ms)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_number_other_than_nought_is_asked_for_its_unit() {
        assert_eq!(duration_with_unit("0"), Ok(DurationArg(Duration::ZERO)));
        assert_eq!(duration_with_unit("10m"), Ok(DurationArg(Duration::from_secs(600))));
        assert!(duration_with_unit("10").is_err_and(|error| error.contains("write 10m or 10s")));
    }

    #[test]
    fn no_time_is_no_pause() {
        assert_eq!(pause("50ms"), Ok(DurationArg(Duration::from_millis(50))));
        assert!(["0", "0s", "1ms"].iter().all(|text| pause(text).is_err()));
    }
}
