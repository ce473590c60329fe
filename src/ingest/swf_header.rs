//! Header comments of a Standard Workload Format file: `; Name: value` lines.

use crate::domain::calendar::{Zone, parse_zone};
use crate::domain::time::Timestamp;

/// What the header tells a reader of runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct SwfHeader {
    /// The instant that submit times count from.
    pub(super) start: Option<Timestamp>,
    /// Where the machine stood.
    pub(super) zone: Option<Zone>,
    /// Processors of the machine.
    pub(super) processors: Option<u64>,
    /// Whether any header line was understood.
    pub(super) any: bool,
}

impl SwfHeader {
    /// Takes one line that starts with `;`; what it does not know it passes over.
    pub(super) fn take(&mut self, line: &str) {
        let Some((name, value)) = line.trim_start_matches(';').split_once(':') else { return };
        let (name, value) = (name.trim(), value.trim());
        self.any = true;
        if name.eq_ignore_ascii_case("UnixStartTime") {
            // An archive writes 0 or -1 where it does not know.
            let seconds = value.split_whitespace().next().and_then(|number| number.parse::<i64>().ok());
            self.start = seconds.filter(|&seconds| seconds > 0).and_then(Timestamp::from_seconds);
        } else if name.eq_ignore_ascii_case("TimeZoneString") {
            self.zone = parse_zone(value).ok();
        } else if name.eq_ignore_ascii_case("MaxProcs") {
            let number = value.split_whitespace().next().and_then(|number| number.parse().ok());
            self.processors = number.filter(|processors| *processors > 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn start_and_zone_are_read_and_other_lines_passed_over() {
        let mut header = SwfHeader::default();
        for line in [
            "; Version: 2.2",
            ";",
            ";  Note without a colon",
            "; UnixStartTime: 749458803",
            ";TimeZoneString: US/Pacific",
            "; MaxProcs: 128 (of 2 partitions)",
        ] {
            header.take(line);
        }
        assert_eq!(header.start, Timestamp::from_seconds(749_458_803));
        assert_eq!(header.zone, Some(Zone::US__Pacific));
        assert_eq!(header.processors, Some(128));
    }

    #[test]
    fn an_unknown_start_stays_unknown() {
        let mut header = SwfHeader::default();
        header.take("; UnixStartTime: -1");
        assert_eq!(header.start, None);
    }
}
