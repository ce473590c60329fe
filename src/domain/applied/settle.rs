//! What became of a change, told by what stands in its place now; and whether it may be taken back.

use super::ChangeState;

/// The state that a change whose process died is really in: `now` is what its place holds.
///
/// Bytes decide, never the order of events: a rename either happened or it did not.
pub fn settled_state(
    state: ChangeState,
    before: Option<&[u8]>,
    after: Option<&[u8]>,
    now: Option<&[u8]>,
) -> ChangeState {
    match state {
        ChangeState::Begun if now == after => ChangeState::Applied,
        ChangeState::Begun if now == before => ChangeState::Abandoned,
        ChangeState::UndoBegun if now == before => ChangeState::Undone,
        ChangeState::UndoBegun if now == after => ChangeState::Applied,
        ChangeState::Begun | ChangeState::UndoBegun => ChangeState::Unclear,
        settled => settled,
    }
}

/// What taking a change back needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UndoStep {
    /// What stood there before is written back.
    Restore,
    /// The place is as it was already.
    AlreadyBack,
    /// Somebody edited it since: writing back would lose that.
    EditedSince,
}

/// Whether what stood there `before` may be put in the place of what is there `now`.
pub fn undo_step(before: Option<&[u8]>, after: Option<&[u8]>, now: Option<&[u8]>) -> UndoStep {
    if now == before {
        UndoStep::AlreadyBack
    } else if now == after {
        UndoStep::Restore
    } else {
        UndoStep::EditedSince
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: Option<&[u8]> = Some(b"old");
    const NEW: Option<&[u8]> = Some(b"new");
    const OTHER: Option<&[u8]> = Some(b"other");

    #[test]
    fn the_bytes_tell_whether_a_killed_process_got_as_far_as_the_rename() {
        let settled = |state, now| settled_state(state, OLD, NEW, now);
        assert_eq!(settled(ChangeState::Begun, NEW), ChangeState::Applied);
        assert_eq!(settled(ChangeState::Begun, OLD), ChangeState::Abandoned);
        assert_eq!(settled(ChangeState::Begun, OTHER), ChangeState::Unclear);
        assert_eq!(settled(ChangeState::Begun, None), ChangeState::Unclear);
        assert_eq!(settled(ChangeState::UndoBegun, OLD), ChangeState::Undone);
        assert_eq!(settled(ChangeState::UndoBegun, NEW), ChangeState::Applied);
        assert_eq!(settled(ChangeState::UndoBegun, OTHER), ChangeState::Unclear);
        assert_eq!(settled(ChangeState::Applied, OTHER), ChangeState::Applied);
    }

    #[test]
    fn only_what_nobody_touched_is_written_over() {
        assert_eq!(undo_step(OLD, NEW, NEW), UndoStep::Restore);
        assert_eq!(undo_step(OLD, NEW, OLD), UndoStep::AlreadyBack);
        assert_eq!(undo_step(OLD, NEW, OTHER), UndoStep::EditedSince);
        assert_eq!(undo_step(None, NEW, NEW), UndoStep::Restore);
        assert_eq!(undo_step(None, NEW, None), UndoStep::AlreadyBack);
        assert_eq!(undo_step(OLD, NEW, None), UndoStep::EditedSince);
    }
}
