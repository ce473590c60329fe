//! Records of a delimited file, split without copying. Written here rather than taken from a library because
//! a reject must show the record as it stood, and a stray quote must cost one line, not the rest of the file.

use std::collections::VecDeque;

use super::lines::{LineRead, Lines};
use super::{IngestError, Source};

/// A quoted field may run over this many lines; a quote open for longer was not meant as one.
const LONGEST_RECORD_LINES: u64 = 1000;
/// Nor over more bytes than this.
const LONGEST_RECORD_BYTES: usize = 1024 * 1024;

/// What [`CsvRecords::advance`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RecordRead {
    /// A record is ready.
    Record,
    /// A line is too long; its beginning is the record's text.
    TooLong,
    /// A quote is never closed; the line it opens in is the record's text, the next line comes next.
    OpenQuote,
    /// There are no more records.
    End,
}

/// Reads record after record into the same buffers.
pub(super) struct CsvRecords {
    lines: Lines,
    delimiter: u8,
    /// The record as it stands.
    text: Vec<u8>,
    /// Where each field lies, in `text` or in `unquoted`.
    fields: Vec<Field>,
    unquoted: Vec<u8>,
    first_line: u64,
    /// Lines that were read in search of a closing quote, to be read again, and the first one's number.
    replay: VecDeque<Vec<u8>>,
    replay_number: u64,
}

/// Small, as a million rows write fifteen of them each; a record is shorter than 4 GiB.
#[derive(Clone, Copy)]
struct Field {
    start: u32,
    end: u32,
    unquoted: bool,
}

impl Field {
    fn new(start: usize, end: usize, unquoted: bool) -> Field {
        Field { start: start as u32, end: end as u32, unquoted }
    }
}

impl CsvRecords {
    /// The records of `source`; the delimiter is the one of `,`, `;` and tab that its first line has most of.
    pub(super) fn new(mut source: Source) -> Result<CsvRecords, IngestError> {
        let beginning = source.peek(64 * 1024)?;
        let line = beginning.split(|&byte| byte == b'\n').find(|line| !line.trim_ascii().is_empty());
        Ok(CsvRecords {
            lines: Lines::new(source)?,
            delimiter: delimiter_of(line.unwrap_or_default()),
            text: Vec::new(),
            fields: Vec::new(),
            unquoted: Vec::new(),
            first_line: 0,
            replay: VecDeque::new(),
            replay_number: 0,
        })
    }

    /// Where the records come from.
    pub(super) fn lines(&self) -> &Lines {
        &self.lines
    }

    /// 1-based number of the line that the record starts in.
    pub(super) fn first_line(&self) -> u64 {
        self.first_line
    }

    /// The record as it stands in the file.
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// Number of fields.
    pub(super) fn len(&self) -> usize {
        self.fields.len()
    }

    /// One field without its quotes; empty where the record has fewer.
    pub(super) fn field(&self, index: usize) -> &[u8] {
        match self.fields.get(index) {
            None => &[],
            Some(&Field { start, end, unquoted: false }) => &self.text[start as usize..end as usize],
            Some(&Field { start, end, unquoted: true }) => &self.unquoted[start as usize..end as usize],
        }
    }

    /// Reads the next record that is not blank.
    pub(super) fn advance(&mut self) -> Result<RecordRead, IngestError> {
        loop {
            self.text.clear();
            match self.append_line()? {
                LineRead::End => return Ok(RecordRead::End),
                LineRead::TooLong => return Ok(RecordRead::TooLong),
                LineRead::Line if self.text.trim_ascii().is_empty() => continue,
                LineRead::Line => {}
            }
            if !self.text.contains(&b'"') {
                self.split_plain();
                return Ok(RecordRead::Record);
            }
            return self.split_quoted();
        }
    }

    fn append_line(&mut self) -> Result<LineRead, IngestError> {
        if let Some(line) = self.replay.pop_front() {
            self.text.extend_from_slice(&line);
            self.first_line = self.replay_number;
            self.replay_number += 1;
            return Ok(LineRead::Line);
        }
        let read = self.lines.append_next(&mut self.text)?;
        self.first_line = self.lines.number();
        Ok(read)
    }

    fn split_plain(&mut self) {
        self.fields.clear();
        let mut start = 0;
        for (end, &byte) in self.text.iter().enumerate() {
            if byte == self.delimiter {
                self.fields.push(Field::new(start, end, false));
                start = end + 1;
            }
        }
        self.fields.push(Field::new(start, self.text.len(), false));
    }

    /// Takes more lines until every quote is closed.
    fn split_quoted(&mut self) -> Result<RecordRead, IngestError> {
        let (first_line, first_length) = (self.first_line, self.text.len());
        let mut lines = 1;
        let mut closed = self.try_split_quoted();
        while !closed {
            self.text.push(b'\n');
            let appended = self.text.len();
            let fits = lines < LONGEST_RECORD_LINES && appended < LONGEST_RECORD_BYTES;
            let read = if fits { self.append_line()? } else { LineRead::End };
            if read != LineRead::Line {
                self.text.truncate(appended - 1);
                self.give_back(first_line, first_length);
                return Ok(RecordRead::OpenQuote);
            }
            lines += 1;
            // A line without a quote closes none: it is not split in vain.
            closed = self.text[appended..].contains(&b'"') && self.try_split_quoted();
        }
        self.first_line = first_line;
        Ok(RecordRead::Record)
    }

    /// Keeps the first line only; the others are read again.
    fn give_back(&mut self, first_line: u64, first_length: usize) {
        if self.text.len() > first_length {
            let taken = self.text[first_length + 1..].split(|&byte| byte == b'\n');
            for line in taken.rev() {
                self.replay.push_front(line.to_vec());
            }
            self.text.truncate(first_length);
        }
        self.first_line = first_line;
        self.replay_number = first_line + 1;
    }

    /// Splits what there is; `false` when a quote is still open at its end.
    fn try_split_quoted(&mut self) -> bool {
        self.fields.clear();
        self.unquoted.clear();
        let (text, delimiter) = (&self.text, self.delimiter);
        let mut position = 0;
        loop {
            if text.get(position) != Some(&b'"') {
                let length = text[position..].iter().position(|&byte| byte == delimiter);
                let end = length.map_or(text.len(), |length| position + length);
                self.fields.push(Field::new(position, end, false));
                position = end;
            } else {
                let start = self.unquoted.len();
                position += 1;
                loop {
                    let Some(length) = text[position..].iter().position(|&byte| byte == b'"') else {
                        return false;
                    };
                    self.unquoted.extend_from_slice(&text[position..position + length]);
                    position += length + 1;
                    if text.get(position) != Some(&b'"') {
                        break;
                    }
                    self.unquoted.push(b'"');
                    position += 1;
                }
                // What stands between the closing quote and the delimiter is kept, as spreadsheets do.
                let length = text[position..].iter().position(|&byte| byte == delimiter);
                let end = length.map_or(text.len(), |length| position + length);
                self.unquoted.extend_from_slice(&text[position..end]);
                self.fields.push(Field::new(start, self.unquoted.len(), true));
                position = end;
            }
            if position >= text.len() {
                return true;
            }
            position += 1;
        }
    }
}

/// The delimiter of a header line: a comma unless there are more semicolons or tabs.
pub(super) fn delimiter_of(line: &[u8]) -> u8 {
    let count = |wanted: u8| line.iter().filter(|&&byte| byte == wanted).count();
    let mut best = b',';
    for candidate in [b';', b'\t'] {
        if count(candidate) > count(best) {
            best = candidate;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::fixtures::source;

    fn records(text: &str) -> Vec<(u64, RecordRead, Vec<String>)> {
        let mut records = CsvRecords::new(source(text)).unwrap();
        let mut found = Vec::new();
        loop {
            let read = records.advance().unwrap();
            if read == RecordRead::End {
                return found;
            }
            let fields = (0..records.len())
                .map(|index| String::from_utf8_lossy(records.field(index)).into_owned())
                .collect();
            found.push((records.first_line(), read, fields));
        }
    }

    #[test]
    fn quotes_doubled_quotes_delimiters_and_line_ends_inside_quotes_are_read() {
        let found = records("a,\"b,\"\"c\"\"\",d\n\n\"two\nlines\",,\"\"\n5\" disk,x,y\n");
        assert_eq!(found[0], (1, RecordRead::Record, vec!["a".into(), "b,\"c\"".into(), "d".into()]));
        assert_eq!(found[1], (3, RecordRead::Record, vec!["two\nlines".into(), "".into(), "".into()]));
        assert_eq!(found[2], (5, RecordRead::Record, vec!["5\" disk".into(), "x".into(), "y".into()]));
    }

    #[test]
    fn a_quote_that_is_never_closed_costs_its_line_only() {
        let found = records("a,b\n\"c,d\ne,f\ng,h\n");
        let kinds: Vec<(u64, RecordRead)> = found.iter().map(|(line, read, _)| (*line, *read)).collect();
        assert_eq!(
            kinds,
            [
                (1, RecordRead::Record),
                (2, RecordRead::OpenQuote),
                (3, RecordRead::Record),
                (4, RecordRead::Record)
            ]
        );
    }

    #[test]
    fn a_trailing_delimiter_ends_in_an_empty_field() {
        assert_eq!(records("a,b,")[0].2, ["a", "b", ""]);
        assert_eq!(records("a,\"b\",")[0].2, ["a", "b", ""]);
    }

    #[test]
    fn semicolons_and_tabs_delimit_where_the_header_has_more_of_them() {
        assert_eq!(records("a;b;c\n1;2,5;3")[1].2, ["1", "2,5", "3"]);
        assert_eq!(records("a\tb\n1\t2")[1].2, ["1", "2"]);
    }
}
