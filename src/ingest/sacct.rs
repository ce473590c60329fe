//! `sacct --parsable2` text: one job a line, its steps after it.

use std::collections::VecDeque;

use super::lines::{LineRead, Lines, reject, too_long};
use super::sacct_columns::SacctColumns;
use super::sacct_job::{Peaks, SacctFields};
use super::time_text::TimeReading;
use super::{Entries, Entry, ImportOptions, IngestError, Source};
use crate::domain::activity::Run;

/// Reads jobs; steps are folded into the job before them, of which only one is held at a time.
///
/// Errors: neither a header nor `--fields` says what the columns are.
pub(super) fn entries(source: Source, options: &ImportOptions) -> Result<Entries, IngestError> {
    let mut lines = Lines::new(source)?;
    let mut line = Vec::new();
    while line.trim_ascii().is_empty() {
        match lines.read_next(&mut line)? {
            LineRead::Line => {}
            LineRead::TooLong => {
                return Err(IngestError::Header {
                    path: lines.label().to_owned(),
                    line: lines.number(),
                    reason: "the first line is too long".to_owned(),
                    hint: "export with sacct --parsable2".to_owned(),
                });
            }
            LineRead::End => {
                let notice = Entry::Notice("the file is empty".to_owned());
                return Ok(Box::new(std::iter::once(Ok(notice))));
            }
        }
    }
    let first_line = String::from_utf8_lossy(&line);
    let columns = SacctColumns::resolve(&first_line, lines.number(), lines.label(), options)?;
    let fields = SacctFields::new(&columns);
    let mut waiting = VecDeque::new();
    if fields.lacks_start() {
        let text =
            "there is no Start column: submit times stand for starts, and ends are unknown without End";
        waiting.push_back(Entry::Notice(text.to_owned()));
    }
    let mut reader = SacctEntries {
        lines,
        line: Vec::new(),
        columns,
        fields,
        // Plain numbers are Unix seconds in `sacct`, never offsets.
        times: TimeReading::new(&ImportOptions { start_time: None, ..options.clone() }),
        job: None,
        waiting,
        ended: false,
    };
    if !reader.columns.has_header {
        reader.take_line(&line);
    }
    Ok(Box::new(reader))
}

/// A job whose steps may still follow.
struct OpenJob {
    id: String,
    /// `None` when the job's own line was rejected: its steps go with it.
    run: Option<Run>,
    peaks: Peaks,
}

struct SacctEntries {
    lines: Lines,
    line: Vec<u8>,
    columns: SacctColumns,
    fields: SacctFields,
    times: TimeReading,
    job: Option<OpenJob>,
    waiting: VecDeque<Entry>,
    ended: bool,
}

impl Iterator for SacctEntries {
    type Item = Result<Entry, IngestError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(entry) = self.waiting.pop_front() {
                return Some(Ok(entry));
            }
            if self.ended {
                return None;
            }
            match self.lines.read_next(&mut self.line) {
                Err(error) => {
                    // The job that is held may lack its steps: it comes again when the file is whole.
                    self.ended = true;
                    return Some(Err(error));
                }
                Ok(LineRead::End) => {
                    self.ended = true;
                    self.close_job();
                }
                Ok(LineRead::TooLong) => {
                    return Some(Ok(Entry::Reject(too_long(self.lines.number(), &self.line))));
                }
                Ok(LineRead::Line) => {
                    let line = std::mem::take(&mut self.line);
                    self.take_line(&line);
                    self.line = line;
                }
            }
        }
    }
}

impl SacctEntries {
    fn take_line(&mut self, line: &[u8]) {
        let text = String::from_utf8_lossy(line);
        if text.trim().is_empty() {
            return;
        }
        let columns: Vec<&str> = text.split(self.columns.delimiter).collect();
        let (found, expected) = (columns.len(), self.columns.len());
        // A trailing delimiter makes one empty column more; a job name may not hold the delimiter.
        let too_many =
            found > expected + 1 || (found == expected + 1 && !columns[expected].trim().is_empty());
        if found < expected || too_many {
            return self.reject(None, format!("has {found} columns, not {expected}"), line);
        }
        if let Some(job_id) = self.fields.step_of(&columns) {
            return self.take_step(job_id, &columns, line);
        }
        self.close_job();
        let run = self.fields.run_of(&columns, &self.times);
        let id = self.fields.id_of(&columns).unwrap_or_default().to_owned();
        let run = run.map_err(|(field, reason)| self.reject(Some(field), reason, line)).ok();
        self.job = Some(OpenJob { id, run, peaks: self.fields.peaks(&columns) });
    }

    fn take_step(&mut self, job_id: &str, columns: &[&str], line: &[u8]) {
        match &mut self.job {
            Some(job) if job.id == job_id => job.peaks = job.peaks.join(self.fields.peaks(columns)),
            _ => self.reject(Some("JobID"), "is a step whose job does not stand before it".to_owned(), line),
        }
    }

    fn close_job(&mut self) {
        let Some(OpenJob { run: Some(mut run), peaks, .. }) = self.job.take() else { return };
        run.resources.memory_mib = peaks.memory_mib.or(run.resources.memory_mib);
        run.resources.gpu_memory_mib = peaks.gpu_memory_mib.or(run.resources.gpu_memory_mib);
        self.waiting.push_back(Entry::Run(run));
    }

    fn reject(&mut self, field: Option<&str>, reason: String, line: &[u8]) {
        self.waiting.push_back(Entry::Reject(reject(self.lines.number(), field, reason, line)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::activity::RunStatus;
    use crate::domain::calendar::parse_zone;
    use crate::ingest::fixtures::{Sorted, at, options, sorted, source};

    const HEADER: &str = "JobID|JobIDRaw|JobName|User|Partition|Submit|Start|End|Elapsed|State|ExitCode|AllocCPUS|ReqMem|MaxRSS|AllocTRES|NodeList\n";

    fn read(lines: &str) -> Sorted {
        let options = ImportOptions { zone: parse_zone("America/New_York").unwrap(), ..options() };
        sorted(entries(source(format!("{HEADER}{lines}")), &options).unwrap())
    }

    #[test]
    fn steps_are_folded_into_their_job_with_the_largest_peak() {
        let read = read(
            "12_3|15|train|ada|gpu|2024-01-01T00:00:00|2024-01-01T00:10:00|2024-01-01T01:10:00|01:00:00|OUT_OF_MEMORY|0:125|4|2Gc||cpu=4,mem=8G,gres/gpu=2|n1\n\
             12_3.batch|15.batch|batch|||2024-01-01T00:10:00|2024-01-01T00:10:00|2024-01-01T01:10:00|01:00:00|OUT_OF_MEMORY|0:125|4||2048K||n1\n\
             12_3.0|15.0|python|||2024-01-01T00:10:00|2024-01-01T00:10:00|2024-01-01T01:10:00|01:00:00|COMPLETED|0:0|4||3G||n1\n\
             13|13|sync|bob|cpu|2024-01-01T00:00:00|2024-01-01T00:10:00|Unknown|00:30:00|RUNNING|0:0|1|100Mn|||n[1-2]\n",
        );
        assert_eq!((read.runs.len(), read.rejects.len()), (2, 0));
        let run = &read.runs[0];
        assert_eq!((run.task_type.as_str(), run.external_id.as_deref()), ("train", Some("15")));
        assert_eq!(run.started_at, at("2024-01-01T05:10:00Z"));
        assert_eq!(run.ended_at, Some(at("2024-01-01T06:10:00Z")));
        assert_eq!((run.status, run.exit_code), (Some(RunStatus::OutOfMemory), Some(253)));
        assert_eq!((run.resources.cpu_cores, run.resources.memory_mib), (Some(4.0), Some(3072.0)));
        assert_eq!((run.resources.gpu_count, run.host.as_deref()), (Some(2.0), Some("n1")));
        let running = &read.runs[1];
        assert_eq!(
            (running.status, running.ended_at, running.exit_code),
            (Some(RunStatus::Running), None, None)
        );
        assert_eq!(running.host, None);
    }

    #[test]
    fn jobs_that_never_started_are_rejected_with_the_reason() {
        let read = read(
            "1|1|a|ada|gpu|2024-01-01T00:00:00|Unknown|Unknown|00:00:00|PENDING|0:0|4|2Gc|||None assigned\n\
             2|2|a|ada|gpu|2024-01-01T00:00:00|None|2024-01-01T00:00:00|00:00:00|CANCELLED by 7|0:0|4|2Gc|||\n\
             3|3|a|ada|gpu|2024-01-01T00:00:00|2024-01-01T00:00:00|2024-01-01T00:00:00|00:00:00|CANCELLED by 7|0:0|4|2Gc|||None assigned\n\
             3.batch|3.batch|a|ada|gpu|||||CANCELLED|0:0|4|2Gc|||\n\
             4|4|a|ada\n\
             9.batch|9.batch|a|ada|gpu|||||CANCELLED|0:0|4|2Gc|||\n",
        );
        let faults: Vec<(u64, Option<&str>)> =
            read.rejects.iter().map(|reject| (reject.line, reject.field.as_deref())).collect();
        assert_eq!(
            faults,
            [(2, Some("State")), (3, Some("Start")), (4, Some("NodeList")), (6, None), (7, Some("JobID"))]
        );
        assert!(read.runs.is_empty());
    }

    #[test]
    fn without_a_start_column_submit_times_stand_for_starts_and_names_become_a_signature() {
        let text = "ReqCPUS|ReqMem|ReqNodes|Submit|Timelimit|Partition|QOS|State\n\
                    24|2000Mn|2|2024-06-24T12:33:26|2-22:00:00|andalan|normal|TIMEOUT\n";
        let read = sorted(entries(source(text), &options()).unwrap());
        let run = &read.runs[0];
        assert_eq!(run.task_type, "partition andalan cpus 24 mem 2000Mn limit 2-22:00:00 qos normal");
        assert_eq!((run.resources.memory_mib, run.ended_at), (Some(4000.0), None));
        assert_eq!((run.submitted_at, read.notices.len()), (Some(run.started_at), 1));
    }

    #[test]
    fn an_end_that_is_not_recorded_follows_from_the_elapsed_time() {
        let text = "JobID|Start|Elapsed|State\n7|2024-06-24T12:00:00|1-00:00:05|COMPLETED\n";
        let read = sorted(entries(source(text), &options()).unwrap());
        assert_eq!(read.runs[0].ended_at, Some(at("2024-06-25T12:00:05Z")));
    }
}
