//! Texts that repeat are stored once and named by an integer.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::{Store, StoreError};
use crate::domain::activity::TaskTypeId;

/// A table of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NameTable {
    TaskTypes,
    Users,
    Hosts,
    Queues,
}

impl NameTable {
    fn insert_sql(self) -> &'static str {
        match self {
            NameTable::TaskTypes => "INSERT INTO task_types (name) VALUES (?1)",
            NameTable::Users => "INSERT INTO users (name) VALUES (?1)",
            NameTable::Hosts => "INSERT INTO hosts (name) VALUES (?1)",
            NameTable::Queues => "INSERT INTO queues (name) VALUES (?1)",
        }
    }

    fn select_sql(self) -> &'static str {
        match self {
            NameTable::TaskTypes => "SELECT id FROM task_types WHERE name = ?1",
            NameTable::Users => "SELECT id FROM users WHERE name = ?1",
            NameTable::Hosts => "SELECT id FROM hosts WHERE name = ?1",
            NameTable::Queues => "SELECT id FROM queues WHERE name = ?1",
        }
    }
}

/// Ids of names met so far in one transaction. Bounded: a hostile file with a million names must not grow it.
#[derive(Debug)]
pub(super) struct Interner {
    table: NameTable,
    ids: HashMap<String, i64>,
}

/// Names remembered at once.
const REMEMBERED: usize = 65_536;

impl Interner {
    pub(super) fn new(table: NameTable) -> Interner {
        Interner { table, ids: HashMap::new() }
    }

    /// The id of `name`, made when it is new.
    pub(super) fn id(&mut self, connection: &Connection, name: &str) -> Result<i64, StoreError> {
        if let Some(id) = self.ids.get(name) {
            return Ok(*id);
        }
        let id = intern(connection, self.table, name)?;
        if self.ids.len() >= REMEMBERED {
            self.ids.clear();
        }
        self.ids.insert(name.to_owned(), id);
        Ok(id)
    }
}

/// The id of `name` in `table`, made when it is new.
pub(super) fn intern(connection: &Connection, table: NameTable, name: &str) -> Result<i64, StoreError> {
    let known =
        connection.prepare_cached(table.select_sql())?.query_row([name], |row| row.get(0)).optional()?;
    match known {
        Some(id) => Ok(id),
        None => {
            connection.prepare_cached(table.insert_sql())?.execute(params![name])?;
            Ok(connection.last_insert_rowid())
        }
    }
}

impl Store {
    /// The id of a task type by its exact name.
    pub fn task_type_id(&self, name: &str) -> Result<Option<TaskTypeId>, StoreError> {
        Ok(self
            .connection
            .prepare_cached(NameTable::TaskTypes.select_sql())?
            .query_row([name], |row| row.get(0))
            .optional()?
            .map(TaskTypeId))
    }
}
