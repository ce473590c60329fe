//! How often confidences came true, learnt by a backtest of the store's own history.

use rusqlite::{Transaction, params};

use super::{Store, StoreError};
use crate::domain::prediction::{Calibration, Isotonic, PredictionClass};
use crate::domain::time::Timestamp;

impl Store {
    /// What was learnt; nothing before the first backtest that was saved.
    pub fn calibration(&self) -> Result<Calibration, StoreError> {
        let mut statement =
            self.connection.prepare("SELECT rowid, class, body FROM calibrations ORDER BY class")?;
        let mut rows = statement.query([])?;
        let mut calibration = Calibration::default();
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            let unreadable = |reason: String| StoreError::Document { table: "calibrations", id, reason };
            let class: String = row.get(1)?;
            let class: PredictionClass = class
                .parse()
                .map_err(|error: crate::domain::prediction::UnknownClass| unreadable(error.to_string()))?;
            let body: String = row.get(2)?;
            let learnt: Isotonic =
                serde_json::from_str(&body).map_err(|error| unreadable(error.to_string()))?;
            calibration.classes.insert(class, learnt);
        }
        Ok(calibration)
    }

    /// Replaces what was learnt before by `calibration`.
    pub fn save_calibration(
        transaction: &Transaction<'_>,
        calibration: &Calibration,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        transaction.execute("DELETE FROM calibrations", [])?;
        for (class, learnt) in &calibration.classes {
            let body = serde_json::to_string(learnt).map_err(|error| StoreError::Document {
                table: "calibrations",
                id: 0,
                reason: error.to_string(),
            })?;
            transaction
                .prepare_cached(
                    "INSERT INTO calibrations (class, outcomes, learned_ms, body) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![class.as_str(), learnt.outcomes as i64, now.millis(), body])?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::prediction::Judged;

    #[test]
    fn what_was_learnt_is_read_back_and_replaced_as_a_whole() {
        let mut store = Store::in_memory().expect("store");
        assert_eq!(store.calibration().expect("read"), Calibration::default());
        let learnt =
            |class| Calibration::fit(&[Judged { class, confidence: 0.7, came_true: true, weight: 1.0 }]);
        for class in [PredictionClass::Daily, PredictionClass::Chain] {
            let calibration = learnt(class);
            store
                .in_transaction(|transaction| {
                    Store::save_calibration(transaction, &calibration, Timestamp::clamped(5))
                })
                .expect("saved");
            assert_eq!(store.calibration().expect("read"), calibration);
        }
    }
}
