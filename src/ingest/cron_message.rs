//! What cron daemons say in one message: Vixie cron and Debian's, cronie, busybox crond, anacron, and PAM.

use std::borrow::Cow;

/// A message of cron's, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CronMessage<'a> {
    /// A command was started.
    Started {
        /// Who runs it; anacron does not say.
        user: Option<&'a str>,
        /// The command, with the blanks that cron keeps in front of it.
        command: Cow<'a, str>,
        /// The process, where the message names one other than its own.
        process_id: Option<i64>,
    },
    /// A command ended.
    Ended {
        /// The process, where the message names one other than its own.
        process_id: Option<i64>,
        /// The command, where several of one process must be told apart (anacron).
        command: Option<&'a str>,
        /// Its exit status, where that is said.
        exit_code: Option<i64>,
        /// Whether it failed, where that is said.
        outcome: Option<Outcome>,
    },
    /// PAM opened a session for a user.
    SessionOpened {
        /// Whose.
        user: &'a str,
    },
    /// PAM closed a session of a user.
    SessionClosed {
        /// Whose.
        user: &'a str,
    },
    /// It looks like one of the above but cannot be read.
    Malformed(&'static str),
    /// Anything else.
    Other,
}

/// How a command ended, as far as cron says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Exit status 0.
    Succeeded,
    /// Another exit status, or a signal.
    Failed,
}

/// Whether a syslog tag is cron's: `CRON`, `crond`, `CROND`, `/USR/SBIN/CRON`, `crond(pam_unix)`, `anacron`.
pub(super) fn is_cron_program(program: &str) -> bool {
    let name = program.rsplit('/').next().unwrap_or(program);
    let name = name.strip_suffix("(pam_unix)").unwrap_or(name);
    ["cron", "crond", "anacron", "vixie-cron", "cronie"].iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Reads a message of a program for which [`is_cron_program`] holds.
pub(super) fn parse_cron_message(message: &str) -> CronMessage<'_> {
    let message = message.trim_end();
    if let Some(read) = parse_session(message) {
        return read;
    }
    if let Some(rest) = message.strip_prefix('(') {
        return parse_parenthesised(rest);
    }
    if let Some(read) = parse_anacron(message) {
        return read;
    }
    parse_busybox(message).unwrap_or(CronMessage::Other)
}

/// `root) CMD (command)`, `root) CMDEND (command)`, `CRON) error (grandchild #12 failed with exit status 1)`.
fn parse_parenthesised(rest: &str) -> CronMessage<'_> {
    let Some((user, rest)) = rest.split_once(") ") else {
        return CronMessage::Other;
    };
    let Some((word, rest)) = rest.split_once(" (") else {
        return CronMessage::Other;
    };
    match word {
        "CMD" => {
            let Some(inner) = rest.strip_suffix(')') else {
                return CronMessage::Malformed("the command has no closing parenthesis");
            };
            let (process_id, command) = split_process_prefix(inner);
            if command.trim().is_empty() {
                return CronMessage::Malformed("the command is empty");
            }
            CronMessage::Started { user: Some(user), command: unescape_tabs(command), process_id }
        }
        "CMDEND" | "END" => {
            let process_id = split_process_prefix(rest).0;
            CronMessage::Ended { process_id, command: None, exit_code: None, outcome: None }
        }
        "error" => parse_failure(rest).unwrap_or(CronMessage::Other),
        _ => CronMessage::Other,
    }
}

/// Debian's cron writes `[123] command` when it is told to log process ids (`-L 8`).
fn split_process_prefix(text: &str) -> (Option<i64>, &str) {
    let split = text.strip_prefix('[').and_then(|rest| rest.split_once("] "));
    match split.and_then(|(digits, command)| Some((digits.parse().ok()?, command))) {
        Some((process_id, command)) => (Some(process_id), command),
        None => (None, text),
    }
}

/// rsyslog writes a tab as `#011`.
fn unescape_tabs(command: &str) -> Cow<'_, str> {
    if command.contains("#011") { Cow::Owned(command.replace("#011", "\t")) } else { Cow::Borrowed(command) }
}

/// Debian's cron tells a command that failed: `grandchild #12 failed with exit status 1)`.
fn parse_failure(rest: &str) -> Option<CronMessage<'_>> {
    let (process, rest) = rest.strip_prefix("grandchild #")?.split_once(' ')?;
    let exit_code =
        rest.rsplit_once("exit status ").and_then(|(_, status)| status.trim_end_matches(')').parse().ok());
    Some(CronMessage::Ended {
        process_id: Some(process.parse().ok()?),
        command: None,
        exit_code,
        outcome: Some(Outcome::Failed),
    })
}

/// `pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)`, and without the module in front.
fn parse_session(message: &str) -> Option<CronMessage<'_>> {
    let rest = match message.strip_prefix("pam_unix(").or_else(|| message.strip_prefix("(pam_unix)")) {
        Some(_) => message.split_once("session ")?.1,
        None => message.strip_prefix("session ")?,
    };
    let (opened, rest) = match rest.strip_prefix("opened for user ") {
        Some(rest) => (true, rest),
        None => (false, rest.strip_prefix("closed for user ")?),
    };
    let user = rest.split([' ', '(']).next().filter(|user| !user.is_empty())?;
    Some(if opened { CronMessage::SessionOpened { user } } else { CronMessage::SessionClosed { user } })
}

/// ``Job `cron.daily' started`` and ``Job `cron.daily' terminated (exit status: 1) (mailing output)``.
fn parse_anacron(message: &str) -> Option<CronMessage<'_>> {
    let (job, rest) = message.strip_prefix("Job `")?.split_once("' ")?;
    if rest == "started" {
        return Some(CronMessage::Started { user: None, command: Cow::Borrowed(job), process_id: None });
    }
    let rest = rest.strip_prefix("terminated")?;
    let status = rest.split_once("exit status: ").map(|(_, status)| status);
    let exit_code = match status {
        Some(status) => status.split(')').next().and_then(|digits| digits.parse().ok()),
        None if rest.contains("signal") => None,
        None => Some(0),
    };
    let outcome = if exit_code == Some(0) { Outcome::Succeeded } else { Outcome::Failed };
    Some(CronMessage::Ended { process_id: None, command: Some(job), exit_code, outcome: Some(outcome) })
}

/// busybox crond: `USER root pid  123 cmd run-parts /etc/periodic/15min`.
fn parse_busybox(message: &str) -> Option<CronMessage<'_>> {
    let (user, rest) = message.strip_prefix("USER ")?.split_once(" pid ")?;
    let (process, command) = rest.split_once(" cmd ")?;
    if user.is_empty() || command.trim().is_empty() {
        return Some(CronMessage::Malformed("the command is empty"));
    }
    let process_id = Some(process.trim().parse().ok()?);
    Some(CronMessage::Started { user: Some(user), command: Cow::Borrowed(command), process_id })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn started<'a>(user: &'a str, command: &'a str) -> CronMessage<'a> {
        CronMessage::Started { user: Some(user), command: Cow::Borrowed(command), process_id: None }
    }

    #[test]
    fn commands_are_read_with_their_parentheses() {
        assert_eq!(
            parse_cron_message("(root) CMD (test -x a || ( cd / && b ))"),
            started("root", "test -x a || ( cd / && b )")
        );
        assert_eq!(parse_cron_message("(root) CMD (a#011b)"), started("root", "a\tb"));
    }

    #[test]
    fn a_command_cut_off_is_malformed_and_administration_is_other() {
        assert!(matches!(parse_cron_message("(root) CMD (rsync -a"), CronMessage::Malformed(_)));
        assert!(matches!(parse_cron_message("(root) CMD ( )"), CronMessage::Malformed(_)));
        for other in ["(root) RELOAD (crontabs/root)", "(root) LIST (root)", "(CRON) INFO (x)", "", "("] {
            assert_eq!(parse_cron_message(other), CronMessage::Other, "{other}");
        }
    }

    #[test]
    fn sessions_are_read_in_every_spelling() {
        for text in [
            "pam_unix(cron:session): session opened for user root by (uid=0)",
            "pam_unix(crond:session): session opened for user root(uid=0) by root(uid=0)",
            "(pam_unix) session opened for user root by (uid=0)",
            "session opened for user root by (uid=0)",
        ] {
            assert_eq!(parse_cron_message(text), CronMessage::SessionOpened { user: "root" }, "{text}");
        }
        assert_eq!(
            parse_cron_message("pam_unix(cron:session): session closed for user www-data"),
            CronMessage::SessionClosed { user: "www-data" }
        );
    }

    #[test]
    fn ends_and_failures_are_read_where_a_daemon_tells_them() {
        let end = |process_id, command, exit_code, outcome| CronMessage::Ended {
            process_id,
            command,
            exit_code,
            outcome,
        };
        assert_eq!(parse_cron_message("(root) CMDEND (x)"), end(None, None, None, None));
        assert_eq!(parse_cron_message("(root) END ([12] x)"), end(Some(12), None, None, None));
        assert_eq!(
            parse_cron_message("(CRON) error (grandchild #12 failed with exit status 3)"),
            end(Some(12), None, Some(3), Some(Outcome::Failed))
        );
        assert_eq!(
            parse_cron_message("Job `cron.daily' terminated (mailing output)"),
            end(None, Some("cron.daily"), Some(0), Some(Outcome::Succeeded))
        );
        assert_eq!(
            parse_cron_message("Job `cron.daily' terminated (exit status: 2) (mailing output)"),
            end(None, Some("cron.daily"), Some(2), Some(Outcome::Failed))
        );
    }

    #[test]
    fn busybox_and_cron_with_process_ids_name_the_process() {
        let expected =
            CronMessage::Started { user: Some("root"), command: Cow::Borrowed("a b"), process_id: Some(12) };
        assert_eq!(parse_cron_message("USER root pid  12 cmd a b"), expected);
        assert_eq!(parse_cron_message("(root) CMD ([12] a b)"), expected);
    }

    #[test]
    fn programs_are_known_by_any_of_their_names() {
        for program in ["CRON", "cron", "crond", "CROND", "/USR/SBIN/CRON", "crond(pam_unix)", "anacron"] {
            assert!(is_cron_program(program), "{program}");
        }
        assert!(!is_cron_program("crontab") && !is_cron_program(""));
    }

    proptest! {
        #[test]
        fn no_message_panics(message in "[(CMD) `\\[\\]#a-z0-9']{0,40}|\\PC{0,60}") {
            let _ = parse_cron_message(&message);
        }
    }
}
