//! Runs: one execution of a task, as every importer yields it and every engine reads it.

mod behavior;
mod groups;
mod history;
mod name_templates;
mod observation;
mod run;
mod status;
mod streams;
mod task_name;

pub use behavior::{BehaviorProfile, PreferredTaskType, behavior_profiles, start_hours};
pub use groups::{ActivityGroup, activity_groups};
pub use history::{HistoryRun, HostId, QueueId, TaskHistory, TaskTypeId, UserId};
pub use name_templates::{NameTemplates, is_template};
pub use observation::observed_spans;
pub use run::{Resources, Run};
pub use status::{RunStatus, UnknownStatus};
pub use streams::{GroupNames, Grouping, StreamGroup, Streams};
