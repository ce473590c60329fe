//! `demo`: the whole pipeline on the bundled sample, in a store that is thrown away.

use anyhow::Context as _;
use clap::{Command, FromArgMatches};
use serde::Deserialize;

use super::{CommandError, Context, Mode, Outcome};
use crate::cli::demo::DemoArgs;
use crate::config::{CapacityConfig, Config};
use crate::domain::calendar::{CronEntry, Schedule, parse_cron, parse_zone, year_and_day_from};
use crate::domain::patterns::PatternType;
use crate::domain::time::Timestamp;
use crate::output::demo::{DemoReport, DemoStep, PlantedSchedule};
use crate::store::{PatternFilter, StoredPattern};

/// Twelve weeks of a made-up workstation; `examples/generate_sample.rs` makes it.
const SAMPLE: &[u8] = include_bytes!("../../data/sample.csv.gz");

/// What the generator planted.
const TRUTH: &str = include_str!("../../data/sample.truth.json");

/// Seconds of search: the plan of so small a timetable is found in a fraction of it.
const SEARCH: &str = "100ms";

#[derive(Debug, Deserialize)]
struct Truth {
    timezone: String,
    history: TruthHistory,
    capacity: TruthCapacity,
    schedules: Vec<TruthSchedule>,
    follows: Vec<TruthFollows>,
}

#[derive(Debug, Deserialize)]
struct TruthHistory {
    end: Timestamp,
}

#[derive(Debug, Deserialize)]
struct TruthCapacity {
    cpu_cores: f64,
    memory_mib: f64,
    gpu_count: u32,
    gpu_memory_mib: f64,
}

#[derive(Debug, Deserialize)]
struct TruthSchedule {
    task_type: String,
    cron: String,
    until: Option<Timestamp>,
}

#[derive(Debug, Deserialize)]
struct TruthFollows {
    task_type: String,
    predecessor: String,
}

/// Tells the story.
pub fn run(context: &Context, args: &DemoArgs) -> anyhow::Result<Outcome> {
    let DemoArgs {} = args;
    let truth: Truth = serde_json::from_str(TRUTH).context("the bundled truth is damaged")?;
    let folder = tempfile::tempdir().context("cannot make a folder for the demo's store")?;
    let sample = folder.path().join("sample.csv.gz");
    std::fs::write(&sample, SAMPLE).context("cannot write the sample history")?;
    let stage = stage(context, &truth, folder.path())?;
    let sample_path = sample.to_string_lossy().into_owned();

    let mut story = Story { context: &stage, steps: Vec::new() };
    story.tell(
        "What happened",
        "Twelve weeks of a GPU workstation's job log: when each run began and ended, and what it took.",
        &["import", &sample_path],
        |context, args| super::import::run_named(context, args, &file_name),
    )?;
    story.tell(
        "When does work recur?",
        "Nothing but starts is read here: no crontab. One job was moved from 03:40 to 02:00, another stopped; \
         clocks went forward on 2026-03-29; the machine was off for two days; people ran other things at will.",
        &["analyze-activity-patterns", "--days", "90"],
        super::analyze::run,
    )?;
    story.tell(
        "Rules",
        "What recurs reliably becomes a rule: a schedule that may move as a whole, within its window.",
        &["generate-scheduling-rules", "--auto-enable", "--max-rules", "20"],
        super::generate::run,
    )?;
    story.tell(
        "What comes next?",
        "The coming 24 hours, each run with its probability and what it will need.",
        &["predict"],
        super::predict::run,
    )?;
    story.tell(
        "A better timetable",
        "Five jobs start at 02:00 and three at 00:00, when the training may still hold a GPU.",
        &["optimize-resource-schedule", "--peak-mitigation", "--auto-apply", "--time-limit", SEARCH],
        super::optimize::run,
    )?;
    story.tell(
        "What behaves like the backup?",
        "Patterns that run at like times and need like things.",
        &["search-similar-patterns", "--task-types", "root: backup-home", "--max-results", "3"],
        super::search::run,
    )?;

    let steps = story.steps;
    let (planted, surplus) = compare(&stage, &truth)?;
    Ok(Outcome::done(DemoReport { steps, planted, surplus, zone: stage.zone, now: stage.now }, Vec::new()))
}

/// The demo's files lie in a folder whose name means nothing to anybody.
fn file_name(path: &std::path::Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The context of the made-up workstation: its zone, its capacity, the instant at which its log ends.
fn stage(context: &Context, truth: &Truth, folder: &std::path::Path) -> anyhow::Result<Context> {
    let capacity = CapacityConfig {
        cpu_cores: Some(truth.capacity.cpu_cores),
        memory_mib: Some(truth.capacity.memory_mib),
        gpu_count: Some(truth.capacity.gpu_count),
        gpu_memory_mib: Some(truth.capacity.gpu_memory_mib),
    };
    Ok(Context {
        now: truth.history.end,
        zone: parse_zone(&truth.timezone)?,
        mode: Mode::Act,
        store_path: folder.join("store.db"),
        is_store_named: true,
        config: Config { capacity, ..Config::default() },
        ..context.clone()
    })
}

/// Steps told so far.
struct Story<'a> {
    context: &'a Context,
    steps: Vec<DemoStep>,
}

impl Story<'_> {
    /// Runs one command as if it had been typed.
    fn tell<A: clap::Args + FromArgMatches>(
        &mut self,
        title: &'static str,
        story: &str,
        words: &[&str],
        run: fn(&Context, &A) -> anyhow::Result<Outcome>,
    ) -> anyhow::Result<()> {
        if self.context.interrupt.is_triggered() {
            return Err(CommandError::Interrupted("the demo's store was thrown away").into());
        }
        let matches = A::augment_args(Command::new("demo")).try_get_matches_from(words)?;
        let outcome = run(self.context, &A::from_arg_matches(&matches)?)?;
        let typed: Vec<String> = words
            .iter()
            .map(|word| match word.rsplit_once('/') {
                Some((_, name)) => name.to_owned(),
                None if word.contains(' ') => format!("'{word}'"),
                None => (*word).to_owned(),
            })
            .collect();
        self.steps.push(DemoStep {
            title,
            story: story.to_owned(),
            command: format!("tidetable {}", typed.join(" ")),
            report: outcome.report,
        });
        Ok(())
    }
}

/// Which planted schedules were found, and how many calendar patterns nobody planted.
fn compare(stage: &Context, truth: &Truth) -> anyhow::Result<(Vec<PlantedSchedule>, u64)> {
    let store = stage.open_reader(&mut Vec::new())?;
    // Busy hours and busy days follow from the schedules; nobody plants them.
    let is_schedule = |stored: &StoredPattern| {
        !matches!(stored.pattern.pattern_type, PatternType::ResourceUsage | PatternType::Seasonal)
    };
    let patterns: Vec<StoredPattern> =
        store.patterns(&PatternFilter::default())?.into_iter().filter(is_schedule).collect();
    let zone = parse_zone(&truth.timezone)?;
    let span = year_and_day_from(truth.history.end);
    let mut explained = vec![false; patterns.len()];
    let mut planted = Vec::new();
    for schedule in &truth.schedules {
        let CronEntry::Calendar(calendar) = parse_cron(&schedule.cron)? else { continue };
        let wanted = Schedule::Calendar(calendar);
        let found = patterns.iter().position(|stored| {
            stored.pattern.task_types == [schedule.task_type.as_str()]
                && stored.pattern.is_active == schedule.until.is_none()
                && stored.pattern.schedule.same_meaning(&wanted, zone, span)
        });
        if let Some(position) = found {
            explained[position] = true;
        }
        planted.push(PlantedSchedule {
            task_type: schedule.task_type.clone(),
            when: schedule.cron.clone(),
            kept: schedule.until.is_none(),
            found: found.is_some(),
        });
    }
    for follows in &truth.follows {
        let pair = [follows.predecessor.as_str(), follows.task_type.as_str()];
        let found = patterns.iter().position(|stored| stored.pattern.task_types == pair);
        if let Some(position) = found {
            explained[position] = true;
        }
        planted.push(PlantedSchedule {
            task_type: follows.task_type.clone(),
            when: format!("after {}", follows.predecessor),
            kept: true,
            found: found.is_some(),
        });
    }
    Ok((planted, explained.iter().filter(|explained| !**explained).count() as u64))
}
