//! What a person may ask to be kept.

use chrono::{Datelike, NaiveDateTime, Timelike};

/// A span of local time of which the newest copy is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bucket {
    /// An hour of the clock.
    Hour,
    /// A calendar day.
    Day,
    /// A week from Monday, numbered as in ISO 8601.
    Week,
    /// A calendar month.
    Month,
    /// A calendar year.
    Year,
}

impl Bucket {
    /// What identifies the bucket that `local` falls into.
    pub(super) fn of(self, local: NaiveDateTime) -> (i32, u32, u32) {
        match self {
            Bucket::Hour => (local.year(), local.ordinal(), local.hour()),
            Bucket::Day => (local.year(), local.ordinal(), 0),
            Bucket::Week => (local.iso_week().year(), local.iso_week().week(), 0),
            Bucket::Month => (local.year(), local.month(), 0),
            Bucket::Year => (local.year(), 0, 0),
        }
    }

    /// As in "newest of its hour".
    pub fn as_str(self) -> &'static str {
        match self {
            Bucket::Hour => "hour",
            Bucket::Day => "day",
            Bucket::Week => "week",
            Bucket::Month => "month",
            Bucket::Year => "year",
        }
    }
}

/// A policy that would keep nothing, which nobody means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this policy keeps nothing")]
pub struct EmptyPolicy;

/// What to keep; a copy stays when any rule wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionPolicy {
    within_hours: u32,
    last: u32,
    buckets: Vec<(Bucket, u32)>,
    automatic: u32,
}

impl RetentionPolicy {
    /// Keeps copies of the last `within_hours` hours, the `last` newest ones, and for each bucket the newest copy
    /// of that many buckets that have one. 0 switches a rule off; all off is refused.
    pub fn new(
        within_hours: u32,
        last: u32,
        buckets: &[(Bucket, u32)],
    ) -> Result<RetentionPolicy, EmptyPolicy> {
        let buckets: Vec<(Bucket, u32)> = buckets.iter().copied().filter(|(_, count)| *count > 0).collect();
        if within_hours == 0 && last == 0 && buckets.is_empty() {
            return Err(EmptyPolicy);
        }
        Ok(RetentionPolicy { within_hours, last, buckets, automatic: 0 })
    }

    /// Keeps, too, this many of the newest copies that were made by themselves on the same occasion.
    #[must_use]
    pub fn with_automatic(self, automatic: u32) -> RetentionPolicy {
        RetentionPolicy { automatic, ..self }
    }

    pub(super) fn automatic(&self) -> u32 {
        self.automatic
    }

    pub(super) fn within_hours(&self) -> u32 {
        self.within_hours
    }

    pub(super) fn last(&self) -> u32 {
        self.last
    }

    pub(super) fn buckets(&self) -> &[(Bucket, u32)] {
        &self.buckets
    }
}
