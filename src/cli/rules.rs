//! Arguments of `rules` and its subcommands.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand, ValueEnum, ValueHint};

use super::DurationArg;
use crate::domain::applied::Scheduler;
use crate::domain::rules::RuleSourceKind;

/// Arguments of `rules`.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "A rule says when a task type is to start and how far it may be moved. Rules come from patterns \
(mined), from crontabs that were imported (declared), or from `rules add` (manual). Predictions and plans count \
enabled rules only.

Examples:
  tidetable rules list --enabled
  tidetable rules show 3
  tidetable rules add --task-type backup --cron '30 2 * * 1-5'
  tidetable rules enable 3 4
  tidetable rules export --target systemd 3
  tidetable rules apply --target crontab
  tidetable rules undo"
)]
pub struct RulesArgs {
    /// What to do with rules.
    #[command(subcommand)]
    pub action: RulesAction,
}

/// What to do with rules.
#[derive(Clone, Debug, Subcommand)]
pub enum RulesAction {
    /// List rules
    List(ListArgs),
    /// Show one rule and what was done to it
    Show(ShowArgs),
    /// Add a rule by hand
    Add(AddArgs),
    /// Let predictions and plans count rules
    #[command(after_help = "With an unknown id nothing is changed.

Examples:
  tidetable rules enable 3 4
  tidetable rules enable 3 --dry-run")]
    Enable(IdsArgs),
    /// Leave rules out of predictions and plans
    #[command(after_help = "With an unknown id nothing is changed.

Examples:
  tidetable rules disable 3
  tidetable rules disable 3 4 --dry-run")]
    Disable(IdsArgs),
    /// Remove rules; `rules undo --to` brings them back
    #[command(after_help = "With an unknown id nothing is removed. A mined rule comes back with the next \
`generate-scheduling-rules`, a declared one with the next import of its crontab; disable it to be rid of it.

Examples:
  tidetable rules remove 3 --dry-run
  tidetable rules remove 3 4")]
    Remove(IdsArgs),
    /// Show who changed rules, plans and schedulers, when and with which command
    History(HistoryArgs),
    /// Write rules for a scheduler
    Export(ExportArgs),
    /// Carry rules to a scheduler: show the difference, then change it
    Apply(ApplyArgs),
    /// Take back what was applied last, or bring earlier rules back
    Undo(UndoArgs),
}

/// Where rules come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SourceArg {
    /// From patterns
    Mined,
    /// From an imported crontab
    Declared,
    /// Added by hand
    Manual,
}

impl From<SourceArg> for RuleSourceKind {
    fn from(source: SourceArg) -> RuleSourceKind {
        match source {
            SourceArg::Mined => RuleSourceKind::Mined,
            SourceArg::Declared => RuleSourceKind::Declared,
            SourceArg::Manual => RuleSourceKind::Manual,
        }
    }
}

/// Arguments of `rules list`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  tidetable rules list
  tidetable rules list --enabled --source declared
  tidetable rules list --task-types 'root: *' --output-format json")]
pub struct ListArgs {
    /// Only those that predictions and plans count
    #[arg(long)]
    pub enabled: bool,

    /// Only from this source
    #[arg(long, value_enum, value_name = "SOURCE")]
    pub source: Option<SourceArg>,

    /// Only these task types: names or globs, comma-separated
    #[arg(long, value_name = "A,B", value_delimiter = ',', add = super::complete::task_types())]
    pub task_types: Vec<String>,
}

/// Arguments of `rules show`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  tidetable rules show 3
  tidetable rules show 3 --output-format json")]
pub struct ShowArgs {
    /// The rule
    #[arg(value_name = "ID", add = super::complete::rule_ids())]
    pub id: i64,
}

/// Arguments of `rules history`.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Each change of rules or plans is a revision, with what each rule was before and after it. \
`rules undo --to REVISION` brings the rules back as they were after it.

Examples:
  tidetable rules history
  tidetable rules history --limit 5 --output-format detailed
  tidetable rules history 3 --output-format json"
)]
pub struct HistoryArgs {
    /// Only what was done to this rule, which may be one that was removed
    #[arg(value_name = "ID", add = super::complete::rule_ids())]
    pub id: Option<i64>,

    /// Leave out plans that were proposed and not applied
    #[arg(long)]
    pub changes_only: bool,

    /// How many, newest first
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,
}

/// Arguments of `rules add`.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "The times are local times of the zone (--timezone, else the system's). The name is what makes \
the rule itself: adding the same name twice is refused.

Examples:
  tidetable rules add --task-type backup --cron '30 2 * * 1-5' --command '/usr/local/bin/backup'
  tidetable rules add --task-type train --cron @daily --earlier 0 --later 4h --priority 8
  tidetable rules add --task-type sync --cron '*/20 * * * *' --disabled --timezone Europe/Berlin"
)]
pub struct AddArgs {
    /// The task type it starts
    #[arg(long, value_name = "T", value_parser = NonEmptyStringValueParser::new(), add = super::complete::task_types())]
    pub task_type: String,

    /// When: five cron fields, or @hourly, @daily, @weekly, @monthly, @yearly
    #[arg(long, value_name = "FIELDS", allow_hyphen_values = true)]
    pub cron: String,

    /// One line for people [default: the task type and its times]
    #[arg(long, value_name = "N", value_parser = NonEmptyStringValueParser::new())]
    pub name: Option<String>,

    /// What it runs; without it the rule cannot be exported
    #[arg(long, value_name = "C", value_parser = NonEmptyStringValueParser::new())]
    pub command: Option<String>,

    /// 1 (least) to 10: weighs displacement in plans, decides conflicts
    #[arg(long, value_name = "1..10", default_value_t = 5,
          value_parser = clap::value_parser!(u8).range(1..=10))]
    pub priority: u8,

    /// How much earlier a plan may start it [default: 30m, at most half of its spacing]
    #[arg(long, value_name = "DURATION")]
    pub earlier: Option<DurationArg>,

    /// How much later a plan may start it [default: 30m, at most half of its spacing]
    #[arg(long, value_name = "DURATION")]
    pub later: Option<DurationArg>,

    /// Leave it out of predictions and plans for now
    #[arg(long)]
    pub disabled: bool,
}

/// Rules by their ids.
#[derive(Clone, Debug, Args)]
pub struct IdsArgs {
    /// The rules
    #[arg(value_name = "ID", required = true, add = super::complete::rule_ids())]
    pub ids: Vec<i64>,
}

/// What rules can be written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TargetArg {
    /// Lines of a crontab
    Crontab,
    /// A .timer and a .service unit for each rule
    Systemd,
    /// Lines of a scrontab with their #SCRON options
    Slurm,
    /// A CronJob for each rule, as YAML
    Kubernetes,
    /// A JSON array of rules
    Json,
}

/// What rules can be carried to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchedulerArg {
    /// Crontabs
    Crontab,
    /// systemd's timers
    Systemd,
    /// Slurm's scrontab
    Slurm,
}

impl From<SchedulerArg> for Scheduler {
    fn from(scheduler: SchedulerArg) -> Scheduler {
        match scheduler {
            SchedulerArg::Crontab => Scheduler::Crontab,
            SchedulerArg::Systemd => Scheduler::Systemd,
            SchedulerArg::Slurm => Scheduler::Slurm,
        }
    }
}

/// Arguments of `rules export`.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Only what the target says exactly is written; other rules are named in warnings with the \
reason, and the exit code is 4 (1 where none could be written). Cron and Slurm go by one zone, the system's unless \
--timezone names theirs.

Limits for Slurm and Kubernetes come from past runs: twice the time, and a quarter more memory, than nineteen in \
twenty runs needed. What no run tells has no limit.

Examples:
  tidetable rules export --target crontab
  tidetable rules export --target kubernetes --image registry.example.org/jobs:1 > cronjobs.yaml
  tidetable rules export --target crontab --system-crontab > /etc/cron.d/tidetable
  tidetable rules export --target systemd 3
  tidetable rules export --target json 3 4"
)]
pub struct ExportArgs {
    /// For which scheduler
    #[arg(long, value_enum, value_name = "TARGET")]
    pub target: TargetArg,

    /// Write the user column of /etc/crontab and /etc/cron.d
    #[arg(long)]
    pub system_crontab: bool,

    /// Put rules of other zones below CRON_TZ lines, which cronie reads and Debian's cron does not
    #[arg(long)]
    pub cron_tz: bool,

    /// Container image that has the commands of the rules; Kubernetes needs one
    #[arg(long, value_name = "IMAGE", value_parser = NonEmptyStringValueParser::new())]
    pub image: Option<String>,

    /// slurm: a script of `sbatch --begin`, a job for each start within this time from now, instead of a scrontab
    #[arg(long, value_name = "DURATION")]
    pub single_jobs: Option<DurationArg>,

    /// The rules [default: all that are enabled]
    #[arg(value_name = "ID", add = super::complete::rule_ids())]
    pub ids: Vec<i64>,
}

/// Arguments of `rules apply`.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "crontab: a rule that was imported from a crontab changes the times of its entry there, and no other \
byte; rules added by hand stand in a marked block of your own crontab (or of --file). slurm: the same in your \
scrontab. systemd: a rule mined from the runs of a unit that has a timer gets a drop-in with its times; a rule with a \
command gets a timer and a service.

The difference is shown first; nothing is changed without --yes, or your word on a terminal. What stood there before \
is kept in the store, and `rules undo` brings it back byte for byte. A place that changes meanwhile is never written \
over.

Examples:
  tidetable rules apply --target crontab
  tidetable rules apply --target crontab --file /etc/cron.d/jobs --yes
  tidetable rules apply --target systemd --user 3 4 --dry-run
  tidetable rules apply --target slurm --yes"
)]
pub struct ApplyArgs {
    /// To which scheduler
    #[arg(long, value_enum, value_name = "TARGET")]
    pub target: SchedulerArg,

    /// Only this crontab, instead of those that declared the rules and your own
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,

    /// Folder that gets units and drop-ins [default: /etc/systemd/system, with --user ~/.config/systemd/user]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub units_dir: Option<PathBuf>,

    /// Units of your own systemd instead of the system's
    #[arg(long)]
    pub user: bool,

    /// Do it; without this the difference is only shown
    #[arg(short, long)]
    pub yes: bool,

    /// The rules [default: all that are enabled]
    #[arg(value_name = "ID", add = super::complete::rule_ids())]
    pub ids: Vec<i64>,
}

/// Arguments of `rules undo`.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Takes back the last `rules apply` that is still in force, in every place it changed; called again, \
the one before. The rules in the store go back, too. A place that was edited since is left alone, and the \
difference is told.

With --to, the rules in the store become what they were after that revision, and no scheduler is touched; that, too, \
is a revision, and can be taken back.

Examples:
  tidetable rules undo
  tidetable rules undo --yes
  tidetable rules undo --target crontab --file /etc/crontab --yes
  tidetable rules undo --to 12 --yes"
)]
pub struct UndoArgs {
    /// Bring the rules in the store back as they were after this revision (`rules history` lists them; 0: before all)
    #[arg(long, value_name = "REVISION", conflicts_with_all = ["target", "file"],
          value_parser = clap::value_parser!(i64).range(0..))]
    pub to: Option<i64>,

    /// Only of this scheduler
    #[arg(long, value_enum, value_name = "TARGET")]
    pub target: Option<SchedulerArg>,

    /// Only in this file
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,

    /// Do it; without this the difference is only shown
    #[arg(short, long)]
    pub yes: bool,
}
