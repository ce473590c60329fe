//! Readers of foreign files: one file per format, each an iterator of entries. They know no store.

mod entry;
mod options;

pub use entry::{DeclaredRule, Entry, IngestError, Reject, Session};
pub use options::{ColumnMap, Format, ImportOptions, TimeUnit};
