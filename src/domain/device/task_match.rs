//! Which task type a running process is a run of, told by its command line.

use super::ProcessFacts;

/// A command this short is part of too many others.
const LEAST_COMMAND: usize = 6;

/// The one of `names` that the process is a run of: by its unit, its whole command line, or as the part of exactly one
/// longer command (`cd /srv && python3 train.py >> log`). `None` where none or several would do.
pub fn task_type_of<'n>(facts: &ProcessFacts, names: &'n [String]) -> Option<&'n str> {
    let unit = facts.control_group.as_deref().and_then(|group| {
        group.split('/').find(|part| part.ends_with(".service") && !part.starts_with("user@"))
    });
    if let Some(unit) = unit
        && let Some(name) = names.iter().find(|name| {
            let (_, named) = parts(name);
            named == unit || Some(named) == unit.strip_suffix(".service")
        })
    {
        return Some(name);
    }
    let command = squeezed(&facts.command);
    let plain = without_folder(&command);
    let may_be_of = |user: Option<&str>| match (user, facts.user.as_deref()) {
        (Some(named), Some(user)) => named == user,
        _ => true,
    };
    let of_user = || {
        names.iter().filter_map(|name| {
            let (user, command) = parts(name);
            may_be_of(user).then_some((name.as_str(), command))
        })
    };
    let exact = of_user().find(|(_, named)| *named == command || without_folder(named) == plain);
    if let Some((name, _)) = exact {
        return Some(name);
    }
    if plain.len() < LEAST_COMMAND || !plain.contains(' ') {
        return None;
    }
    let mut holding = of_user().filter(|(_, named)| holds(named, &plain)).map(|(name, _)| name);
    let found = holding.next()?;
    holding.next().is_none().then_some(found)
}

/// User and command of `user: command`.
fn parts(name: &str) -> (Option<&str>, &str) {
    match name.split_once(": ") {
        Some((user, command)) if !user.contains(char::is_whitespace) => (Some(user), command),
        _ => (None, name),
    }
}

fn squeezed(command: &str) -> String {
    command.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The command without the folder of its program: what a shell looked up, the kernel shows in full.
fn without_folder(command: &str) -> String {
    let (program, rest) = command.split_once(' ').unwrap_or((command, ""));
    let program = program.rsplit('/').next().unwrap_or(program);
    if rest.is_empty() { program.to_owned() } else { format!("{program} {rest}") }
}

/// Whether `command` stands in `text` as whole words.
fn holds(text: &str, command: &str) -> bool {
    text.match_indices(command).any(|(start, _)| {
        let (before, after) = (&text[..start], &text[start + command.len()..]);
        let is_word = |character: char| character.is_alphanumeric() || matches!(character, '-' | '_' | '.');
        !before.ends_with(is_word) && !after.starts_with(|next: char| is_word(next) || next == '/')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::device::fixture::process;

    fn found(command: &str, names: &[&str]) -> Option<String> {
        let mut facts = process(900).facts.expect("facts");
        facts.command = command.to_owned();
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        task_type_of(&facts, &names).map(str::to_owned)
    }

    #[test]
    fn a_command_is_its_own_task_type_with_or_without_user_and_folder() {
        let wanted = Some("one: python3 train.py --all".to_owned());
        assert_eq!(found("/usr/bin/python3 train.py --all", &["one: python3 train.py --all"]), wanted);
        assert_eq!(found("python3 train.py --all", &["two: python3 train.py --all"]), None);
        assert_eq!(found("python3  a.py", &["python3 a.py"]), Some("python3 a.py".to_owned()));
    }

    #[test]
    fn a_command_inside_exactly_one_longer_one_is_that_one() {
        let long = "one: cd /srv && python3 train.py >> /var/log/train 2>&1";
        assert_eq!(found("python3 train.py", &[long, "one: backup"]), Some(long.to_owned()));
        assert_eq!(found("python3 train.py", &[long, "one: nice python3 train.py"]), None);
        assert_eq!(found("python3 train.p", &[long]), None, "a part of a word is another word");
        assert_eq!(found("python3", &[long]), None, "a program alone says too little");
    }

    #[test]
    fn a_unit_names_its_task_type() {
        let mut facts = process(900).facts.expect("facts");
        facts.control_group = Some("/system.slice/nightly.service".to_owned());
        assert_eq!(task_type_of(&facts, &["nightly.service".to_owned()]), Some("nightly.service"));
        assert_eq!(task_type_of(&facts, &["nightly".to_owned()]), Some("nightly"));
    }
}
