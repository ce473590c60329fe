//! Task types named on the command line: by name or by glob.

use globset::{GlobBuilder, GlobMatcher};

use super::CommandError;

/// Which task types a person named; everything when they named none.
#[derive(Clone, Debug)]
pub struct TaskTypeFilter {
    patterns: Vec<(String, GlobMatcher)>,
}

impl TaskTypeFilter {
    /// Reads names and globs. A text that is exactly a task type's name always means that one.
    pub fn new(texts: &[String]) -> Result<TaskTypeFilter, CommandError> {
        let patterns = texts
            .iter()
            .map(|text| {
                let glob = GlobBuilder::new(text).literal_separator(false).build();
                // A cron command may hold brackets and braces that are no glob at all.
                let glob = glob.or_else(|_| GlobBuilder::new(&globset::escape(text)).build());
                glob.map(|glob| (text.clone(), glob.compile_matcher())).map_err(|error| CommandError::Usage {
                    message: format!("--task-types \"{text}\": {error}"),
                    hint: "name task types, with * and ? where several are meant".to_owned(),
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(TaskTypeFilter { patterns })
    }

    /// Whether no task type was named.
    pub fn is_everything(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Whether a person meant the task type `name`.
    pub fn matches(&self, name: &str) -> bool {
        self.is_everything() || self.patterns.iter().any(|(text, glob)| text == name || glob.is_match(name))
    }

    /// The texts that match none of `names`, with the nearest name where one is near.
    pub fn unmatched<'n>(&self, names: impl Iterator<Item = &'n str> + Clone) -> Vec<String> {
        self.patterns
            .iter()
            .filter(|(text, glob)| !names.clone().any(|name| text == name || glob.is_match(name)))
            .map(|(text, _)| format!("no task type is called \"{text}\""))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_glob_characters_still_name_themselves() {
        let command = "root: [ -x /usr/lib/php/sessionclean ] && /usr/lib/php/sessionclean";
        let filter = TaskTypeFilter::new(&[command.to_owned()]).expect("readable");
        assert!(filter.matches(command));
        assert!(!filter.matches("root: other"));
    }

    #[test]
    fn a_star_crosses_slashes() {
        let filter = TaskTypeFilter::new(&["root: *cron.daily*".to_owned()]).expect("readable");
        assert!(filter.matches("root: cd / && run-parts --report /etc/cron.daily"));
    }
}
