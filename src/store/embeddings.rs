//! What models said of texts: asked once, kept for every later search.

use std::collections::BTreeMap;

use rusqlite::{Transaction, params};

use super::vector_blob::{append_values, bytes_of};
use super::{Store, StoreError};

impl Store {
    /// What `model` said, by text. Vectors are as long as the model makes them.
    pub fn embeddings(&self, model: &str) -> Result<BTreeMap<String, Vec<f32>>, StoreError> {
        let mut statement =
            self.connection.prepare("SELECT text, vector FROM text_embeddings WHERE model = ?1")?;
        let mut rows = statement.query([model])?;
        let mut known = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let mut values = Vec::new();
            append_values(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?, &mut values);
            known.insert(row.get(0)?, values);
        }
        Ok(known)
    }

    /// Keeps what `model` said of these texts, in the place of what it said before.
    pub fn save_embeddings(
        transaction: &Transaction<'_>,
        model: &str,
        said: &BTreeMap<String, Vec<f32>>,
    ) -> Result<(), StoreError> {
        for (text, vector) in said {
            transaction
                .prepare_cached(
                    "INSERT INTO text_embeddings (model, text, vector) VALUES (?1, ?2, ?3) \
                     ON CONFLICT (model, text) DO UPDATE SET vector = excluded.vector",
                )?
                .execute(params![model, text, bytes_of(vector)])?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_model_said_is_kept_by_model_and_text() {
        let mut store = Store::in_memory().expect("store");
        let said = |values: &[f32]| BTreeMap::from([("backup".to_owned(), values.to_vec())]);
        for (model, values) in [("a", [1.0, 2.0]), ("b", [3.0, 4.0]), ("a", [5.0, 6.0])] {
            store
                .in_transaction(|transaction| Store::save_embeddings(transaction, model, &said(&values)))
                .expect("kept");
        }
        assert_eq!(store.embeddings("a").expect("read"), said(&[5.0, 6.0]));
        assert_eq!(store.embeddings("b").expect("read"), said(&[3.0, 4.0]));
        assert!(store.embeddings("c").expect("read").is_empty());
    }
}
