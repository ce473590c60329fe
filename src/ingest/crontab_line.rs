//! One line of a crontab: comment, setting, or schedule with its user and command.

/// Fields of a schedule that is no nickname.
const SCHEDULE_FIELDS: usize = 5;

/// Accounts that come with systems: a sixth field with such a name is a user, hardly a command.
const SYSTEM_ACCOUNTS: [&str; 34] = [
    "root", "admin", "amanda", "apache", "asterisk", "backup", "bin", "daemon", "debian", "ec2-user", "exim",
    "git", "gitlab", "httpd", "list", "logcheck", "mail", "mailman", "man", "munin", "mysql", "nagios",
    "nginx", "nobody", "operator", "postfix", "postgres", "proxy", "redis", "smmsp", "sys", "ubuntu", "uucp",
    "www-data",
];

/// What a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CrontabLine<'a> {
    /// Nothing.
    Blank,
    /// A comment, with its `#`.
    Comment(&'a str),
    /// `NAME=value`, quotes taken off.
    Setting {
        /// Its name.
        name: &'a str,
        /// Its value.
        value: &'a str,
    },
    /// Anything else: a schedule, or what was meant as one.
    Schedule(&'a str),
}

/// Tells what a line is.
pub(super) fn classify(line: &str) -> CrontabLine<'_> {
    let line = line.trim();
    if line.is_empty() {
        return CrontabLine::Blank;
    }
    if line.starts_with('#') {
        return CrontabLine::Comment(line);
    }
    match line.split_once('=') {
        Some((name, value)) if is_setting_name(unquoted(name.trim())) => {
            CrontabLine::Setting { name: unquoted(name.trim()), value: unquoted(value.trim()) }
        }
        _ => CrontabLine::Schedule(line),
    }
}

fn is_setting_name(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|other| other.is_ascii_alphanumeric() || other == '_')
}

fn unquoted(text: &str) -> &str {
    ['"', '\''].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote)).unwrap_or(text)
}

/// A schedule line taken apart; nothing in it has been judged yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ScheduleParts<'a> {
    /// Five fields or a nickname, one space between fields.
    pub(super) expression: String,
    /// What follows, without the blanks in front.
    pub(super) rest: &'a str,
}

/// Splits the schedule off a line. A `-` in front (cronie's and SUSE's "do not log") is dropped.
pub(super) fn split_schedule(line: &str) -> ScheduleParts<'_> {
    let line = line.strip_prefix('-').unwrap_or(line);
    let fields = if line.starts_with('@') { 1 } else { SCHEDULE_FIELDS };
    let mut expression = String::new();
    let mut rest = line;
    for _ in 0..fields {
        let (field, after) = split_word(rest);
        if field.is_empty() {
            break;
        }
        if !expression.is_empty() {
            expression.push(' ');
        }
        expression.push_str(field);
        rest = after;
    }
    ScheduleParts { expression, rest }
}

/// The first word and what follows it, without the blanks between.
pub(super) fn split_word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    (word, rest.trim_start())
}

/// The command that cron runs and logs: `\%` is a percent sign, a bare one ends the command (what follows
/// is its standard input).
pub(super) fn command_as_run(text: &str) -> String {
    let mut command = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' if characters.peek() == Some(&'%') => {
                command.push('%');
                characters.next();
            }
            '%' => break,
            other => command.push(other),
        }
    }
    command.trim().to_owned()
}

/// Whether schedule lines name users, judged by what follows their schedules: each begins with what may be
/// a user's name and goes on, and at least one names an account that systems come with. The latter is
/// needed because `rsync -a x y` looks like a user with a command, too.
pub(super) fn names_users<'a>(after_schedules: impl Iterator<Item = &'a str>) -> bool {
    let mut known_account = false;
    for rest in after_schedules {
        let (user, command) = split_word(rest);
        if command.is_empty() || !is_user_name(user) {
            return false;
        }
        known_account |= SYSTEM_ACCOUNTS.contains(&user);
    }
    known_account
}

/// Whether a word may name a user: a lower-case letter or `_`, then those, digits, `-`.
pub(super) fn is_user_name(word: &str) -> bool {
    let mut characters = word.chars();
    characters.next().is_some_and(|first| first.is_ascii_lowercase() || first == '_')
        && characters
            .all(|other| other.is_ascii_lowercase() || other.is_ascii_digit() || matches!(other, '_' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_told_from_schedules_with_an_equals_sign() {
        assert_eq!(
            classify("PATH = /bin:/usr/bin"),
            CrontabLine::Setting { name: "PATH", value: "/bin:/usr/bin" }
        );
        assert_eq!(
            classify("CRON_TZ=\"Asia/Tokyo\""),
            CrontabLine::Setting { name: "CRON_TZ", value: "Asia/Tokyo" }
        );
        let line = "0 5 * * * A=1 backup";
        assert_eq!(classify(line), CrontabLine::Schedule(line));
        assert_eq!(classify("@daily A=1 backup"), CrontabLine::Schedule("@daily A=1 backup"));
        assert_eq!(classify("  # note"), CrontabLine::Comment("# note"));
    }

    #[test]
    fn schedules_are_split_off_whatever_the_blanks() {
        let parts = split_schedule("09,39 *\t *  * *   root  [ -x a ] && a");
        assert_eq!((parts.expression.as_str(), parts.rest), ("09,39 * * * *", "root  [ -x a ] && a"));
        let parts = split_schedule("@daily  backup now");
        assert_eq!((parts.expression.as_str(), parts.rest), ("@daily", "backup now"));
        let parts = split_schedule("-*/5 * * * * root x");
        assert_eq!((parts.expression.as_str(), parts.rest), ("*/5 * * * *", "root x"));
        assert_eq!(split_schedule("1 2").expression, "1 2");
    }

    #[test]
    fn percent_signs_are_read_as_cron_reads_them() {
        assert_eq!(command_as_run("[ $(date +\\%d) -le 7 ]"), "[ $(date +%d) -le 7 ]");
        assert_eq!(command_as_run("mail -s hi root%the text%more"), "mail -s hi root");
        assert_eq!(command_as_run("a \\n b\\"), "a \\n b\\");
    }

    #[test]
    fn users_are_named_only_where_an_account_is_known() {
        assert!(names_users(["root cd /", "deploy /opt/run"].into_iter()));
        assert!(!names_users(["rsync -a x y", "python3 /opt/x.py"].into_iter()));
        assert!(!names_users(["root cd /", "/usr/bin/x y"].into_iter()));
        assert!(!names_users(["root"].into_iter()));
        assert!(!names_users(std::iter::empty()));
    }
}
