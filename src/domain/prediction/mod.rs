//! Which runs the coming hours bring, what they will need together, and how good such predictions were.

mod calibration;
mod chain;
mod clock;
mod coverage;
mod demand;
mod evaluation;
mod expectation;
mod expected_run;
#[cfg(test)]
mod fixture;
mod forecast;
mod holidays;
mod liveness;
mod merge;
mod outcome;
mod spike_buffer;
mod window;

pub use calibration::{CalibrationBin, calibration_error, calibration_table};
pub use coverage::{CoveredRuns, PredictionHorizon, covered_spans};
pub use demand::{Demand, DemandHour, Loads, UnknownNeeds, demand};
pub use evaluation::{Evaluation, ResourceError, TaskTypeEvaluation, TrackedPrediction, evaluate};
pub use expectation::{
    CONTRADICTED_RULE_CONFIDENCE, DECLARED_CONFIDENCE, UNCONFIRMED_RULE_CONFIDENCE, next_expected,
};
pub use expected_run::{Prediction, PredictionSource};
pub use forecast::{MAX_PREDICTIONS, PredictionInput, predict};
pub use liveness::{SILENCE_HALF_LIFE_DAYS, alive_chance, silence_factor};
pub use outcome::{ExpectedWindow, PredictionOutcome, UnknownOutcome, match_runs};
pub use spike_buffer::{SpikeBuffer, SpikeBuffers, spike_buffer, spike_buffers};
