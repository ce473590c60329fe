//! What `search-similar-patterns` answers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::format::{percent, quantity, shorten};
use super::report::{LongList, fields_of};
use super::schedule::ScheduleShape;
use super::{Report, Style};
use crate::domain::patterns::{Pattern, PatternId, subject};
use crate::domain::similarity::BlockShare;

/// A pattern that was found, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundPattern {
    /// The pattern.
    pub pattern: PatternId,
    /// Cosine, -1 to 1.
    pub similarity: f64,
    /// What each part of the signature adds.
    pub blocks: [BlockShare; 5],
}

/// A pattern asked for and those most like it.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchGroup {
    /// The pattern asked for.
    pub query: PatternId,
    /// Those like it, most similar first.
    pub neighbours: Vec<FoundPattern>,
    /// Whether there are more that are similar enough.
    pub has_more: bool,
}

/// What `search-similar-patterns` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchReport {
    /// The patterns that groups tell of.
    pub patterns: BTreeMap<PatternId, Pattern>,
    /// One group for each pattern asked for.
    pub groups: Vec<SearchGroup>,
    /// Least similarity asked for.
    pub min_similarity: f64,
    /// The model that names were compared by; `None` for their letters.
    pub model: Option<String>,
    /// Whether patterns were compared with each other.
    pub is_graph: bool,
}

impl SearchReport {
    fn found(&self) -> usize {
        self.groups.iter().map(|group| group.neighbours.len()).sum()
    }

    /// Pairs of patterns that are told of as similar, each once.
    fn pairs(&self) -> usize {
        let ends = self.groups.iter().flat_map(|group| {
            let query = group.query;
            group.neighbours.iter().map(move |found| (query.min(found.pattern), query.max(found.pattern)))
        });
        ends.collect::<BTreeSet<_>>().len()
    }

    /// Lists that `--max-results` ended early.
    fn cut(&self) -> usize {
        self.groups.iter().filter(|group| group.has_more).count()
    }

    /// What is wider than one pattern's neighbours, where patterns were compared with each other.
    fn graph(&self) -> Value {
        match self.is_graph {
            true => json!({ "patterns": self.groups.len(), "pairs": self.pairs(), "cut": self.cut() }),
            false => Value::Null,
        }
    }

    fn name(&self, id: PatternId) -> String {
        self.patterns.get(&id).map_or_else(String::new, name_of)
    }

    fn when(&self, id: PatternId) -> String {
        self.patterns.get(&id).map_or_else(String::new, |pattern| {
            format!("{} ({})", pattern.schedule.describe(), pattern.zone.name())
        })
    }

    fn heading(&self, group: &SearchGroup, style: &Style) -> String {
        let id = group.query;
        let title = format!("Like pattern {}: {}", id.0, self.name(id));
        format!("{}, {}", style.bold(&title), self.when(id))
    }

    /// The groups, and how many of the patterns asked for have none.
    fn finish(&self, blocks: Vec<String>) -> String {
        if blocks.is_empty() {
            return "No similar patterns.\n".to_owned();
        }
        let alone = self.groups.len() - blocks.len();
        let mut text = blocks.join("\n");
        if alone > 0 {
            let asked = quantity(alone as u64, "pattern");
            let have = if alone == 1 { "has" } else { "have" };
            let others = if self.is_graph { "" } else { " among the others" };
            text.push_str(&format!(
                "\n{asked} asked for {have} no match{others} at {} or above\n",
                self.min_similarity
            ));
        }
        let cut = self.cut();
        if cut > 0 {
            text.push_str(&cut_lists(cut, "patterns"));
        }
        text
    }
}

/// That lists do not tell of all patterns or rows that are similar enough.
pub(super) fn cut_lists(cut: usize, what: &str) -> String {
    let lists = quantity(cut as u64, "list");
    let are = if cut == 1 { "is" } else { "are" };
    format!("\n{lists} {are} cut: more {what} are similar enough; a greater --max-results shows them\n")
}

/// A pattern as answers of searches tell of it.
pub(super) fn pattern_json(id: PatternId, pattern: &Pattern) -> Value {
    json!({
        "pattern_id": id,
        "pattern_type": pattern.pattern_type.as_str(),
        "name": name_of(pattern),
        "task_types": pattern.task_types,
        "schedule": ScheduleShape::of(&pattern.schedule, pattern.zone),
        "confidence": pattern.confidence,
        "is_active": pattern.is_active,
    })
}

/// What a pattern is about, as `view-detected-patterns` names it.
pub(super) fn name_of(pattern: &Pattern) -> String {
    subject(pattern)
}

/// Two decimals, but never 1.00 for what is not the same: equal signatures differ from 1 by less than a millionth.
pub(super) fn similarity_text(similarity: f64) -> String {
    const SAME: f64 = 1.0 - 1e-6;
    if (0.995..SAME).contains(&similarity) { ">0.99".to_owned() } else { format!("{similarity:.2}") }
}

impl Report for SearchReport {
    fn list(&self) -> Option<LongList<'_>> {
        // A pattern that answers many is put into words once.
        let shapes: BTreeMap<PatternId, Value> =
            self.patterns.iter().map(|(id, pattern)| (*id, pattern_json(*id, pattern))).collect();
        let result = move |group: &SearchGroup| {
            let shape = |id: PatternId| shapes.get(&id).cloned().unwrap_or_default();
            let neighbour = |found: &FoundPattern| {
                let mut value = shape(found.pattern);
                value["similarity"] = json!(found.similarity);
                value["blocks"] = json!(found.blocks);
                value
            };
            let neighbours: Vec<Value> = group.neighbours.iter().map(neighbour).collect();
            json!({ "query": shape(group.query), "neighbours": neighbours, "has_more": group.has_more })
        };
        let values = Box::new(self.groups.iter().map(result));
        Some(LongList { name: "results", message_type: "similar_patterns", values })
    }

    fn summary(&self) -> serde_json::Map<String, Value> {
        fields_of(json!({
            "total": self.found(),
            "min_similarity": self.min_similarity,
            "model": self.model,
            "graph": self.graph(),
        }))
    }

    fn table(&self, style: &Style) -> String {
        let mut blocks = Vec::new();
        for group in self.groups.iter().filter(|group| !group.neighbours.is_empty()) {
            let mut table =
                style.new_table(&["SIMILARITY", "ID", "TASK TYPE", "SCHEDULE", "CONFIDENCE", "STATE"]);
            for found in &group.neighbours {
                let Some(pattern) = self.patterns.get(&found.pattern) else { continue };
                table.add_row(vec![
                    similarity_text(found.similarity),
                    found.pattern.0.to_string(),
                    shorten(&name_of(pattern), 48),
                    pattern.schedule.describe(),
                    percent(pattern.confidence),
                    if pattern.is_active { "active" } else { "ended" }.to_owned(),
                ]);
            }
            blocks.push(format!("{}\n{}", self.heading(group, style), style.finish_table(table)));
        }
        self.finish(blocks)
    }

    fn detailed(&self, style: &Style) -> String {
        let mut blocks = Vec::new();
        for group in self.groups.iter().filter(|group| !group.neighbours.is_empty()) {
            let mut lines = vec![self.heading(group, style)];
            for found in &group.neighbours {
                let id = found.pattern;
                lines.push(format!(
                    "  {}  pattern {}: {}, {}",
                    similarity_text(found.similarity),
                    id.0,
                    self.name(id),
                    self.when(id)
                ));
                for share in &found.blocks {
                    lines.push(match share.similarity {
                        Some(similarity) => format!(
                            "        {:<10} {similarity:>5.2}, adds {:.2}",
                            share.block.as_str(),
                            share.contribution
                        ),
                        None => format!("        {:<10} unknown", share.block.as_str()),
                    });
                }
            }
            lines.push(String::new());
            blocks.push(lines.join("\n"));
        }
        self.finish(blocks)
    }
}
