//! Which copies of the store to keep, and why.

mod keep;
mod policy;

pub use keep::{HeldCopy, KeepReason, Verdict, decide};
pub use policy::{Bucket, EmptyPolicy, RetentionPolicy};
