//! Asking model servers to let memory go, or to load: carried out one step at a time, and proven.

mod calls;
mod carry_out;
mod keep;
mod load;
mod proof;

pub use calls::{Change, LoadRefusal, calls_for};
pub use carry_out::{ReleaseOutcome, ReleaseState, Witness, apply, carry_out};
pub use keep::{SAME_TIME_MS, keep_until};
pub use load::{LoadState, entry_named, load};
pub use proof::{ENOUGH, Freed, FreedBy, Patience};
