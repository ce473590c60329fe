//! Readers of foreign files: one file per format, each an iterator of entries. They know no store.

mod activity_field;
mod banana_bun;
mod columns;
mod cron;
mod cron_join;
mod cron_message;
#[cfg(test)]
mod cron_traces;
mod crontab;
mod crontab_line;
mod crontab_origin;
mod csv;
mod csv_record;
mod database_value;
mod detect;
mod entry;
#[cfg(test)]
mod fixtures;
mod foreign_database;
mod held;
mod journal;
mod journal_record;
mod journal_units;
mod json_object;
mod json_text;
mod json_values;
mod jsonl;
mod lines;
mod log_clock;
mod npy;
mod open;
mod options;
mod sacct;
mod sacct_columns;
mod sacct_job;
mod slurm_value;
mod source;
mod swf;
mod swf_header;
mod swf_job;
mod syslog_line;
mod syslog_stamp;
mod task_name;
mod time_text;
#[cfg(test)]
mod traces;
mod year_inference;

pub use crontab::{ReadCrontab, read_crontab};
pub use entry::{DeclaredRule, Entries, Entry, IngestError, Reject, Session};
pub use npy::{NpyError, Vectors, read_vectors};
pub use open::{OpenedImport, open};
pub use options::{BadColumnMap, ColumnMap, Format, ImportOptions, TimeUnit};
pub use source::Source;
