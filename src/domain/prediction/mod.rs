//! Which runs the coming hours bring, what they will need together, and how good such predictions were.

mod backtest;
mod backtest_figures;
mod backtest_fold;
#[cfg(test)]
mod backtest_test;
mod calibration;
mod chain;
mod class;
mod clock;
mod coverage;
mod demand;
mod demand_ranges;
mod evaluation;
mod expectation;
mod expected_run;
#[cfg(test)]
mod fixture;
mod forecast;
mod holidays;
mod isotonic;
mod liveness;
mod lowering;
mod merge;
mod naive;
mod outcome;
mod scoring;
mod spike_buffer;
mod survival;
mod usual;
mod window;

pub use backtest::{Backtest, BacktestInput, backtest};
pub use backtest_figures::{BacktestFigures, NaiveFigures, NeedFigures};
pub use calibration::{CalibrationBin, calibration_error, calibration_table};
pub use class::{PredictionClass, UnknownClass};
pub use coverage::{CoveredRuns, PredictionHorizon, covered_spans};
pub use demand::{Demand, DemandHour, Loads, UnknownNeeds, demand};
pub use demand_ranges::{LoadRange, LoadRanges, fill_demand_ranges};
pub use evaluation::{Evaluation, ResourceError, TaskTypeEvaluation, TrackedPrediction, evaluate};
pub use expectation::{
    CONTRADICTED_RULE_CONFIDENCE, DECLARED_CONFIDENCE, UNCONFIRMED_RULE_CONFIDENCE, next_expected,
};
pub use expected_run::{Prediction, PredictionSource};
pub use forecast::{MAX_PREDICTIONS, PredictionInput, predict};
pub use isotonic::{Calibration, Isotonic, Judged};
pub use liveness::{SILENCE_HALF_LIFE_DAYS, Silence, alive_chance, silence, silence_factor, silent_since};
pub use naive::NaivePredictor;
pub use outcome::{ExpectedWindow, PredictionOutcome, UnknownOutcome, match_runs, matching_spans};
pub use scoring::{InstantScore, score_instants};
pub use spike_buffer::{SpikeBuffer, SpikeBuffers, spike_buffer, spike_buffers};
pub use usual::usual_runs;
