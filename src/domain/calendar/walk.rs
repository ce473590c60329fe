//! Walks local days and turns their times of day into instants, through every change of the clocks.

use std::borrow::Cow;

use chrono::{Datelike, Days, LocalResult, NaiveDate, NaiveTime, Offset, TimeDelta, TimeZone};

use super::times_of_day::{ALL_HOURS, hours_of};
use super::{DayFilter, LocalInstant, MonthSet, Zone, local_time, resolve_local};
use crate::domain::time::{MINUTE_MS, SECOND_MS, TimeSpan, Timestamp};

/// An iterator over instants, one local day at a time.
///
/// Where clocks do not change within a day, one look at the zone serves all of its minutes; the other days
/// (two a year) ask for each minute.
pub(super) struct CalendarWalk<'a> {
    months: MonthSet,
    days: DayFilter,
    minutes_of_day: Cow<'a, [u16]>,
    /// Skipped times are left out, repeated ones fire twice.
    keeps_real_time: bool,
    zone: Zone,
    start: i64,
    end: i64,
    /// The next day to look at; `None` after the last.
    date: Option<NaiveDate>,
    last_date: NaiveDate,
    midnight: Option<(NaiveDate, Midnight)>,
    /// Instants of the days looked at, ascending from `position`.
    queue: Vec<i64>,
    position: usize,
    /// No day still to come has an instant before this one.
    complete_until: i64,
    previous: Option<i64>,
}

/// When a local day begins.
#[derive(Clone, Copy)]
struct Midnight {
    /// The first instant at which clocks show 00:00 or later.
    first: i64,
    /// Offset from UTC, where clocks show 00:00 exactly once.
    offset_ms: Option<i64>,
}

impl<'a> CalendarWalk<'a> {
    /// Begins before `span.start`; `minutes_of_day` need not be sorted.
    pub fn new(
        months: MonthSet,
        days: DayFilter,
        minutes_of_day: Cow<'a, [u16]>,
        span: TimeSpan,
        zone: Zone,
    ) -> CalendarWalk<'a> {
        let minutes_of_day = in_order(minutes_of_day);
        // A repeated hour around midnight, or a day that a zone left out, reaches into the day beside it.
        let first_date = local_time(zone, span.start).date() - Days::new(1);
        let last_date = local_time(zone, span.end).date() + Days::new(1);
        let never = minutes_of_day.is_empty() || months.is_empty() || span.length_ms() <= 0;
        CalendarWalk {
            months,
            days: days.normalised(),
            keeps_real_time: hours_of(&minutes_of_day) == ALL_HOURS,
            minutes_of_day,
            zone,
            start: span.start.millis(),
            end: span.end.millis(),
            date: (!never).then_some(first_date),
            last_date,
            midnight: None,
            queue: Vec::new(),
            position: 0,
            complete_until: i64::MIN,
            previous: None,
        }
    }

    pub fn next(&mut self) -> Option<Timestamp> {
        loop {
            while let Some(&instant) = self.queue.get(self.position) {
                if instant >= self.complete_until {
                    break;
                }
                self.position += 1;
                if instant >= self.end {
                    self.stop();
                    return None;
                }
                // A gap maps several local times to its end.
                if instant >= self.start && self.previous != Some(instant) {
                    self.previous = Some(instant);
                    return Timestamp::from_millis(instant);
                }
            }
            if self.complete_until == i64::MAX {
                return None;
            }
            self.look_at_next_day();
        }
    }

    fn stop(&mut self) {
        self.date = None;
        self.queue.clear();
        self.position = 0;
        self.complete_until = i64::MAX;
    }

    /// Queues the next day that passes the filter, or marks the queue as complete.
    fn look_at_next_day(&mut self) {
        let Some((date, next_date)) = self.next_matching_day() else {
            self.date = None;
            self.complete_until = i64::MAX;
            return;
        };
        self.queue.drain(..self.position);
        self.position = 0;
        let left_over = !self.queue.is_empty();
        let begin = self.midnight(date);
        let finish = self.midnight(next_date);
        if begin.offset_ms.is_some() && begin.offset_ms == finish.offset_ms {
            let first = begin.first;
            self.queue
                .extend(self.minutes_of_day.iter().map(|&minute| first + i64::from(minute) * MINUTE_MS));
            if left_over {
                self.queue.sort_unstable();
            }
        } else {
            self.queue_day_of_change(date);
            self.queue.sort_unstable();
        }
        self.complete_until = finish.first;
    }

    fn queue_day_of_change(&mut self, date: NaiveDate) {
        let midnight = date.and_time(NaiveTime::MIN);
        for &minute in self.minutes_of_day.iter() {
            let found = resolve_local(self.zone, midnight + TimeDelta::minutes(minute.into()));
            match found {
                LocalInstant::Skipped(_) if self.keeps_real_time => {}
                LocalInstant::Twice(early, late) if self.keeps_real_time => {
                    self.queue.extend([early.millis(), late.millis()]);
                }
                once => self.queue.push(once.first().millis()),
            }
        }
    }

    /// The next day that passes the filter, and the day after it.
    fn next_matching_day(&mut self) -> Option<(NaiveDate, NaiveDate)> {
        loop {
            let date = self.date?;
            if date > self.last_date {
                return None;
            }
            if !self.months.contains_number(date.month()) {
                self.date = first_of_next_month(date);
                continue;
            }
            let next_date = date.succ_opt()?;
            self.date = Some(next_date);
            if self.days.matches(date) {
                return Some((date, next_date));
            }
        }
    }

    fn midnight(&mut self, date: NaiveDate) -> Midnight {
        if let Some((known, midnight)) = self.midnight
            && known == date
        {
            return midnight;
        }
        let local = date.and_time(NaiveTime::MIN);
        let midnight = match self.zone.from_local_datetime(&local) {
            LocalResult::Single(datetime) => Midnight {
                first: datetime.timestamp_millis(),
                offset_ms: Some(i64::from(datetime.offset().fix().local_minus_utc()) * SECOND_MS),
            },
            _ => Midnight { first: resolve_local(self.zone, local).first().millis(), offset_ms: None },
        };
        self.midnight = Some((date, midnight));
        midnight
    }
}

fn first_of_next_month(date: NaiveDate) -> Option<NaiveDate> {
    match date.month() {
        12 => NaiveDate::from_ymd_opt(date.year() + 1, 1, 1),
        month => NaiveDate::from_ymd_opt(date.year(), month + 1, 1),
    }
}

/// Ascending, without repeats and without minutes beyond the day; copied only where that is not so already.
fn in_order(minutes: Cow<'_, [u16]>) -> Cow<'_, [u16]> {
    let rising = minutes.windows(2).all(|pair| pair[0] < pair[1]);
    if rising && minutes.last().is_none_or(|&minute| minute < 1440) {
        return minutes;
    }
    let mut sorted: Vec<u16> = minutes.iter().copied().filter(|&minute| minute < 1440).collect();
    sorted.sort_unstable();
    sorted.dedup();
    Cow::Owned(sorted)
}
