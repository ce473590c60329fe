//! Which names of tasks are one task under many names, by the evidence of how often each name ran.
//!
//! The part of a name that tells runs apart (an id) has many values, each seldom; one that tells tasks apart (an
//! argument) has few values, each often. Only the former is replaced.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::TaskHistory;
use super::task_name::{NamePiece, SlotKind, name_pieces};

/// Names that must share a template before it stands for them.
const LEAST_NAMES: usize = 3;

/// Values below which numbers may as well be a few arguments.
const LEAST_NUMBERS: usize = 5;

/// Mean runs per value up to which a value is seldom. Below three runs no schedule could be found in a value's
/// runs anyway, so that merging hides nothing that could be seen apart.
const SELDOM_MEAN: f64 = 3.0;

/// Median runs per value up to which a value is seldom.
const SELDOM_MEDIAN: u64 = 2;

/// Letters in a row that must stay of a name, or nothing says what the task is.
const LEAST_LETTERS: usize = 3;

/// Templates, and which names they stand for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameTemplates {
    /// Templates by their names with every slot open; looked up, never gone through.
    by_skeleton: HashMap<String, Vec<String>>,
    count: usize,
}

/// One skeleton's names: the values of their slots, and the runs of each name.
type Members<'a> = Vec<(Vec<&'a str>, u64)>;

impl NameTemplates {
    /// Decides over names and the number of runs of each.
    pub fn decide<'a>(names: impl IntoIterator<Item = (&'a str, u64)>) -> NameTemplates {
        let mut skeletons: BTreeMap<String, (Vec<NamePiece<'a>>, Members<'a>)> = BTreeMap::new();
        for (name, runs) in names {
            let pieces = name_pieces(name);
            let values = slot_values(&pieces);
            if !values.is_empty() {
                let entry = skeletons.entry(skeleton(&pieces)).or_insert_with(|| (pieces, Vec::new()));
                entry.1.push((values, runs));
            }
        }
        let mut texts = Vec::new();
        for (pieces, members) in skeletons.into_values() {
            texts.extend(templates_of(&pieces, &members));
        }
        NameTemplates::named(texts.iter().map(String::as_str))
    }

    /// The templates among `names`: those with a placeholder. What an analysis decided is thus known again from
    /// the names that it left in patterns.
    pub fn named<'a>(names: impl IntoIterator<Item = &'a str>) -> NameTemplates {
        let texts: BTreeSet<&str> = names.into_iter().filter(|name| is_template(name)).collect();
        let mut templates = NameTemplates { count: texts.len(), ..NameTemplates::default() };
        for text in texts {
            let of_skeleton = templates.by_skeleton.entry(skeleton(&name_pieces(text))).or_default();
            of_skeleton.push(text.to_owned());
        }
        // Of two templates that fit, the one that leaves less open.
        for texts in templates.by_skeleton.values_mut() {
            texts.sort_by_key(|text| open_slots(&name_pieces(text)));
        }
        templates
    }

    /// How many templates there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether every name stands for itself.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The task type of a name: the template that fits it, else the name itself.
    pub fn task_type_of<'a>(&'a self, name: &'a str) -> &'a str {
        if self.is_empty() {
            return name;
        }
        let pieces = name_pieces(name);
        let values = slot_values(&pieces);
        if values.is_empty() {
            return name;
        }
        let fits = |template: &&String| {
            let wanted = name_pieces(template);
            slots(&wanted)
                .zip(&values)
                .all(|((kind, want), value)| want == kind.placeholder() || want == *value)
        };
        let found = self.by_skeleton.get(&skeleton(&pieces)).and_then(|texts| texts.iter().find(fits));
        found.map_or(name, String::as_str)
    }

    /// The histories by task type instead of by name, in the order in which each type first occurs, and how many
    /// names were merged. A merged history bears the id of its first name.
    pub fn merged(&self, histories: Vec<TaskHistory>) -> (Vec<TaskHistory>, u64) {
        if self.is_empty() {
            return (histories, 0);
        }
        let mut merged_names = 0;
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut merged: Vec<TaskHistory> = Vec::new();
        for mut history in histories {
            let task_type = self.task_type_of(&history.name).to_owned();
            merged_names += u64::from(task_type != history.name);
            match places.get(&task_type) {
                Some(place) => merged[*place].runs.append(&mut history.runs),
                None => {
                    places.insert(task_type.clone(), merged.len());
                    merged.push(TaskHistory { name: task_type, ..history });
                }
            }
        }
        for history in &mut merged {
            history.runs.sort_by_key(|run| run.started_at);
        }
        (merged, merged_names)
    }
}

/// Whether a text has a placeholder.
pub fn is_template(text: &str) -> bool {
    text.contains('<') && open_slots(&name_pieces(text)) > 0
}

fn slots<'p, 'a>(pieces: &'p [NamePiece<'a>]) -> impl Iterator<Item = (SlotKind, &'a str)> + 'p {
    pieces.iter().filter_map(|piece| match piece {
        NamePiece::Slot(kind, text) => Some((*kind, *text)),
        NamePiece::Text(_) => None,
    })
}

fn slot_values<'a>(pieces: &[NamePiece<'a>]) -> Vec<&'a str> {
    slots(pieces).map(|(_, text)| text).collect()
}

fn open_slots(pieces: &[NamePiece<'_>]) -> usize {
    slots(pieces).filter(|(kind, text)| *text == kind.placeholder()).count()
}

fn skeleton(pieces: &[NamePiece<'_>]) -> String {
    written(pieces, |_, kind, _| kind.placeholder().to_owned())
}

/// The pieces as text, each slot as `show` of its number, kind and value.
fn written(pieces: &[NamePiece<'_>], show: impl Fn(usize, SlotKind, &str) -> String) -> String {
    let mut text = String::new();
    let mut slot = 0;
    for piece in pieces {
        match piece {
            NamePiece::Text(part) => text.push_str(part),
            NamePiece::Slot(kind, value) => {
                text.push_str(&show(slot, *kind, value));
                slot += 1;
            }
        }
    }
    text
}

/// The templates that the names of one skeleton amount to; none where no slot is open or nothing is left to say
/// what the task is.
fn templates_of(pieces: &[NamePiece<'_>], members: &Members<'_>) -> Vec<String> {
    let open: Vec<bool> =
        slots(pieces).enumerate().map(|(slot, (kind, _))| is_open(kind, slot, members)).collect();
    if !open.contains(&true) || !says_what_it_is(pieces) {
        return Vec::new();
    }
    let mut names_of: BTreeMap<String, usize> = BTreeMap::new();
    for (values, _) in members {
        let template = written(pieces, |slot, kind, _| {
            if open[slot] { kind.placeholder() } else { values[slot] }.to_owned()
        });
        *names_of.entry(template).or_default() += 1;
    }
    names_of.into_iter().filter(|(_, names)| *names >= LEAST_NAMES).map(|(template, _)| template).collect()
}

/// Whether a slot holds ids and not arguments.
fn is_open(kind: SlotKind, slot: usize, members: &Members<'_>) -> bool {
    let mut runs_of: BTreeMap<&str, u64> = BTreeMap::new();
    for (values, runs) in members {
        *runs_of.entry(values[slot]).or_default() += runs;
    }
    let mut runs: Vec<u64> = runs_of.into_values().collect();
    runs.sort_unstable();
    let seldom = || {
        let mean = runs.iter().sum::<u64>() as f64 / runs.len().max(1) as f64;
        mean <= SELDOM_MEAN && runs[runs.len() / 2] <= SELDOM_MEDIAN
    };
    match kind {
        // A day or a place in an array passes by however often the task runs in it.
        SlotKind::Date | SlotKind::Time | SlotKind::Temporary | SlotKind::Index => runs.len() >= LEAST_NAMES,
        SlotKind::Uuid | SlotKind::Hex => runs.len() >= LEAST_NAMES && seldom(),
        SlotKind::Number => runs.len() >= LEAST_NUMBERS && seldom(),
    }
}

/// Whether a word is left beside the slots; `root:` before a cron command says who, not what.
fn says_what_it_is(pieces: &[NamePiece<'_>]) -> bool {
    let text = written(pieces, |_, _, _| " ".to_owned());
    let what = text.split_once(": ").map_or(text.as_str(), |(_, command)| command);
    what.split(|character: char| !character.is_alphabetic()).any(|word| word.chars().count() >= LEAST_LETTERS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::activity::{HistoryRun, TaskTypeId};
    use crate::domain::time::Timestamp;

    fn decided(names: &[(&str, u64)]) -> NameTemplates {
        NameTemplates::decide(names.iter().copied())
    }

    #[test]
    fn ids_are_merged_and_arguments_stay_apart() {
        let names: Vec<String> =
            (0..40).map(|seed| format!("train --lr 0.{} --seed {}", seed % 2, seed * 7919)).collect();
        let found = NameTemplates::decide(names.iter().map(|name| (name.as_str(), 1)));
        assert_eq!(found.len(), 2);
        assert_eq!(found.task_type_of("train --lr 0.1 --seed 5"), "train --lr 0.1 --seed <n>");
        assert_eq!(found.task_type_of("train --lr 0.7 --seed 5"), "train --lr 0.7 --seed 5");
    }

    #[test]
    fn numbers_that_each_run_often_are_tasks_of_their_own() {
        let names: Vec<String> = (0..40).map(|node| format!("check node {node}")).collect();
        assert!(NameTemplates::decide(names.iter().map(|name| (name.as_str(), 30))).is_empty());
        let few = [("sleep 5", 1), ("sleep 10", 1), ("sleep 30", 1)];
        assert!(decided(&few).is_empty());
    }

    #[test]
    fn a_date_passes_by_however_often_it_ran() {
        let found =
            decided(&[("rollup 2024-05-01", 24), ("rollup 2024-05-02", 24), ("rollup 2024-05-03", 24)]);
        assert_eq!(found.task_type_of("rollup 2024-06-09"), "rollup <date>");
    }

    #[test]
    fn two_names_make_no_template_and_a_bare_hash_names_itself() {
        assert!(decided(&[("dump-2024-05-01", 1), ("dump-2024-05-02", 1)]).is_empty());
        let hashes: Vec<String> = (0..9).map(|number| format!("root: {:016x}a", number * 77_777)).collect();
        assert!(NameTemplates::decide(hashes.iter().map(|name| (name.as_str(), 1))).is_empty());
    }

    #[test]
    fn templates_are_known_again_by_their_names() {
        let found = NameTemplates::named(["backup-<date>.sh", "backup-<date>.sh", "sync", "a <b>"]);
        assert_eq!(found.len(), 1);
        assert_eq!(found.task_type_of("backup-2030-01-01.sh"), "backup-<date>.sh");
        assert_eq!(found.task_type_of("backup-<date>.sh"), "backup-<date>.sh");
        assert_eq!(found.task_type_of("backup-7.sh"), "backup-7.sh");
    }

    #[test]
    fn merged_histories_are_in_order_and_lose_no_run() {
        let history = |id: i64, name: &str, starts: &[i64]| TaskHistory {
            task_type: TaskTypeId(id),
            name: name.to_owned(),
            runs: starts.iter().map(|start| HistoryRun::started(Timestamp::clamped(*start))).collect(),
        };
        let templates = NameTemplates::named(["dump-<date>"]);
        let (merged, names) = templates.merged(vec![
            history(1, "dump-2024-05-02", &[50, 60]),
            history(2, "sync", &[5]),
            history(3, "dump-2024-05-01", &[10]),
        ]);
        assert_eq!(names, 2);
        assert_eq!(merged, [history(1, "dump-<date>", &[10, 50, 60]), history(2, "sync", &[5])]);
    }
}
