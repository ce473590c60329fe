//! How full a GPU is, told calmly: averages, a least duration and a margin on the way back keep a level from flickering,
//! and a rate says when the memory will be full.

use std::collections::VecDeque;

use serde::Serialize;

use crate::domain::time::{MINUTE_MS, SECOND_MS, Timestamp};

/// Memory in use is averaged over this long.
const AVERAGE_MS: i64 = 30 * SECOND_MS;

/// Readings are held this long.
const HELD_MS: i64 = 5 * MINUTE_MS;

/// The rate is taken over this long, or over the last `RATE_READINGS` where they lie further apart: a longer one still
/// tells of growth when that has stopped.
const RATE_MS: i64 = MINUTE_MS;

/// A rate needs so many readings, over this long.
const RATE_READINGS: usize = 3;
const LEAST_RATE_MS: i64 = 20 * SECOND_MS;

/// Growth below this, MiB per minute, fills nothing anybody would wait for.
const LEAST_GROWTH: f64 = 1.0;

/// After a pause this long the past says nothing.
const LONGEST_PAUSE_MS: i64 = 15 * MINUTE_MS;

/// When memory in use is worth a word.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// Share in use at which to warn, 0..1.
    pub warn: f64,
    /// Share in use that is critical, 0..1.
    pub critical: f64,
    /// A level ends only this far below the share at which it began.
    pub margin: f64,
    /// A level begins only after this long.
    pub hold_ms: i64,
}

impl Thresholds {
    /// Level ends 5 % below its beginning; a level begins after half a minute.
    pub fn new(warn: f64, critical: f64) -> Thresholds {
        Thresholds { warn, critical, margin: 0.05, hold_ms: 30 * SECOND_MS }
    }

    /// The level of a share in use while `current` is the level.
    fn level(&self, share: f64, current: PressureLevel) -> PressureLevel {
        let reaches = |level: PressureLevel, threshold: f64| {
            let margin = if current >= level { self.margin } else { 0.0 };
            share >= threshold - margin
        };
        if reaches(PressureLevel::Critical, self.critical) {
            PressureLevel::Critical
        } else if reaches(PressureLevel::Warn, self.warn) {
            PressureLevel::Warn
        } else {
            PressureLevel::Normal
        }
    }
}

/// How full a GPU is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PressureLevel {
    /// Below the thresholds.
    #[default]
    Normal,
    /// At the first.
    Warn,
    /// At the second.
    Critical,
}

/// Memory of a GPU in use at one moment, MiB.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MemoryReading {
    /// When.
    pub at: Timestamp,
    /// In use.
    pub used_mib: f64,
    /// Of how much.
    pub total_mib: f64,
}

/// How full a GPU is, and where that leads.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Pressure {
    /// The level.
    pub level: PressureLevel,
    /// Since when.
    pub since: Timestamp,
    /// Mean of the last half minute, MiB.
    pub average_mib: f64,
    /// The same as a share of all.
    pub average_ratio: f64,
    /// Growth over the last minute, MiB per minute; `None` with too few readings.
    pub rate_mib_per_minute: Option<f64>,
    /// Seconds until it is full at that rate; `None` when it does not grow, or no longer.
    pub full_in_seconds: Option<f64>,
}

/// Readings of one GPU, and the level they led to.
#[derive(Clone, Debug)]
pub struct PressureWatch {
    thresholds: Thresholds,
    readings: VecDeque<MemoryReading>,
    level: PressureLevel,
    since: Option<Timestamp>,
    /// Since when the average is at least at the first level above normal, and at the second.
    began: [Option<Timestamp>; 2],
}

impl PressureWatch {
    /// Nothing seen yet.
    pub fn new(thresholds: Thresholds) -> PressureWatch {
        PressureWatch {
            thresholds,
            readings: VecDeque::new(),
            level: PressureLevel::Normal,
            since: None,
            began: [None; 2],
        }
    }

    /// The level that the readings so far led to.
    pub fn level(&self) -> PressureLevel {
        self.level
    }

    /// Takes the next reading and tells how things stand. The first one counts at once, also after a long pause: nobody
    /// has watched how it came to this, and there is nothing else to go by.
    pub fn observe(&mut self, reading: MemoryReading) -> Pressure {
        let at = reading.at;
        if self.readings.back().is_some_and(|last| at.since(last.at) > LONGEST_PAUSE_MS) {
            *self = PressureWatch::new(self.thresholds);
        }
        let hold_ms = if self.readings.is_empty() { 0 } else { self.thresholds.hold_ms };
        self.readings.push_back(reading);
        while self.readings.front().is_some_and(|first| at.since(first.at) > HELD_MS) {
            self.readings.pop_front();
        }
        let recent: Vec<f64> = self
            .readings
            .iter()
            .filter(|known| at.since(known.at) <= AVERAGE_MS)
            .map(|known| known.used_mib)
            .collect();
        let average_mib = recent.iter().sum::<f64>() / recent.len().max(1) as f64;
        let total = reading.total_mib.max(f64::MIN_POSITIVE);
        self.settle(self.thresholds.level(average_mib / total, self.level), hold_ms, at);
        let rate = self.rate();
        Pressure {
            level: self.level,
            since: self.since.unwrap_or(at),
            average_mib,
            average_ratio: (average_mib / total).clamp(0.0, 1.0),
            rate_mib_per_minute: rate,
            full_in_seconds: rate
                .filter(|rate| *rate >= LEAST_GROWTH && self.still_grows())
                .map(|rate| (reading.total_mib - reading.used_mib).max(0.0) / rate * 60.0),
        }
    }

    /// A lower level counts at once (it has come below the margin), a higher one only when it has lasted.
    fn settle(&mut self, reached: PressureLevel, hold_ms: i64, at: Timestamp) {
        let mut lasting = (PressureLevel::Normal, at);
        for (level, began) in [PressureLevel::Warn, PressureLevel::Critical].into_iter().zip(&mut self.began)
        {
            if reached < level {
                *began = None;
                continue;
            }
            let began = *began.get_or_insert(at);
            if level <= self.level || at.since(began) >= hold_ms {
                lasting = (level, began);
            }
        }
        if self.since.is_none() || lasting.0 != self.level {
            (self.level, self.since) = (lasting.0, Some(lasting.1));
        }
    }

    /// The last readings that span at least so long and are at least so many as a rate needs; `None` without them.
    fn last_spanning(&self, span_ms: i64) -> Option<impl Iterator<Item = &MemoryReading>> {
        let last = self.readings.back()?;
        let is_enough = |first: &MemoryReading| last.at.since(first.at) >= span_ms;
        let latest = self.readings.len().checked_sub(RATE_READINGS)?;
        let first = (0..=latest).rev().find(|first| is_enough(&self.readings[*first]))?;
        Some(self.readings.range(first..))
    }

    /// Whether more is in use than a moment ago.
    fn still_grows(&self) -> bool {
        let before = self.last_spanning(LEAST_RATE_MS).and_then(|mut recent| recent.next());
        before.zip(self.readings.back()).is_some_and(|(before, last)| last.used_mib > before.used_mib)
    }

    /// Slope of the least-squares line through the readings, MiB per minute.
    fn rate(&self) -> Option<f64> {
        let recent: Vec<&MemoryReading> = match self.last_spanning(RATE_MS) {
            Some(recent) => recent.collect(),
            // Not yet watched for so long.
            None => self.last_spanning(LEAST_RATE_MS).map(|_| self.readings.iter().collect())?,
        };
        let first = *recent.first()?;
        let points: Vec<(f64, f64)> = recent
            .iter()
            .map(|reading| (reading.at.since(first.at) as f64 / MINUTE_MS as f64, reading.used_mib))
            .collect();
        let count = points.len() as f64;
        let mean_x = points.iter().map(|(x, _)| x).sum::<f64>() / count;
        let mean_y = points.iter().map(|(_, y)| y).sum::<f64>() / count;
        let spread: f64 = points.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
        let shared: f64 = points.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
        (spread > 0.0).then(|| shared / spread)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::device::fixture::now;

    /// One reading every ten seconds of 1,000 MiB.
    fn last(used: &[f64]) -> Pressure {
        let mut watch = PressureWatch::new(Thresholds::new(0.8, 0.9));
        let mut pressure = None;
        for (position, used_mib) in (0..).zip(used) {
            let at = now().plus_ms(position * 10 * SECOND_MS);
            pressure = Some(watch.observe(MemoryReading { at, used_mib: *used_mib, total_mib: 1_000.0 }));
        }
        pressure.expect("a reading")
    }

    #[test]
    fn a_spike_is_no_alarm_and_what_lasts_is() {
        assert_eq!(last(&[100.0, 990.0, 990.0, 100.0]).level, PressureLevel::Normal);
        let lasting = |count| last(&[vec![100.0; 4], vec![950.0; count]].concat());
        // The average is there with the fourth, and has lasted with the seventh.
        assert_eq!(lasting(6).level, PressureLevel::Normal);
        assert_eq!(lasting(7).level, PressureLevel::Critical);
        assert_eq!(lasting(7).since, now().plus_ms(70 * SECOND_MS));
    }

    #[test]
    fn the_first_reading_counts_at_once() {
        assert_eq!(last(&[950.0]).level, PressureLevel::Critical);
        assert_eq!(last(&[850.0]).level, PressureLevel::Warn);
        assert_eq!(last(&[950.0; 4]).since, now());
        assert_eq!(last(&[950.0, 100.0]).level, PressureLevel::Normal, "what follows is averaged");
    }

    #[test]
    fn a_level_ends_only_below_its_margin() {
        let near = [vec![950.0; 6], vec![870.0; 6]].concat();
        assert_eq!(last(&near).level, PressureLevel::Critical);
        let lower = [vec![950.0; 6], vec![820.0; 6]].concat();
        assert_eq!(last(&lower).level, PressureLevel::Warn);
        let low = [vec![950.0; 6], vec![500.0; 6]].concat();
        assert_eq!(last(&low).level, PressureLevel::Normal);
    }

    #[test]
    fn growth_tells_when_it_is_full() {
        // 10 MiB every ten seconds: 60 a minute.
        let growing: Vec<f64> = (0..10).map(|step| 100.0 + 10.0 * f64::from(step)).collect();
        let pressure = last(&growing);
        assert!((pressure.rate_mib_per_minute.expect("rate") - 60.0).abs() < 1e-6);
        assert!((pressure.full_in_seconds.expect("full") - 810.0).abs() < 1e-3);
        assert_eq!(last(&[500.0; 10]).full_in_seconds, None);
        assert_eq!(last(&[500.0, 510.0]).rate_mib_per_minute, None);
    }

    #[test]
    fn growth_that_has_stopped_fills_nothing_and_growth_that_slows_is_told_as_it_is_now() {
        let stopped = [(0..10).map(|step| 100.0 + 10.0 * f64::from(step)).collect(), vec![190.0; 3]].concat();
        assert_eq!(last(&stopped).full_in_seconds, None);
        // 600 a minute for two minutes, then 6.
        let fast = (0..12).map(|step| 100.0 * f64::from(step) / 2.0).collect::<Vec<_>>();
        let slow = (1..=7).map(|step| 550.0 + f64::from(step)).collect::<Vec<_>>();
        let rate = last(&[fast, slow].concat()).rate_mib_per_minute.expect("rate");
        assert!((rate - 6.0).abs() < 1e-6, "{rate}");
    }

    #[test]
    fn readings_a_minute_apart_tell_a_rate_by_the_last_three() {
        let mut watch = PressureWatch::new(Thresholds::new(0.8, 0.9));
        let read = |minute: i32| MemoryReading {
            at: now().plus_ms(i64::from(minute) * MINUTE_MS),
            used_mib: 100.0 + 10.0 * f64::from(minute),
            total_mib: 1_000.0,
        };
        let told: Vec<Option<f64>> =
            (0..4).map(|minute| watch.observe(read(minute)).rate_mib_per_minute).collect();
        assert_eq!(told[..2], [None, None]);
        assert!(told[2..].iter().all(|rate| rate.is_some_and(|rate| (rate - 10.0).abs() < 1e-6)), "{told:?}");
    }

    #[test]
    fn what_lay_before_a_long_pause_does_not_count() {
        let mut watch = PressureWatch::new(Thresholds::new(0.8, 0.9));
        let reading = |minute| MemoryReading {
            at: now().plus_ms(minute * MINUTE_MS),
            used_mib: 950.0,
            total_mib: 1_000.0,
        };
        watch.observe(reading(0));
        let after = watch.observe(reading(60));
        assert_eq!((after.level, after.since), (PressureLevel::Critical, reading(60).at));
    }
}
