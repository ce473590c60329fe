//! Every place by one name: read it, and replace what it holds if it still holds what the plan was made for.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::place_file::{self, folder_of, resolved};
use super::program::{self, Intake};
use super::{FolderLock, SchedulerError};
use crate::domain::applied::Place;

/// The programs that read and write crontabs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programs {
    /// Cron's.
    pub crontab: String,
    /// Slurm's.
    pub scrontab: String,
}

/// The schedulers of this machine.
#[derive(Clone, Debug)]
pub struct Schedulers {
    programs: Programs,
    /// A folder to lock where a place has none: two of us may well write the same user's crontab.
    home: Option<PathBuf>,
}

impl Schedulers {
    /// The schedulers that `programs` lead to, for the user whose home is `home`.
    pub fn new(programs: Programs, home: Option<PathBuf>) -> Schedulers {
        Schedulers { programs, home }
    }

    /// The place that a path stands for.
    pub fn file_place(path: &Path) -> Result<Place, SchedulerError> {
        let path = resolved(path)?;
        match path.to_str() {
            Some(text) => Ok(Place::File(text.to_owned())),
            None => Err(SchedulerError::Io {
                action: "name",
                path: path.clone(),
                source: std::io::Error::new(std::io::ErrorKind::InvalidInput, "its path is no UTF-8"),
            }),
        }
    }

    /// What a place holds; `None` where there is nothing.
    pub fn read(&self, place: &Place) -> Result<Option<Vec<u8>>, SchedulerError> {
        match place {
            Place::File(path) => place_file::read(Path::new(path)),
            Place::Crontab { .. } => program::read(&self.programs.crontab),
            Place::Scrontab { .. } => program::read(&self.programs.scrontab),
        }
    }

    /// Keeps other processes of ours from the place until it is dropped.
    pub fn lock(&self, place: &Place, timeout: Duration) -> Result<Option<FolderLock>, SchedulerError> {
        let folder = match place {
            Place::File(path) => {
                // A folder that is yet to be made is locked by the nearest one there is.
                let mut folder = folder_of(Path::new(path));
                while !folder.is_dir() && folder.parent().is_some_and(|above| above != folder) {
                    folder = folder.parent().unwrap_or(folder);
                }
                Some(folder)
            }
            Place::Crontab { .. } | Place::Scrontab { .. } => {
                self.home.as_deref().filter(|home| home.is_dir())
            }
        };
        folder.map(|folder| FolderLock::acquire(folder, timeout)).transpose()
    }

    /// Puts `after` in the place of `before` and reads it back. Refused where the place holds anything but `before`.
    pub fn replace(
        &self,
        place: &Place,
        before: Option<&[u8]>,
        after: Option<&[u8]>,
    ) -> Result<(), SchedulerError> {
        if self.read(place)?.as_deref() != before {
            return Err(SchedulerError::Changed(place.clone()));
        }
        match place {
            Place::File(path) => place_file::replace(Path::new(path), after)?,
            Place::Crontab { .. } => {
                program::replace(&self.programs.crontab, Intake::StandardInput, after)?;
            }
            Place::Scrontab { .. } => program::replace(&self.programs.scrontab, Intake::File, after)?,
        }
        if self.read(place)?.as_deref() == after {
            Ok(())
        } else {
            Err(SchedulerError::NotAsWritten(place.clone()))
        }
    }

    /// Removes what a killed process may have left beside a place.
    pub fn sweep(&self, place: &Place) -> Result<(), SchedulerError> {
        match place {
            Place::File(path) => place_file::sweep(Path::new(path)),
            Place::Crontab { .. } | Place::Scrontab { .. } => Ok(()),
        }
    }
}
