//! What a pattern's `ln_e_value` is made of, in numbers that anyone can put together again.

use serde::{Deserialize, Serialize};

/// One test. `ln_e_value` of a pattern is the sum of [`Proof::net`] over its proofs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proof {
    /// What was counted.
    #[serde(flatten)]
    pub test: Test,
    /// ln e-value that follows from it.
    pub ln_e: f64,
    /// Nats taken off it for naming times, width, days and zone among all that were searched.
    pub charge_nats: f64,
}

impl Proof {
    /// ln e-value after the charge.
    pub fn net(&self) -> f64 {
        self.ln_e - self.charge_nats
    }
}

/// What was counted, and by which formula it weighs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "test", rename_all = "snake_case")]
pub enum Test {
    /// Of the starts around a slot one taken at random lies in its window with `chance` c. The weight is the mean,
    /// over 24 shares s = c + (1 - c) (1 - cos(pi (i + 1/2) / 24)) / 2, of the product over all slots of
    /// t s / c + (1 - t) (1 - s) / (1 - c), where t of the starts around lie in the window.
    Windows {
        /// Width of the window as a share of what is looked at around a slot.
        chance: f64,
        /// Starts in the window, starts around the slot, and the number of slots that have so many.
        counts: Vec<(u32, u32, u32)>,
        /// What the days of the hits add, if that is more than it costs: a test of its own.
        days: Option<SlotCounts>,
    },
    /// The resultant of the starts' phases, weighed against none: the mean of von Mises likelihoods with the phase
    /// integrated out, over a fixed ladder of concentrations up to what the grain of the times can tell.
    Phase {
        /// Starts.
        starts: u64,
        /// Length of the resultant, of at most `starts`.
        resultant: f64,
        /// The period.
        period_seconds: f64,
        /// Grain of the times.
        resolution_seconds: f64,
        /// The same weight (ln) of periods beside it, which is taken off.
        beside_ln_e: f64,
        /// What the weight is divided by, where bursts lift those of all periods.
        divisor: f64,
    },
    /// The phases of all starts on a circle as long as the distance of slots, against evenly spread ones: the mean over
    /// minutes (weighted by how often people choose them), over the forms that lateness may take, its spread and the
    /// share of starts that are the schedule's own, of the product over all starts of s d + 1 - s, where s is that share
    /// and d how much denser starts lie there after the minute than evenly spread ones. Its ln is divided by `divisor`.
    Fold {
        /// Starts.
        starts: u64,
        /// Distance of slots.
        step_seconds: f64,
        /// Starts in each of so many equal parts of the distance, from local midnight on.
        counts: Vec<u32>,
        /// The likeliest share of starts that are the schedule's own.
        own_share: f64,
        /// What the ln of the weight is divided by, where bursts lift the weight of all distances.
        divisor: f64,
    },
    /// Hits of slots, each an accident with the same chance.
    Slots(SlotCounts),
    /// The distances of starts that follow each other: their likelihood in a loop over that of the best of several
    /// distributions without one.
    Gaps {
        /// Distances.
        gaps: u64,
        /// ln likelihood of the loop.
        ln_with_loop: f64,
        /// ln likelihood without one.
        ln_without_loop: f64,
    },
}

/// The weight of `hits` of `slots`: the mean, over all rates above `chance`, of the likelihood of the rate over that
/// of `chance`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SlotCounts {
    /// Slots that were hit.
    pub hits: u64,
    /// Slots.
    pub slots: u64,
    /// Chance that one is hit by accident.
    pub chance: f64,
}
