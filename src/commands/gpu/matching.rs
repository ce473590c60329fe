//! Which processes match patterns of a person or of the configuration.

use std::collections::{BTreeMap, BTreeSet};

use globset::{GlobBuilder, GlobMatcher};

use crate::commands::CommandError;
use crate::domain::device::{GpuProcess, unit_of};

/// Patterns, as typed and as globs.
pub(super) struct Patterns(Vec<(String, GlobMatcher)>);

impl Patterns {
    /// The patterns of `option`; one that is no glob is a usage error.
    pub(super) fn new(option: &str, texts: &[String]) -> Result<Patterns, CommandError> {
        let read = |text: &String| match GlobBuilder::new(text).build() {
            Ok(glob) => Ok((text.clone(), glob.compile_matcher())),
            Err(error) => Err(CommandError::Usage {
                message: format!("{option}: \"{text}\" is no glob: {}", error.kind()),
                hint: "`*` stands for any text, `?` for one character; write `[[]` for a bracket".to_owned(),
            }),
        };
        texts.iter().map(read).collect::<Result<_, _>>().map(Patterns)
    }

    /// Process ids that match, with the first pattern that does.
    pub(super) fn matches(&self, processes: &[GpuProcess]) -> BTreeMap<u32, String> {
        let found = processes.iter().filter_map(|process| Some((process.pid, self.of(process)?.to_owned())));
        found.collect()
    }

    /// Process ids that match; `None` without any pattern, which is all.
    pub(super) fn chosen(&self, processes: &[GpuProcess]) -> Option<BTreeSet<u32>> {
        (!self.0.is_empty()).then(|| self.matches(processes).into_keys().collect())
    }

    /// Patterns that match nothing.
    pub(super) fn idle(&self, processes: &[GpuProcess]) -> Vec<&str> {
        let hits = |glob: &GlobMatcher| processes.iter().any(|process| is_match(glob, process));
        self.0.iter().filter(|(_, glob)| !hits(glob)).map(|(text, _)| text.as_str()).collect()
    }

    /// Whether `text` matches one of them.
    pub(super) fn hits(&self, text: &str) -> bool {
        self.0.iter().any(|(_, glob)| glob.is_match(text))
    }

    fn of(&self, process: &GpuProcess) -> Option<&str> {
        self.0.iter().find(|(_, glob)| is_match(glob, process)).map(|(text, _)| text.as_str())
    }
}

fn is_match(glob: &GlobMatcher, process: &GpuProcess) -> bool {
    process.facts.as_ref().is_some_and(|facts| {
        let unit = facts.control_group.as_deref().and_then(unit_of);
        glob.is_match(&facts.command)
            || glob.is_match(&facts.name)
            || unit.is_some_and(|unit| glob.is_match(unit))
    })
}
