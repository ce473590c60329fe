//! What `rules export` answers: for people and pipes, the very text of the target.

use serde::Serialize;
use serde_json::{Value, json};

use crate::domain::rules::{RuleId, StoredRule};
use crate::output::report::typed_records;
use crate::output::rule::{MoveWindows, rule_value};
use crate::output::{Report, Style};

/// What rules can be written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportTarget {
    /// Lines of a crontab.
    Crontab,
    /// Unit files.
    Systemd,
    /// Lines of a scrontab.
    Slurm,
    /// CronJobs.
    Kubernetes,
    /// A JSON array of rules.
    Json,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExportText {
    /// Its name.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// What `rules export` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct ExportReport {
    /// For which scheduler.
    pub target: ExportTarget,
    /// The rules that are in the files.
    pub rules: Vec<StoredRule>,
    /// How far the configuration lets plans move them.
    pub windows: MoveWindows,
    /// The files; none for JSON, which is the rules themselves.
    pub files: Vec<ExportText>,
    /// Rules that the target cannot express, and why.
    pub left_out: Vec<(RuleId, String)>,
}

impl ExportReport {
    fn rule_values(&self) -> Vec<Value> {
        self.rules.iter().map(|stored| rule_value(stored.id, &stored.rule, &self.windows)).collect()
    }

    fn left_out_values(&self) -> Vec<Value> {
        self.left_out.iter().map(|(id, reason)| json!({ "rule_id": id, "reason": reason })).collect()
    }
}

impl Report for ExportReport {
    fn data(&self) -> Value {
        let ids: Vec<RuleId> = self.rules.iter().map(|stored| stored.id).collect();
        let mut data = json!({
            "target": self.target,
            "files": self.files,
            "exported": ids,
            "not_expressible": self.left_out_values(),
        });
        if self.target == ExportTarget::Json {
            data["rules"] = json!(self.rule_values());
        }
        data
    }

    fn records(&self) -> Vec<Value> {
        let mut records = match self.target {
            ExportTarget::Json => typed_records("rule", self.rule_values()),
            ExportTarget::Crontab
            | ExportTarget::Systemd
            | ExportTarget::Slurm
            | ExportTarget::Kubernetes => {
                typed_records("file", self.files.iter().map(|file| json!(file)).collect())
            }
        };
        records.extend(typed_records("not_expressible", self.left_out_values()));
        records
    }

    fn table(&self, _style: &Style) -> String {
        match self.target {
            ExportTarget::Json => {
                let text = serde_json::to_string_pretty(&self.rule_values()).unwrap_or_default();
                text + "\n"
            }
            ExportTarget::Crontab | ExportTarget::Slurm | ExportTarget::Kubernetes => {
                self.files.iter().map(|file| file.text.as_str()).collect()
            }
            ExportTarget::Systemd => {
                let named: Vec<String> =
                    self.files.iter().map(|file| format!("# {}\n{}", file.name, file.text)).collect();
                named.join("\n")
            }
        }
    }
}
