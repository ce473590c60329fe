//! Predictions and runs for the tests of predictions.

use super::{ImportRecord, RunWriter, Store, StoreError};
use crate::domain::activity::Run;
use crate::domain::patterns::{Quantiles, ResourceProfile};
use crate::domain::prediction::{Prediction, PredictionSource};
use crate::domain::time::{HOUR_MS, MINUTE_MS, TimeSpan, Timestamp};

/// Hours after 2026-03-01 at noon UTC.
pub(super) fn at(hours: i64) -> Timestamp {
    Timestamp::clamped(1_772_366_400_000).plus_ms(hours * HOUR_MS)
}

/// The day that forecasts cover.
pub(super) fn span() -> TimeSpan {
    TimeSpan { start: at(0), end: at(24) }
}

/// A run expected at [`at`] with a window of five minutes on both sides.
pub(super) fn expected(task_type: &str, hours: i64) -> Prediction {
    Prediction {
        task_type: task_type.to_owned(),
        predicted_start: at(hours),
        window_start: at(hours).plus_ms(-5 * MINUTE_MS),
        window_end: at(hours).plus_ms(5 * MINUTE_MS),
        confidence: 0.9,
        pattern_id: None,
        rule_id: None,
        source: PredictionSource::Pattern,
        resources: ResourceProfile {
            duration_seconds: Quantiles::of([60.0]),
            runs_used: 1,
            ..Default::default()
        },
    }
}

/// Stores runs of 90 seconds: task type and start.
pub(super) fn import(store: &mut Store, runs: &[(&str, Timestamp)]) {
    store
        .in_transaction(|transaction| {
            let import = Store::begin_import(transaction, "-", "csv", "UTC", at(0))?;
            let mut writer = RunWriter::new(transaction, import)?;
            for (task_type, start) in runs {
                writer.write(&Run {
                    ended_at: Some(start.plus_ms(90_000)),
                    ..Run::started(*task_type, *start)
                })?;
            }
            Store::finish_import(transaction, import, &ImportRecord::default())?;
            Ok::<_, StoreError>(())
        })
        .expect("imported");
}
