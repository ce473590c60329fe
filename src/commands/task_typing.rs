//! The histories that an analysis looks at: which names are one task type, and which of those were asked for.

use std::collections::HashSet;

use super::TaskTypeFilter;
use crate::cli::analyze::GroupByArg;
use crate::domain::activity::{GroupNames, Grouping, NameTemplates, Streams, TaskHistory, is_template};
use crate::domain::patterns::{Mined, MixedTaskType, Pattern, in_groups, mixed_task_types};
use crate::output::analyze::TypingNote;
use crate::store::{Store, StoreError};

/// Task types named in a warning at most.
const NAMED: usize = 3;

/// Histories of the task types asked for.
pub(super) struct TypedHistories {
    /// By task type.
    pub(super) histories: Vec<TaskHistory>,
    /// What was merged to get them.
    pub(super) note: TypingNote,
    /// Task types that were asked for by the name of one of their runs.
    asked_by_name: HashSet<String>,
}

impl TypedHistories {
    /// Merges names, if `normalize`, by the runs that each has in `histories`, and keeps what `filter` asks for.
    pub(super) fn new(
        histories: Vec<TaskHistory>,
        normalize: bool,
        filter: Option<&TaskTypeFilter>,
    ) -> TypedHistories {
        let templates = match normalize {
            true => NameTemplates::decide(
                histories.iter().map(|history| (history.name.as_str(), history.runs.len() as u64)),
            ),
            false => NameTemplates::default(),
        };
        let asked_by_name = match filter {
            Some(filter) => histories
                .iter()
                .filter(|history| filter.matches(&history.name))
                .map(|history| templates.task_type_of(&history.name).to_owned())
                .collect(),
            None => HashSet::new(),
        };
        let mut typed = TypedHistories { histories: Vec::new(), note: TypingNote::default(), asked_by_name };
        let asked_for: Vec<TaskHistory> = histories
            .into_iter()
            .filter(|history| typed.is_asked_for(templates.task_type_of(&history.name), filter))
            .collect();
        let (histories, names_merged) = templates.merged(asked_for);
        let templates = match normalize {
            true => histories.iter().filter(|history| is_template(&history.name)).count() as u64,
            false => 0,
        };
        typed.note = TypingNote { names_merged, templates };
        typed.histories = histories;
        typed
    }

    /// Whether a task type was asked for, by its own name or by one of those merged into it.
    pub(super) fn is_asked_for(&self, task_type: &str, filter: Option<&TaskTypeFilter>) -> bool {
        filter.is_none_or(|filter| filter.matches(task_type)) || self.asked_by_name.contains(task_type)
    }
}

/// What `--group-by` asks for.
pub(super) fn grouping(arguments: &[GroupByArg]) -> Grouping {
    Grouping {
        by_user: arguments.contains(&GroupByArg::User),
        by_host: arguments.contains(&GroupByArg::Host),
        by_queue: arguments.contains(&GroupByArg::Queue),
    }
}

/// What `find` makes of the histories, each split as `grouping` says.
pub(super) fn find_in_streams(
    store: &Store,
    histories: &[TaskHistory],
    grouping: Grouping,
    find: impl Fn(&[TaskHistory]) -> Mined,
) -> Result<Mined, StoreError> {
    if !grouping.splits() {
        return Ok(find(histories));
    }
    let names =
        GroupNames { users: store.user_names()?, hosts: store.host_names()?, queues: store.queue_names()? };
    let streams = Streams::split(histories, grouping, &names);
    let mut found = find(&streams.histories);
    found.patterns = in_groups(found.patterns, &streams);
    Ok(found)
}

/// A warning about task types whose schedules may be those of several users or hosts.
pub(super) fn mixed_warning(patterns: &[Pattern], histories: &[TaskHistory]) -> Option<String> {
    let mixed = mixed_task_types(patterns, histories);
    let first = mixed.first()?;
    let keys = |found: &MixedTaskType| {
        [
            ("user", found.grouping.by_user),
            ("host", found.grouping.by_host),
            ("queue", found.grouping.by_queue),
        ]
        .into_iter()
        .filter_map(|(key, differs)| differs.then_some(key))
        .collect::<Vec<_>>()
        .join(",")
    };
    let mut listed: Vec<String> = mixed
        .iter()
        .take(NAMED)
        .map(|found| format!("{} ({} schedules)", found.task_type, found.schedules))
        .collect();
    if mixed.len() > NAMED {
        listed.push(format!("{} more", mixed.len() - NAMED));
    }
    Some(format!(
        "several schedules in one task type: {}; --group-by {} shows whose each one is",
        listed.join(", "),
        keys(first)
    ))
}
