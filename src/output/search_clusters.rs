//! What `search-similar-patterns --cluster` answers.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::format::{quantity, shorten};
use super::report::fields_of;
use super::search::{name_of, pattern_json, similarity_text};
use super::{Report, Style};
use crate::domain::patterns::{Pattern, PatternId};

/// Patterns that behave alike.
#[derive(Clone, Debug, PartialEq)]
pub struct ClusterGroup {
    /// What its members have in common.
    pub name: String,
    /// The member that is most like all others.
    pub medoid: PatternId,
    /// Mean similarity of two different members.
    pub mean_similarity: f64,
    /// Its members, with the similarity of each to the medoid.
    pub members: Vec<(PatternId, f64)>,
}

/// What `search-similar-patterns --cluster` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct ClusterReport {
    /// All patterns that were looked at.
    pub patterns: BTreeMap<PatternId, Pattern>,
    /// Groups, largest first.
    pub groups: Vec<ClusterGroup>,
    /// Patterns of no group, by id.
    pub noise: Vec<PatternId>,
    /// From which similarity on patterns are neighbours.
    pub min_similarity: f64,
    /// How many neighbours, itself included, make a pattern the core of a group.
    pub min_members: u32,
    /// The model that names were compared by; `None` for their letters.
    pub model: Option<String>,
}

impl ClusterReport {
    fn pattern(&self, id: PatternId) -> Value {
        self.patterns.get(&id).map_or(Value::Null, |pattern| pattern_json(id, pattern))
    }

    fn values(&self) -> Vec<Value> {
        let member = |(id, similarity): &(PatternId, f64)| {
            let mut value = self.pattern(*id);
            value["similarity_to_medoid"] = json!(similarity);
            value
        };
        let all = self.groups.iter().enumerate();
        all.map(|(place, group)| {
            json!({
                "cluster": place + 1,
                "name": group.name,
                "size": group.members.len(),
                "medoid_id": group.medoid,
                "mean_similarity": group.mean_similarity,
                "members": group.members.iter().map(member).collect::<Vec<_>>(),
            })
        })
        .collect()
    }

    fn noise_values(&self) -> Vec<Value> {
        self.noise.iter().map(|id| self.pattern(*id)).collect()
    }

    fn name(&self, id: PatternId) -> String {
        self.patterns.get(&id).map_or_else(String::new, name_of)
    }

    fn line(&self, id: PatternId) -> String {
        match self.patterns.get(&id) {
            Some(pattern) => {
                format!(
                    "pattern {}: {}, {} ({})",
                    id.0,
                    name_of(pattern),
                    pattern.schedule.describe(),
                    pattern.zone.name()
                )
            }
            None => format!("pattern {}", id.0),
        }
    }

    fn groups_line(&self) -> String {
        let alone = match self.noise.len() {
            0 => "none is alone".to_owned(),
            1 => "1 is alone".to_owned(),
            more => format!("{} are alone", super::format::count(more as u64)),
        };
        let (patterns, groups) = (self.patterns.len() as u64, self.groups.len() as u64);
        format!("{} in {}, {alone}\n", quantity(patterns, "pattern"), quantity(groups, "group"))
    }
}

impl Report for ClusterReport {
    fn data(&self) -> Value {
        let lists = [
            ("clusters".to_owned(), Value::from(self.values())),
            ("noise".to_owned(), Value::from(self.noise_values())),
        ];
        let mut data = serde_json::Map::from_iter(lists);
        data.extend(self.summary());
        Value::Object(data)
    }

    fn summary(&self) -> serde_json::Map<String, Value> {
        fields_of(json!({
            "total": self.patterns.len(),
            "min_similarity": self.min_similarity,
            "min_members": self.min_members,
            "model": self.model,
        }))
    }

    fn records(&self) -> Vec<Value> {
        let mut records = super::report::typed_records("cluster", self.values());
        records.extend(super::report::typed_records("noise", self.noise_values()));
        records
    }

    fn table(&self, style: &Style) -> String {
        if self.groups.is_empty() {
            return format!("No groups.\n{}", self.groups_line());
        }
        let mut table = style.new_table(&["GROUP", "PATTERNS", "ALIKE", "WHAT THEY SHARE", "IN THE MIDDLE"]);
        for (place, group) in self.groups.iter().enumerate() {
            table.add_row(vec![
                (place + 1).to_string(),
                group.members.len().to_string(),
                similarity_text(group.mean_similarity),
                shorten(&group.name, 64),
                format!("{}: {}", group.medoid.0, shorten(&self.name(group.medoid), 40)),
            ]);
        }
        format!("{}\n{}", style.finish_table(table), self.groups_line())
    }

    fn detailed(&self, style: &Style) -> String {
        let mut lines = Vec::new();
        for (place, group) in self.groups.iter().enumerate() {
            lines.push(style.bold(&format!("Group {}: {}", place + 1, group.name)));
            lines.push(format!("  alike {}", similarity_text(group.mean_similarity)));
            for (id, similarity) in &group.members {
                let mark = if *id == group.medoid { ", in the middle" } else { "" };
                lines.push(format!("  {}  {}{mark}", similarity_text(*similarity), self.line(*id)));
            }
            lines.push(String::new());
        }
        if !self.noise.is_empty() {
            lines.push(style.bold("Alone"));
            lines.extend(self.noise.iter().map(|id| format!("  {}", self.line(*id))));
            lines.push(String::new());
        }
        lines.push(self.groups_line());
        lines.join("\n")
    }
}
