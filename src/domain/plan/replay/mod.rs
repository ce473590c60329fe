//! A plan on the runs of the past: who would have started when, how full the hosts would have been, who would have waited.

mod judge;
mod load;
mod queue;
mod run;
mod shift;

pub use judge::{Course, MovedRule, Replay, ReplayInput, RuleReplay, replay};
pub use load::{LoadFigures, ResourceLoadFigures};
pub use queue::WaitFigures;
pub use run::{ReplayHost, ReplayRun, Resource};
pub use shift::Succession;
