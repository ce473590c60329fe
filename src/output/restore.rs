//! What `restore` answers.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Value, json};

use super::backup::age;
use super::format::count;
use super::{Report, Style};
use crate::domain::time::Timestamp;

/// What lies at the target before a restore.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ShownPresent {
    /// Nothing.
    Absent,
    /// A store.
    Store {
        /// Its schema version.
        schema: u32,
        /// Rows of each table.
        counts: BTreeMap<String, u64>,
    },
    /// A store that cannot be read through.
    Damaged {
        /// What SQLite says.
        reason: String,
    },
}

/// Where the replaced store is, or would be, kept.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ShownSafetyCopy {
    /// There was nothing to keep.
    None,
    /// In a backup; its id is known once it is made.
    Backup {
        /// Its id.
        id: Option<String>,
    },
    /// Its files were moved aside.
    MovedAside {
        /// Where to; known once it is done.
        path: Option<String>,
    },
}

/// What `restore` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct RestoreReport {
    /// The copy.
    pub id: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Why it was made.
    pub reason: String,
    /// The store.
    pub target: String,
    /// Whether it was done, or only planned.
    pub is_done: bool,
    /// What was there before.
    pub before: ShownPresent,
    /// Rows of each table after.
    pub counts: BTreeMap<String, u64>,
    /// Schema version of the copy.
    pub schema_from: u32,
    /// Schema version after.
    pub schema_to: u32,
    /// Where the replaced store is kept.
    pub safety_copy: ShownSafetyCopy,
    /// The command that takes it back.
    pub undo: String,
}

impl RestoreReport {
    /// Tables with rows before or after: name, rows before (`None`: unknown), rows after.
    fn changes(&self) -> Vec<(&str, Option<u64>, u64)> {
        let (before, known) = match &self.before {
            ShownPresent::Store { counts, .. } => (Some(counts), true),
            ShownPresent::Absent => (None, true),
            ShownPresent::Damaged { .. } => (None, false),
        };
        let tables: BTreeSet<&String> =
            before.into_iter().flat_map(BTreeMap::keys).chain(self.counts.keys()).collect();
        let rows_before = |table: &String| before.and_then(|counts| counts.get(table)).copied().unwrap_or(0);
        let rows_after = |table: &String| self.counts.get(table).copied().unwrap_or(0);
        tables
            .into_iter()
            // The migrations' own table says nothing about history.
            .filter(|table| table.as_str() != "refinery_schema_history")
            .map(|table| (table.as_str(), known.then(|| rows_before(table)), rows_after(table)))
            .filter(|(_, before, after)| before.is_some_and(|rows| rows > 0) || *after > 0)
            .collect()
    }

    fn safety_line(&self) -> String {
        match (&self.safety_copy, self.is_done) {
            (ShownSafetyCopy::None, _) => "there was no store to keep".to_owned(),
            (ShownSafetyCopy::Backup { id: Some(id) }, _) => {
                format!("the store as it was is backup {id}; `{}` brings it back", self.undo)
            }
            (ShownSafetyCopy::Backup { id: None }, _) => {
                "the present store would be kept as a backup".to_owned()
            }
            (ShownSafetyCopy::MovedAside { path: Some(path) }, _) => {
                format!("the damaged store was moved to {path}")
            }
            (ShownSafetyCopy::MovedAside { path: None }, _) => {
                "the present store is damaged and would be moved aside".to_owned()
            }
        }
    }
}

impl Report for RestoreReport {
    fn data(&self) -> Value {
        let changes: Vec<Value> = self
            .changes()
            .into_iter()
            .map(|(table, before, after)| json!({ "table": table, "before": before, "after": after }))
            .collect();
        json!({
            "id": self.id,
            "created_at": self.created_at,
            "reason": self.reason,
            "target": self.target,
            "status": if self.is_done { "restored" } else { "planned" },
            "before": self.before,
            "rows": changes,
            "schema": { "from": self.schema_from, "to": self.schema_to },
            "safety_copy": self.safety_copy,
        })
    }

    fn table(&self, style: &Style) -> String {
        let verb = if self.is_done { "Restored" } else { "Would restore" };
        let mut text = format!(
            "{verb} backup {} ({} old, {}) to {}\n",
            self.id,
            age(style, self.created_at),
            self.reason,
            self.target
        );
        if let ShownPresent::Damaged { reason } = &self.before {
            text.push_str(&format!("the present store is damaged: {reason}\n"));
        }
        if self.schema_from != self.schema_to {
            text.push_str(&format!("schema {} is brought to {}\n", self.schema_from, self.schema_to));
        }
        text.push_str(&self.safety_line());
        text.push_str("\n\n");
        let mut table = style.new_table(&["TABLE", "ROWS BEFORE", "ROWS AFTER"]);
        for (name, before, after) in self.changes() {
            table.add_row(vec![
                name.to_owned(),
                before.map_or_else(|| "unknown".to_owned(), count),
                count(after),
            ]);
        }
        text.push_str(&style.finish_table(table));
        text
    }
}
