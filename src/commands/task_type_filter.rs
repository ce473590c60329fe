//! `--task-types`: names or globs, and what to say when they match nothing.

use std::collections::BTreeSet;

use globset::{GlobBuilder, GlobMatcher};

use super::CommandError;
use crate::domain::similarity::{closest_names, names_meant};

/// Names suggested at most.
const SUGGESTIONS: usize = 3;

/// The task types that a person asked for.
#[derive(Clone, Debug)]
pub struct TaskTypeFilter {
    /// As typed, with the glob it may be; a name may hold brackets that make it no glob.
    wanted: Vec<(String, Option<GlobMatcher>)>,
}

impl TaskTypeFilter {
    /// The filter of these arguments, each of them names or globs with commas between; `None` without any, which is all
    /// task types. A part that is neither a glob nor a name in `names` is a usage error.
    pub fn new(wanted: &[String], names: &[String]) -> Result<Option<TaskTypeFilter>, CommandError> {
        let mut read = Vec::new();
        let mut known = BTreeSet::new();
        for text in wanted.iter().flat_map(|text| parts(text, names)) {
            // Typed twice, it is asked for and warned of once.
            if !known.insert(text) {
                continue;
            }
            let glob = GlobBuilder::new(text).build();
            if let (Err(error), false) = (&glob, names.iter().any(|name| name == text)) {
                return Err(CommandError::Usage {
                    message: format!(
                        "--task-types: \"{text}\" is neither a task type nor a glob: {}",
                        error.kind()
                    ),
                    hint: "`*` stands for any text, `?` for one character; write `[[]` for a bracket"
                        .to_owned(),
                });
            }
            read.push((text.to_owned(), glob.ok().map(|glob| glob.compile_matcher())));
        }
        Ok((!read.is_empty()).then_some(TaskTypeFilter { wanted: read }))
    }

    /// Whether `name` was asked for.
    pub fn matches(&self, name: &str) -> bool {
        self.wanted.iter().any(|(text, glob)| hits(text, glob.as_ref(), name))
    }

    /// Lets each argument that matches none of `names` stand for those nearest to it; one warning for each, which says
    /// what it was taken for, or that nothing is near.
    pub fn take_nearest(&mut self, names: &[String]) -> Vec<String> {
        let (mut warnings, mut taken) = (Vec::new(), Vec::new());
        for (text, glob) in &self.wanted {
            if names.iter().any(|name| hits(text, glob.as_ref(), name)) {
                continue;
            }
            let meant = names_meant(text, names);
            warnings.push(match meant.as_slice() {
                [] => format!("no task type matches \"{text}\""),
                meant => format!("no task type matches \"{text}\": taken for {}", quoted(meant)),
            });
            taken.extend(meant.into_iter().map(|name| (name, None)));
        }
        self.wanted.extend(taken);
        warnings
    }

    /// One warning for each argument that matches none of `names`, with the names that are nearly it.
    pub fn unmatched(&self, names: &[String]) -> Vec<String> {
        self.wanted
            .iter()
            .filter(|(text, glob)| !names.iter().any(|name| hits(text, glob.as_ref(), name)))
            .map(|(text, _)| {
                let close = closest_names(text, names, SUGGESTIONS);
                match close.is_empty() {
                    true => format!("no task type matches \"{text}\""),
                    false => {
                        format!("no task type matches \"{text}\"; did you mean \"{}\"?", close.join("\", \""))
                    }
                }
            })
            .collect()
    }
}

/// What stands between the commas of `text`, without blanks around it; from each place on the longest part that is a name,
/// commas and all.
fn parts<'a>(text: &'a str, names: &[String]) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let ends = || rest.match_indices(',').map(|(at, _)| at).chain([rest.len()]);
        let is_name = |end: &usize| names.iter().any(|name| name == rest[..*end].trim());
        let end = ends().rfind(is_name).or(ends().next()).unwrap_or(rest.len());
        parts.push(rest[..end].trim());
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// The first few names in quotes, and how many more there are.
fn quoted(names: &[String]) -> String {
    let first: Vec<String> = names.iter().take(SUGGESTIONS).map(|name| format!("\"{name}\"")).collect();
    match names.len().saturating_sub(SUGGESTIONS) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

fn hits(text: &str, glob: Option<&GlobMatcher>, name: &str) -> bool {
    text == name || glob.is_some_and(|glob| glob.is_match(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<String> {
        ["backup home", "sync [eu]", "train"].map(str::to_owned).to_vec()
    }

    fn filter(wanted: &[&str]) -> TaskTypeFilter {
        let wanted: Vec<String> = wanted.iter().map(|text| (*text).to_owned()).collect();
        TaskTypeFilter::new(&wanted, &names()).expect("valid").expect("some")
    }

    #[test]
    fn names_and_globs_match_whole_names() {
        let filter = filter(&["back*", "sync [eu]"]);
        assert!(filter.matches("backup home") && filter.matches("sync [eu]"));
        assert!(!filter.matches("train") && !filter.matches("my backup"));
    }

    #[test]
    fn a_name_that_matches_nothing_names_its_neighbours() {
        assert_eq!(
            filter(&["backup-home"]).unmatched(&names()),
            ["no task type matches \"backup-home\"; did you mean \"backup home\"?"]
        );
    }

    #[test]
    fn a_name_that_matches_nothing_can_stand_for_those_nearest_to_it() {
        let mut filter = filter(&["backup-home", "zzz"]);
        assert_eq!(
            filter.take_nearest(&names()),
            [
                "no task type matches \"backup-home\": taken for \"backup home\"",
                "no task type matches \"zzz\""
            ]
        );
        assert!(filter.matches("backup home") && !filter.matches("train"));
    }

    #[test]
    fn what_is_typed_twice_is_warned_of_once() {
        assert_eq!(filter(&["zzz,zzz", "zzz"]).take_nearest(&names()), ["no task type matches \"zzz\""]);
        assert_eq!(filter(&["zzz", "train", "zzz"]).unmatched(&names()).len(), 1);
    }

    #[test]
    fn a_name_with_a_comma_wins_over_what_stands_around_the_comma() {
        let names = ["a", "a, b", "c"].map(str::to_owned);
        assert_eq!(parts("a, b", &names), ["a, b"]);
        assert_eq!(parts(" c ,a, b,d*,", &names), ["c", "a, b", "d*"]);
        assert_eq!(parts("a,c", &names), ["a", "c"]);
        assert_eq!(parts("x,a, b", &names), ["x", "a, b"]);
    }

    #[test]
    fn a_text_that_is_neither_name_nor_glob_is_refused() {
        let wanted = ["[a".to_owned()];
        assert!(TaskTypeFilter::new(&wanted, &names()).is_err());
        assert!(TaskTypeFilter::new(&wanted, &wanted).is_ok());
        assert!(TaskTypeFilter::new(&[], &[]).expect("valid").is_none());
    }
}
