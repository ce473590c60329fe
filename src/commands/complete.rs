//! What a shell may offer for an id or a task type, read from a store between two key strokes.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::cli::complete::{CompletionKind, Suggestion};
use crate::store::{LockHolder, PatternFilter, RuleFilter, Store, StoreError, WriterOptions};

/// What the store at `path` offers; nothing when there is no store or it cannot be read. Changes nothing.
pub fn suggestions(path: &Path, kind: CompletionKind) -> Vec<Suggestion> {
    read(path, kind).unwrap_or_default()
}

fn read(path: &Path, kind: CompletionKind) -> Result<Vec<Suggestion>, StoreError> {
    // Who is busy writing must not make a person wait for a completion.
    let options = WriterOptions { lock_timeout: Duration::ZERO, holder: LockHolder::unknown() };
    let Some(store) = Store::open_reader(path, &options)? else { return Ok(Vec::new()) };
    match kind {
        CompletionKind::Patterns => Ok(store
            .patterns(&PatternFilter::default())?
            .into_iter()
            .map(|stored| Suggestion {
                value: stored.id.0.to_string(),
                help: Some(format!(
                    "{}: {}",
                    stored.pattern.task_types.join(" -> "),
                    stored.pattern.schedule.describe()
                )),
            })
            .collect()),
        CompletionKind::Rules => Ok(store
            .rules(&RuleFilter::default())?
            .into_iter()
            .map(|stored| Suggestion {
                value: stored.id.0.to_string(),
                help: Some(format!("{}: {}", stored.rule.name, stored.rule.schedule.describe())),
            })
            .collect()),
        CompletionKind::TaskTypes => {
            let mut names: Vec<String> = store.task_type_names()?.into_values().collect();
            names.sort_unstable();
            Ok(names.into_iter().map(|value| Suggestion { value, help: None }).collect())
        }
    }
}

/// The store that the words of a command line name with `--db`, as far as they are typed.
pub fn store_named_in(words: &[OsString]) -> Option<PathBuf> {
    words.iter().enumerate().rev().find_map(|(position, word)| {
        let word = word.to_str()?;
        match word.strip_prefix("--db")? {
            "" => words.get(position + 1).filter(|path| !path.is_empty()).map(PathBuf::from),
            rest => rest.strip_prefix('=').filter(|path| !path.is_empty()).map(PathBuf::from),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn the_store_is_the_last_one_named() {
        assert_eq!(store_named_in(&words("tidetable view --db a.db --pattern-id")), Some("a.db".into()));
        assert_eq!(store_named_in(&words("tidetable --db=a.db --db=b.db view")), Some("b.db".into()));
        assert_eq!(store_named_in(&words("tidetable view --pattern-id")), None);
        assert_eq!(store_named_in(&words("tidetable view --db")), None);
    }

    #[test]
    fn where_no_store_is_none_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        assert_eq!(suggestions(&path, CompletionKind::Patterns), []);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_is_no_store_offers_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        std::fs::write(&path, "no database at all, only text of some length\n".repeat(40)).unwrap();
        assert_eq!(suggestions(&path, CompletionKind::TaskTypes), []);
        assert_eq!(suggestions(folder.path(), CompletionKind::TaskTypes), []);
    }
}
