//! Whether to act on a plan: `--yes`, or the person at the terminal.

use super::{Context, Mode};
use crate::output::{Glyphs, Style};

/// Whether to act on a plan that `told` tells.
pub(super) fn confirmed(
    context: &Context,
    yes: bool,
    told: &dyn Fn(&Style) -> String,
    warnings: &mut Vec<String>,
) -> bool {
    if context.mode == Mode::DryRun {
        return false;
    }
    if yes {
        return true;
    }
    let style =
        Style { color: false, width: None, glyphs: Glyphs::Ascii, zone: context.zone, now: context.now };
    if context.ask.is_some_and(|ask| ask(&told(&style))) {
        return true;
    }
    warnings.push("nothing was changed; --yes carries the plan out".to_owned());
    false
}
