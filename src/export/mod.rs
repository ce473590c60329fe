//! Rules written for the schedulers that run them, one file per target: exactly what each can express.

mod block;
mod crontab;
mod crontab_edit;
mod demands;
mod expression;
#[cfg(test)]
mod fixture;
mod kubernetes;
mod line_edit;
mod sbatch;
mod scrontab;
mod systemd;
mod systemd_drop_in;
mod timer_text;

pub use block::{BrokenBlock, block_of};
pub use crontab::{CrontabForm, ForeignZones, crontab};
pub use crontab_edit::{CrontabEdit, CrontabEntry, CrontabSetting, RuleEdit, WantedRule, plan_crontab};
pub use expression::Inexpressible;
pub use kubernetes::kubernetes;
pub use sbatch::sbatch;
pub use scrontab::scrontab;
pub use systemd::{systemd_units, timer_and_service};
pub use systemd_drop_in::{DropIn, DropInError, TimerEdit, TimerRule, timer_drop_in};
pub use timer_text::TimerText;

use crate::domain::rules::RuleId;

/// A text for a scheduler, and what to call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportedFile {
    /// File name.
    pub name: String,
    /// Its contents, with a line break at the end.
    pub text: String,
}

/// What a target could express, and what it could not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// The files, in the order of the rules.
    pub files: Vec<ExportedFile>,
    /// Rules that are in them.
    pub written: Vec<RuleId>,
    /// Rules that are not, and why.
    pub left_out: Vec<(RuleId, Inexpressible)>,
}
