//! Which format a file has, told by its first lines and never by its name.

use super::csv_record::delimiter_of as csv_delimiter_of;
use super::sacct_columns::{delimiter_of as sacct_delimiter_of, is_header, looks_like_xdmod};
use super::{Format, ImportOptions, IngestError, Source};

/// How much of a file is looked at.
const LOOKED_AT_BYTES: usize = 64 * 1024;
/// And how many lines of it.
const LOOKED_AT_LINES: usize = 200;

/// Finds the format of a source.
///
/// Errors: no reader recognises it, or it cannot be read at all.
pub(super) fn detect(source: &mut Source, options: &ImportOptions) -> Result<Format, IngestError> {
    let beginning = source.peek(LOOKED_AT_BYTES)?;
    format_of(&beginning, options)
        .ok_or_else(|| IngestError::UnknownFormat { path: source.label().to_owned() })
}

fn format_of(beginning: &[u8], options: &ImportOptions) -> Option<Format> {
    if beginning.starts_with(b"SQLite format 3\0") {
        return Some(Format::BananaBun);
    }
    let beginning = beginning.strip_prefix(b"\xef\xbb\xbf").unwrap_or(beginning);
    let text = String::from_utf8_lossy(beginning);
    let text = text.trim_start();
    let mut lines: Vec<&str> =
        text.lines().filter(|line| !line.trim().is_empty()).take(LOOKED_AT_LINES).collect();
    // The last line that was looked at may be cut.
    if beginning.len() >= LOOKED_AT_BYTES && lines.len() > 1 {
        lines.pop();
    }
    let Some(&first) = lines.first() else {
        // An empty log has no runs in any format; the reader of this one says so.
        return Some(Format::Csv);
    };
    if text.starts_with(['{', '[']) && !text.starts_with("[INFO") {
        let journal = ["\"__REALTIME_TIMESTAMP\"", "\"_SOURCE_REALTIME_TIMESTAMP\"", "\"__CURSOR\""];
        let is_journal = journal.iter().any(|key| lines.iter().take(40).any(|line| line.contains(key)));
        return Some(if is_journal { Format::Journal } else { Format::Jsonl });
    }
    if is_swf(&lines) {
        Some(Format::Swf)
    } else if is_activity_table(first, options) {
        Some(Format::Csv)
    } else if is_sacct(first, options) {
        Some(Format::Sacct)
    } else if lines.iter().any(|line| is_cron_log(line)) {
        Some(Format::Cron)
    } else if is_crontab(&lines) {
        Some(Format::Crontab)
    } else if lines.iter().take(20).all(|line| starts_with_stamp(line)) {
        // A log of the whole system, of which cron's lines come later.
        Some(Format::Cron)
    } else if is_table(first) {
        // Its reader says which columns it needs.
        Some(Format::Csv)
    } else {
        None
    }
}

/// A header comment with a name of the standard, or eighteen numbers in the first line that is no comment.
fn is_swf(lines: &[&str]) -> bool {
    let named = |line: &&str| {
        ["Version:", "UnixStartTime:", "MaxJobs:", "MaxProcs:", "Computer:"]
            .iter()
            .any(|name| line.contains(name))
    };
    let comments = lines.iter().take_while(|line| line.starts_with(';'));
    if comments.clone().any(named) {
        return true;
    }
    lines.get(comments.count()).is_some_and(|line| {
        let numbers = line.split_ascii_whitespace().take(18).filter(|column| column.parse::<f64>().is_ok());
        numbers.count() == 18
    })
}

/// A header that names the activity record's required columns, or those that a map names in their place.
fn is_activity_table(header: &str, options: &ImportOptions) -> bool {
    let delimiter = char::from(csv_delimiter_of(header.as_bytes()));
    let columns: Vec<&str> = header.split(delimiter).map(|name| name.trim().trim_matches('"')).collect();
    let has = |wanted: &str| columns.iter().any(|name| name.eq_ignore_ascii_case(wanted));
    let given = |field: &str| {
        has(field)
            || options.map.iter().any(|map| map.ours == field && map.theirs.iter().all(|theirs| has(theirs)))
    };
    given("task_type") && (given("started_at") || options.map.iter().any(|map| map.ours == "active_minutes"))
}

fn is_sacct(first: &str, options: &ImportOptions) -> bool {
    let Some(delimiter) = sacct_delimiter_of(first) else { return false };
    let columns: Vec<&str> = first.split(delimiter).map(str::trim).collect();
    is_header(&columns) || looks_like_xdmod(&columns) || options.fields.is_some()
}

fn is_cron_log(line: &str) -> bool {
    ["CRON[", "crond[", "cron[", "(cron:session)", "(crond:session)", ") CMD ("]
        .iter()
        .any(|mark| line.contains(mark))
}

/// `Oct 23 06:39:01 `, `2016-10-23T06:39:01` or `<13>`, as syslog begins its lines.
fn starts_with_stamp(line: &str) -> bool {
    let shape = |line: &str, shape: &str| {
        line.len() > shape.len()
            && line.bytes().zip(shape.bytes()).all(|(byte, wanted)| match wanted {
                b'0' => byte.is_ascii_digit() || byte == b' ',
                b'a' => byte.is_ascii_alphabetic(),
                _ => byte == wanted,
            })
    };
    shape(line, "aaa 00 00:00:00 ") || shape(line, "0000-00-00T00:00:00") || shape(line, "<0")
}

/// Schedules, assignments and comments, with at least one schedule and hardly anything else.
fn is_crontab(lines: &[&str]) -> bool {
    let mut schedules = 0;
    let mut strange = 0;
    for line in lines.iter().map(|line| line.trim()).filter(|line| !line.starts_with('#')) {
        if is_schedule(line) {
            schedules += 1;
        } else if !is_assignment(line) {
            strange += 1;
        }
    }
    schedules > 0 && strange <= schedules
}

fn is_schedule(line: &str) -> bool {
    if let Some(nickname) = line.strip_prefix('@') {
        return nickname.starts_with(|first: char| first.is_ascii_alphabetic())
            && nickname.contains([' ', '\t']);
    }
    let mut columns = line.split_ascii_whitespace();
    let is_field = |text: &str| {
        let shaped = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"*,-/~?#".contains(&byte));
        shaped && text.contains(|found: char| found.is_ascii_digit() || found == '*')
    };
    // Months and weekdays may be names.
    let is_named = |text: &str| {
        is_field(text) || text.bytes().all(|byte| byte.is_ascii_alphabetic() || b",-".contains(&byte))
    };
    let numbers = columns.by_ref().take(3).filter(|text| is_field(text)).count();
    let names = columns.by_ref().take(2).filter(|text| is_named(text)).count();
    numbers == 3 && names == 2 && columns.next().is_some()
}

fn is_assignment(line: &str) -> bool {
    line.split_once('=').is_some_and(|(name, _)| {
        let name = name.trim().trim_matches(['"', '\'']);
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

/// At least two columns, each with a name that is no number.
fn is_table(header: &str) -> bool {
    let delimiter = char::from(csv_delimiter_of(header.as_bytes()));
    let names: Vec<&str> = header.split(delimiter).map(str::trim).collect();
    let is_name = |name: &&str| {
        name.starts_with(|first: char| first.is_alphabetic() || matches!(first, '_' | '"' | '#'))
    };
    names.len() >= 2
        && names.first().is_some_and(is_name)
        && names.iter().filter(|name| is_name(name)).count() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::fixtures::{mapped, options};

    fn format(text: &str) -> Option<Format> {
        format_of(text.as_bytes(), &options())
    }

    #[test]
    fn formats_are_known_by_their_first_lines() {
        for (text, wanted) in [
            ("\u{feff}task_type,started_at\na,1\n", Format::Csv),
            ("\"started_at\";\"task_type\"\n1;a\n", Format::Csv),
            ("name,begin\n", Format::Csv),
            ("\n {\"task_type\":\"a\"}", Format::Jsonl),
            ("[\n{\"a\":1}]", Format::Jsonl),
            ("{\"__REALTIME_TIMESTAMP\":\"1\"}", Format::Journal),
            ("; Version: 2.2\n;\n1 2", Format::Swf),
            ("1 0 65 2592042 1 -1 1009884 -1 -1 -1 0 1 -1 -1 2 9 -1 -1\n", Format::Swf),
            ("JobID|Start|State\n", Format::Sacct),
            ("Oct 23 06:39:01 host CRON[18655]: (root) CMD (x, y)", Format::Cron),
            ("2016-10-23T06:39:01.5+02:00 host systemd[1]: Started a, b.\n", Format::Cron),
            ("# m h\nSHELL=/bin/sh\n*/20 * * * * rsync a,b c\n", Format::Crontab),
            ("@daily /usr/bin/true\n", Format::Crontab),
            ("47 6 * * sun root run, parts\n", Format::Crontab),
            ("SQLite format 3\0...", Format::BananaBun),
            ("", Format::Csv),
        ] {
            assert_eq!(format(text), Some(wanted), "{text}");
        }
    }

    #[test]
    fn what_no_reader_knows_is_not_guessed() {
        for text in ["hello world\n", "\u{1}\u{2}\u{3}", "1,2,3\n4,5,6\n", "<html>\n<body>\n"] {
            assert_eq!(format(text), None, "{text}");
        }
    }

    #[test]
    fn a_table_whose_cells_look_like_cron_is_a_table() {
        assert_eq!(format("task_type,started_at\nCRON[1]: (root) CMD (x),5\n"), Some(Format::Csv));
        let options = mapped(&["job=task_type", "at=started_at"]);
        assert_eq!(format_of(b"job,at\nCRON[1]: x,5\n", &options), Some(Format::Csv));
    }

    #[test]
    fn fields_make_a_file_with_bars_an_export_of_sacct() {
        let fields = Some(vec!["JobID".to_owned(), "Start".to_owned()]);
        let options = ImportOptions { fields, ..options() };
        assert_eq!(format_of(b"7|2024-01-01T00:00:00\n", &options), Some(Format::Sacct));
    }
}
