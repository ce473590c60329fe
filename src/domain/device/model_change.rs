//! What was asked of model servers, so that it can be taken back.

use super::{ReleaseAction, ServerAddress};
use crate::domain::time::Timestamp;

/// What a server was asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelChangeKind {
    /// To load a model.
    Load,
    /// To let one go.
    Release(ReleaseAction),
}

impl ModelChangeKind {
    /// The word used in output and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            ModelChangeKind::Load => "load",
            ModelChangeKind::Release(action) => action.as_str(),
        }
    }

    /// The kind of that word.
    pub fn parse(word: &str) -> Option<ModelChangeKind> {
        if word == ModelChangeKind::Load.as_str() {
            return Some(ModelChangeKind::Load);
        }
        ReleaseAction::ALL.into_iter().find(|action| action.as_str() == word).map(ModelChangeKind::Release)
    }
}

/// Something that a server was asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelChange {
    /// When. What was asked in one go bears one instant and is undone together.
    pub at: Timestamp,
    /// Whom.
    pub server: ServerAddress,
    /// Which model.
    pub model: String,
    /// What.
    pub kind: ModelChangeKind,
    /// Why, for people.
    pub reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_word() {
        let releases = ReleaseAction::ALL.map(ModelChangeKind::Release);
        for kind in releases.into_iter().chain([ModelChangeKind::Load]) {
            assert_eq!(ModelChangeKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(ModelChangeKind::parse("other"), None);
    }
}
