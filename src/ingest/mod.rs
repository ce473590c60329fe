//! Readers of foreign files: one file per format, each an iterator of entries. They know no store.

mod activity_field;
mod banana_bun;
mod columns;
mod cron;
mod cron_join;
mod cron_message;
mod crontab;
mod crontab_line;
mod crontab_origin;
mod csv;
mod csv_record;
mod database_value;
mod entry;
#[cfg(test)]
mod fixtures;
mod held;
mod journal;
mod journal_record;
mod journal_units;
mod lines;
mod log_clock;
mod options;
mod source;
mod syslog_line;
mod syslog_stamp;
mod task_name;
mod time_text;
mod year_inference;

pub use entry::{DeclaredRule, Entries, Entry, IngestError, Reject, Session};
pub use options::{ColumnMap, Format, ImportOptions, TimeUnit};
pub use source::Source;
