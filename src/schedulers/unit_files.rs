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
        Ok(match self.file_of(unit)? {
            Some(UnitFile::Text(text)) => Some(text),
            Some(UnitFile::Masked) => Some(String::new()),
            None => None,
        })
    }

    /// Whether the unit of that name is masked, so that nothing starts it.
    pub fn is_masked(&self, unit: &str) -> Result<bool, SchedulerError> {
        Ok(matches!(self.file_of(unit)?, Some(UnitFile::Masked)))
    }

    fn file_of(&self, unit: &str) -> Result<Option<UnitFile>, SchedulerError> {
        // A name from a log is no path.
        if unit.contains('/') || unit.starts_with('.') {
            return Ok(None);
        }
        for name in std::iter::once(unit).chain(template_of(unit).as_deref()) {
            for folder in &self.folders {
                if let Some(file) = unit_file(&folder.join(name))? {
                    return Ok(Some(file));
                }
            }
        }
        Ok(None)
    }

    /// The drop-ins of a unit in the order in which systemd reads them: by name, each from the folder that wins; those
    /// of its template, of what its name begins with and of all units of its kind among them.
    pub fn drop_ins_of(&self, unit: &str) -> Result<Vec<(String, String)>, SchedulerError> {
        let mut found = BTreeMap::new();
        let owners = drop_in_owners(unit);
        for folder in
            owners.iter().flat_map(|owner| self.folders.iter().map(move |at| at.join(format!("{owner}.d"))))
        {
            for name in names_in(&folder)?.into_iter().filter(|name| name.ends_with(".conf")) {
                match unit_file(&folder.join(&name))? {
                    Some(UnitFile::Text(text)) => found.entry(name).or_insert(text),
                    // It hides those of its name that come after it.
                    Some(UnitFile::Masked) => found.entry(name).or_insert_with(String::new),
                    None => continue,
                };
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

/// A unit file.
enum UnitFile {
    /// With this in it.
    Text(String),
    /// Empty, or a link to /dev/null.
    Masked,
}

/// The unit file at a path; `None` where there is none.
fn unit_file(path: &Path) -> Result<Option<UnitFile>, SchedulerError> {
    match place_file::read(path) {
        Ok(None) => Ok(None),
        Ok(Some(bytes)) if bytes.is_empty() => Ok(Some(UnitFile::Masked)),
        Ok(Some(bytes)) => Ok(Some(UnitFile::Text(String::from_utf8_lossy(&bytes).into_owned()))),
        Err(SchedulerError::NotAFile(_)) if path.is_dir() => Ok(None),
        Err(SchedulerError::NotAFile(_)) => Ok(Some(UnitFile::Masked)),
        Err(error) => Err(error),
    }
}

/// The template of an instance: that of `a@b.timer` is `a@.timer`.
fn template_of(unit: &str) -> Option<String> {
    let (stem, instance) = unit.split_once('@')?;
    let (instance, kind) = instance.rsplit_once('.')?;
    (!instance.is_empty()).then(|| format!("{stem}@.{kind}"))
}

/// Units whose drop-ins hold for `unit`, those that win first: itself, its template, what its name begins with up to
/// each dash, all of its kind. Source: systemd.unit(5).
fn drop_in_owners(unit: &str) -> Vec<String> {
    let mut owners = vec![unit.to_owned()];
    owners.extend(template_of(unit));
    if let Some((stem, kind)) = unit.rsplit_once('.') {
        let dashes = stem.match_indices('-').map(|(at, _)| at).filter(|at| at + 1 < stem.len());
        let mut prefixes: Vec<String> = dashes.map(|at| format!("{}.{kind}", &stem[..=at])).collect();
        prefixes.reverse();
        owners.extend(prefixes);
        owners.push(kind.to_owned());
    }
    owners
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

    #[test]
    fn a_masked_unit_is_there_and_starts_nothing() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/dev/null", folder.path().join("sync.timer")).unwrap();
        std::fs::write(folder.path().join("empty.timer"), "").unwrap();
        std::fs::write(folder.path().join("plain.timer"), "[Timer]\n").unwrap();
        let folders = UnitFolders::of(UnitScope::System, folder.path(), None);
        let masked = ["sync.timer", "empty.timer", "plain.timer", "never-there.timer"]
            .map(|unit| folders.is_masked(unit).unwrap());
        assert_eq!(masked, [true, true, false, false]);
        assert_eq!(folders.text_of("sync.timer").unwrap().as_deref(), Some(""));
    }

    #[test]
    fn drop_ins_of_templates_prefixes_and_kinds_hold_too() {
        let folder = tempfile::tempdir().unwrap();
        let put = |owner: &str, name: &str, text: &str| {
            std::fs::create_dir_all(folder.path().join(owner)).unwrap();
            std::fs::write(folder.path().join(owner).join(name), text).unwrap();
        };
        put("tt-sync@.timer.d", "10-a.conf", "template");
        put("tt-.timer.d", "10-a.conf", "prefix");
        put("tt-.timer.d", "20-b.conf", "prefix");
        put("timer.d", "05-c.conf", "kind");
        let folders = UnitFolders { folders: vec![folder.path().to_owned()] };
        let found = folders.drop_ins_of("tt-sync@home.timer").unwrap();
        let found: Vec<(&str, &str)> =
            found.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        assert_eq!(found, [("05-c.conf", "kind"), ("10-a.conf", "template"), ("20-b.conf", "prefix")]);
    }
}
