//! What `gpu watch` saw: the last readings of each GPU, and what they tell of each process.

use std::collections::BTreeMap;

use rusqlite::{Row, Transaction, params};

use super::intern::{NameTable, intern};
use super::{Store, StoreError};
use crate::domain::device::{GpuSample, ProcessWatch};
use crate::domain::time::{DAY_MS, Timestamp};

/// Processes not seen for longer are forgotten, and beyond so many, those not seen for longest.
const KEEP_PROCESSES_MS: i64 = 90 * DAY_MS;
const MOST_PROCESSES: i64 = 20_000;

/// What a task type's runs held at most, from the newest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KnownPeaks {
    /// MiB on one GPU.
    pub peaks_mib: Vec<f64>,
    /// Milliseconds from a run's start to its peak, where our own readings tell.
    pub ramps_ms: Vec<i64>,
}

impl Store {
    /// Keeps one reading of all GPUs, and forgets all but the last `keep` of each.
    pub fn keep_gpu_reading(
        transaction: &Transaction<'_>,
        samples: &[GpuSample],
        watches: &[ProcessWatch],
        keep: u32,
    ) -> Result<(), StoreError> {
        for sample in samples {
            transaction
                .prepare_cached(
                    "INSERT INTO gpu_samples (at_ms, gpu_uuid, memory_total_mib, memory_used_mib, \
                     unattributed_mib, utilization, temperature_celsius, power_watts, last_xid) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                )?
                .execute(params![
                    sample.at.millis(),
                    sample.gpu_uuid,
                    sample.memory_total_mib,
                    sample.memory_used_mib,
                    sample.unattributed_mib,
                    sample.utilization,
                    sample.temperature_celsius,
                    sample.power_watts,
                    sample.last_xid.and_then(|xid| i64::try_from(xid).ok()),
                ])?;
            transaction
                .prepare_cached(
                    "DELETE FROM gpu_samples WHERE gpu_uuid = ?1 AND id NOT IN \
                     (SELECT id FROM gpu_samples WHERE gpu_uuid = ?1 ORDER BY at_ms DESC, id DESC LIMIT ?2)",
                )?
                .execute(params![sample.gpu_uuid, keep])?;
        }
        for watch in watches {
            keep_watch(transaction, watch)?;
        }
        if let Some(last) = samples.iter().map(|sample| sample.at).max() {
            forget_processes(transaction, last)?;
        }
        Ok(())
    }

    /// Samples by UUID of the GPU, each ascending by time.
    pub fn gpu_samples(&self) -> Result<BTreeMap<String, Vec<GpuSample>>, StoreError> {
        let mut statement = self.connection.prepare(
            "SELECT at_ms, gpu_uuid, memory_total_mib, memory_used_mib, unattributed_mib, utilization, \
             temperature_celsius, power_watts, last_xid FROM gpu_samples ORDER BY at_ms, id",
        )?;
        let mut found: BTreeMap<String, Vec<GpuSample>> = BTreeMap::new();
        for sample in statement.query_map([], sample)? {
            let sample = sample?;
            found.entry(sample.gpu_uuid.clone()).or_default().push(sample);
        }
        Ok(found)
    }

    /// Processes seen at `since` or later.
    pub fn process_watches(&self, since: Timestamp) -> Result<Vec<ProcessWatch>, StoreError> {
        let mut statement = self.connection.prepare(
            "SELECT gpu_uuid, pid, start_ticks, command, task_types.name, started_ms, first_seen_ms, last_seen_ms, \
             idle_since_ms, memory_mib, peak_mib, peak_after_ms FROM gpu_processes \
             LEFT JOIN task_types ON task_types.id = task_type_id WHERE last_seen_ms >= ?1 \
             ORDER BY gpu_uuid, pid, last_seen_ms",
        )?;
        let rows = statement.query_map([since.millis()], watch)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What the last `limit` runs of a task type that ended before `before` held at most on one GPU: from the history,
    /// and from our own readings.
    pub fn known_peaks(
        &self,
        task_type: &str,
        before: Timestamp,
        limit: u32,
    ) -> Result<KnownPeaks, StoreError> {
        let mut known = KnownPeaks::default();
        let mut statement = self.connection.prepare_cached(
            "SELECT gpu_memory_mib / max(1.0, coalesce(gpu_count, 1.0)) FROM runs \
             JOIN task_types ON task_types.id = task_type_id \
             WHERE name = ?1 AND gpu_memory_mib > 0 AND started_ms < ?2 ORDER BY started_ms DESC LIMIT ?3",
        )?;
        for peak in statement.query_map(params![task_type, before.millis(), limit], |row| row.get(0))? {
            known.peaks_mib.push(peak?);
        }
        let mut statement = self.connection.prepare_cached(
            "SELECT peak_mib, peak_after_ms FROM gpu_processes JOIN task_types ON task_types.id = task_type_id \
             WHERE name = ?1 AND peak_mib IS NOT NULL AND last_seen_ms < ?2 ORDER BY last_seen_ms DESC LIMIT ?3",
        )?;
        let mut rows = statement.query(params![task_type, before.millis(), limit])?;
        while let Some(row) = rows.next()? {
            known.peaks_mib.push(row.get(0)?);
            known.ramps_ms.extend(row.get::<_, Option<i64>>(1)?);
        }
        Ok(known)
    }

    /// The run of a task type that began nearest to `started`, within a minute.
    pub fn run_begun_at(&self, task_type: &str, started: Timestamp) -> Result<Option<i64>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT runs.id FROM runs JOIN task_types ON task_types.id = task_type_id \
             WHERE name = ?1 AND started_ms BETWEEN ?2 - 60000 AND ?2 + 60000 \
             ORDER BY abs(started_ms - ?2), runs.id LIMIT 1",
        )?;
        let mut rows = statement.query(params![task_type, started.millis()])?;
        Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
    }
}

fn keep_watch(transaction: &Transaction<'_>, watch: &ProcessWatch) -> Result<(), StoreError> {
    let task_type = match &watch.task_type {
        Some(name) => Some(intern(transaction, NameTable::TaskTypes, name)?),
        None => None,
    };
    transaction
        .prepare_cached(
            "INSERT INTO gpu_processes (gpu_uuid, pid, start_ticks, command, task_type_id, started_ms, \
             first_seen_ms, last_seen_ms, idle_since_ms, memory_mib, peak_mib, peak_after_ms) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) \
             ON CONFLICT (gpu_uuid, pid, start_ticks) DO UPDATE SET command = excluded.command, \
             task_type_id = excluded.task_type_id, last_seen_ms = excluded.last_seen_ms, \
             idle_since_ms = excluded.idle_since_ms, memory_mib = excluded.memory_mib, \
             peak_mib = excluded.peak_mib, peak_after_ms = excluded.peak_after_ms",
        )?
        .execute(params![
            watch.gpu_uuid,
            watch.pid,
            // The kernel counts from the start of the system: no store outlives what an i64 holds of that.
            i64::try_from(watch.start_ticks).unwrap_or(i64::MAX),
            watch.command,
            task_type,
            watch.started.map(Timestamp::millis),
            watch.first_seen.millis(),
            watch.last_seen.millis(),
            watch.idle_since.map(Timestamp::millis),
            watch.memory_mib,
            watch.peak_mib,
            watch.peak_after_ms,
        ])?;
    Ok(())
}

fn forget_processes(transaction: &Transaction<'_>, now: Timestamp) -> Result<(), StoreError> {
    transaction
        .prepare_cached("DELETE FROM gpu_processes WHERE last_seen_ms < ?1")?
        .execute([now.millis().saturating_sub(KEEP_PROCESSES_MS)])?;
    transaction
        .prepare_cached(
            "DELETE FROM gpu_processes WHERE id IN (SELECT id FROM gpu_processes \
             ORDER BY last_seen_ms DESC, id DESC LIMIT -1 OFFSET ?1)",
        )?
        .execute([MOST_PROCESSES])?;
    Ok(())
}

fn instant(row: &Row<'_>, column: usize) -> Result<Option<Timestamp>, rusqlite::Error> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::clamped))
}

fn sample(row: &Row<'_>) -> Result<GpuSample, rusqlite::Error> {
    Ok(GpuSample {
        at: Timestamp::clamped(row.get(0)?),
        gpu_uuid: row.get(1)?,
        memory_total_mib: row.get(2)?,
        memory_used_mib: row.get(3)?,
        unattributed_mib: row.get(4)?,
        utilization: row.get(5)?,
        temperature_celsius: row.get(6)?,
        power_watts: row.get(7)?,
        last_xid: row.get::<_, Option<i64>>(8)?.and_then(|xid| u64::try_from(xid).ok()),
    })
}

fn watch(row: &Row<'_>) -> Result<ProcessWatch, rusqlite::Error> {
    Ok(ProcessWatch {
        gpu_uuid: row.get(0)?,
        pid: row.get(1)?,
        start_ticks: row.get::<_, i64>(2)?.unsigned_abs(),
        command: row.get(3)?,
        task_type: row.get(4)?,
        started: instant(row, 5)?,
        first_seen: Timestamp::clamped(row.get(6)?),
        last_seen: Timestamp::clamped(row.get(7)?),
        idle_since: instant(row, 8)?,
        memory_mib: row.get(9)?,
        peak_mib: row.get(10)?,
        peak_after_ms: row.get(11)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::MINUTE_MS;

    fn at(minute: i64) -> Timestamp {
        Timestamp::clamped(1_772_366_400_000 + minute * MINUTE_MS)
    }

    fn sample_at(minute: i64, gpu_uuid: &str) -> GpuSample {
        GpuSample {
            at: at(minute),
            gpu_uuid: gpu_uuid.to_owned(),
            memory_total_mib: Some(1_000.0),
            memory_used_mib: Some(500.0 + minute as f64),
            unattributed_mib: None,
            utilization: Some(0.5),
            temperature_celsius: None,
            power_watts: None,
            last_xid: (minute == 1).then_some(79),
        }
    }

    fn watch_of(pid: u32, minute: i64) -> ProcessWatch {
        ProcessWatch {
            gpu_uuid: "GPU-a".to_owned(),
            pid,
            start_ticks: 42,
            command: "python3 train.py".to_owned(),
            task_type: Some("train".to_owned()),
            started: Some(at(0)),
            first_seen: at(0),
            last_seen: at(minute),
            idle_since: Some(at(minute)),
            memory_mib: Some(10.0),
            peak_mib: Some(2_048.0),
            peak_after_ms: Some(5 * MINUTE_MS),
        }
    }

    fn keep(store: &mut Store, samples: &[GpuSample], watches: &[ProcessWatch]) {
        store
            .in_transaction(|transaction| Store::keep_gpu_reading(transaction, samples, watches, 2))
            .expect("kept");
    }

    #[test]
    fn the_last_readings_of_each_gpu_are_kept() {
        let mut store = Store::in_memory().expect("store");
        for minute in 0..4 {
            keep(&mut store, &[sample_at(minute, "GPU-a")], &[]);
        }
        keep(&mut store, &[sample_at(1, "GPU-b")], &[]);
        let samples = store.gpu_samples().expect("read");
        assert_eq!(samples["GPU-a"], [sample_at(2, "GPU-a"), sample_at(3, "GPU-a")]);
        assert_eq!(samples["GPU-b"], [sample_at(1, "GPU-b")]);
    }

    #[test]
    fn a_process_has_one_row_that_is_read_back_as_it_was() {
        let mut store = Store::in_memory().expect("store");
        keep(&mut store, &[sample_at(1, "GPU-a")], &[watch_of(7, 1), watch_of(8, 1)]);
        keep(&mut store, &[sample_at(3, "GPU-a")], &[watch_of(7, 3)]);
        assert_eq!(store.process_watches(at(2)).expect("read"), [watch_of(7, 3)]);
        assert_eq!(store.process_watches(at(0)).expect("read").len(), 2);
    }

    #[test]
    fn processes_not_seen_for_long_are_forgotten() {
        let mut store = Store::in_memory().expect("store");
        keep(&mut store, &[sample_at(1, "GPU-a")], &[watch_of(7, 1)]);
        keep(&mut store, &[sample_at(91 * 24 * 60, "GPU-a")], &[]);
        assert_eq!(store.process_watches(at(0)).expect("read"), []);
    }

    #[test]
    fn peaks_come_from_the_history_and_from_readings() {
        let mut store = Store::in_memory().expect("store");
        keep(&mut store, &[sample_at(1, "GPU-a")], &[watch_of(7, 1)]);
        store
            .connection
            .execute_batch(
                "INSERT INTO runs (task_type_id, started_ms, gpu_count, gpu_memory_mib) \
                 SELECT id, 1772366400000, 2.0, 8192.0 FROM task_types WHERE name = 'train'",
            )
            .expect("a run");
        let known = store.known_peaks("train", at(5), 50).expect("read");
        assert_eq!(known.peaks_mib, [4_096.0, 2_048.0]);
        assert_eq!(known.ramps_ms, [5 * MINUTE_MS]);
        assert!(store.run_begun_at("train", at(0).plus_ms(30_000)).expect("read").is_some());
        assert_eq!(store.run_begun_at("train", at(2)).expect("read"), None);
    }
}
