//! Where systemd looks for units, and what stands in them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::SchedulerError;
use super::place_file;

/// Whose units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitScope {
    /// The system's.
    System,
    /// The user's own.
    User,
}

/// Folders of unit files, those that win first. Source: systemd.unit(5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitFolders {
    folders: Vec<PathBuf>,
}

impl UnitFolders {
    /// Those of a scope, `own` before all of them; `home` is the user's. `SYSTEMD_UNIT_PATH`, which systemd itself
    /// reads, stands in their place.
    pub fn of(scope: UnitScope, own: &Path, home: Option<&Path>) -> UnitFolders {
        let mut folders = vec![own.to_owned()];
        match (std::env::var_os("SYSTEMD_UNIT_PATH"), scope) {
            (Some(path), _) => folders.extend(std::env::split_paths(&path)),
            (None, UnitScope::System) => folders.extend(
                ["/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib"]
                    .map(|above| Path::new(above).join("systemd/system")),
            ),
            (None, UnitScope::User) => {
                folders.extend(home.map(|home| home.join(".config/systemd/user")));
                folders.extend(
                    ["/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib"]
                        .map(|above| Path::new(above).join("systemd/user")),
                );
            }
        }
        UnitFolders { folders }
    }

    /// The text of the unit of that name; that of its template for an instance (`a@b.timer` is made from
    /// `a@.timer`). `None` where there is none.
    pub fn text_of(&self, unit: &str) -> Result<Option<String>, SchedulerError> {
        // A name from a log is no path.
        if unit.contains('/') || unit.starts_with('.') {
            return Ok(None);
        }
        let template = unit.split_once('@').and_then(|(stem, instance)| {
            instance.rsplit_once('.').map(|(_, kind)| format!("{stem}@.{kind}"))
        });
        for name in std::iter::once(unit).chain(template.as_deref()) {
            for folder in &self.folders {
                if let Some(bytes) = place_file::read(&folder.join(name))? {
                    return Ok(Some(String::from_utf8_lossy(&bytes).into_owned()));
                }
            }
        }
        Ok(None)
    }

    /// The drop-ins of a unit in the order in which systemd reads them: by name, each from the folder that wins.
    pub fn drop_ins_of(&self, unit: &str) -> Result<Vec<(String, String)>, SchedulerError> {
        let mut found = BTreeMap::new();
        for folder in &self.folders {
            let folder = folder.join(format!("{unit}.d"));
            for name in names_in(&folder)?.into_iter().filter(|name| name.ends_with(".conf")) {
                if let Some(bytes) = place_file::read(&folder.join(&name))? {
                    found.entry(name).or_insert_with(|| String::from_utf8_lossy(&bytes).into_owned());
                }
            }
        }
        Ok(found.into_iter().collect())
    }

    /// Names of the timers there are, each once.
    pub fn timers(&self) -> Result<BTreeSet<String>, SchedulerError> {
        let mut timers = BTreeSet::new();
        for folder in &self.folders {
            timers.extend(names_in(folder)?.into_iter().filter(|name| name.ends_with(".timer")));
        }
        Ok(timers)
    }
}

/// The names in a folder that are text; none where it is not there.
fn names_in(folder: &Path) -> Result<Vec<String>, SchedulerError> {
    let failed =
        |source: std::io::Error| SchedulerError::Io { action: "read", path: folder.to_owned(), source };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(failed(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        names.extend(entry.map_err(failed)?.file_name().into_string());
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_found_in_its_folder_and_an_instance_by_its_template() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("sync@.timer"), "[Timer]\n").unwrap();
        let folders = UnitFolders::of(UnitScope::System, folder.path(), None);
        assert_eq!(folders.text_of("sync@home.timer").unwrap().as_deref(), Some("[Timer]\n"));
        assert_eq!(folders.text_of("never-there.timer").unwrap(), None);
        assert_eq!(folders.text_of("../sync@.timer").unwrap(), None);
    }
}
