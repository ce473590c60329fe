//! The vectors that a search goes through: read from the store, or made where they are missing.

use super::Context;
use crate::domain::kernels::{Matrix, MatrixError};
use crate::domain::patterns::{Pattern, PatternId};
use crate::domain::similarity::{SIGNATURE_LENGTH, signatures_of};
use crate::store::{PatternFacts, PatternFilter, Store, StoredSignatures};

/// All patterns of a store as rows of numbers.
pub(super) struct PatternIndex {
    /// One entry for each row, by id.
    pub facts: Vec<PatternFacts>,
    values: Vec<f32>,
    columns: usize,
}

impl PatternIndex {
    /// All patterns, without their rows.
    pub fn without_rows(store: &Store) -> anyhow::Result<PatternIndex> {
        Ok(PatternIndex { facts: store.pattern_facts()?, values: Vec::new(), columns: SIGNATURE_LENGTH })
    }

    /// Reads the signatures of all patterns. Those that are missing or of another version are made, and kept where the
    /// store can be written at once; an answer does not depend on that.
    pub fn load(context: &Context, store: &Store) -> anyhow::Result<PatternIndex> {
        let index = PatternIndex::read(store)?;
        if index.has_rows() {
            return Ok(index);
        }
        if let Some(mut writer) = context.open_writer_if_free()
            && writer.in_transaction(Store::refresh_signatures).is_ok()
        {
            let index = PatternIndex::read(&writer)?;
            if index.has_rows() {
                return Ok(index);
            }
        }
        PatternIndex::made_in_memory(store)
    }

    fn read(store: &Store) -> anyhow::Result<PatternIndex> {
        let facts = store.pattern_facts()?;
        let StoredSignatures { ids, values } = store.signatures()?;
        let is_complete = facts.iter().map(|facts| facts.id).eq(ids);
        let values = if is_complete { values } else { Vec::new() };
        Ok(PatternIndex { facts, values, columns: SIGNATURE_LENGTH })
    }

    /// Whether rows are in memory; without patterns they are.
    pub fn has_rows(&self) -> bool {
        self.values.len() == self.facts.len() * self.columns
    }

    fn made_in_memory(store: &Store) -> anyhow::Result<PatternIndex> {
        let known = store.signatures()?;
        let stored = store.patterns(&PatternFilter::default())?;
        let facts: Vec<PatternFacts> = stored
            .iter()
            .map(|stored| PatternFacts {
                id: stored.id,
                pattern_type: Some(stored.pattern.pattern_type),
                confidence: stored.pattern.confidence,
                is_active: stored.pattern.is_active,
            })
            .collect();
        let patterns: Vec<&Pattern> = stored.iter().map(|stored| &stored.pattern).collect();
        let is_missing = |place: usize| known.ids.binary_search(&facts[place].id).is_err();
        let made = signatures_of(&patterns, is_missing);
        let mut values = Vec::with_capacity(facts.len() * SIGNATURE_LENGTH);
        for (facts, made) in facts.iter().zip(&made) {
            match (made, known.ids.binary_search(&facts.id)) {
                (Some(signature), _) => values.extend_from_slice(signature.components()),
                (None, Ok(row) | Err(row)) => {
                    values.extend_from_slice(
                        &known.values[row * SIGNATURE_LENGTH..(row + 1) * SIGNATURE_LENGTH],
                    );
                }
            }
        }
        Ok(PatternIndex { facts, values, columns: SIGNATURE_LENGTH })
    }

    /// The same patterns with each row made anew, all of one new length.
    pub fn with_rows(self, row: impl Fn(PatternId, &[f32]) -> Vec<f32>) -> PatternIndex {
        let rows: Vec<Vec<f32>> =
            self.facts.iter().enumerate().map(|(place, facts)| row(facts.id, self.row(place))).collect();
        let columns = rows.first().map_or(self.columns, Vec::len);
        PatternIndex { facts: self.facts, values: rows.concat(), columns }
    }

    /// The rows as a matrix.
    pub fn matrix(&self) -> Result<Matrix<'_>, MatrixError> {
        Matrix::new(&self.values, self.columns)
    }

    /// One row.
    pub fn row(&self, place: usize) -> &[f32] {
        &self.values[place * self.columns..(place + 1) * self.columns]
    }

    /// The rows of these places, side by side.
    pub fn rows(&self, places: &[usize]) -> Vec<f32> {
        places.iter().flat_map(|place| self.row(*place).iter().copied()).collect()
    }

    /// Values of a row.
    pub fn columns(&self) -> usize {
        self.columns
    }
}
