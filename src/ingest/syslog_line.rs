//! One syslog line taken apart: stamp, host, program, process, message. Classic and RFC 5424.

use super::syslog_stamp::{Stamp, split_stamp};

/// The parts of a syslog line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SyslogLine<'a> {
    /// When it was logged.
    pub(super) stamp: Stamp,
    /// The host that logged it; empty where it is unknown.
    pub(super) host: &'a str,
    /// The program as it names itself; empty where it does not.
    pub(super) program: &'a str,
    /// Its process id.
    pub(super) process_id: Option<i64>,
    /// The rest of the line.
    pub(super) message: &'a str,
}

/// Takes a line apart; `None` where it does not begin with a stamp that can be read.
pub(super) fn parse_syslog_line(line: &str) -> Option<SyslogLine<'_>> {
    let line = line.trim_start_matches(['\u{feff}', ' ']);
    let after_priority = skip_priority(line);
    let versioned = after_priority.filter(|rest| rest.starts_with("1 "));
    if let Some(rest) = versioned.and_then(|rest| rest.get(2..)) {
        return parse_structured(rest);
    }
    let (stamp, rest) = split_stamp(after_priority.unwrap_or(line))?;
    let (host, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let (program, process_id, message) = split_tag(rest.trim_start());
    Some(SyslogLine { stamp, host, program, process_id, message })
}

/// `<13>` in front of a line that was kept as it came over the wire.
fn skip_priority(line: &str) -> Option<&str> {
    let (digits, rest) = line.strip_prefix('<')?.split_once('>')?;
    (digits.len() <= 3 && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(rest)
}

/// RFC 5424 after its version: stamp, host, program, process, message id, structured data, message.
fn parse_structured(text: &str) -> Option<SyslogLine<'_>> {
    let (stamp, rest) = split_stamp(text)?;
    let (host, rest) = rest.split_once(' ')?;
    let (program, rest) = rest.split_once(' ')?;
    let (process, rest) = rest.split_once(' ')?;
    let (_message_id, rest) = rest.split_once(' ')?;
    let message = skip_structured_data(rest).trim_start_matches([' ', '\u{feff}']);
    // `-` stands for an unknown host.
    let host = if host == "-" { "" } else { host };
    Some(SyslogLine { stamp, host, program, process_id: process.parse().ok(), message })
}

/// `-`, or elements in brackets in which `\]` stands for a bracket.
fn skip_structured_data(text: &str) -> &str {
    if let Some(rest) = text.strip_prefix('-') {
        return rest;
    }
    let mut rest = text;
    while rest.starts_with('[') {
        let mut escaped = false;
        let end = rest.char_indices().find(|(_, character)| {
            let closes = *character == ']' && !escaped;
            escaped = *character == '\\' && !escaped;
            closes
        });
        match end.and_then(|(position, _)| rest.get(position + 1..)) {
            Some(after) => rest = after,
            None => return "",
        }
    }
    rest
}

/// `program[123]: message`, `program: message`, or a message alone.
fn split_tag(text: &str) -> (&str, Option<i64>, &str) {
    let end = text.find([':', '[', ' ']).unwrap_or(text.len());
    let (program, rest) = text.split_at(end);
    if let Some(message) = rest.strip_prefix(':') {
        return (program, None, message.trim_start());
    }
    let bracketed = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    if let Some((process, rest)) = bracketed {
        let message = rest.strip_prefix(':').unwrap_or(rest).trim_start();
        return (program, process.parse().ok(), message);
    }
    ("", None, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(line: &str) -> Option<(&str, &str, Option<i64>, &str)> {
        parse_syslog_line(line).map(|line| (line.host, line.program, line.process_id, line.message))
    }

    #[test]
    fn classic_iso_and_structured_lines_have_the_same_parts() {
        let expected = Some(("box", "CRON", Some(42), "(root) CMD (a [b] c)"));
        for line in [
            "Oct  2 10:27:05 box CRON[42]: (root) CMD (a [b] c)",
            "<78>Oct  2 10:27:05 box CRON[42]: (root) CMD (a [b] c)",
            "2016-10-23T06:39:01.123456-04:00 box CRON[42]: (root) CMD (a [b] c)",
            "<78>1 2016-10-23T06:39:01.123456-04:00 box CRON 42 - - (root) CMD (a [b] c)",
            "<78>1 2016-10-23T06:39:01Z box CRON 42 id [a@1 x=\"\\]\"][b@1] (root) CMD (a [b] c)",
        ] {
            assert_eq!(parts(line), expected, "{line}");
        }
    }

    #[test]
    fn a_program_may_be_a_path_or_lack_a_process() {
        assert_eq!(
            parts("Oct  2 10:27:05 box /USR/SBIN/CRON[7]: (a) CMD (b)"),
            Some(("box", "/USR/SBIN/CRON", Some(7), "(a) CMD (b)"))
        );
        assert_eq!(parts("Oct  2 10:27:05 box cron: hello"), Some(("box", "cron", None, "hello")));
        assert_eq!(parts("Oct  2 10:27:05 box last message"), Some(("box", "", None, "last message")));
    }
}
