//! Runs: one execution of a task, as every importer yields it and every engine reads it.

mod history;
mod run;
mod status;

pub use history::{HistoryRun, HostId, TaskHistory, TaskTypeId, UserId};
pub use run::{Resources, Run};
pub use status::RunStatus;
