//! From rules to a timetable problem: slots, demands, windows, orders, and what had to be assumed.

mod assemble;
mod background;
mod built;
mod device;
mod exclusion;
mod grid;
mod input;
mod left_out;
mod needs;
mod order;
#[cfg(test)]
mod test_input;
mod typical;
mod window;

pub use assemble::build_problem;
pub use built::{Assumption, BuiltProblem, PlannedOrder, PlannedWork, WindowLimit};
pub use grid::{HorizonForm, TimeGrid};
pub use input::{
    Blackout, BuildInput, DevicePeak, DurationQuantile, Exclusion, Follow, HostInput, Kin, SlotChoice,
};
pub use typical::{TypeSample, TypicalNeeds};
