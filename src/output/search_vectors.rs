//! What `search-similar-patterns --vectors` answers.

use serde_json::{Value, json};

use super::format::{count, quantity};
use super::report::{LongList, fields_of};
use super::search::cut_lists;
use super::{Report, Style};
use crate::domain::kernels::Scored;

/// The nearest rows of each query.
#[derive(Clone, Debug, PartialEq)]
pub struct VectorReport {
    /// Rows that were looked through.
    pub rows: usize,
    /// Values of a row.
    pub columns: usize,
    /// Least similarity asked for, if any.
    pub min_similarity: Option<f64>,
    /// What searched: `cpu`, `cuda:0`.
    pub device: String,
    /// Why it was this one.
    pub device_reason: String,
    /// What reading and checking the files took.
    pub read_seconds: f64,
    /// What the search took.
    pub search_seconds: f64,
    /// For each query, nearest first.
    pub found: Vec<Vec<Scored>>,
    /// With --all-pairs, for each query, whether there are more.
    pub is_cut: Option<Vec<bool>>,
}

impl VectorReport {
    fn total(&self) -> usize {
        self.found.iter().map(Vec::len).sum()
    }
}

impl VectorReport {
    fn cut_line(&self) -> String {
        match self.is_cut.iter().flatten().filter(|is_cut| **is_cut).count() {
            0 => String::new(),
            cut => cut_lists(cut, "rows"),
        }
    }
}

impl Report for VectorReport {
    fn list(&self) -> Option<LongList<'_>> {
        let neighbour = |one: &Scored| json!({ "index": one.index, "similarity": one.score });
        let result = move |(query, found): (usize, &Vec<Scored>)| {
            let mut value =
                json!({ "query": query, "neighbours": found.iter().map(neighbour).collect::<Vec<_>>() });
            if let Some(is_cut) = &self.is_cut {
                value["has_more"] = json!(is_cut.get(query));
            }
            value
        };
        let values = Box::new(self.found.iter().enumerate().map(result));
        Some(LongList { name: "results", message_type: "nearest_vectors", values })
    }

    fn summary(&self) -> serde_json::Map<String, Value> {
        fields_of(json!({
            "total": self.total(),
            "min_similarity": self.min_similarity,
            "vectors": { "rows": self.rows, "columns": self.columns, "queries": self.found.len() },
            "device": self.device,
            "device_reason": self.device_reason,
            "read_seconds": self.read_seconds,
            "search_seconds": self.search_seconds,
        }))
    }

    fn table(&self, style: &Style) -> String {
        let mut table = style.new_table(&["QUERY", "RANK", "ROW", "SIMILARITY"]);
        for (query, found) in self.found.iter().enumerate() {
            for (rank, one) in found.iter().enumerate() {
                let similarity = format!("{:.6}", one.score);
                table.add_row(vec![
                    query.to_string(),
                    (rank + 1).to_string(),
                    one.index.to_string(),
                    similarity,
                ]);
            }
        }
        let queries = match self.found.len() {
            1 => "1 query".to_owned(),
            more => format!("{} queries", count(more as u64)),
        };
        let searched = format!(
            "{} of {} values searched for {queries} in {:.3} s on {}",
            quantity(self.rows as u64, "row"),
            count(self.columns as u64),
            self.search_seconds,
            self.device
        );
        match self.total() {
            0 => format!("No neighbours.\n{searched}\n"),
            _ => format!("{}\n{searched}\n{}", style.finish_table(table), self.cut_line()),
        }
    }
}
