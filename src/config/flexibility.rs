//! How far plans may move task types, by entries of which the first that fits counts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::timetable::names;
use crate::cli::parse_duration;
use crate::domain::rules::Flexibility;

/// How far some task types may be moved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlexibilityConfig {
    /// Names, or globs such as `root: *`.
    pub task_types: Vec<String>,
    /// How much earlier, such as `15m`; 0 where absent.
    #[serde(default)]
    pub earlier: Option<String>,
    /// How much later; 0 where absent.
    #[serde(default)]
    pub later: Option<String>,
}

impl FlexibilityConfig {
    /// The window in minutes, or what is wrong.
    pub fn window(&self) -> Result<Flexibility, String> {
        let minutes = |text: &Option<String>| match text {
            None => Ok(0),
            Some(text) => {
                let wrong = |_| format!("\"{text}\" is no length of time such as 15m or 2h, 0m for none");
                let minutes = parse_duration(text).map_err(wrong)?.as_secs() / 60;
                u32::try_from(minutes)
                    .ok()
                    .filter(|minutes| *minutes <= 10_080)
                    .ok_or_else(|| format!("{text} is more than a week"))
            }
        };
        Ok(Flexibility { earlier_minutes: minutes(&self.earlier)?, later_minutes: minutes(&self.later)? })
    }

    /// Whether it is about that task type.
    pub fn is_about(&self, task_type: &str) -> bool {
        names(&self.task_types, task_type)
    }
}

/// Says which entry an earlier one covers, so that it never counts: of several that are about a task type the first
/// does.
pub(super) fn check_covered(entries: &[FlexibilityConfig]) -> Result<(), String> {
    for (number, entry) in entries.iter().enumerate() {
        for name in &entry.task_types {
            if let Some(earlier) = entries[..number].iter().position(|earlier| earlier.is_about(name)) {
                return Err(format!(
                    "entry {}: \"{name}\" is covered by entry {} ({}), and the first that fits counts; put the \
                     narrower one first",
                    number + 1,
                    earlier + 1,
                    entries[earlier].task_types.join(", ")
                ));
            }
        }
    }
    Ok(())
}

/// Task types that two entries are about without the one being a narrower case of the other: entries by position, the
/// first of which counts.
pub fn both_about<'a>(
    entries: &[FlexibilityConfig],
    task_types: impl IntoIterator<Item = &'a str>,
) -> BTreeMap<(usize, usize), Vec<&'a str>> {
    let mut both: BTreeMap<(usize, usize), Vec<&str>> = BTreeMap::new();
    let is_narrower = |one: &FlexibilityConfig, other: &FlexibilityConfig| {
        one.task_types.iter().all(|name| other.is_about(name))
    };
    for task_type in task_types {
        let mut about = (0..entries.len()).filter(|entry| entries[*entry].is_about(task_type));
        let Some(first) = about.next() else { continue };
        for second in about.filter(|second| !is_narrower(&entries[first], &entries[*second])) {
            both.entry((first, second)).or_default().push(task_type);
        }
    }
    both
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_given_by_name_or_glob() {
        let config = FlexibilityConfig {
            task_types: vec!["root: *".to_owned(), "a [b]".to_owned()],
            earlier: None,
            later: Some("2h".to_owned()),
        };
        assert_eq!(config.window(), Ok(Flexibility { earlier_minutes: 0, later_minutes: 120 }));
        assert!(config.is_about("root: backup") && config.is_about("a [b]") && !config.is_about("sync"));
        let long = FlexibilityConfig { later: Some("8d".to_owned()), ..config };
        assert_eq!(long.window(), Err("8d is more than a week".to_owned()));
        let negative = FlexibilityConfig { later: Some("-5m".to_owned()), ..long };
        let expected = "\"-5m\" is no length of time such as 15m or 2h, 0m for none";
        assert_eq!(negative.window(), Err(expected.to_owned()));
    }

    fn about(names: &[&str]) -> FlexibilityConfig {
        FlexibilityConfig {
            task_types: names.iter().map(|name| (*name).to_owned()).collect(),
            earlier: None,
            later: Some("1h".to_owned()),
        }
    }

    #[test]
    fn an_entry_that_an_earlier_one_covers_never_counts() {
        assert_eq!(check_covered(&[about(&["root: backup"]), about(&["root: *"])]), Ok(()));
        let covered = check_covered(&[about(&["root: *"]), about(&["sync", "root: backup"])]);
        let reason = "entry 2: \"root: backup\" is covered by entry 1 (root: *), and the first that fits counts; \
                      put the narrower one first";
        assert_eq!(covered, Err(reason.to_owned()));
        assert!(check_covered(&[about(&["a"]), about(&["a"])]).is_err());
    }

    #[test]
    fn entries_that_cross_are_told_by_the_task_types_of_both() {
        let entries = [about(&["root: *"]), about(&["*backup"]), about(&["*"])];
        let crossing = both_about(&entries, ["root: backup", "eve: backup", "root: sync"]);
        assert_eq!(crossing.into_iter().collect::<Vec<_>>(), [((0, 1), vec!["root: backup"])]);
    }
}
