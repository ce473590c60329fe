//! From a source to its entries: the format that was named or found, and that format's reader.

use super::detect::detect;
use super::{Entries, Format, ImportOptions, IngestError, Source};
use super::{banana_bun, cron, crontab, csv, journal, jsonl, sacct, swf};

/// A file that is ready to be read.
pub struct OpenedImport {
    /// The format that was named or found.
    pub format: Format,
    /// What is in it, in the order of the file.
    pub entries: Entries,
}

/// Finds the format of a source where none is named and opens it with that format's reader.
///
/// Errors: it cannot be read, no reader recognises it, or its header or the options do not fit. What is wrong
/// with single records comes as entries.
pub fn open(mut source: Source, options: &ImportOptions) -> Result<OpenedImport, IngestError> {
    let format = match options.format {
        Some(format) => format,
        None => detect(&mut source, options)?,
    };
    let entries = match format {
        Format::Csv => csv::entries(source, options)?,
        Format::Jsonl => jsonl::entries(source, options)?,
        Format::Swf => swf::entries(source, options)?,
        Format::Sacct => sacct::entries(source, options)?,
        Format::Cron => cron::entries(source, options)?,
        Format::Journal => journal::entries(source, options)?,
        Format::Crontab => crontab::entries(source, options)?,
        Format::BananaBun => banana_bun::entries(source, options)?,
    };
    Ok(OpenedImport { format, entries })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::fixtures::{options, sorted, source};
    use proptest::prelude::{Just, Strategy, prop_oneof, proptest};

    /// Bytes that get past a reader's first line, then anything.
    fn file() -> impl Strategy<Value = Vec<u8>> {
        let beginning = prop_oneof![
            Just(""),
            Just("task_type,started_at,memory_mib\n"),
            Just("{\"task_type\":\"a\",\"started_at\":1}\n"),
            Just("[{\"task_type\":\"a\",\"started_at\":1},"),
            Just("; UnixStartTime: 5\n1 0 65 2592042 1 -1 1009884 -1 -1 -1 0 1 -1 -1 2 9 -1 -1\n"),
            Just("Oct 23 06:39:01 host CRON[7]: (root) CMD (x)\nOct 23 06:40:01 host CRON[8]: "),
            Just("{\"__REALTIME_TIMESTAMP\":\"1700000000000000\"}\n"),
            Just("SHELL=/bin/sh\n*/5 * * * * root x\n"),
            Just("SQLite format 3\0"),
            Just("JobID|Start|State\n1|2024-01-01T00:00:00|COMPLETED\n1.0|"),
        ];
        let text = "[ -~\n|,\"{}\\[\\]:;é]{0,80}".prop_map(String::into_bytes);
        let bytes = proptest::collection::vec(proptest::num::u8::ANY, 0..80);
        (beginning, prop_oneof![text, bytes])
            .prop_map(|(beginning, rest)| [beginning.as_bytes(), &rest].concat())
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_reader_panic(file in file()) {
            for format in Format::ALL.map(Some).into_iter().chain([None]) {
                if let Ok(opened) = open(source(&file), &ImportOptions { format, ..options() }) {
                    sorted(opened.entries);
                }
            }
        }
    }

    #[test]
    fn a_named_format_is_not_looked_for() {
        let named = ImportOptions { format: Some(Format::Swf), ..options() };
        let opened = open(source("task_type,started_at\n"), &named).unwrap();
        assert_eq!((opened.format, sorted(opened.entries).rejects.len()), (Format::Swf, 1));
        let found = open(source("task_type,started_at\n"), &options()).unwrap();
        assert_eq!(found.format, Format::Csv);
    }
}
