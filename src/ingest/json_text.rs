//! The texts of single JSON objects, from a file that has one on each line or a long array of them.

use std::io::BufRead;
use std::path::PathBuf;

use super::lines::{LONGEST_LINE_BYTES, LineRead, Lines, reject, too_long};
use super::{IngestError, Reject, Source};

/// Yields the texts of JSON objects one by one.
pub(super) enum JsonTexts {
    /// One object on each line: a bad one costs its line only.
    Lines(Lines),
    /// An array, or objects that run over several lines.
    Stream(JsonStream),
}

/// What [`JsonTexts::read_next`] found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum JsonRead {
    /// The text of what should be one object, and the 1-based line it starts in.
    Text(u64),
    /// Something that is no object.
    Rejected(Reject),
    /// There is nothing more.
    End,
}

impl JsonTexts {
    /// Decides by the beginning of the file how its objects lie in it.
    pub(super) fn new(mut source: Source) -> Result<JsonTexts, IngestError> {
        let beginning = source.peek(64 * 1024)?;
        let beginning = beginning.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&beginning).trim_ascii_start();
        let first_line = beginning.split(|&byte| byte == b'\n').next().unwrap_or_default().trim_ascii();
        if first_line.starts_with(b"[") || first_line == b"{" {
            return Ok(JsonTexts::Stream(JsonStream::new(source)?));
        }
        Ok(JsonTexts::Lines(Lines::new(source)?))
    }

    /// Replaces `text` by the next object's text.
    pub(super) fn read_next(&mut self, text: &mut Vec<u8>) -> Result<JsonRead, IngestError> {
        match self {
            JsonTexts::Stream(stream) => stream.read_next(text),
            JsonTexts::Lines(lines) => loop {
                match lines.read_next(text)? {
                    LineRead::End => return Ok(JsonRead::End),
                    LineRead::TooLong => return Ok(JsonRead::Rejected(too_long(lines.number(), text))),
                    LineRead::Line if text.trim_ascii().is_empty() => {}
                    LineRead::Line => return Ok(JsonRead::Text(lines.number())),
                }
            },
        }
    }
}

/// Finds objects by their braces, which it follows outside of strings.
pub(super) struct JsonStream {
    reader: Box<dyn BufRead + Send>,
    label: PathBuf,
    line: u64,
    longest: usize,
}

impl JsonStream {
    fn new(source: Source) -> Result<JsonStream, IngestError> {
        let label = source.label().to_owned();
        Ok(JsonStream { reader: source.into_reader()?, label, line: 1, longest: LONGEST_LINE_BYTES })
    }

    fn read_next(&mut self, text: &mut Vec<u8>) -> Result<JsonRead, IngestError> {
        text.clear();
        let mut scan = Scan::default();
        let mut first_line = self.line;
        let mut cut = false;
        loop {
            let buffer = self
                .reader
                .fill_buf()
                .map_err(|source| IngestError::Read { path: self.label.clone(), source })?;
            if buffer.is_empty() {
                if text.trim_ascii().is_empty() {
                    return Ok(JsonRead::End);
                }
                let reason =
                    if scan.depth > 0 { "an object is opened and never closed" } else { "is no object" };
                let rejected = reject(first_line, None, reason, text);
                text.clear();
                return Ok(JsonRead::Rejected(rejected));
            }
            let mut used = 0;
            let mut found = None;
            for &byte in buffer {
                used += 1;
                if text.is_empty() && !cut {
                    first_line = self.line;
                }
                self.line += u64::from(byte == b'\n');
                match scan.take(byte) {
                    Place::Between => {
                        if !text.is_empty() {
                            found = Some(false);
                        }
                    }
                    Place::Inside if text.len() < self.longest => text.push(byte),
                    Place::Inside => cut = true,
                    Place::Last => {
                        text.push(byte);
                        found = Some(true);
                    }
                }
                if found.is_some() {
                    break;
                }
            }
            self.reader.consume(used);
            match found {
                None => {}
                Some(_) if cut => return Ok(JsonRead::Rejected(too_long(first_line, text))),
                Some(true) => return Ok(JsonRead::Text(first_line)),
                Some(false) => return Ok(JsonRead::Rejected(reject(first_line, None, "is no object", text))),
            }
        }
    }
}

/// Where a byte lies.
enum Place {
    /// Between objects: blanks, commas, the array's brackets.
    Between,
    /// Part of an object, or of something that is none.
    Inside,
    /// The last byte of an object.
    Last,
}

#[derive(Default)]
struct Scan {
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl Scan {
    fn take(&mut self, byte: u8) -> Place {
        if self.in_string {
            if self.escaped {
                self.escaped = false;
            } else if byte == b'\\' {
                self.escaped = true;
            } else if byte == b'"' {
                self.in_string = false;
            }
            return Place::Inside;
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' => self.depth += 1,
            b'}' if self.depth == 1 => {
                self.depth = 0;
                return Place::Last;
            }
            b'}' => self.depth = self.depth.saturating_sub(1),
            b'[' | b']' | b',' if self.depth == 0 => return Place::Between,
            byte if self.depth == 0 && byte.is_ascii_whitespace() => return Place::Between,
            // A byte order mark.
            0xef | 0xbb | 0xbf if self.depth == 0 => return Place::Between,
            _ => {}
        }
        Place::Inside
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::fixtures::source;

    fn texts(file: &str) -> Vec<(u64, String)> {
        let mut texts = JsonTexts::new(source(file)).unwrap();
        let (mut text, mut found) = (Vec::new(), Vec::new());
        loop {
            match texts.read_next(&mut text).unwrap() {
                JsonRead::End => return found,
                JsonRead::Text(line) => found.push((line, String::from_utf8(text.clone()).unwrap())),
                JsonRead::Rejected(reject) => found.push((reject.line, format!("!{}", reject.reason))),
            }
        }
    }

    #[test]
    fn lines_and_arrays_yield_the_same_objects() {
        let wanted = ["{\"a\":\"}\\\"\"}", "{\"b\":[{}]}"];
        for file in [
            "\n{\"a\":\"}\\\"\"}\r\n\n{\"b\":[{}]}",
            "[{\"a\":\"}\\\"\"},{\"b\":[{}]}]",
            " [\n {\"a\":\"}\\\"\"} ,\n{\"b\":[{}]}\n]\n",
        ] {
            let found: Vec<String> = texts(file).into_iter().map(|(_, text)| text).collect();
            assert_eq!(found, wanted, "{file}");
        }
    }

    #[test]
    fn what_is_no_object_in_an_array_is_rejected_with_its_line() {
        assert_eq!(
            texts("[\n{},\n17,\n{\"a\":1"),
            [
                (2, "{}".to_owned()),
                (3, "!is no object".to_owned()),
                (4, "!an object is opened and never closed".to_owned())
            ]
        );
    }

    #[test]
    fn an_object_over_several_lines_is_one_text() {
        assert_eq!(texts("{\n\"a\": 1\n}\n{\n}\n").len(), 2);
    }
}
