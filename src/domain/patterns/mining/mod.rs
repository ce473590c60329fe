//! From histories to patterns: slots that a schedule would name, and what the starts say for and against them.

mod activity_profile;
mod beyond_schedules;
mod bursts;
mod chains;
mod circle;
mod civil_days;
mod clock_evidence;
mod clock_minute;
mod clock_search;
mod clock_times;
mod co_occurrence;
mod code_length;
mod credibility;
mod cursor;
mod day_choice;
mod day_support;
mod day_tally;
mod engine;
mod evenness;
mod evidence;
mod explain;
mod explained_runs;
mod finer_times;
mod flanks;
mod fold;
mod fold_parts;
mod gaps;
mod habit_search;
mod habits;
mod history;
mod hit_chance;
mod holidays;
mod input;
mod lateness;
mod load_profile;
mod load_windows;
mod local_clock;
mod loops;
mod memory;
mod minute;
mod moves;
mod numerics;
mod observation;
mod peaks;
mod period;
mod phase;
mod regime;
mod report;
mod report_period;
mod rhythm;
mod scatter;
mod seasonal;
mod shared_minute;
mod slot_life;
mod source;
mod spectrum;
mod stretches;
mod successor;
mod surroundings;
mod tentative;
mod timetable;
mod twins;
mod zone_choice;

#[cfg(test)]
mod beacon_test;
#[cfg(test)]
mod burst_test;
#[cfg(test)]
mod calendar_test;
#[cfg(test)]
mod chain_test;
#[cfg(test)]
mod generator;
#[cfg(test)]
mod habit_test;
#[cfg(test)]
mod holiday_test;
#[cfg(test)]
mod hostile_test;
#[cfg(test)]
mod interval_test;
#[cfg(test)]
mod life_test;
#[cfg(test)]
mod load_test;
#[cfg(test)]
mod memory_test;
#[cfg(test)]
mod null_test;
#[cfg(test)]
mod seasonal_test;
#[cfg(test)]
mod trace_test;

pub use engine::{Mined, mine, mine_remembering, mine_until};
pub use input::{Coverage, MiningInput, MiningOptions};
pub use memory::Remembered;
