//! The activity record as comma-separated values, and foreign tables through `--map`.

use std::collections::VecDeque;

use super::activity_field::{BadField, RunDraft};
use super::columns::{ActiveMinutes, BadColumns, Binding, Columns, listed};
use super::csv_record::{CsvRecords, RecordRead};
use super::lines::{reject, too_long};
use super::time_text::{TimeReading, plain_number};
use super::{Entries, Entry, ImportOptions, IngestError, Reject, Source};
use crate::domain::activity::Run;
use crate::domain::time::{MINUTE_MS, Timestamp};

/// Reads a delimited file with a header. Columns that nothing is read from are named in one notice.
pub(super) fn entries(source: Source, options: &ImportOptions) -> Result<Entries, IngestError> {
    let mut records = CsvRecords::new(source)?;
    let names = match records.advance()? {
        RecordRead::End => {
            let notice = Entry::Notice("the file is empty".to_owned());
            return Ok(Box::new(std::iter::once(Ok(notice))));
        }
        RecordRead::Record => names_of(&records),
        RecordRead::TooLong | RecordRead::OpenQuote => {
            return Err(header_error(&records, "the header cannot be read".to_owned(), String::new()));
        }
    };
    let columns = Columns::resolve(&names, options).map_err(|error| match error {
        BadColumns::Map(error) => error,
        BadColumns::Missing { reason, hint } => header_error(&records, reason, hint),
    })?;
    let mut waiting = VecDeque::new();
    if !columns.ignored.is_empty() {
        waiting.push_back(Entry::Notice(format!("columns not read: {}", listed(&columns.ignored))));
    }
    let reader = CsvEntries {
        records,
        header_length: names.len(),
        bindings: columns.bindings,
        active_minutes: columns.active_minutes,
        start: options.start_time.unwrap_or(Timestamp::clamped(0)),
        times: TimeReading::new(options),
        joined: Vec::new(),
        waiting,
        ended: false,
    };
    Ok(Box::new(reader))
}

struct CsvEntries {
    records: CsvRecords,
    header_length: usize,
    bindings: Vec<Binding>,
    active_minutes: Option<ActiveMinutes>,
    /// What minutes count from.
    start: Timestamp,
    times: TimeReading,
    /// Reused for fields that join several columns.
    joined: Vec<u8>,
    /// Entries that were found with an earlier one.
    waiting: VecDeque<Entry>,
    ended: bool,
}

impl Iterator for CsvEntries {
    type Item = Result<Entry, IngestError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(entry) = self.waiting.pop_front() {
                return Some(Ok(entry));
            }
            if self.ended {
                return None;
            }
            match self.records.advance() {
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
                Ok(RecordRead::End) => self.ended = true,
                Ok(RecordRead::TooLong) => {
                    let line = self.records.first_line();
                    return Some(Ok(Entry::Reject(too_long(line, self.records.text()))));
                }
                Ok(RecordRead::OpenQuote) => {
                    return Some(Ok(Entry::Reject(self.reject(None, "a quote is opened and never closed"))));
                }
                Ok(RecordRead::Record) => {
                    if let Some(entry) = self.read_record() {
                        return Some(Ok(entry));
                    }
                }
            }
        }
    }
}

impl CsvEntries {
    /// The record's entry; several runs of one record go to `waiting`.
    fn read_record(&mut self) -> Option<Entry> {
        let (found, expected) = (self.records.len(), self.header_length);
        // Some programs end every row with a delimiter.
        if (expected..found).any(|index| !self.records.field(index).is_empty()) {
            let reason =
                format!("has {found} fields, the header {expected}; a field with the delimiter needs quotes");
            return Some(Entry::Reject(self.reject(None, reason)));
        }
        if self.active_minutes.is_some() {
            return self.read_minutes().err().map(Entry::Reject);
        }
        let run = self.draft().and_then(RunDraft::finish);
        Some(match run {
            Ok(run) => Entry::Run(run),
            Err(bad) => Entry::Reject(self.reject_field(bad)),
        })
    }

    fn draft(&mut self) -> Result<RunDraft, BadField> {
        let mut draft = RunDraft::default();
        for binding in &self.bindings {
            let text = match binding.columns.as_slice() {
                [column] => self.records.field(*column),
                columns => {
                    join(&self.records, columns, &mut self.joined);
                    &self.joined
                }
            };
            draft.set(binding.field, text, binding.scale, &self.times)?;
        }
        Ok(draft)
    }

    /// One run for every minute in which something happened; none at all where a cell cannot be read.
    fn read_minutes(&mut self) -> Result<(), Reject> {
        let mut draft = self.draft().map_err(|bad| self.reject_field(bad))?;
        draft.start_at(self.start);
        let run = draft.finish().map_err(|bad| self.reject_field(bad))?;
        let columns = self.active_minutes.iter().flat_map(|minutes| &minutes.columns);
        let mut found: Vec<Entry> = Vec::new();
        for &(column, minute) in columns {
            let cell = self.records.field(column).trim_ascii();
            if matches!(cell, b"0" | b"") {
                continue;
            }
            match plain_number(cell) {
                Some(count) if count > 0.0 => {
                    let started_at = self.start.plus_ms(minute.saturating_mul(MINUTE_MS));
                    found.push(Entry::Run(Run { started_at, ..run.clone() }));
                }
                Some(0.0) => {}
                _ => {
                    let reason = format!("\"{}\" is no count", String::from_utf8_lossy(cell));
                    return Err(self.reject(Some(&minute.to_string()), reason));
                }
            }
        }
        self.waiting.extend(found);
        Ok(())
    }

    fn reject_field(&self, bad: BadField) -> Reject {
        let binding = self.bindings.iter().find(|binding| binding.field == bad.field);
        let reason = match binding.and_then(|binding| binding.mapped_from.as_ref()) {
            Some(theirs) => format!("{} (column {theirs})", bad.reason),
            None => bad.reason,
        };
        self.reject(Some(bad.field.as_str()), reason)
    }

    fn reject(&self, field: Option<&str>, reason: impl Into<String>) -> Reject {
        reject(self.records.first_line(), field, reason, self.records.text())
    }
}

fn names_of(records: &CsvRecords) -> Vec<String> {
    let name = |index| String::from_utf8_lossy(records.field(index).trim_ascii()).into_owned();
    (0..records.len()).map(name).collect()
}

fn header_error(records: &CsvRecords, reason: String, hint: String) -> IngestError {
    let path = records.lines().label().to_owned();
    IngestError::Header { path, line: records.first_line(), reason, hint }
}

/// Joins columns with a space, `-` for an empty one so that no two rows look alike; empty if all are.
fn join(records: &CsvRecords, columns: &[usize], joined: &mut Vec<u8>) {
    joined.clear();
    if columns.iter().all(|&column| records.field(column).trim_ascii().is_empty()) {
        return;
    }
    for (position, &column) in columns.iter().enumerate() {
        if position > 0 {
            joined.push(b' ');
        }
        let text = records.field(column).trim_ascii();
        joined.extend_from_slice(if text.is_empty() { b"-" } else { text });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::activity::RunStatus;
    use crate::ingest::fixtures::{at, mapped, options, sorted, source};

    #[test]
    fn every_field_of_the_activity_record_is_read() {
        let text = "task_type,submitted_at,started_at,ended_at,status,user,host,queue,exit_code,cpu_cores,\
                    memory_mb,gpu_count,gpu_memory_mb,external_id,after\n\
                    train,2024-01-01T00:00:00Z,2024-01-01T00:00:05Z,2024-01-01T01:00:00Z,out_of_memory,\
                    ada,node1,gpu,137,8,1024.5,2,40000,42,prepare\n";
        let read = sorted(entries(source(text), &options()).unwrap());
        let run = &read.runs[0];
        assert_eq!((run.task_type.as_str(), run.submitted_at), ("train", Some(at("2024-01-01T00:00:00Z"))));
        assert_eq!(
            (run.started_at, run.ended_at),
            (at("2024-01-01T00:00:05Z"), Some(at("2024-01-01T01:00:00Z")))
        );
        assert_eq!((run.status, run.exit_code), (Some(RunStatus::OutOfMemory), Some(137)));
        assert_eq!((run.resources.cpu_cores, run.resources.memory_mib), (Some(8.0), Some(1024.5)));
        assert_eq!((run.resources.gpu_count, run.resources.gpu_memory_mib), (Some(2.0), Some(40000.0)));
        assert_eq!((run.external_id.as_deref(), run.after.as_deref()), (Some("42"), Some("prepare")));
        assert_eq!(
            (run.user.as_deref(), run.host.as_deref(), run.queue.as_deref()),
            (Some("ada"), Some("node1"), Some("gpu"))
        );
        assert_eq!((read.rejects.len(), read.notices.len()), (0, 0));
    }

    #[test]
    fn a_bad_row_is_rejected_with_line_field_and_value_and_reading_goes_on() {
        let text = "task_type,started_at,memory_mib\n\
                    a,yesterday,1\n\
                    b,2024-01-01T00:00:00Z,-1\n\
                    c,2024-01-01T00:00:00Z,1,2\n\
                    d,2024-01-01T00:00:00Z,1,\n\
                    ,2024-01-01T00:00:00Z,1\n\
                    e,2024-01-01T00:00:00Z\n";
        let read = sorted(entries(source(text), &options()).unwrap());
        let faults: Vec<(u64, Option<&str>)> =
            read.rejects.iter().map(|reject| (reject.line, reject.field.as_deref())).collect();
        assert_eq!(
            faults,
            [(2, Some("started_at")), (3, Some("memory_mib")), (4, None), (6, Some("task_type"))]
        );
        assert!(read.rejects[0].reason.starts_with("\"yesterday\" is no time"));
        assert_eq!(read.rejects[1].text, "b,2024-01-01T00:00:00Z,-1");
        assert_eq!(read.runs.len(), 2);
    }

    #[test]
    fn mapped_columns_are_joined_and_scaled_and_named_in_rejects() {
        let options = mapped(&["cpu_milli+qos=task_type", "begin=started_at", "cpu_milli=cpu_cores/1000"]);
        let text = "begin,cpu_milli,qos,phase\n100,1500,LS,x\n200,2000,,x\n300,a,LS,x\n";
        let read = sorted(entries(source(text), &options).unwrap());
        assert_eq!(read.runs[0].task_type, "1500 LS");
        assert_eq!(read.runs[0].resources.cpu_cores, Some(1.5));
        assert_eq!(read.runs[1].task_type, "2000 -");
        assert_eq!(read.rejects[0].reason, "\"a\" is no number (column cpu_milli)");
        assert_eq!(read.notices, ["columns not read: phase"]);
    }

    #[test]
    fn every_active_minute_is_a_run() {
        let mut options = mapped(&["f=task_type", "1..3=active_minutes"]);
        options.start_time = Some(at("2019-07-15T00:00:00Z"));
        let read = sorted(entries(source("f,1,2,3\nx,0,7,1\ny,0,,0\nz,1,-1,0\n"), &options).unwrap());
        let starts: Vec<String> = read.runs.iter().map(|run| run.started_at.to_rfc3339()).collect();
        assert_eq!(starts, ["2019-07-15T00:02:00Z", "2019-07-15T00:03:00Z"]);
        assert_eq!(read.rejects[0].field.as_deref(), Some("2"));
    }

    #[test]
    fn a_torn_stream_ends_in_an_error_after_the_rows_that_came() {
        let text = format!("task_type,started_at\n{}", "a,1700000000\n".repeat(100_000));
        let whole = zstd::encode_all(text.as_bytes(), 1).unwrap();
        let read = sorted(entries(source(&whole[..whole.len() - 5]), &options()).unwrap());
        assert!(read.error.is_some_and(|error| error.starts_with("cannot read test")));
        assert!(read.runs.len() > 1000 && read.rejects.is_empty());
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced() {
        let read =
            sorted(entries(source(b"task_type,started_at\n\xff\xfe,1700000000\n"), &options()).unwrap());
        assert_eq!(read.runs[0].task_type, "\u{fffd}\u{fffd}");
    }
}
