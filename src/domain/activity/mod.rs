//! Runs: one execution of a task, as every importer yields it and every engine reads it.

mod behavior;
mod groups;
mod history;
mod observation;
mod run;
mod status;

pub use behavior::{BehaviorProfile, PreferredTaskType, behavior_profiles, start_hours};
pub use groups::{ActivityGroup, activity_groups};
pub use history::{HistoryRun, HostId, TaskHistory, TaskTypeId, UserId};
pub use observation::observed_spans;
pub use run::{Resources, Run};
pub use status::{RunStatus, UnknownStatus};
