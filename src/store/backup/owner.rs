//! Whose copy a copy is: one folder may hold those of several stores, and what is said of one store must not be taken
//! from another's.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::durable::folder_of;
use super::manifest::Manifest;

/// The store whose copies are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    /// Every way its path may have been written down.
    spellings: Vec<PathBuf>,
    /// Its name and that of the folder, where the copies lie beside it.
    beside: Option<(OsString, OsString)>,
}

impl Owner {
    /// The store at `store`, which need not exist, with copies in `folder`.
    pub(super) fn new(store: &Path, folder: &Path) -> Owner {
        let place = |path: &Path| std::fs::canonicalize(folder_of(path)).ok();
        let is_beside = place(store).is_some() && place(store) == place(folder);
        let names = store.file_name().zip(folder.file_name()).filter(|_| is_beside);
        Owner {
            spellings: spellings(store),
            beside: names.map(|(store, folder)| (store.to_owned(), folder.to_owned())),
        }
    }

    /// Whether `manifest` tells of a copy of this store.
    pub(super) fn owns(&self, manifest: &Manifest) -> bool {
        let recorded = Path::new(&manifest.store);
        spellings(recorded).iter().any(|spelling| self.spellings.contains(spelling))
            || self.came_along(recorded, &manifest.id)
    }

    /// Whether a copy that tells of another place came here with the store beside it: nothing lies at that place any
    /// more, or the very same copy lies beside what does.
    fn came_along(&self, recorded: &Path, id: &str) -> bool {
        let Some((store, folder)) = &self.beside else { return false };
        let origin = || recorded.with_file_name(folder).join(format!("{id}.json"));
        recorded.file_name() == Some(store) && (!recorded.exists() || origin().exists())
    }
}

/// As it stands, from the root, in the real folder, and with links followed.
fn spellings(path: &Path) -> Vec<PathBuf> {
    let in_real_folder = std::fs::canonicalize(folder_of(path))
        .ok()
        .zip(path.file_name())
        .map(|(folder, name)| folder.join(name));
    let mut spellings: Vec<PathBuf> =
        [std::path::absolute(path).ok(), in_real_folder, std::fs::canonicalize(path).ok()]
            .into_iter()
            .flatten()
            .collect();
    spellings.dedup();
    spellings
}

#[cfg(test)]
mod tests {
    use super::super::laws::Place;
    use super::*;

    #[test]
    fn a_store_owns_its_copies_by_whatever_name_and_no_others() {
        let place = Place::with_runs(3);
        let mut copy = place.back_up().expect("copied");
        let folder = place.copies.path();
        assert!(Owner::new(&place.store(), folder).owns(&copy));
        assert!(!Owner::new(&place.store().with_file_name("other.db"), folder).owns(&copy));
        let link = place.store().with_file_name("link.db");
        std::os::unix::fs::symlink(place.store(), &link).expect("linked");
        assert!(Owner::new(&link, folder).owns(&copy), "one file under two names");
        copy.store = "/moved/from/here/store.db".to_owned();
        assert!(Owner::new(&place.store(), folder).owns(&copy), "moved together with its copies");
        assert!(!Owner::new(&place.store(), Path::new("/shared/backups")).owns(&copy));
        copy.store = "/moved/from/here/other.db".to_owned();
        assert!(!Owner::new(&place.store(), folder).owns(&copy));
    }
}
