//! Recurring behaviour found in histories, with the evidence for it.

mod details;
mod mining;
mod pattern;
mod profile;
mod quantiles;

pub use details::{
    BurstDetails, EvidenceDetails, HabitDetails, HolidayDetails, LoadDetails, MonthEdge, SeasonDetails,
};
pub use mining::{Coverage, MiningInput, MiningOptions, mine, mine_until};
pub use pattern::{Evidence, JitterSeconds, Pattern, PatternId, PatternType};
pub use profile::{ResourceProfile, resource_profile};
pub use quantiles::Quantiles;
