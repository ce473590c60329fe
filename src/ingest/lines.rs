//! Lines of bounded length with their numbers: what every text format is read from.

use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};

use super::{IngestError, Reject, Source};

/// The longest line that is held. A log's line is far shorter; a file without line ends must not fill memory.
pub(super) const LONGEST_LINE_BYTES: usize = 16 * 1024 * 1024;

/// How much of a record is kept in a [`Reject`].
const REJECTED_TEXT_BYTES: usize = 4096;

/// The lines of a decompressed file.
pub(super) struct Lines {
    reader: Box<dyn BufRead + Send>,
    label: PathBuf,
    number: u64,
    longest: usize,
}

/// What [`Lines::append_next`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineRead {
    /// A line was appended, without its line end.
    Line,
    /// A line that is too long was skipped; only its beginning was appended.
    TooLong,
    /// There are no more lines.
    End,
}

impl Lines {
    /// The lines of `source`, for a single pass.
    pub(super) fn new(source: Source) -> Result<Lines, IngestError> {
        let label = source.label().to_owned();
        Ok(Lines { reader: source.into_reader()?, label, number: 0, longest: LONGEST_LINE_BYTES })
    }

    /// Where the lines come from, for messages.
    pub(super) fn label(&self) -> &Path {
        &self.label
    }

    /// 1-based number of the line read last; 0 before the first.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Replaces `line` by the next line, without its line end.
    pub(super) fn read_next(&mut self, line: &mut Vec<u8>) -> Result<LineRead, IngestError> {
        line.clear();
        self.append_next(line)
    }

    /// Appends the next line to `line`, without its line end and, on line 1, without a byte order mark.
    ///
    /// Errors: the stream is torn or cannot be read. What it yielded of its last, broken line is dropped.
    pub(super) fn append_next(&mut self, line: &mut Vec<u8>) -> Result<LineRead, IngestError> {
        let start = line.len();
        let limit = self.longest as u64 + 1;
        let count = self
            .reader
            .by_ref()
            .take(limit)
            .read_until(b'\n', line)
            .map_err(|source| IngestError::Read { path: self.label.clone(), source })?;
        if count == 0 {
            return Ok(LineRead::End);
        }
        self.number += 1;
        if self.number == 1 && line[start..].starts_with(b"\xef\xbb\xbf") {
            line.drain(start..start + 3);
        }
        if line.last() == Some(&b'\n') {
            line.pop();
            if line.len() > start && line.last() == Some(&b'\r') {
                line.pop();
            }
        } else if count as u64 == limit {
            self.skip_rest_of_line()?;
            line.truncate(start + REJECTED_TEXT_BYTES);
            line.shrink_to(start + REJECTED_TEXT_BYTES);
            return Ok(LineRead::TooLong);
        }
        Ok(LineRead::Line)
    }

    fn skip_rest_of_line(&mut self) -> Result<(), IngestError> {
        self.reader
            .skip_until(b'\n')
            .map(|_| ())
            .map_err(|source| IngestError::Read { path: self.label.clone(), source })
    }
}

/// Why a line that [`LineRead::TooLong`] stands for is not read.
pub(super) fn too_long(line: u64, beginning: &[u8]) -> Reject {
    let reason = format!("the line is longer than {} MiB", LONGEST_LINE_BYTES / (1024 * 1024));
    reject(line, None, reason, beginning)
}

/// A rejected record; of a long one only the beginning is kept.
pub(super) fn reject(line: u64, field: Option<&str>, reason: impl Into<String>, text: &[u8]) -> Reject {
    let kept = &text[..text.len().min(REJECTED_TEXT_BYTES)];
    Reject {
        line,
        field: field.map(str::to_owned),
        reason: reason.into(),
        text: String::from_utf8_lossy(kept).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn lines(text: &[u8]) -> Lines {
        Lines::new(Source::from_reader(Path::new("-"), Box::new(Cursor::new(text.to_vec())))).unwrap()
    }

    fn all(mut lines: Lines) -> Vec<(u64, String)> {
        let (mut line, mut found) = (Vec::new(), Vec::new());
        while lines.read_next(&mut line).unwrap() != LineRead::End {
            found.push((lines.number(), String::from_utf8(line.clone()).unwrap()));
        }
        found
    }

    #[test]
    fn marks_carriage_returns_and_a_missing_last_line_end_are_no_part_of_a_line() {
        let found = all(lines(b"\xef\xbb\xbfone\r\n\r\n\ntwo"));
        let texts: Vec<&str> = found.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["one", "", "", "two"]);
        assert_eq!(found[3].0, 4);
    }

    #[test]
    fn a_line_that_is_too_long_is_skipped_whole() {
        let mut text = vec![b'x'; 100];
        text.extend(b"\nnext\n");
        let mut lines = lines(&text);
        lines.longest = 50;
        let mut line = Vec::new();
        assert_eq!(lines.read_next(&mut line).unwrap(), LineRead::TooLong);
        assert_eq!(lines.read_next(&mut line).unwrap(), LineRead::Line);
        assert_eq!((line.as_slice(), lines.number()), (b"next".as_slice(), 2));
    }
}
