//! Readers of foreign files: one file per format, each an iterator of entries. They know no store.

mod cron;
mod cron_join;
mod cron_message;
mod entry;
mod held;
mod lines;
mod log_clock;
mod options;
mod source;
mod syslog_line;
mod syslog_stamp;
mod task_name;
mod year_inference;

pub use entry::{DeclaredRule, Entries, Entry, IngestError, Reject, Session};
pub use options::{ColumnMap, Format, ImportOptions, TimeUnit};
pub use source::Source;
