//! Crontabs: what they declare, in system form (lines name users) and user form, also several in one file.

use std::path::Path;

use super::crontab_line::{
    CrontabLine, ScheduleParts, classify, command_as_run, is_user_name, names_users, split_schedule,
    split_word,
};
use super::crontab_origin::{Origin, announced};
use super::lines::{LineRead, Lines, reject, too_long};
use super::task_name::cron_task_type;
use super::{DeclaredRule, Entries, Entry, ImportOptions, IngestError, Reject, Source};
use crate::domain::applied::{BlockPart, block_part};
use crate::domain::calendar::{CronError, Zone, parse_cron, parse_zone};

/// More than this is no crontab. It is held as a whole: its form shows only in all of its lines.
const LARGEST_CRONTAB_LINES: u64 = 100_000;

/// Declared rules in the order of their lines, then what could not be read.
pub(super) fn entries(source: Source, options: &ImportOptions) -> Result<Entries, IngestError> {
    let (sections, mut found) = sections(source)?;
    for section in &sections {
        section.read(section.form(options), &mut found);
    }
    Ok(Box::new(found.into_iter().map(Ok)))
}

/// A crontab as a whole, for whoever is going to change it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadCrontab {
    /// What it declares, in the order of its lines.
    pub declared: Vec<DeclaredRule>,
    /// Whether a line that is added at its end has to name a user.
    pub names_users: bool,
}

/// Reads a crontab as [`entries`] does, leaving out what cannot be read.
pub fn read_crontab(source: Source, options: &ImportOptions) -> Result<ReadCrontab, IngestError> {
    let (sections, _) = sections(source)?;
    let mut found = Vec::new();
    let mut read = ReadCrontab::default();
    for section in &sections {
        let form = section.form(options);
        read.names_users = form.0 == Form::System;
        section.read(form, &mut found);
    }
    read.declared = found
        .into_iter()
        .filter_map(|entry| match entry {
            Entry::Declared(declared) => Some(declared),
            _ => None,
        })
        .collect();
    Ok(read)
}

/// The crontabs of a file, and lines that are none. What stands in our own block is left out: those lines are rules of
/// the store already.
fn sections(source: Source) -> Result<(Vec<Section>, Vec<Entry>), IngestError> {
    let path = source.label().to_owned();
    let mut sections = vec![Section::new(Origin::of(&path))];
    let mut found = Vec::new();
    let mut lines = Lines::new(source)?;
    let mut line = Vec::new();
    let mut in_block = false;
    loop {
        match lines.read_next(&mut line)? {
            LineRead::End => break,
            LineRead::TooLong => {
                found.push(Entry::Reject(too_long(lines.number(), &line)));
                continue;
            }
            LineRead::Line => {}
        }
        if lines.number() > LARGEST_CRONTAB_LINES {
            return Err(too_large(&path));
        }
        match block_part(&line) {
            BlockPart::Begin => in_block = true,
            BlockPart::End => in_block = false,
            BlockPart::Other => {}
        }
        if in_block {
            continue;
        }
        let text = String::from_utf8_lossy(&line).into_owned();
        if let CrontabLine::Comment(comment) = classify(&text)
            && let Some(origin) = announced(comment)
        {
            sections.push(Section::new(origin));
        }
        if let Some(section) = sections.last_mut() {
            section.lines.push((lines.number(), text));
        }
    }
    Ok((sections, found))
}

fn too_large(path: &Path) -> IngestError {
    IngestError::Header {
        path: path.to_owned(),
        line: LARGEST_CRONTAB_LINES,
        reason: "too many lines for a crontab".to_owned(),
        hint: "name the file's format with --format".to_owned(),
    }
}

/// One crontab of possibly several in a file.
struct Section {
    origin: Origin,
    lines: Vec<(u64, String)>,
}

/// Whether schedule lines name users.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    System,
    User,
}

impl Section {
    fn new(origin: Origin) -> Section {
        Section { origin, lines: Vec::new() }
    }

    /// Whether its lines name users, and whose it is where they do not.
    fn form(&self, options: &ImportOptions) -> (Form, Option<String>) {
        match &self.origin {
            Origin::System => (Form::System, None),
            Origin::User(user) => (Form::User, Some(user.clone())),
            // Whoever names the user says that it is a user's crontab.
            Origin::Unknown if options.crontab_user.is_some() => (Form::User, options.crontab_user.clone()),
            Origin::Unknown if names_users(self.after_schedules()) => (Form::System, None),
            Origin::Unknown => (Form::User, None),
        }
    }

    fn read(&self, (form, user): (Form, Option<String>), found: &mut Vec<Entry>) {
        let mut zone = None;
        for (number, text) in &self.lines {
            match classify(text) {
                CrontabLine::Blank | CrontabLine::Comment(_) => {}
                CrontabLine::Setting { name: "CRON_TZ", value } => match read_zone(value) {
                    Ok(read) => zone = read,
                    Err(reason) => {
                        zone = None;
                        found.push(Entry::Reject(reject(*number, Some("CRON_TZ"), reason, text.as_bytes())));
                    }
                },
                CrontabLine::Setting { .. } => {}
                CrontabLine::Schedule(line) => {
                    found.push(match read_schedule(*number, line, form, user.as_deref(), zone) {
                        Ok(rule) => Entry::Declared(rule),
                        Err(reject) => Entry::Reject(reject),
                    });
                }
            }
        }
    }

    /// What follows the schedules of lines that have one.
    fn after_schedules(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().filter_map(|(_, text)| match classify(text) {
            CrontabLine::Schedule(line) => {
                let ScheduleParts { expression, rest } = split_schedule(line);
                parse_cron(&expression).is_ok().then_some(rest)
            }
            _ => None,
        })
    }
}

/// `None` for an empty value, which undoes an earlier one.
fn read_zone(value: &str) -> Result<Option<Zone>, String> {
    if value.is_empty() {
        return Ok(None);
    }
    parse_zone(value.trim_start_matches(':')).map(Some).map_err(|error| error.to_string())
}

fn read_schedule(
    number: u64,
    line: &str,
    form: Form,
    owner: Option<&str>,
    zone: Option<Zone>,
) -> Result<DeclaredRule, Reject> {
    let refuse = |field: Option<&str>, reason: String| reject(number, field, reason, line.as_bytes());
    let ScheduleParts { expression, rest } = split_schedule(line);
    let entry = parse_cron(&expression).map_err(|error| refuse(field_at_fault(&error), error.to_string()))?;
    let (user, command) = match form {
        Form::User => (owner, rest),
        Form::System => {
            let (user, command) = split_word(rest);
            if !is_user_name(&user.to_ascii_lowercase()) {
                return Err(refuse(Some("user"), format!("\"{user}\" is no user's name")));
            }
            (Some(user), command)
        }
    };
    let command = command_as_run(command);
    if command.is_empty() {
        return Err(refuse(Some("command"), "there is no command".to_owned()));
    }
    Ok(DeclaredRule {
        line: number,
        expression,
        entry,
        zone,
        user: user.map(str::to_owned),
        task_type: cron_task_type(user, &command),
        command,
    })
}

fn field_at_fault(error: &CronError) -> Option<&'static str> {
    match error {
        CronError::FieldCount { .. } => None,
        CronError::Field { field, .. } => Some(field),
        CronError::Nickname(_) => Some("nickname"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::CronEntry;
    use crate::ingest::fixtures::{options, source};
    use proptest::prelude::*;
    use std::io::Cursor;

    fn read_from(path: &str, text: &str, options: &ImportOptions) -> (Vec<DeclaredRule>, Vec<Reject>) {
        let bytes = Cursor::new(text.as_bytes().to_vec());
        collect(Source::from_reader(Path::new(path), Box::new(bytes)), options)
    }

    fn collect(source: Source, options: &ImportOptions) -> (Vec<DeclaredRule>, Vec<Reject>) {
        let (mut rules, mut rejects) = (Vec::new(), Vec::new());
        for entry in entries(source, options).unwrap() {
            match entry.unwrap() {
                Entry::Declared(rule) => rules.push(rule),
                Entry::Reject(reject) => rejects.push(reject),
                other => panic!("no crontab yields {other:?}"),
            }
        }
        (rules, rejects)
    }

    #[test]
    fn a_system_crontab_names_users_and_a_user_crontab_does_not() {
        let (rules, _) = read_from("/etc/cron.d/x", "*/5 * * * * deploy rsync -a x y\n", &options());
        assert_eq!((rules[0].user.as_deref(), rules[0].command.as_str()), (Some("deploy"), "rsync -a x y"));
        let (rules, _) = read_from("-", "*/5 * * * * rsync -a x y\n", &options());
        assert_eq!((rules[0].user.as_deref(), rules[0].command.as_str()), (None, "rsync -a x y"));
        let (rules, _) = read_from("/var/spool/cron/crontabs/ann", "@daily root x\n", &options());
        assert_eq!(rules[0].task_type, "ann: root x");
        let (rules, _) = read_from("-", "0 5 * * * root backup\n@daily www-data clean up\n", &options());
        assert_eq!(rules[1].task_type, "www-data: clean up");
        let owned = ImportOptions { crontab_user: Some("ann".into()), ..options() };
        let (rules, _) = read_from("-", "0 5 * * * root backup\n", &owned);
        assert_eq!(rules[0].task_type, "ann: root backup");
    }

    #[test]
    fn cron_tz_holds_from_its_line_on_within_its_section() {
        let text = "0 1 * * * a\nCRON_TZ=Asia/Tokyo\n0 2 * * * b\nCRON_TZ=Nowhere/City\n0 3 * * * c\n\
                    CRON_TZ=UTC\n# /var/spool/cron/crontabs/ann\n0 4 * * * d\n";
        let (rules, rejects) = read_from("-", text, &options());
        let zones: Vec<_> = rules.iter().map(|rule| rule.zone).collect();
        assert_eq!(zones, [None, Some(Zone::Asia__Tokyo), None, None]);
        assert_eq!((rejects[0].line, rejects[0].field.as_deref()), (4, Some("CRON_TZ")));
    }

    #[test]
    fn what_cannot_be_read_is_rejected_with_its_field() {
        let text = "61 * * * * a\n* * * *\n@often a\n0 0 * * *\n0 0 * * * ok\n(no entries)\n";
        let (rules, rejects) = read_from("-", text, &options());
        let faults: Vec<_> = rejects.iter().map(|reject| (reject.line, reject.field.as_deref())).collect();
        let expected =
            [(1, Some("minute")), (2, None), (3, Some("nickname")), (4, Some("command")), (6, None)];
        assert_eq!(faults, expected);
        assert_eq!(rules.len(), 1);
    }

    #[test]
    fn days_of_month_and_week_stay_joined_by_or() {
        let (rules, _) = read_from("-", "0 0 13 * 5 a\n@reboot b\n", &options());
        assert_eq!(rules[0].entry, parse_cron("0 0 13 * 5").unwrap());
        assert_eq!(rules[0].expression, "0 0 13 * 5");
        assert_eq!(rules[1].entry, CronEntry::Reboot);
    }

    #[test]
    fn a_declared_command_has_the_name_of_its_logged_runs() {
        let (rules, _) =
            read_from("/etc/cron.d/m", "57 0 * * 0 root if [ $(date +\\%d) -le 7 ]; then x; fi", &options());
        assert_eq!(
            rules[0].task_type,
            cron_task_type(Some("root"), " if [ $(date +%d) -le 7 ]; then  x; fi")
        );
    }

    #[test]
    fn our_own_block_declares_nothing() {
        let text =
            "0 1 * * * a\n# BEGIN tidetable: x\n# rule 3: b\n0 2 * * * b\n# END tidetable\n0 3 * * * c\n";
        let (rules, rejects) = read_from("-", text, &options());
        let found: Vec<_> = rules.iter().map(|rule| (rule.line, rule.command.as_str())).collect();
        assert_eq!((found, rejects.len()), (vec![(1, "a"), (6, "c")], 0));
    }

    #[test]
    fn the_form_of_the_last_crontab_is_that_of_lines_to_add() {
        for (path, text, names_users) in [
            ("/etc/crontab", "", true),
            ("/var/spool/cron/crontabs/ann", "", false),
            ("-", "0 5 * * * root backup\n", true),
            ("-", "0 5 * * * backup\n", false),
        ] {
            let bytes = Cursor::new(text.as_bytes().to_vec());
            let read = read_crontab(Source::from_reader(Path::new(path), Box::new(bytes)), &options());
            assert_eq!(read.unwrap().names_users, names_users, "{path} {text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(\\PC|\n|[#*/@%=0-9 ]){0,80}") {
            for entry in entries(source(text.as_bytes()), &options()).unwrap() {
                prop_assert!(entry.is_ok());
            }
        }
    }
}
