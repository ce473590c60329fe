//! Recurring behaviour found in histories, with the evidence for it.

mod mining;
mod needs;
mod pattern;
mod profile;
mod quantiles;
mod start_window;

pub use mining::{MiningInput, MiningOptions, mine, mine_until};
pub use needs::{FailureRate, failure_rate, pool_spreads};
pub use pattern::{Evidence, JitterSeconds, Pattern, PatternId, PatternType};
pub use profile::{ResourceProfile, resource_profile};
pub use quantiles::Quantiles;
pub use start_window::{StartWindow, WindowGrowth, start_window};
