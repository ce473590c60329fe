//! Recurring behaviour found in histories, with the evidence for it.

mod details;
mod grouped;
mod longer;
mod mining;
mod needs;
mod pattern;
mod profile;
mod proof;
mod quantiles;
mod start_window;
mod subject;

pub use details::{
    BurstDetails, EvidenceDetails, HabitDetails, HolidayDetails, LoadDetails, MonthEdge, SeasonDetails,
    Verdict,
};
pub use grouped::{MixedTaskType, in_groups, mixed_task_types};
pub use longer::{LongerLook, longer_look};
pub use mining::{
    Coverage, Mined, MiningInput, MiningOptions, Remembered, mine, mine_remembering, mine_until,
};
pub use needs::{FailureRate, failure_rate, pool_spreads};
pub use pattern::{Evidence, JitterSeconds, MovedFrom, Pattern, PatternId, PatternType, Tier};
pub use profile::{ResourceProfile, resource_profile};
pub use proof::{Proof, SlotCounts, Test};
pub use quantiles::Quantiles;
pub use start_window::{StartWindow, WindowGrowth, judged_reach_ms, start_window};
pub use subject::subject;
