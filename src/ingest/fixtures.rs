//! What the readers' tests start from.

use std::io::Cursor;
use std::path::Path;

use super::{Entries, Entry, ImportOptions, Reject, Source, TimeUnit};
use crate::domain::activity::Run;
use crate::domain::calendar::Zone;
use crate::domain::time::Timestamp;

/// Options that leave everything to the reader.
pub(super) fn options() -> ImportOptions {
    ImportOptions {
        format: None,
        map: Vec::new(),
        time_unit: TimeUnit::Seconds,
        zone: Zone::UTC,
        start_time: None,
        year: None,
        fields: None,
        crontab_user: None,
        latest: Timestamp::MAX,
    }
}

/// Options with these `--map` texts.
pub(super) fn mapped(maps: &[&str]) -> ImportOptions {
    ImportOptions { map: maps.iter().map(|text| text.parse().expect("valid map")).collect(), ..options() }
}

/// A source of these bytes.
pub(super) fn source(bytes: impl AsRef<[u8]>) -> Source {
    Source::from_reader(Path::new("test"), Box::new(Cursor::new(bytes.as_ref().to_vec())))
}

/// The entries of a file, apart by kind.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    pub(super) runs: Vec<Run>,
    pub(super) rejects: Vec<Reject>,
    pub(super) notices: Vec<String>,
    /// The error that ended reading, if one did.
    pub(super) error: Option<String>,
}

/// Reads everything.
pub(super) fn sorted(entries: Entries) -> Sorted {
    let mut sorted = Sorted::default();
    for entry in entries {
        assert!(sorted.error.is_none(), "an entry after an error");
        match entry {
            Ok(Entry::Run(run)) => sorted.runs.push(run),
            Ok(Entry::Reject(reject)) => sorted.rejects.push(reject),
            Ok(Entry::Notice(notice)) => sorted.notices.push(notice),
            Ok(Entry::Session(_) | Entry::Declared(_)) => {}
            Err(error) => sorted.error = Some(error.to_string()),
        }
    }
    sorted
}

/// An instant from its RFC 3339 text.
pub(super) fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).expect("valid instant")
}
