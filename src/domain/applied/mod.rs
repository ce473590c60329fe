//! What was put into schedulers: where, what stood there before, and whether it may be taken back.

mod block;
mod change;
mod diff;
mod settle;

pub use block::{BLOCK_BEGIN, BLOCK_END, BlockPart, block_part};
pub use change::{AppliedChange, AppliedRule, ChangeId, ChangeState, Place, ScheduleForm, Scheduler};
pub use diff::unified_diff;
pub use settle::{UndoStep, settled_state, undo_step};
