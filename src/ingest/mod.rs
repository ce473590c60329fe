//! Readers of foreign files: one file per format, each an iterator of entries. They know no store.

mod activity_field;
mod columns;
mod csv;
mod csv_record;
mod detect;
mod entry;
#[cfg(test)]
mod fixtures;
mod json_text;
mod json_values;
mod jsonl;
mod lines;
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
mod time_text;
#[cfg(test)]
mod traces;

pub use entry::{DeclaredRule, Entries, Entry, IngestError, Reject, Session};
pub use open::{OpenedImport, open};
pub use options::{ColumnMap, Format, ImportOptions, TimeUnit};
pub use source::Source;
