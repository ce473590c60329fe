//! A task queue kept in SQLite: a `tasks` table with type, status, created, started and finished times.

use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::database_value::{read_time, single_dependency, text_of};
use super::foreign_database::{ForeignDatabase, database_error};
use super::lines::reject;
use super::{Entries, Entry, ImportOptions, IngestError, Reject, Source};
use crate::domain::activity::{Run, RunStatus};

/// Rows taken at a time: no statement stays open, and no row waits, while the others are worked on.
const PAGE_ROWS: i64 = 500;
/// The columns that are read, in the order of the query; the table may lack some.
const COLUMNS: [&str; 7] =
    ["id", "type", "status", "created_at", "started_at", "finished_at", "dependencies"];
/// The ones without which there is no run.
const NEEDED: [&str; 2] = ["type", "started_at"];

/// Runs of a `tasks` table in the order of its rows. The file is never written to; one that is compressed
/// or comes through a pipe is read from a temporary copy.
pub(super) fn entries(source: Source, _options: &ImportOptions) -> Result<Entries, IngestError> {
    let label = source.label().to_owned();
    let opened = ForeignDatabase::open(source)?;
    let columns = table_columns(&opened.connection, &label)?;
    let selected = COLUMNS
        .map(|wanted| columns.iter().find(|column| column.eq_ignore_ascii_case(wanted)))
        .map(|found| found.map_or_else(|| "NULL".to_owned(), |column| quoted(column)))
        .join(", ");
    // A view and a table WITHOUT ROWID have no row ids to continue from.
    let paging = match opened.connection.prepare("SELECT rowid FROM tasks WHERE rowid > 0") {
        Ok(_) if !is_view(&opened.connection) => Paging::AfterRowId(i64::MIN),
        _ => Paging::FromOffset(0),
    };
    Ok(Box::new(Tasks {
        opened: Some(opened),
        label,
        selected,
        paging,
        rows: 0,
        unknown_statuses: BTreeSet::new(),
        ready: VecDeque::new(),
    }))
}

fn table_columns(connection: &Connection, label: &Path) -> Result<Vec<String>, IngestError> {
    let failed = |error: rusqlite::Error| database_error(label, &error);
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info('tasks')").map_err(failed)?;
    let names = statement.query_map([], |row| row.get::<_, String>(0)).map_err(failed)?;
    let columns = names.collect::<Result<Vec<String>, _>>().map_err(failed)?;
    if columns.is_empty() {
        let reason = "it has no table named tasks".to_owned();
        return Err(IngestError::Database { path: label.to_owned(), reason });
    }
    for needed in NEEDED {
        if !columns.iter().any(|column| column.eq_ignore_ascii_case(needed)) {
            return Err(IngestError::Header {
                path: label.to_owned(),
                line: 1,
                reason: format!("its table tasks has no column {needed}"),
                hint: "export it as CSV and import that with --map".to_owned(),
            });
        }
    }
    Ok(columns)
}

fn is_view(connection: &Connection) -> bool {
    let kind = "SELECT type FROM sqlite_schema WHERE name = 'tasks' COLLATE NOCASE";
    connection.query_row(kind, [], |row| row.get::<_, String>(0)).is_ok_and(|kind| kind == "view")
}

fn quoted(column: &str) -> String {
    format!("\"{}\"", column.replace('"', "\"\""))
}

/// Where the next page of rows begins.
#[derive(Clone, Copy)]
enum Paging {
    AfterRowId(i64),
    FromOffset(i64),
}

struct Tasks {
    /// `None` once all rows were read or reading failed.
    opened: Option<ForeignDatabase>,
    label: PathBuf,
    selected: String,
    paging: Paging,
    rows: u64,
    unknown_statuses: BTreeSet<String>,
    ready: VecDeque<Result<Entry, IngestError>>,
}

impl Iterator for Tasks {
    type Item = Result<Entry, IngestError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(entry) = self.ready.pop_front() {
                return Some(entry);
            }
            let opened = self.opened.take()?;
            match self.read_page(&opened.connection) {
                Ok(0) => self.tell_unknown_statuses(),
                Ok(_) => self.opened = Some(opened),
                // After the rows of its page that could be read.
                Err(error) => self.ready.push_back(Err(database_error(&self.label, &error))),
            }
        }
    }
}

impl Tasks {
    /// Reads a page; gives the number of its rows.
    fn read_page(&mut self, connection: &Connection) -> rusqlite::Result<usize> {
        let selected = &self.selected;
        let (query, from) = match self.paging {
            Paging::AfterRowId(last) => (
                format!("SELECT {selected}, rowid FROM tasks WHERE rowid > ?1 ORDER BY rowid LIMIT ?2"),
                last,
            ),
            Paging::FromOffset(offset) => {
                (format!("SELECT {selected}, 0 FROM tasks LIMIT ?2 OFFSET ?1"), offset)
            }
        };
        let mut statement = connection.prepare_cached(&query)?;
        let mut rows = statement.query([from, PAGE_ROWS])?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            count += 1;
            self.rows += 1;
            self.paging = match self.paging {
                Paging::AfterRowId(last) => match row.get(COLUMNS.len())? {
                    next if next > last => Paging::AfterRowId(next),
                    // In a damaged file a page can lead back to itself; reading would never end.
                    _ => return Err(rows_out_of_order()),
                },
                Paging::FromOffset(offset) => Paging::FromOffset(offset + 1),
            };
            let entry = match read_row(self.rows, row, &mut self.unknown_statuses)? {
                Ok(run) => Entry::Run(run),
                Err(reject) => Entry::Reject(reject),
            };
            self.ready.push_back(Ok(entry));
        }
        Ok(count)
    }

    fn tell_unknown_statuses(&mut self) {
        if !self.unknown_statuses.is_empty() {
            let words: Vec<&str> = self.unknown_statuses.iter().map(String::as_str).collect();
            let words = words.join(", ");
            self.ready.push_back(Ok(Entry::Notice(format!("status taken as unknown: {words}"))));
        }
    }
}

fn rows_out_of_order() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(
        rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT),
        Some("damaged: its row ids do not ascend".to_owned()),
    )
}

/// The run of one row, or why there is none.
fn read_row(
    number: u64,
    row: &Row<'_>,
    unknown_statuses: &mut BTreeSet<String>,
) -> rusqlite::Result<Result<Run, Reject>> {
    let mut values = [ValueRef::Null; COLUMNS.len()];
    for (index, value) in values.iter_mut().enumerate() {
        *value = row.get_ref(index)?;
    }
    let refuse = |field: &str, reason: String| {
        let cells = COLUMNS.iter().zip(&values).filter_map(|(name, value)| Some((*name, text_of(*value)?)));
        let text: Vec<String> = cells.map(|(name, value)| format!("{name}={value}")).collect();
        Ok(Err(reject(number, Some(field), reason, text.join(" ").as_bytes())))
    };
    let [id, task_type, status, created_at, started_at, finished_at, dependencies] = values;
    let task_type = text_of(task_type).map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    let Some(task_type) = task_type else {
        return refuse("type", "the task has no type".to_owned());
    };
    let started_at = match read_time(started_at) {
        Ok(Some(instant)) => instant,
        Ok(None) => return refuse("started_at", "the task never started".to_owned()),
        Err(reason) => return refuse("started_at", reason),
    };
    let ended_at = match read_time(finished_at) {
        Ok(ended_at) => ended_at,
        Err(reason) => return refuse("finished_at", reason),
    };
    if let Some(ended_at) = ended_at.filter(|ended_at| *ended_at < started_at) {
        return refuse("finished_at", format!("{ended_at} is before the start, {started_at}"));
    }
    let mut run = Run::started(task_type, started_at);
    run.ended_at = ended_at;
    run.submitted_at = match read_time(created_at) {
        Ok(submitted_at) => submitted_at,
        Err(reason) => return refuse("created_at", reason),
    };
    run.external_id = text_of(id);
    run.after = single_dependency(dependencies);
    run.status = text_of(status).and_then(|word| {
        let known = read_status(&word);
        if known.is_none() {
            unknown_statuses.insert(word);
        }
        known.flatten()
    });
    Ok(Ok(run))
}

/// `None` for a word that is not known, `Some(None)` for one that tells no outcome.
fn read_status(word: &str) -> Option<Option<RunStatus>> {
    Some(match word.trim().to_ascii_lowercase().as_str() {
        "completed" | "complete" | "done" | "success" | "succeeded" => Some(RunStatus::Completed),
        "failed" | "error" => Some(RunStatus::Failed),
        "cancelled" | "canceled" | "skipped" => Some(RunStatus::Cancelled),
        "timeout" | "timed_out" => Some(RunStatus::Timeout),
        "out_of_memory" => Some(RunStatus::OutOfMemory),
        "running" | "in_progress" => Some(RunStatus::Running),
        // Waits for its next attempt, or was never told.
        "pending" | "retrying" | "queued" | "" => None,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::fixtures::{Sorted, options, sorted, source};
    use proptest::prelude::*;
    use tempfile::NamedTempFile;

    const SCHEMA: &str = "CREATE TABLE tasks (id INTEGER PRIMARY KEY, type TEXT, status TEXT, \
        description TEXT, dependencies TEXT, created_at DATETIME, started_at DATETIME, finished_at DATETIME)";

    fn database(statements: &[&str]) -> NamedTempFile {
        let file = NamedTempFile::new().unwrap();
        let connection = Connection::open(file.path()).unwrap();
        for statement in statements {
            connection.execute_batch(statement).unwrap();
        }
        file
    }

    fn read(file: &NamedTempFile) -> Sorted {
        sorted(entries(Source::from_path(file.path()).unwrap(), &options()).unwrap())
    }

    #[test]
    fn a_task_is_a_run_with_its_times_status_and_id() {
        let file = database(&[
            SCHEMA,
            "INSERT INTO tasks VALUES (7, 'transcribe', 'completed', 'x', '[3]',
                '2024-05-01 10:00:00', '2024-05-01 10:00:05', '2024-05-01T12:00:35+02:00')",
            "INSERT INTO tasks VALUES (8, 'tag', 'error', NULL, '', 1714557600, 1714557605000, 1714557606.5)",
        ]);
        let found = read(&file);
        let run = &found.runs[0];
        assert_eq!((run.task_type.as_str(), run.status), ("transcribe", Some(RunStatus::Completed)));
        assert_eq!((run.external_id.as_deref(), run.after.as_deref()), (Some("7"), Some("3")));
        assert_eq!(run.submitted_at.unwrap().to_rfc3339(), "2024-05-01T10:00:00Z");
        assert_eq!(run.started_at.to_rfc3339(), "2024-05-01T10:00:05Z");
        assert_eq!(run.ended_at.unwrap().to_rfc3339(), "2024-05-01T10:00:35Z");
        let run = &found.runs[1];
        assert_eq!(
            (run.status, run.started_at.to_rfc3339().as_str()),
            (Some(RunStatus::Failed), "2024-05-01T10:00:05Z")
        );
        assert_eq!(run.ended_at.unwrap().to_rfc3339(), "2024-05-01T10:00:06.500Z");
    }

    #[test]
    fn rows_without_a_start_or_with_times_that_cannot_be_are_rejected() {
        let file = database(&[
            SCHEMA,
            "INSERT INTO tasks (type, status, created_at) VALUES ('a', 'pending', '2024-05-01 10:00:00')",
            "INSERT INTO tasks (type, started_at) VALUES ('a', 'yesterday')",
            "INSERT INTO tasks (type, started_at, finished_at) VALUES ('a', 2000000000, 1999999999)",
            "INSERT INTO tasks (started_at) VALUES (2000000000)",
            "INSERT INTO tasks (type, started_at, status) VALUES ('a', 2000000000, 'odd')",
        ]);
        let found = read(&file);
        let faults: Vec<_> =
            found.rejects.iter().map(|reject| (reject.line, reject.field.as_deref().unwrap())).collect();
        assert_eq!(faults, [(1, "started_at"), (2, "started_at"), (3, "finished_at"), (4, "type")]);
        assert!(found.rejects[1].text.contains("started_at=yesterday"));
        assert_eq!((found.runs.len(), found.runs[0].status), (1, None));
        assert_eq!(found.notices, ["status taken as unknown: odd"]);
    }

    #[test]
    fn all_pages_are_read_of_tables_with_and_without_row_ids_and_of_views() {
        let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1234)";
        let with =
            format!("CREATE TABLE tasks (type, started_at); {rows} INSERT INTO tasks SELECT 'a', i FROM n");
        let without = format!(
            "CREATE TABLE tasks (type, started_at PRIMARY KEY) WITHOUT ROWID;
             {rows} INSERT INTO tasks SELECT 'a', i FROM n"
        );
        let view = format!(
            "CREATE TABLE jobs (type, started_at); {rows} INSERT INTO jobs SELECT 'a', i FROM n;
             CREATE VIEW tasks AS SELECT * FROM jobs"
        );
        for statements in [with, without, view] {
            let found = read(&database(&[&statements]));
            assert_eq!(found.runs.len(), 1_234, "{statements}");
            assert!(found.runs.is_sorted_by_key(|run| run.started_at));
        }
    }

    #[test]
    fn a_compressed_database_and_one_through_a_pipe_are_read_from_a_copy() {
        let file = database(&[SCHEMA, "INSERT INTO tasks (type, started_at) VALUES ('a', 5)"]);
        let bytes = std::fs::read(file.path()).unwrap();
        for bytes in [zstd::encode_all(bytes.as_slice(), 1).unwrap(), bytes] {
            let found = sorted(entries(source(bytes), &options()).unwrap());
            assert_eq!(found.runs.len(), 1);
        }
    }

    #[test]
    fn other_files_and_other_schemas_are_told_apart() {
        let Err(IngestError::Database { reason, .. }) = entries(source("a,b\n"), &options()) else {
            panic!("text is no database");
        };
        assert!(reason.contains("SQLite"));
        let file = database(&["CREATE TABLE jobs (id)"]);
        let other = entries(Source::from_path(file.path()).unwrap(), &options());
        assert!(matches!(other, Err(IngestError::Database { .. })));
        let file = database(&["CREATE TABLE tasks (type)"]);
        let other = entries(Source::from_path(file.path()).unwrap(), &options());
        assert!(matches!(other, Err(IngestError::Header { .. })));
    }

    #[test]
    fn a_database_in_write_ahead_mode_is_read_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a b#c.db");
        let connection = Connection::open(&path).unwrap();
        connection.execute_batch("PRAGMA journal_mode = WAL").unwrap();
        connection.execute_batch(SCHEMA).unwrap();
        connection.execute_batch("INSERT INTO tasks (type, started_at) VALUES ('a', 5)").unwrap();
        let runs = || sorted(entries(Source::from_path(&path).unwrap(), &options()).unwrap()).runs.len();
        assert_eq!(runs(), 1, "while another process has it open, rows in its log count");
        drop(connection);
        let before = std::fs::read(&path).unwrap();
        assert_eq!(runs(), 1);
        assert_eq!(std::fs::read(&path).unwrap(), before);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn no_broken_file_panics(damage in proptest::collection::vec((0..8192_usize, any::<u8>()), 1..60)) {
            let file = database(&[SCHEMA, "INSERT INTO tasks (type, started_at) VALUES ('a', 5)"]);
            let mut bytes = std::fs::read(file.path()).unwrap();
            for (position, byte) in damage {
                if let Some(damaged) = bytes.get_mut(position + b"SQLite format 3\0".len()) {
                    *damaged = byte;
                }
            }
            if let Ok(entries) = entries(source(bytes), &options()) {
                let _ = sorted(entries);
            }
        }
    }
}
