//! What every subcommand needs to know of the world: values, read once by the root.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::CommandError;
use super::automatic_backup::copy_before_migration;
use crate::config::Config;
use crate::devices::{host_name, own_user_name};
use crate::domain::calendar::Zone;
use crate::domain::rules::Author;
use crate::domain::time::Timestamp;
use crate::store::backup::{SettledRestore, settle_restore};
use crate::store::{KeepOld, LockHolder, SCHEMA_VERSION, Store, StoreError, WriterOptions};

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

    /// Set once somebody asks, for work that is not ours to look after.
    pub fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }

    /// Whether somebody asked us to stop.
    pub fn is_triggered(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// What the person at the terminal answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Do it.
    Yes,
    /// Leave it.
    No,
    /// Neither: stop.
    Interrupted,
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
    /// Whether an option or `TIDETABLE_DB` names the store.
    pub is_store_named: bool,
    /// How long to wait for another writer.
    pub lock_timeout: Duration,
    /// Whether to stop.
    pub interrupt: Interrupt,
    /// Whether to draw progress.
    pub show_progress: bool,
    /// Asks the person at the terminal whether to do what it tells; `None` where nobody is there to answer.
    pub ask: Option<fn(&str, &Interrupt) -> Answer>,
}

/// A word as a shell takes it: what it would take apart is quoted.
pub fn shell_word(word: &str) -> String {
    let is_plain = !word.is_empty()
        && word.chars().all(|letter| letter.is_alphanumeric() || "-_./:=,+@%".contains(letter));
    if is_plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
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

    /// Who we are, for those who wait for us.
    pub(super) fn writer_options(&self) -> WriterOptions {
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
        if self.mode == Mode::DryRun && Store::needs_migration(&self.store_path)? {
            return Store::open_scratch(&self.store_path, &self.writer_options());
        }
        let keep_old = |_version| copy_before_migration(self, SCHEMA_VERSION);
        let opened =
            Store::open_reader_keeping(&self.store_path, &self.writer_options(), self.keep_old(&keep_old))?;
        match opened {
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

    /// The store for reading, for a question about one thing in it.
    ///
    /// # Errors
    /// Also where there is no store: what is asked for cannot be in it.
    pub fn open_reader_for_one(&self) -> anyhow::Result<Store> {
        let mut warnings = Vec::new();
        let store = self.open_reader(&mut warnings)?;
        match warnings.pop() {
            Some(message) => {
                let hint = "--db or TIDETABLE_DB names another store".to_owned();
                Err(CommandError::Refused { message, hint }.into())
            }
            None => Ok(store),
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
            Mode::Act => {
                let keep_old = |_version| copy_before_migration(self, SCHEMA_VERSION);
                let keep_old = self.keep_old(&keep_old);
                Store::open_writer_keeping(&self.store_path, &self.writer_options(), keep_old)
            }
            Mode::DryRun => Store::open_scratch(&self.store_path, &self.writer_options()),
        }
    }

    /// How an older store is kept before it is migrated: as a backup, or aside where those are switched off.
    fn keep_old<'a>(&self, as_backup: KeepOld<'a>) -> Option<KeepOld<'a>> {
        self.config.backup.automatic.then_some(as_backup)
    }

    /// Finishes or rolls back a restore of the store whose process died, and says so.
    pub fn settle_interrupted_restore(&self) -> Result<Option<String>, StoreError> {
        Ok(settle_restore(&self.store_path, &self.writer_options())?.map(|settled| match settled {
            SettledRestore::Finished { backup } => {
                format!("an interrupted restore of backup {backup} was finished")
            }
            SettledRestore::RolledBack { backup } => {
                format!("an interrupted restore of backup {backup} was rolled back; the store is as it was")
            }
        }))
    }

    /// The store for writing, where that is possible at once: for what is worth keeping, and no harm where it is not.
    /// `None` in a dry run, in a folder that we may not write, and while another process writes.
    pub fn open_writer_if_free(&self) -> Option<Store> {
        let options = WriterOptions { lock_timeout: Duration::ZERO, ..self.writer_options() };
        match self.mode {
            Mode::Act => Store::open_writer(&self.store_path, &options).ok(),
            Mode::DryRun => None,
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
