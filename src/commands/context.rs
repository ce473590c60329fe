//! What every subcommand needs to know of the world: values, read once by the root.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::config::Config;
use crate::devices::{host_name, own_user_name};
use crate::domain::calendar::Zone;
use crate::domain::rules::Author;
use crate::domain::time::Timestamp;
use crate::store::{LockHolder, Store, StoreError, WriterOptions};

/// Whether anything may be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Do it.
    Act,
    /// Plan and show it.
    DryRun,
}

/// Set once somebody asked us to stop.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Asks to stop.
    pub fn trigger(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether somebody asked us to stop.
    pub fn is_triggered(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// What every subcommand needs to know of the world.
#[derive(Clone, Debug)]
pub struct Context {
    /// The subcommand, as spelled in JSON.
    pub command: &'static str,
    /// The whole command line, as a shell would take it.
    pub command_line: String,
    /// The current instant, or the one that `--now` names.
    pub now: Timestamp,
    /// Zone of local times.
    pub zone: Zone,
    /// Seed of every random choice.
    pub seed: u64,
    /// Whether anything may be changed.
    pub mode: Mode,
    /// The configuration.
    pub config: Config,
    /// The file that `--config` names instead of the user's and the project's.
    pub config_file: Option<PathBuf>,
    /// The store.
    pub store_path: PathBuf,
    /// How long to wait for another writer.
    pub lock_timeout: Duration,
    /// Whether to stop.
    pub interrupt: Interrupt,
    /// Whether to draw progress.
    pub show_progress: bool,
    /// Asks the person at the terminal whether to do what it tells; `None` where nobody is there to answer.
    pub ask: Option<fn(&str) -> bool>,
}

impl Context {
    /// Who changes rules and plans, for their history.
    pub fn author(&self) -> Author {
        Author {
            user: Some(own_user_name()),
            host: host_name(),
            command: Some(self.command_line.clone()),
            at: self.now,
        }
    }

    fn writer_options(&self) -> WriterOptions {
        WriterOptions {
            lock_timeout: self.lock_timeout,
            holder: LockHolder {
                process_id: Some(std::process::id()),
                command: format!("tidetable {}", self.command),
                since: Some(self.now),
            },
        }
    }

    /// The store for reading; an empty one in memory, and a warning, when there is none yet.
    pub fn open_reader(&self, warnings: &mut Vec<String>) -> Result<Store, StoreError> {
        match Store::open_reader(&self.store_path, &self.writer_options())? {
            Some(store) => Ok(store),
            None => {
                warnings.push(format!(
                    "there is no store at {} yet; `tidetable import` makes it",
                    self.store_path.display()
                ));
                Store::in_memory()
            }
        }
    }

    /// The store for writing, where there is one; an empty one in memory, and a warning, where there is none: what a
    /// command would find there is not worth a file.
    pub fn open_existing_writer(&self, warnings: &mut Vec<String>) -> Result<Store, StoreError> {
        if self.store_path.exists() { self.open_writer() } else { self.open_reader(warnings) }
    }

    /// The store for writing; in a dry run a throw-away copy, so that the very same code can run.
    pub fn open_writer(&self) -> Result<Store, StoreError> {
        match self.mode {
            Mode::Act => Store::open_writer(&self.store_path, &self.writer_options()),
            Mode::DryRun => Store::open_scratch(&self.store_path, &self.writer_options()),
        }
    }

    /// A progress bar on standard error (over `length` steps where known), hidden where nobody looks.
    pub fn progress(&self, length: Option<u64>, template: &str) -> ProgressBar {
        let target = if self.show_progress {
            ProgressDrawTarget::stderr_with_hz(10)
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(length, target);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar
    }
}
