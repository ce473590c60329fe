//! Readers of foreign files: one file per format, each an iterator of entries. They know no store.

mod entry;
mod lines;
mod options;
mod source;

pub use entry::{DeclaredRule, Entries, Entry, IngestError, Reject, Session};
pub use options::{ColumnMap, Format, ImportOptions, TimeUnit};
pub use source::Source;
