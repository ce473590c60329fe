//! A made-up GPU workstation: twelve weeks of runs with a known truth. Same bytes on every machine.

mod files;
mod history;
mod jobs;
mod random;
mod recurrence;
mod row;
mod truth;
mod unscheduled;

pub use files::files;
