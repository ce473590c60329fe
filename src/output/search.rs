//! What `search-similar-patterns` answers.

use serde_json::{Value, json};

use super::format::{percent, quantity, shorten};
use super::{PatternShape, Report, Style};
use crate::domain::patterns::{Pattern, PatternId};
use crate::domain::similarity::BlockShare;

/// A pattern that was found, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundPattern {
    /// The pattern.
    pub pattern: (PatternId, Pattern),
    /// Cosine, -1 to 1.
    pub similarity: f64,
    /// What each part of the signature adds.
    pub blocks: [BlockShare; 5],
}

/// A pattern asked for and those most like it.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchGroup {
    /// The pattern asked for.
    pub query: (PatternId, Pattern),
    /// Those like it, most similar first.
    pub neighbours: Vec<FoundPattern>,
}

/// What `search-similar-patterns` answers.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchReport {
    /// One group for each pattern asked for.
    pub groups: Vec<SearchGroup>,
    /// Least similarity asked for.
    pub min_similarity: f64,
}

impl SearchReport {
    fn values(&self) -> Vec<Value> {
        self.groups
            .iter()
            .map(|group| {
                let neighbours: Vec<Value> = group.neighbours.iter().map(neighbour_json).collect();
                json!({ "query": pattern_json(&group.query), "neighbours": neighbours })
            })
            .collect()
    }

    fn found(&self) -> usize {
        self.groups.iter().map(|group| group.neighbours.len()).sum()
    }
}

fn pattern_json((id, pattern): &(PatternId, Pattern)) -> Value {
    let shape = PatternShape::of(pattern, Some(*id), None);
    json!({
        "pattern_id": id,
        "pattern_type": shape.pattern_type,
        "task_types": shape.task_types,
        "schedule": shape.schedule,
        "confidence": shape.confidence,
        "is_active": shape.is_active,
    })
}

fn neighbour_json(found: &FoundPattern) -> Value {
    let mut value = pattern_json(&found.pattern);
    value["similarity"] = json!(found.similarity);
    value["blocks"] = json!(found.blocks);
    value
}

fn name((_, pattern): &(PatternId, Pattern)) -> String {
    pattern.task_types.join(" -> ")
}

fn heading(group: &SearchGroup, style: &Style) -> String {
    let (id, pattern) = &group.query;
    let title = format!("Like pattern {}: {}", id.0, name(&group.query));
    format!("{}, {} ({})", style.bold(&title), pattern.schedule.describe(), pattern.zone.name())
}

/// Two decimals, but never 1.00 for what is not the same.
fn similarity_text(similarity: f64) -> String {
    if (0.995..1.0).contains(&similarity) { ">0.99".to_owned() } else { format!("{similarity:.2}") }
}

impl Report for SearchReport {
    fn data(&self) -> Value {
        json!({ "results": self.values(), "total": self.found(), "min_similarity": self.min_similarity })
    }

    fn records(&self) -> Vec<Value> {
        super::report::typed_records("similar_patterns", self.values())
    }

    fn table(&self, style: &Style) -> String {
        let mut blocks = Vec::new();
        for group in self.groups.iter().filter(|group| !group.neighbours.is_empty()) {
            let mut table =
                style.new_table(&["SIMILARITY", "ID", "TASK TYPE", "SCHEDULE", "CONFIDENCE", "STATE"]);
            for found in &group.neighbours {
                let (id, pattern) = &found.pattern;
                table.add_row(vec![
                    similarity_text(found.similarity),
                    id.0.to_string(),
                    shorten(&name(&found.pattern), 48),
                    pattern.schedule.describe(),
                    percent(pattern.confidence),
                    if pattern.is_active { "active" } else { "ended" }.to_owned(),
                ]);
            }
            blocks.push(format!("{}\n{}", heading(group, style), style.finish_table(table)));
        }
        finish(blocks, self)
    }

    fn detailed(&self, style: &Style) -> String {
        let mut blocks = Vec::new();
        for group in self.groups.iter().filter(|group| !group.neighbours.is_empty()) {
            let mut lines = vec![heading(group, style)];
            for found in &group.neighbours {
                let (id, pattern) = &found.pattern;
                lines.push(format!(
                    "  {}  pattern {}: {}, {} ({})",
                    similarity_text(found.similarity),
                    id.0,
                    name(&found.pattern),
                    pattern.schedule.describe(),
                    pattern.zone.name()
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
        finish(blocks, self)
    }
}

/// The groups, and how many of the patterns asked for have none.
fn finish(blocks: Vec<String>, report: &SearchReport) -> String {
    if blocks.is_empty() {
        return "No similar patterns.\n".to_owned();
    }
    let alone = report.groups.len() - blocks.len();
    let mut text = blocks.join("\n");
    if alone > 0 {
        let asked = quantity(alone as u64, "pattern");
        text.push_str(&format!("\n{asked} asked for have no match at {} or above\n", report.min_similarity));
    }
    text
}
