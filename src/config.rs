//! Configuration: flags over environment over project file over user file, read once.

mod address;
mod check;
mod embedding;
mod field;
mod flexibility;
mod line;
mod models;
mod origin;
mod prices;
mod template;
mod timetable;
mod write;

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use etcetera::BaseStrategy;
use figment::Figment;
use figment::providers::{Env, Format, Toml};
use serde::{Deserialize, Serialize};

use crate::domain::rules::Flexibility;

pub use check::{Problem, edit_distance, problems};
pub use embedding::EmbeddingConfig;
pub use field::{FIELDS, Field};
pub use flexibility::{FlexibilityConfig, both_about};
pub use models::{ModelServerConfig, ModelsConfig, PreloadConfig};
pub use origin::{Layer, Setting, settings, variable};
pub use prices::{PriceRange, Prices};
pub use template::template;
pub use timetable::{BlackoutConfig, ExclusionConfig, HostConfig};
pub use write::{Existing, write_file};

/// What can be configured. Every field has a default; unknown fields are an error.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The store.
    pub db: Option<PathBuf>,
    /// Zone of local times.
    pub timezone: Option<String>,
    /// table, detailed, json or jsonl.
    pub output_format: Option<String>,
    /// auto, always or never.
    pub color: Option<String>,
    /// Such as `10s`.
    pub lock_timeout: Option<String>,
    /// Seed of every random choice.
    pub seed: Option<u64>,
    /// Days that are not like others.
    pub calendar: CalendarConfig,
    /// Of `analyze-activity-patterns`.
    pub analysis: AnalysisConfig,
    /// Of `generate-scheduling-rules`.
    pub rules: RulesConfig,
    /// Of `predict`.
    pub prediction: PredictionConfig,
    /// Of `optimize-resource-schedule`.
    pub optimize: OptimizeConfig,
    /// What this machine has, where detection is wrong or the jobs run elsewhere.
    pub capacity: CapacityConfig,
    /// Of `backup`.
    pub backup: BackupConfig,
    /// Of `rules apply`.
    pub schedulers: SchedulersConfig,
    /// Of `gpu`.
    pub gpu: GpuConfig,
    /// Of `gpu models`.
    pub models: ModelsConfig,
    /// Of `search-similar-patterns --use-model`.
    pub embedding: EmbeddingConfig,
    /// Machines that differ from what `capacity` says.
    pub host: Vec<HostConfig>,
    /// Hours in which nothing may run.
    pub blackout: Vec<BlackoutConfig>,
    /// How far some task types may be moved.
    pub flexibility: Vec<FlexibilityConfig>,
    /// What may not run at the same time.
    pub exclusion: Vec<ExclusionConfig>,
    /// Model servers.
    pub model_server: Vec<ModelServerConfig>,
    /// Models to load before predicted runs.
    pub preload: Vec<PreloadConfig>,
}

impl Config {
    /// The window that a task type is given here, if any; the first entry that names it counts. Reading a
    /// configuration has refused what is no window.
    pub fn flexibility_of(&self, task_type: &str) -> Option<Flexibility> {
        let entry = self.flexibility.iter().find(|entry| entry.is_about(task_type))?;
        entry.window().ok()
    }
}

/// Days that are not like others.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CalendarConfig {
    /// Dates such as `2026-12-25` on which schedules may rest.
    pub holidays: Vec<String>,
}

impl CalendarConfig {
    /// The holidays. Reading a configuration has refused what is no date.
    pub fn dates(&self) -> Vec<NaiveDate> {
        self.holidays.iter().filter_map(|text| text.parse().ok()).collect()
    }
}

/// Defaults of `analyze-activity-patterns`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AnalysisConfig {
    /// Days of history.
    pub days: u32,
    /// Least confidence of a pattern.
    pub min_confidence: f64,
}

impl Default for AnalysisConfig {
    fn default() -> Self {
        AnalysisConfig { days: 30, min_confidence: 0.7 }
    }
}

/// Defaults of `generate-scheduling-rules`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RulesConfig {
    /// Least confidence of a pattern that becomes a rule.
    pub min_confidence: f64,
    /// Minutes a rule may start earlier.
    pub earlier_minutes: u32,
    /// Minutes a rule may start later.
    pub later_minutes: u32,
}

impl Default for RulesConfig {
    fn default() -> Self {
        RulesConfig { min_confidence: 0.8, earlier_minutes: 30, later_minutes: 30 }
    }
}

/// Defaults of `predict`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PredictionConfig {
    /// Hours ahead.
    pub look_ahead_hours: u32,
    /// Least confidence of a prediction.
    pub min_confidence: f64,
}

impl Default for PredictionConfig {
    fn default() -> Self {
        PredictionConfig { look_ahead_hours: 24, min_confidence: 0.5 }
    }
}

/// Defaults of `optimize-resource-schedule`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OptimizeConfig {
    /// How long to search.
    pub time_limit: String,
    /// Load above this share of a capacity costs extra under `--resource-efficiency`.
    pub target_utilization: f64,
    /// What a kWh costs.
    pub price_per_kwh: Prices,
    /// Quantile of past durations that a run is planned with: p50, p75 or p95.
    pub duration_quantile: String,
    /// Least relative gain for `--auto-apply` to apply a plan.
    pub auto_apply_gain: f64,
}

impl Default for OptimizeConfig {
    fn default() -> Self {
        OptimizeConfig {
            time_limit: "10s".to_owned(),
            target_utilization: 0.75,
            price_per_kwh: Prices::default(),
            duration_quantile: "p75".to_owned(),
            auto_apply_gain: 0.05,
        }
    }
}

/// What the machine has; detected where absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CapacityConfig {
    /// CPU cores.
    pub cpu_cores: Option<f64>,
    /// Main memory, MiB.
    pub memory_mib: Option<f64>,
    /// GPUs.
    pub gpu_count: Option<u32>,
    /// Memory of one GPU, MiB.
    pub gpu_memory_mib: Option<f64>,
}

/// Defaults of `backup`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BackupConfig {
    /// Where copies go; beside the store where absent.
    pub dir: Option<PathBuf>,
    /// Days a copy is kept.
    pub keep_days: u32,
    /// Whether the store is copied before migrations, large imports and prunes.
    pub automatic: bool,
    /// How many copies of each such occasion are kept.
    pub keep_automatic: u32,
}

impl Default for BackupConfig {
    fn default() -> Self {
        BackupConfig { dir: None, keep_days: 30, automatic: true, keep_automatic: 3 }
    }
}

/// Programs of schedulers that `rules apply` and `rules undo` call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SchedulersConfig {
    /// Reads and writes crontabs of users: its name, or its path.
    pub crontab: String,
    /// The same of Slurm.
    pub scrontab: String,
}

impl Default for SchedulersConfig {
    fn default() -> Self {
        SchedulersConfig { crontab: "crontab".to_owned(), scrontab: "scrontab".to_owned() }
    }
}

/// Of `gpu`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GpuConfig {
    /// Share of a GPU's memory in use at which to warn.
    pub warn_ratio: f64,
    /// Share that is critical.
    pub critical_ratio: f64,
    /// Readings of each GPU that `gpu watch` keeps.
    pub keep_samples: u32,
    /// Commands, units and containers that `gpu clear` leaves alone: names or globs.
    pub protected: Vec<String>,
}

impl Default for GpuConfig {
    fn default() -> Self {
        GpuConfig { warn_ratio: 0.8, critical_ratio: 0.9, keep_samples: 100, protected: Vec::new() }
    }
}

/// Why the configuration cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file or variable says something that is not configuration.
    #[error("{origin}: {reason}")]
    Invalid {
        /// The file or variable, and the field.
        origin: String,
        /// What is wrong.
        reason: String,
    },
    /// The file named with `--config` is not there.
    #[error("there is no configuration file {0}")]
    Missing(PathBuf),
    /// The file to write is there already.
    #[error("{0} exists already")]
    Exists(PathBuf),
    /// The file could not be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A value that must be one of a few, or must parse.
    #[error("{field}: {reason}")]
    Value {
        /// The field.
        field: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// There is no home folder to put the store or the configuration in.
    #[error("there is no home folder: set HOME, or name the store with --db")]
    NoHome,
}

/// Where the configuration of a machine lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFiles {
    /// The user's file; `None` without a home folder.
    pub user: Option<PathBuf>,
    /// The project's file: `tidetable.toml` in the working folder.
    pub project: PathBuf,
}

impl ConfigFiles {
    /// The two places looked at.
    pub fn locate() -> ConfigFiles {
        let user = etcetera::base_strategy::choose_base_strategy()
            .ok()
            .map(|base| base.config_dir().join("tidetable").join("config.toml"));
        ConfigFiles { user, project: PathBuf::from("tidetable.toml") }
    }
}

/// The layers, lowest first: user file, project file (or only `explicit`), `TIDETABLE_*` variables.
pub fn layers(files: &ConfigFiles, explicit: Option<&Path>) -> Result<Figment, ConfigError> {
    let mut figment = Figment::new();
    match explicit {
        Some(path) if !path.is_file() => return Err(ConfigError::Missing(path.to_owned())),
        Some(path) => figment = figment.merge(Toml::file_exact(path)),
        None => {
            for path in files.user.iter().chain([&files.project]).filter(|path| path.is_file()) {
                figment = figment.merge(Toml::file_exact(path));
            }
        }
    }
    // TIDETABLE_DB and TIDETABLE_CONFIG are flags' variables; the rest name fields: TIDETABLE_ANALYSIS__DAYS.
    let variables = Env::prefixed("TIDETABLE_")
        .ignore(&["config", "require_gpu", "test_log", "test_kill_at", "test_trace", "gpu_replay"])
        // The one field of a section with a name of its own, as it is set for cron jobs and services.
        .map(|name| if name == "backup_dir" { "backup__dir".into() } else { name.into() })
        .split("__");
    Ok(figment.merge(variables))
}

/// The one layer of a file, to check it by itself.
pub fn file_layer(path: &Path) -> Result<Figment, ConfigError> {
    if !path.is_file() {
        return Err(ConfigError::Missing(path.to_owned()));
    }
    Ok(Figment::new().merge(Toml::file_exact(path)))
}

/// Reads the layers into one value; the first problem is the error.
pub fn read(figment: &Figment) -> Result<Config, ConfigError> {
    if let Some(problem) = problems(figment).into_iter().next() {
        return Err(problem.into());
    }
    figment.extract::<Config>().map_err(|error| Problem::from_figment(error).into())
}

/// The user's home, where there is one.
pub fn home_folder() -> Option<PathBuf> {
    etcetera::home_dir().ok()
}

/// The store's place when nobody names one.
pub fn default_store() -> Result<PathBuf, ConfigError> {
    Ok(data_folder()?.join("store.db"))
}

/// Where the user's data is kept when nobody names another place.
pub fn data_folder() -> Result<PathBuf, ConfigError> {
    let base = etcetera::base_strategy::choose_base_strategy().map_err(|_| ConfigError::NoHome)?;
    Ok(base.data_dir().join("tidetable"))
}

/// Where lies what can be made again.
pub fn cache_folder() -> Result<PathBuf, ConfigError> {
    let base = etcetera::base_strategy::choose_base_strategy().map_err(|_| ConfigError::NoHome)?;
    Ok(base.cache_dir().join("tidetable"))
}
