//! RFC 5545 recurrence rules for schedules that have one.
