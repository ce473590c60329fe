//! What `backup` answers.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::format::{count, duration, quantity};
use super::{Report, Style};
use crate::domain::retention::Verdict;
use crate::domain::time::{SECOND_MS, Timestamp};

/// A copy to be shown.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ShownBackup {
    /// Its id.
    pub id: String,
    /// Its archive.
    pub path: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Bytes of the archive.
    pub bytes: u64,
    /// Bytes of the database inside.
    pub database_bytes: u64,
    /// Why it was made.
    pub reason: String,
    /// On which host.
    pub host: Option<String>,
    /// The store it is a copy of.
    pub store: String,
    /// Schema version of the store.
    pub schema: u32,
    /// Version of the program that made it.
    pub tool_version: String,
    /// How the archive is packed.
    pub archive_format: &'static str,
    /// When it last was proven by unpacking it.
    pub verified_at: Timestamp,
    /// When it last was restored into a place of its own.
    pub drilled_at: Option<Timestamp>,
    /// Rows of each table.
    pub counts: BTreeMap<String, u64>,
    /// Checksum of the archive.
    pub sha256: String,
}

impl ShownBackup {
    fn runs(&self) -> u64 {
        self.counts.get("runs").copied().unwrap_or(0)
    }
}

/// A file that is no copy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ShownDebris {
    /// The file.
    pub path: String,
    /// What it is.
    pub reason: String,
}

/// What `backup` answers.
#[derive(Clone, Debug, PartialEq)]
pub enum BackupReport {
    /// A copy was made.
    Created(ShownBackup),
    /// What a copy would be.
    Planned {
        /// The id it would get.
        id: String,
        /// Its archive.
        path: String,
        /// Rows of the table of runs.
        runs: u64,
        /// Bytes of the store.
        store_bytes: u64,
    },
    /// The copies there are, oldest first.
    Listed {
        /// Where.
        folder: String,
        /// Copies.
        backups: Vec<ShownBackup>,
        /// What is no copy.
        debris: Vec<ShownDebris>,
    },
    /// Copies that are good; damaged ones are an error.
    Verified {
        /// Copies.
        backups: Vec<ShownBackup>,
        /// What is no copy.
        debris: Vec<ShownDebris>,
    },
    /// A copy came back.
    Drilled {
        /// The copy.
        backup: ShownBackup,
        /// Runs that the restored store told of.
        runs: u64,
        /// The schema version it was brought to.
        schema_to: u32,
    },
    /// What is kept and why, and what is removed.
    Pruned {
        /// Every copy, oldest first, and its verdict.
        decided: Vec<(ShownBackup, Verdict)>,
        /// Whether the store is copied first: some go, and none that stays holds what it holds.
        copies_first: bool,
        /// The copy made before, where one was.
        safety_copy: Option<String>,
    },
}

/// Bytes as people say them: `512 B`, `3.4 KiB`, `1.2 GiB`.
pub fn byte_size(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "KiB", "MiB", "GiB"] {
        if value < 1_024.0 {
            return if unit == "B" { format!("{bytes} B") } else { format!("{value:.1} {unit}") };
        }
        value /= 1_024.0;
    }
    format!("{value:.1} TiB")
}

/// How long ago something happened.
pub fn age(style: &Style, instant: Timestamp) -> String {
    duration(style.now.since(instant) as f64 / SECOND_MS as f64)
}

fn backup_table(backups: &[ShownBackup], style: &Style) -> String {
    let mut columns = vec!["ID", "MADE", "AGE", "SIZE", "RUNS", "SCHEMA", "CAME BACK", "REASON"];
    let has_several_stores = backups.windows(2).any(|pair| pair[0].store != pair[1].store);
    columns.extend(has_several_stores.then_some("STORE"));
    let mut table = style.new_table(&columns);
    for backup in backups {
        let mut row = vec![
            backup.id.clone(),
            style.time(backup.created_at),
            age(style, backup.created_at),
            byte_size(backup.bytes),
            count(backup.runs()),
            backup.schema.to_string(),
            backup.drilled_at.map_or_else(|| "-".to_owned(), |at| style.time(at)),
            backup.reason.clone(),
        ];
        row.extend(has_several_stores.then(|| backup.store.clone()));
        table.add_row(row);
    }
    style.finish_table(table)
}

fn backup_details(backup: &ShownBackup, style: &Style) -> String {
    let mut text = format!(
        "{}\n  archive      {}\n  made         {} ({} ago){}\n  of           {}\n  reason       {}\n  \
         size         {}, unpacked {}\n  schema       {}, by tidetable {}\n  sha256       {}\n  \
         proven       {}\n  came back    {}\n",
        style.bold(&format!("Backup {}", backup.id)),
        backup.path,
        style.time(backup.created_at),
        age(style, backup.created_at),
        backup.host.as_ref().map(|host| format!(" on {host}")).unwrap_or_default(),
        backup.store,
        backup.reason,
        byte_size(backup.bytes),
        byte_size(backup.database_bytes),
        backup.schema,
        backup.tool_version,
        backup.sha256,
        style.time(backup.verified_at),
        backup.drilled_at.map_or_else(|| "never tried".to_owned(), |at| style.time(at)),
    );
    for (table, rows) in backup.counts.iter().filter(|(_, rows)| **rows > 0) {
        text.push_str(&format!("  {table:<24} {}\n", quantity(*rows, "row")));
    }
    text
}

fn prune_table(
    decided: &[(ShownBackup, Verdict)],
    copies_first: bool,
    safety_copy: Option<&String>,
    style: &Style,
) -> String {
    let mut table = style.new_table(&["ID", "AGE", "SIZE", "REASON", "VERDICT"]);
    for (backup, verdict) in decided {
        let reasons: Vec<String> = verdict.keep_because.iter().map(ToString::to_string).collect();
        table.add_row(vec![
            backup.id.clone(),
            age(style, backup.created_at),
            byte_size(backup.bytes),
            backup.reason.clone(),
            if verdict.is_kept() {
                format!("keep: {}", reasons.join(", "))
            } else {
                "remove: no rule keeps it".to_owned()
            },
        ]);
    }
    let removed: Vec<&ShownBackup> =
        decided.iter().filter(|(_, verdict)| !verdict.is_kept()).map(|(backup, _)| backup).collect();
    let freed = removed.iter().map(|backup| backup.bytes).sum();
    let first = match (safety_copy, copies_first) {
        (Some(id), _) => {
            format!("first the store was copied, which none of these holds as it is: backup {id}\n")
        }
        (None, true) => {
            "none of these holds the store as it is: it is copied first where there is room\n".to_owned()
        }
        (None, false) => String::new(),
    };
    format!(
        "{}\n{} kept, {} removed, {} freed\n{first}",
        style.finish_table(table),
        quantity((decided.len() - removed.len()) as u64, "backup"),
        count(removed.len() as u64),
        byte_size(freed)
    )
}

impl Report for BackupReport {
    fn data(&self) -> Value {
        match self {
            BackupReport::Created(backup) => json!({ "action": "create", "backup": backup }),
            BackupReport::Planned { id, path, runs, store_bytes } => json!({
                "action": "create",
                "backup": { "id": id, "path": path, "counts": { "runs": runs }, "store_bytes": store_bytes },
            }),
            BackupReport::Listed { folder, backups, debris } => {
                json!({ "action": "list", "folder": folder, "backups": backups, "debris": debris })
            }
            BackupReport::Verified { backups, debris } => {
                json!({ "action": "verify", "backups": backups, "debris": debris })
            }
            BackupReport::Drilled { backup, runs, schema_to } => json!({
                "action": "drill",
                "backup": backup,
                "runs": runs,
                "schema": { "from": backup.schema, "to": schema_to },
            }),
            BackupReport::Pruned { decided, copies_first, safety_copy } => {
                let keep: Vec<Value> = decided
                    .iter()
                    .filter(|(_, verdict)| verdict.is_kept())
                    .map(|(backup, verdict)| {
                        let reasons: Vec<String> = verdict.keep_because.iter().map(ToString::to_string).collect();
                        json!({ "id": backup.id, "created_at": backup.created_at, "bytes": backup.bytes, "reasons": reasons })
                    })
                    .collect();
                let remove: Vec<Value> = decided
                    .iter()
                    .filter(|(_, verdict)| !verdict.is_kept())
                    .map(|(backup, _)| {
                        json!({ "id": backup.id, "created_at": backup.created_at, "bytes": backup.bytes, "reasons": ["no rule keeps it"] })
                    })
                    .collect();
                json!({ "action": "prune", "keep": keep, "remove": remove, "copies_first": copies_first, "safety_copy": safety_copy })
            }
        }
    }

    fn records(&self) -> Vec<Value> {
        match self {
            BackupReport::Listed { backups, .. } | BackupReport::Verified { backups, .. } => {
                let values = backups.iter().map(|backup| json!(backup)).collect();
                super::report::typed_records("backup", values)
            }
            _ => vec![self.data()],
        }
    }

    fn table(&self, style: &Style) -> String {
        match self {
            BackupReport::Created(backup) => format!(
                "Backup {}: {}, {} ({} unpacked)\n{}\n",
                backup.id,
                quantity(backup.runs(), "run"),
                byte_size(backup.bytes),
                byte_size(backup.database_bytes),
                backup.path
            ),
            BackupReport::Planned { id, path, runs, store_bytes } => format!(
                "Backup {id} would hold {} of a store of {}\n{path}\n",
                quantity(*runs, "run"),
                byte_size(*store_bytes)
            ),
            BackupReport::Listed { backups, .. } if backups.is_empty() => "No backups.\n".to_owned(),
            BackupReport::Listed { backups, .. } => backup_table(backups, style),
            BackupReport::Verified { backups, .. } if backups.is_empty() => "No backups.\n".to_owned(),
            BackupReport::Verified { backups, .. } => {
                let mut table = style.new_table(&["ID", "MADE", "RUNS", "VERDICT"]);
                for backup in backups {
                    table.add_row(vec![
                        backup.id.clone(),
                        style.time(backup.created_at),
                        count(backup.runs()),
                        "good: every row is as it was copied".to_owned(),
                    ]);
                }
                style.finish_table(table)
            }
            BackupReport::Drilled { backup, runs, schema_to } => {
                let brought = if backup.schema == *schema_to {
                    String::new()
                } else {
                    format!(", brought from schema {} to {schema_to}", backup.schema)
                };
                format!(
                    "Backup {} came back: {} read from the restored store{brought}\n",
                    backup.id,
                    quantity(*runs, "run")
                )
            }
            BackupReport::Pruned { decided, .. } if decided.is_empty() => "No backups.\n".to_owned(),
            BackupReport::Pruned { decided, copies_first, safety_copy } => {
                prune_table(decided, *copies_first, safety_copy.as_ref(), style)
            }
        }
    }

    fn detailed(&self, style: &Style) -> String {
        match self {
            BackupReport::Created(backup) => backup_details(backup, style),
            BackupReport::Listed { backups, .. } if !backups.is_empty() => {
                let blocks: Vec<String> =
                    backups.iter().map(|backup| backup_details(backup, style)).collect();
                blocks.join("\n")
            }
            _ => self.table(style),
        }
    }
}
