//! New times for one line of a crontab: only the fields that change, every other byte as it was.

use std::ops::Range;

use crate::domain::calendar::{CronEntry, parse_cron};

/// The bytes of line `number` (1-based) of `text`, with its end.
pub(super) fn line_range(text: &[u8], number: u64) -> Option<Range<usize>> {
    let mut at = 0;
    for (position, line) in (1_u64..).zip(text.split_inclusive(|byte| *byte == b'\n')) {
        if position == number {
            return Some(at..at + line.len());
        }
        at += line.len();
    }
    None
}

/// `line` with the times of `wanted` (five fields) in the place of those it has, which read `expression` when it was
/// parsed; `None` where they are not found or five fields cannot say it.
pub(super) fn retimed(line: &[u8], expression: &str, wanted: &str) -> Option<Vec<u8>> {
    let fields = field_ranges(line);
    let written: Vec<&str> =
        fields.iter().map(|range| std::str::from_utf8(&line[range.clone()]).ok()).collect::<Option<_>>()?;
    if written.join(" ") != expression {
        return None;
    }
    let replacements: Vec<String> = match written.as_slice() {
        // A nickname has no fields of its own.
        [_] => vec![wanted.to_owned()],
        written => kept_fields(written, wanted)?,
    };
    let mut edited = Vec::with_capacity(line.len() + 8);
    let mut at = 0;
    for (range, replacement) in fields.iter().zip(replacements) {
        edited.extend_from_slice(&line[at..range.start]);
        edited.extend_from_slice(replacement.as_bytes());
        at = range.end;
    }
    edited.extend_from_slice(&line[at..]);
    Some(edited)
}

/// The fields of a line as they stand, one blank between.
pub(super) fn fields_of(line: &[u8]) -> String {
    let fields =
        field_ranges(line).into_iter().map(|range| String::from_utf8_lossy(&line[range]).into_owned());
    fields.collect::<Vec<_>>().join(" ")
}

/// Where the fields of the schedule stand: one that begins with `@`, or five. A `-` before them is no part of them.
fn field_ranges(line: &[u8]) -> Vec<Range<usize>> {
    let blank = |byte: &u8| byte.is_ascii_whitespace();
    let skip = |from: usize| from + line[from..].iter().take_while(|byte| blank(byte)).count();
    let mut at = skip(0);
    if line.get(at) == Some(&b'-') {
        at += 1;
    }
    let count = if line.get(at) == Some(&b'@') { 1 } else { 5 };
    let mut ranges = Vec::new();
    while ranges.len() < count {
        let start = skip(at);
        let end = start + line[start..].iter().take_while(|byte| !blank(byte)).count();
        if start == end {
            break;
        }
        ranges.push(start..end);
        at = end;
    }
    ranges
}

/// The fields of `wanted`, each as the line writes it where that means the same: `mon-fri` stays `mon-fri`, and `05`
/// stays `05`.
fn kept_fields(written: &[&str], wanted: &str) -> Option<Vec<String>> {
    let meaning = parsed(wanted)?;
    let mut fields: Vec<String> = wanted.split(' ').map(str::to_owned).collect();
    if fields.len() != written.len() {
        return None;
    }
    for (position, old) in written.iter().enumerate() {
        let new = std::mem::replace(&mut fields[position], (*old).to_owned());
        if parsed(&fields.join(" ")) != Some(meaning.clone()) {
            fields[position] = new;
        }
    }
    (parsed(&fields.join(" ")) == Some(meaning)).then_some(fields)
}

fn parsed(expression: &str) -> Option<CronEntry> {
    parse_cron(expression).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn edited(line: &str, wanted: &str) -> String {
        let expression: Vec<&str> = line.trim_start().trim_start_matches('-').split_whitespace().collect();
        let count = if expression[0].starts_with('@') { 1 } else { 5 };
        let expression = expression[..count].join(" ");
        String::from_utf8(retimed(line.as_bytes(), &expression, wanted).expect("editable")).expect("text")
    }

    #[test]
    fn only_the_fields_that_change_are_written_anew() {
        assert_eq!(
            edited("25 6\t* * *\troot\ttest -x /a || ( b )\n", "40 6 * * *"),
            "40 6\t* * *\troot\ttest -x /a || ( b )\n"
        );
        assert_eq!(edited("00  02 * * mon-fri  x", "20 2 * * 1-5"), "20  02 * * mon-fri  x");
        assert_eq!(edited("  -*/20 * * * * x\r\n", "5-59/20 * * * *"), "  -5-59/20 * * * * x\r\n");
        assert_eq!(edited("@daily \tx % y\n", "20 0 * * *"), "20 0 * * * \tx % y\n");
        assert_eq!(edited("30 23 * * 5 x", "15 0 * * 6"), "15 0 * * 6 x");
    }

    #[test]
    fn bytes_that_are_no_text_stay() {
        let line = b"0 2 * * * caf\xe9 \xff\n";
        assert_eq!(
            retimed(line, "0 2 * * *", "5 2 * * *").as_deref(),
            Some(&b"5 2 * * * caf\xe9 \xff\n"[..])
        );
    }

    #[test]
    fn a_line_that_reads_otherwise_than_it_was_parsed_is_left_alone() {
        assert_eq!(retimed(b"0 2 * * * x", "0 3 * * *", "5 3 * * *"), None);
        assert_eq!(retimed(b"", "0 3 * * *", "5 3 * * *"), None);
        assert_eq!(line_range(b"a\nb", 3), None);
        assert_eq!(line_range(b"a\nb", 2), Some(2..3));
    }

    proptest! {
        #[test]
        fn what_is_written_fires_as_wanted_and_the_command_stays(
            old in (0_u8..60, 0_u8..24, 1_u8..8), new in (0_u8..60, 0_u8..24, 0_u8..7), command in "[ -~]{1,20}"
        ) {
            let before = format!("{:02} {} * * {}", old.0, old.1, old.2);
            let wanted = format!("{} {} * * {}", new.0, new.1, new.2);
            let line = format!("{before}\t{command}\n");
            let after = retimed(line.as_bytes(), &before, &wanted).expect("editable");
            let after = String::from_utf8(after).expect("text");
            let (schedule, rest) = after.split_once('\t').expect("tab");
            prop_assert_eq!(parse_cron(schedule), parse_cron(&wanted));
            prop_assert_eq!(rest, format!("{command}\n"));
        }
    }
}
