//! What was asked of model servers, so that it can be taken back.

use super::{ReleaseAction, ServerAddress};
use crate::domain::time::Timestamp;

const KEEP_LONGER: &str = "keep_longer";

/// What a server was asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelChangeKind {
    /// To load a model.
    Load,
    /// To let one go.
    Release(ReleaseAction),
    /// To keep one for longer that it held already.
    KeepLonger {
        /// When it was to leave, unless it was used.
        before: Timestamp,
    },
}

impl ModelChangeKind {
    /// The word used in output and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            ModelChangeKind::Load => "load",
            ModelChangeKind::Release(action) => action.as_str(),
            ModelChangeKind::KeepLonger { .. } => KEEP_LONGER,
        }
    }

    /// The text in the store: the word, and after a blank what it takes to undo it (milliseconds since 1970).
    pub fn stored(self) -> String {
        match self {
            ModelChangeKind::KeepLonger { before } => format!("{KEEP_LONGER} {}", before.millis()),
            ModelChangeKind::Load | ModelChangeKind::Release(_) => self.as_str().to_owned(),
        }
    }

    /// The kind of that text.
    pub fn parse(text: &str) -> Option<ModelChangeKind> {
        if let Some((KEEP_LONGER, before)) = text.split_once(' ') {
            let before = Timestamp::from_millis(before.parse().ok()?)?;
            return Some(ModelChangeKind::KeepLonger { before });
        }
        if text == ModelChangeKind::Load.as_str() {
            return Some(ModelChangeKind::Load);
        }
        ReleaseAction::ALL.into_iter().find(|action| action.as_str() == text).map(ModelChangeKind::Release)
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
    fn every_kind_is_found_by_what_is_stored_of_it() {
        let releases = ReleaseAction::ALL.map(ModelChangeKind::Release);
        let before = Timestamp::clamped(1_772_366_400_000);
        let others = [ModelChangeKind::Load, ModelChangeKind::KeepLonger { before }];
        for kind in releases.into_iter().chain(others) {
            assert_eq!(ModelChangeKind::parse(&kind.stored()), Some(kind));
        }
        for text in ["other", "keep_longer", "keep_longer soon"] {
            assert_eq!(ModelChangeKind::parse(text), None);
        }
    }
}
