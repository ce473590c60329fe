//! systemd's OnCalendar expressions for schedules that have one.
