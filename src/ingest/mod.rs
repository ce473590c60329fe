//! Readers of foreign files: one file per format, each an iterator of entries. They know no store.

mod activity_field;
mod columns;
mod csv;
mod csv_record;
mod entry;
#[cfg(test)]
mod fixtures;
mod lines;
mod options;
mod source;
mod time_text;

pub use entry::{DeclaredRule, Entries, Entry, IngestError, Reject, Session};
pub use options::{ColumnMap, Format, ImportOptions, TimeUnit};
pub use source::Source;
