//! Whether to act on a plan: `--yes`, or the person at the terminal.

use super::{Answer, CommandError, Completion, Context, Mode};
use crate::output::{Glyphs, Style};

/// Whether a plan is to be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Consent {
    /// It is.
    Given,
    /// It is not, and nobody was asked.
    NotAsked,
    /// It is not: somebody was told the plan and said no.
    Declined,
}

impl Consent {
    /// Whether to act.
    pub fn is_given(self) -> bool {
        self == Consent::Given
    }

    /// How a command ends that did nothing for want of consent, and would have ended as `otherwise`.
    pub fn completion(self, otherwise: Completion) -> Completion {
        match (self, otherwise) {
            (Consent::Declined, Completion::Done) => Completion::Declined,
            _ => otherwise,
        }
    }
}

/// Whether to act on a plan that `told` tells. An error where somebody was asked and pressed Ctrl-C.
pub(super) fn confirmed(
    context: &Context,
    yes: bool,
    told: &dyn Fn(&Style) -> String,
    warnings: &mut Vec<String>,
) -> Result<Consent, CommandError> {
    if context.mode == Mode::DryRun {
        return Ok(Consent::NotAsked);
    }
    if yes {
        return Ok(Consent::Given);
    }
    let style =
        Style { color: false, width: None, glyphs: Glyphs::Ascii, zone: context.zone, now: context.now };
    let consent = match context.ask.map(|ask| ask(&told(&style), &context.interrupt)) {
        Some(Answer::Yes) => return Ok(Consent::Given),
        Some(Answer::Interrupted) => return Err(CommandError::Interrupted("nothing was changed")),
        Some(Answer::No) => Consent::Declined,
        None => Consent::NotAsked,
    };
    warnings.push("nothing was changed; --yes carries the plan out".to_owned());
    Ok(consent)
}
