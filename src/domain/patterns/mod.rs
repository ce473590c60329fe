//! Recurring behaviour found in histories, with the evidence for it.

mod grouped;
mod mining;
mod pattern;
mod profile;
mod quantiles;

pub use grouped::{MixedTaskType, in_groups, mixed_task_types};
pub use mining::{MiningInput, MiningOptions, mine, mine_until};
pub use pattern::{Evidence, JitterSeconds, MovedFrom, Pattern, PatternId, PatternType, Tier};
pub use profile::{ResourceProfile, resource_profile};
pub use quantiles::Quantiles;
