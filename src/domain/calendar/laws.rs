//! Laws that hold for every schedule, and agreement with independent readers of cron and RRULE.
