//! The SQLite store: the only place that speaks SQL, one file per table family.

pub mod backup;

mod applied;
mod applied_plans;
mod calibrations;
mod connection;
mod embeddings;
mod error;
mod gpu_samples;
mod imports;
mod intern;
mod lock;
mod migrations;
mod model_servers;
mod optimizations;
mod patterns;
#[cfg(test)]
mod prediction_fixture;
mod prediction_outcomes;
mod predictions;
mod profiles;
mod revisions;
mod rule_reader;
mod rules;
mod run_writer;
mod runs;
mod searched;
mod sessions;
mod signatures;
mod template_members;
mod vector_blob;

pub use rusqlite::Transaction;

pub use applied::{StoredChange, digest};
pub use applied_plans::{AppliedPlan, PlanMove, RunRecord};
pub use connection::{KeepOld, Store, WriterOptions};
pub use error::StoreError;
pub use gpu_samples::KnownPeaks;
pub use imports::ImportRecord;
pub use lock::{LockHolder, writer_of};
pub use migrations::{APPLICATION_ID, SCHEMA_VERSION};
pub use model_servers::StoredModelChange;
pub use optimizations::StoredOptimization;
pub use patterns::{PatternChanges, PatternFilter, StoredPattern};
pub use prediction_outcomes::OutcomeCounts;
pub use predictions::{ForecastRecord, PredictionChanges};
pub use revisions::RuleWriter;
pub use rule_reader::RuleFilter;
pub use rules::Saved;
pub use run_writer::{RunWriter, WriteOutcome};
pub use runs::{HistoryFilter, HistoryOverview};
pub use sessions::{CronSession, JoinedSessions};
pub use signatures::{PatternFacts, StoredSignatures};
