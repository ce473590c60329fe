//! Copies that are made without being asked for, before what could not be taken back otherwise.

use super::backup_folder::host_name;
use super::{Context, Mode};
use crate::domain::calendar::Zone;
use crate::domain::retention::{HeldCopy, RetentionPolicy, decide};
use crate::store::StoreError;
use crate::store::backup::{ArchiveFormat, BackupError, BackupFolder, BackupRequest, PRE_RESTORE};

/// What a copy is made before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Occasion {
    /// The store is brought to a newer schema.
    Migration,
    /// An import adds much to what the store holds.
    Import,
    /// Older copies are removed.
    Prune,
}

impl Occasion {
    const ALL: [Occasion; 3] = [Occasion::Migration, Occasion::Import, Occasion::Prune];

    /// The reason that its copies bear.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Occasion::Migration => "pre-migration",
            Occasion::Import => "pre-import",
            Occasion::Prune => "pre-prune",
        }
    }
}

/// Whether a reason belongs to copies that the program makes by itself.
pub(super) fn is_reserved(reason: &str) -> bool {
    reason == PRE_RESTORE || Occasion::ALL.iter().any(|occasion| occasion.reason() == reason)
}

/// Copies the store and tells the id; then removes older copies of the same occasion beyond those configured. `None`
/// when nothing may be changed, when it is switched off, or when there is no store.
pub(super) fn copy_before(
    context: &Context,
    occasion: Occasion,
    folder: &BackupFolder,
) -> Result<Option<String>, BackupError> {
    if context.mode == Mode::DryRun || !context.config.backup.automatic {
        return Ok(None);
    }
    let writer = context.writer_options();
    let host = host_name();
    let made = folder.create(&BackupRequest {
        store: &context.store_path,
        reason: occasion.reason(),
        format: ArchiveFormat::Zst,
        host: host.as_deref(),
        now: context.now,
        writer: &writer,
    });
    let made = match made {
        Ok(made) => made,
        Err(BackupError::NoStore { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let _lock = folder.lock(&writer)?;
    let copies: Vec<HeldCopy> = folder
        .catalog()?
        .backups
        .iter()
        .filter(|copy| copy.reason == made.reason && copy.store == made.store)
        // The one just made is good, so that none of these is the last good one.
        .map(|copy| HeldCopy {
            id: copy.id.clone(),
            created_at: copy.created_at,
            is_good: true,
            is_safety_copy: false,
            occasion: None,
        })
        .collect();
    if let Ok(policy) = RetentionPolicy::new(0, context.config.backup.keep_automatic, &[]) {
        let verdicts = decide(&copies, &policy, Zone::UTC, context.now);
        for verdict in verdicts.iter().filter(|verdict| !verdict.is_kept() && verdict.id != made.id) {
            folder.remove(&verdict.id)?;
        }
    }
    Ok(Some(made.id))
}

/// Copies a store that is about to be migrated.
pub(super) fn copy_before_migration(context: &Context, to: u32) -> Result<(), StoreError> {
    let folder = super::backup_folder::folder(context, None);
    match copy_before(context, Occasion::Migration, &folder) {
        Ok(_) => Ok(()),
        Err(BackupError::Store(error)) => Err(error),
        Err(error) => {
            let path = context.store_path.clone();
            Err(StoreError::Uncopied { path, to, reason: error.to_string() })
        }
    }
}

/// Copies the store before the first file of an import that makes it more than a tenth larger.
#[derive(Debug)]
pub(super) struct ImportGuard {
    runs_before: u64,
    added: u64,
    copy: Option<String>,
    is_settled: bool,
}

impl ImportGuard {
    /// For a store that holds this many runs; an empty one has nothing to lose.
    pub(super) fn new(runs_before: u64) -> ImportGuard {
        ImportGuard { runs_before, added: 0, copy: None, is_settled: runs_before == 0 }
    }

    /// To be called before a file is committed, which others do not see yet: the copy is without it. That no copy
    /// could be made keeps nobody from importing; the reason is handed back.
    pub(super) fn before_commit(&mut self, context: &Context, added: u64) -> Option<String> {
        self.added += added;
        if self.is_settled || self.added.saturating_mul(10) <= self.runs_before {
            return None;
        }
        self.is_settled = true;
        let folder = super::backup_folder::folder(context, None);
        match copy_before(context, Occasion::Import, &folder) {
            Ok(copy) => {
                self.copy = copy;
                None
            }
            Err(error) => Some(format!("the store was not copied before this import: {error}")),
        }
    }

    /// The copy made, if one was.
    pub(super) fn copy(self) -> Option<String> {
        self.copy
    }
}
