//! What `doctor --repair` does: each step removes only what an interrupted command left half-made, or moves a file
//! to where nothing opens it.

use std::path::PathBuf;

use super::Context;
use crate::output::doctor::ShownRepair;
use crate::store::backup::{BackupError, BackupFolder, move_aside, remove_stages, settle_restore};

/// A step.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Repair {
    /// Finish or roll back a restore of the store.
    SettleRestore,
    /// Remove what killed restores of the store were unpacking.
    RemoveStages,
    /// Remove what killed backups left unfinished.
    RemoveUnfinished,
    /// Move a lone log of SQLite away, so that it does not get into a new store, or a journal that nobody can read.
    MoveAside(PathBuf),
    /// Move the files of what is no copy any more away.
    MoveCopy(PathBuf),
}

impl Repair {
    /// The step as it would be.
    pub(super) fn planned(&self, context: &Context, folder: &BackupFolder) -> ShownRepair {
        let store = context.store_path.clone();
        let (action, path) = match self {
            Repair::SettleRestore => ("settle_restore", store),
            Repair::RemoveStages => ("remove_stages", store),
            Repair::RemoveUnfinished => ("remove_unfinished", folder.path().to_owned()),
            Repair::MoveAside(path) | Repair::MoveCopy(path) => ("move_aside", path.clone()),
        };
        ShownRepair {
            action,
            path: path.to_string_lossy().into_owned(),
            moved_to: None,
            status: "planned",
            error: None,
        }
    }

    /// Does it; a failure is part of the answer.
    pub(super) fn carried_out(&self, context: &Context, folder: &BackupFolder) -> ShownRepair {
        let planned = self.planned(context, folder);
        match self.act(context, folder) {
            Ok(moved) => ShownRepair {
                moved_to: moved.map(|path| path.to_string_lossy().into_owned()),
                status: "done",
                ..planned
            },
            Err(error) => ShownRepair { status: "failed", error: Some(error.to_string()), ..planned },
        }
    }

    fn act(&self, context: &Context, folder: &BackupFolder) -> Result<Option<PathBuf>, BackupError> {
        let writer = context.writer_options();
        match self {
            Repair::SettleRestore => settle_restore(&context.store_path, &writer)?.map_or((), |_| ()),
            Repair::RemoveStages => remove_stages(&context.store_path, &writer)?,
            Repair::RemoveUnfinished => folder.remove_unfinished(&writer)?,
            Repair::MoveAside(path) => return move_aside(path).map(Some),
            Repair::MoveCopy(path) => return folder.move_debris_aside(path, &writer).map(Some),
        }
        Ok(None)
    }
}
