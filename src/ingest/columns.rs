//! Which columns of a foreign table hold which field of the activity record: header and `--map`, resolved once.

use super::activity_field::ActivityField;
use super::{ColumnMap, ImportOptions, IngestError};

/// The target of a `--map` that spreads one row over many runs; see [`ActiveMinutes`].
pub(super) const ACTIVE_MINUTES: &str = "active_minutes";

/// The target of a `--map` for columns that bear a field's name but hold something else.
pub(super) const IGNORED: &str = "ignored";

/// At most so many column names are listed in a message.
const LISTED_COLUMNS: usize = 40;

/// One field and the columns that it is read from.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Binding {
    pub(super) field: ActivityField,
    /// Indices of columns, joined with a space when there are several.
    pub(super) columns: Vec<usize>,
    pub(super) scale: f64,
    /// The columns' names where they are not the field's own, for messages.
    pub(super) mapped_from: Option<String>,
}

/// Columns that count what happened in one minute each: every non-zero cell is one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ActiveMinutes {
    /// Index of the column, and its name: a number of minutes after `--start-time`.
    pub(super) columns: Vec<(usize, i64)>,
}

/// All that is needed to read rows.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Columns {
    pub(super) bindings: Vec<Binding>,
    pub(super) active_minutes: Option<ActiveMinutes>,
    /// Names of columns that nothing is read from.
    pub(super) ignored: Vec<String>,
}

/// Why a header does not fit; the reader adds the file and the line.
#[derive(Debug)]
pub(super) enum BadColumns {
    /// A `--map` names what is not there.
    Map(IngestError),
    /// Neither a column nor a map gives a field that every record needs.
    Missing { reason: String, hint: String },
}

impl Columns {
    /// Resolves the header's names. A map wins over a column that bears the field's name.
    pub(super) fn resolve(names: &[String], options: &ImportOptions) -> Result<Columns, BadColumns> {
        let mut columns = Columns { bindings: Vec::new(), active_minutes: None, ignored: Vec::new() };
        let mut passed_over = Vec::new();
        for map in &options.map {
            if map.ours == IGNORED {
                for name in &map.theirs {
                    passed_over.push(
                        position(names, name).ok_or_else(|| BadColumns::Map(no_such_column(name, names)))?,
                    );
                }
            } else if map.ours == ACTIVE_MINUTES {
                let minutes = active_minutes(names, map, options).map_err(BadColumns::Map)?;
                columns.active_minutes = Some(minutes);
            } else {
                columns.bindings.push(mapped(names, map).map_err(BadColumns::Map)?);
            }
        }
        for field in ActivityField::ALL {
            let own = field.names().iter().filter_map(|own| position(names, own));
            let own = own.into_iter().find(|column| !passed_over.contains(column));
            if let Some(column) = own.filter(|_| !columns.has(field)) {
                columns.bindings.push(Binding {
                    field,
                    columns: vec![column],
                    scale: 1.0,
                    mapped_from: None,
                });
            }
        }
        let starts = columns.has(ActivityField::StartedAt) || columns.active_minutes.is_some();
        for (field, known) in [
            (ActivityField::TaskType, columns.has(ActivityField::TaskType)),
            (ActivityField::StartedAt, starts),
        ] {
            if !known {
                return Err(missing(field, names));
            }
        }
        columns.ignored = columns.unread(names, &passed_over);
        Ok(columns)
    }

    fn has(&self, field: ActivityField) -> bool {
        self.bindings.iter().any(|binding| binding.field == field)
    }

    fn unread(&self, names: &[String], passed_over: &[usize]) -> Vec<String> {
        let mut read = vec![false; names.len()];
        let minutes =
            self.active_minutes.iter().flat_map(|minutes| minutes.columns.iter().map(|&(index, _)| index));
        let bound = self.bindings.iter().flat_map(|binding| binding.columns.iter().copied());
        for index in bound.chain(minutes).chain(passed_over.iter().copied()) {
            read[index] = true;
        }
        names.iter().zip(read).filter(|(_, read)| !read).map(|(name, _)| name.clone()).collect()
    }
}

/// The field that a map fills, or what is wrong with its right side.
pub(super) fn map_target(map: &ColumnMap) -> Result<ActivityField, IngestError> {
    ActivityField::from_name(&map.ours).ok_or_else(|| {
        let fields: Vec<&str> = ActivityField::ALL.into_iter().map(ActivityField::as_str).collect();
        IngestError::Option {
            option: "--map",
            reason: format!("\"{}\" is no field of the activity record", map.ours),
            hint: format!("fields are {}, {ACTIVE_MINUTES}, {IGNORED}", fields.join(", ")),
        }
    })
}

/// Names for a message, in their order, the first forty of them.
pub(super) fn listed(names: &[String]) -> String {
    let mut text = names.iter().take(LISTED_COLUMNS).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > LISTED_COLUMNS {
        text.push_str(&format!(" and {} more", names.len() - LISTED_COLUMNS));
    }
    text
}

fn position(names: &[String], name: &str) -> Option<usize> {
    names
        .iter()
        .position(|own| own == name)
        .or_else(|| names.iter().position(|own| own.eq_ignore_ascii_case(name)))
}

fn mapped(names: &[String], map: &ColumnMap) -> Result<Binding, IngestError> {
    let field = map_target(map)?;
    let find = |name: &String| position(names, name).ok_or_else(|| no_such_column(name, names));
    let columns = map.theirs.iter().map(find).collect::<Result<_, _>>()?;
    Ok(Binding { field, columns, scale: map.scale, mapped_from: Some(map.theirs.join("+")) })
}

fn no_such_column(name: &str, names: &[String]) -> IngestError {
    IngestError::Option {
        option: "--map",
        reason: format!("the file has no column \"{name}\""),
        hint: format!("its columns are {}", listed(names)),
    }
}

fn missing(field: ActivityField, names: &[String]) -> BadColumns {
    BadColumns::Missing {
        reason: format!("no column gives {}", field.as_str()),
        hint: format!("name it with --map THEIRS={}; the columns are {}", field.as_str(), listed(names)),
    }
}

fn active_minutes(
    names: &[String],
    map: &ColumnMap,
    options: &ImportOptions,
) -> Result<ActiveMinutes, IngestError> {
    let wrong =
        |reason: String, hint: &str| IngestError::Option { option: "--map", reason, hint: hint.to_owned() };
    let text = map.theirs.join("+");
    let bounds = text.split_once("..").and_then(|(first, last)| {
        Some((first.trim().parse::<i64>().ok()?, last.trim().parse::<i64>().ok()?))
    });
    let Some((first, last)) = bounds.filter(|(first, last)| first <= last) else {
        let reason = format!("\"{text}\" is no range of column names such as 480..959");
        return Err(wrong(reason, "write --map FIRST..LAST=active_minutes"));
    };
    if options.start_time.is_none() {
        let reason = format!("{ACTIVE_MINUTES} counts minutes from a start that is not given");
        return Err(wrong(
            reason,
            "say with --start-time when minute 0 was, e.g. --start-time 2019-07-15T00:00:00Z",
        ));
    }
    let minute = |name: &String| name.parse().ok().filter(|minute| (first..=last).contains(minute));
    let columns: Vec<(usize, i64)> =
        names.iter().enumerate().filter_map(|(index, name)| Some((index, minute(name)?))).collect();
    if columns.is_empty() {
        let reason = format!("the file has no column whose name is a number from {first} to {last}");
        return Err(wrong(reason, &format!("its columns are {}", listed(names))));
    }
    Ok(ActiveMinutes { columns })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::fixtures::{at, mapped, options};

    fn names(header: &str) -> Vec<String> {
        header.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn a_map_wins_over_a_column_of_the_fields_name_and_the_rest_is_ignored() {
        let options = mapped(&["cpu_milli+qos=task_type", "begin=started_at", "cpu_milli=cpu_cores/1000"]);
        let columns = Columns::resolve(&names("task_type,begin,cpu_milli,qos,phase"), &options).unwrap();
        let task_type = &columns.bindings[0];
        assert_eq!(
            (task_type.columns.as_slice(), task_type.field),
            ([2, 3].as_slice(), ActivityField::TaskType)
        );
        assert_eq!(columns.bindings[2].scale, 0.001);
        assert_eq!(columns.ignored, ["task_type", "phase"]);
    }

    #[test]
    fn a_column_that_only_bears_a_fields_name_can_be_passed_over() {
        let header = names("task_type,started_at,status,memory_mib,memory_mb");
        let columns = Columns::resolve(&header, &mapped(&["status=ignored", "memory_mib=ignored"])).unwrap();
        assert!(!columns.has(ActivityField::Status));
        assert_eq!(columns.bindings[2].columns, [4]);
        assert!(columns.ignored.is_empty());
    }

    #[test]
    fn a_map_of_a_column_that_is_not_there_lists_those_that_are() {
        let Err(BadColumns::Map(IngestError::Option { reason, hint, .. })) =
            Columns::resolve(&names("a,b"), &mapped(&["c=task_type"]))
        else {
            panic!("resolved");
        };
        assert_eq!(reason, "the file has no column \"c\"");
        assert_eq!(hint, "its columns are a, b");
    }

    #[test]
    fn a_header_without_a_task_type_or_a_start_says_which() {
        for (header, wanted) in [("started_at,x", "task_type"), ("task_type,x", "started_at")] {
            let Err(BadColumns::Missing { reason, .. }) = Columns::resolve(&names(header), &options()) else {
                panic!("resolved");
            };
            assert_eq!(reason, format!("no column gives {wanted}"));
        }
    }

    #[test]
    fn minutes_need_a_start_time_and_take_only_columns_in_their_range() {
        let mut options = mapped(&["f=task_type", "2..3=active_minutes"]);
        let header = names("f,1,2,3,4");
        assert!(matches!(Columns::resolve(&header, &options), Err(BadColumns::Map(_))));
        options.start_time = Some(at("2019-07-15T00:00:00Z"));
        let columns = Columns::resolve(&header, &options).unwrap();
        assert_eq!(columns.active_minutes, Some(ActiveMinutes { columns: vec![(2, 2), (3, 3)] }));
        assert_eq!(columns.ignored, ["1", "4"]);
    }
}
