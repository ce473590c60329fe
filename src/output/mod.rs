//! What people and programs read: one report per subcommand with its table, detailed and json forms.

mod conflict;
mod envelope;
mod evaluation;
mod format;
mod pattern;
mod pattern_details;
mod prediction;
mod report;
mod rule;
mod schedule;
mod style;

pub mod analyze;
pub mod backtest;
pub mod backtest_plan;
pub mod backup;
pub mod completions;
pub mod config;
pub mod demo;
pub mod doctor;
pub mod generate;
pub mod gpu;
pub mod gpu_bench;
pub mod gpu_clear;
mod gpu_fit;
pub mod gpu_models;
pub mod gpu_preload;
pub mod gpu_release;
pub mod gpu_watch;
pub mod import;
pub mod man;
pub mod optimize;
pub mod predict;
pub mod restore;
pub mod rules;
pub mod search;
pub mod search_clusters;
pub mod search_vectors;
pub mod view;

pub use conflict::{ShownConflict, rules_words};
pub use envelope::{Envelope, FORMAT_VERSION, Form, render};
pub use format::{Ink, count, duration, percent, printable, quantity, shorten};
pub use pattern::{PatternShape, resource_lines};
pub use report::{LongList, Report, typed_records};
pub use rule::{
    MoveWindows, RuleShape, flexibility_words, rule_lines, rule_table, rule_value, schedule_words,
    shift_words, state_word,
};
pub use schedule::ScheduleShape;
pub use style::{Glyphs, Style};
