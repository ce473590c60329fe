//! What people and programs read: one report per subcommand with its table, detailed and json forms.

mod envelope;
mod format;
mod pattern;
mod report;
mod schedule;
mod style;

pub mod analyze;
pub mod backup;
pub mod completions;
pub mod config;
pub mod demo;
pub mod generate;
pub mod gpu;
pub mod gpu_clear;
pub mod import;
pub mod man;
pub mod optimize;
pub mod predict;
pub mod restore;
pub mod rules;
pub mod search;
pub mod view;

pub use envelope::{Envelope, FORMAT_VERSION, Form, render};
pub use format::{count, duration, percent, quantity, shorten};
pub use pattern::{PatternShape, resource_lines};
pub use report::{Report, typed_records};
pub use schedule::ScheduleShape;
pub use style::Style;
