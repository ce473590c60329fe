//! What the store, the configuration and this machine say of a timetable problem.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Days, NaiveTime};

use super::analyze::STALE_AFTER_MS;
use super::gpu::nineteen_in_twenty;
use super::optimize_capacity::{doubts, hosts};
use super::optimize_config::{blackouts, configured_windows, exclusions, idle_blackouts, price_by_hour};
use super::predict::{Knowledge, stale_history};
use super::{CommandError, Context};
use crate::cli::optimize::OptimizeArgs;
use crate::config::ConfigError;
use crate::domain::activity::{HistoryRun, HostId, QueueId, TaskHistory, UserId};
use crate::domain::calendar::{DayFilter, Schedule, local_time, resolve_local};
use crate::domain::patterns::{Pattern, resource_profile};
use crate::domain::plan::{
    BuildInput, BuiltProblem, CapacityDoubt, DevicePeak, DurationQuantile, Follow, HostInput, Kin,
    SlotChoice, Strategy, TypeSample, TypicalNeeds, build_problem,
};
use crate::domain::prediction::{MAX_PREDICTIONS, Prediction, predict, usual_runs};
use crate::domain::rules::{Flexibility, RuleId, RuleSource, StoredRule, learned_flexibility};
use crate::domain::time::{DAY_MS, HOUR_MS, SECOND_MS, TimeSpan, Timestamp};
use crate::output::quantity;
use crate::store::{HistoryFilter, Store, StoreError};

/// Runs that reach into the horizon, or that it reaches into, start at most this far from it.
const AROUND_MS: i64 = 2 * DAY_MS;

/// Runs of a task type whose memory on a GPU is looked at.
const GPU_RUNS: u32 = 50;

/// Most of a task type's runs: this share of them decides whose it is.
const MOST: f64 = 0.8;

/// A problem, the rules it was built from, and what to know besides.
pub(super) struct Prepared {
    pub(super) rules: Vec<StoredRule>,
    pub(super) built: BuiltProblem,
    /// What everybody should know of what was read.
    pub(super) warnings: Vec<String>,
    /// Where runs held more than the machine that is planned for has.
    pub(super) doubts: Vec<CapacityDoubt>,
}

/// Reads what there is and builds the problem.
pub(super) fn prepare(
    context: &Context,
    args: &OptimizeArgs,
    store: &Store,
    strategy: Strategy,
    mut rules: Vec<StoredRule>,
) -> anyhow::Result<Prepared> {
    learn_needs(context, store, &mut rules)?;
    let knowledge = Knowledge::load(store, context.now)?;
    let quantile = quantile(&context.config.optimize.duration_quantile)?;
    let (horizon, why) = horizon(context, args, &rules, quantile);
    let recent = recent_runs(context, store)?;
    let (expected, told) = expected(context, &knowledge, &rules, &recent, horizon);
    let (kin, typical) = classes(store, &recent, &rules, &expected)?;
    let (hosts, mut notes) = hosts(context, &rules, &kin);
    notes.insert(0, why);
    notes.extend(told);
    let mut flexibility = match args.learn_windows {
        true => learned_windows(store, &knowledge, &rules, context, &mut notes)?,
        false => BTreeMap::new(),
    };
    let config = &context.config;
    configured_windows(config, &rules, &mut flexibility);
    let around = TimeSpan { start: horizon.start.plus_ms(-AROUND_MS), end: horizon.end.plus_ms(AROUND_MS) };
    let task_types: BTreeSet<&str> = rules
        .iter()
        .map(|stored| stored.rule.task_type.as_str())
        .chain(expected.iter().map(|prediction| prediction.task_type.as_str()))
        .collect();
    let mut built = build_problem(&BuildInput {
        rules: &rules,
        expected: &expected,
        follows: &follows(&knowledge),
        exclusions: &exclusions(config, &task_types),
        blackouts: &blackouts(config, context.zone, around)?,
        hosts: &hosts,
        kin: &kin,
        device_peaks: &device_peaks(store, &rules, &hosts, context.now)?,
        typical: &typical,
        flexibility: &flexibility,
        horizon,
        zone: context.zone,
        price_by_hour: price_by_hour(config)?,
        target_utilization: context.config.optimize.target_utilization,
        duration_quantile: quantile,
        slots: match strategy {
            Strategy::ResourceEfficiency => SlotChoice::FiveMinutes,
            _ => SlotChoice::AsFine,
        },
    });
    notes.append(&mut built.notes);
    built.notes = notes;
    let doubts = doubts(context, &recent.histories, &store.host_names()?, &hosts);
    let mut warnings: Vec<String> = stale_history(&knowledge, context.now).into_iter().collect();
    warnings.extend(idle_blackouts(config, &hosts));
    Ok(Prepared { rules, built, warnings, doubts })
}

fn quantile(word: &str) -> Result<DurationQuantile, ConfigError> {
    match word {
        "p50" => Ok(DurationQuantile::P50),
        "p75" => Ok(DurationQuantile::P75),
        "p95" => Ok(DurationQuantile::P95),
        other => Err(ConfigError::Value {
            field: "optimize.duration_quantile",
            reason: format!("\"{other}\" is none of p50, p75, p95"),
        }),
    }
}

/// Gives each rule that knows nothing of its runs (a declared one, say) what the history tells of its task type.
fn learn_needs(context: &Context, store: &Store, rules: &mut [StoredRule]) -> anyhow::Result<()> {
    let mut task_types = Vec::new();
    for stored in rules.iter().filter(|stored| stored.rule.resources.runs_used == 0) {
        task_types.extend(store.task_type_id(&stored.rule.task_type)?);
    }
    let filter = HistoryFilter { span: None, task_types: Some(task_types) };
    for history in store.histories(&filter, context.now)? {
        let profile = resource_profile(&history.runs);
        for stored in rules.iter_mut().filter(|stored| stored.rule.task_type == history.name) {
            if stored.rule.resources.runs_used == 0 {
                stored.rule.resources = profile;
            }
        }
    }
    Ok(())
}

/// From the local midnight that begins the target date; a week where some rule keeps to weekdays, or runs for longer than
/// a day. With a sentence that says which, and why.
fn horizon(
    context: &Context,
    args: &OptimizeArgs,
    rules: &[StoredRule],
    quantile: DurationQuantile,
) -> (TimeSpan, String) {
    let today = local_time(context.zone, context.now).date();
    let date = args.target_date.or_else(|| today.checked_add_days(Days::new(1))).unwrap_or(today);
    let start = resolve_local(context.zone, date.and_time(NaiveTime::MIN)).first();
    let weekly = rules.iter().find(|stored| {
        matches!(&stored.rule.schedule, Schedule::Calendar(calendar)
            if matches!(calendar.days, DayFilter::Weekdays { .. }))
    });
    let long = rules.iter().find(|stored| {
        let seconds = stored.rule.resources.duration_seconds.map(|quantiles| quantile.of(&quantiles));
        seconds.is_some_and(|seconds| seconds > (DAY_MS / SECOND_MS) as f64)
    });
    let (hours, why) = match (args.look_ahead_hours, weekly, long) {
        (Some(hours), _, _) => (hours, "as --look-ahead-hours asks".to_owned()),
        (None, Some(stored), _) => (168, format!("a week, as rule {} keeps to weekdays", stored.id.0)),
        (None, None, Some(stored)) => {
            (168, format!("a week, as rule {} runs for more than a day", stored.id.0))
        }
        (None, None, None) => (24, "a day, as no rule keeps to weekdays".to_owned()),
    };
    let horizon = TimeSpan { start, end: start.plus_ms(i64::from(hours) * HOUR_MS) };
    (horizon, format!("horizon: {} hours from {date} 00:00, {why}", hours))
}

/// The runs of the last days before the record ends.
struct Recent {
    histories: Vec<TaskHistory>,
    /// From the first of them to the last.
    span: Option<TimeSpan>,
}

fn recent_runs(context: &Context, store: &Store) -> Result<Recent, StoreError> {
    let Some(end) = store.last_start(context.now)? else {
        return Ok(Recent { histories: Vec::new(), span: None });
    };
    let days = i64::from(context.config.analysis.days);
    let span = TimeSpan { start: end.plus_ms(-days * DAY_MS), end: end.plus_ms(1) };
    let histories = store.histories(&HistoryFilter { span: Some(span), task_types: None }, context.now)?;
    let firsts = histories.iter().filter_map(|history| history.runs.first()).map(|run| run.started_at);
    let span = firsts.min().map(|start| TimeSpan { start, end: span.end });
    Ok(Recent { histories, span })
}

/// Runs expected around the horizon of task types that no enabled rule starts, and what usually comes without any
/// schedule; with sentences that tell what counts, and where there are too many.
fn expected(
    context: &Context,
    knowledge: &Knowledge,
    rules: &[StoredRule],
    recent: &Recent,
    horizon: TimeSpan,
) -> (Vec<Prediction>, Vec<String>) {
    let first = horizon.start.plus_ms(-AROUND_MS);
    let ahead = TimeSpan { start: context.now, end: horizon.end.plus_ms(AROUND_MS) };
    if ahead.end <= ahead.start {
        return (Vec::new(), Vec::new());
    }
    let ruled: BTreeSet<&str> = rules
        .iter()
        .filter(|stored| !matches!(stored.rule.schedule, Schedule::Follows { .. } | Schedule::Window { .. }))
        .map(|stored| stored.rule.task_type.as_str())
        .collect();
    let all = predict(&knowledge.input(ahead));
    let cut_off = (all.len() >= MAX_PREDICTIONS)
        .then(|| all.last().map(|last| last.predicted_start))
        .flatten()
        .filter(|last| *last < horizon.end)
        .map(|last| format!("runs without a rule are known up to {last} only: there are too many of them"));
    let wanted = |prediction: &Prediction| {
        !ruled.contains(prediction.task_type.as_str()) && prediction.predicted_start >= first
    };
    let around = TimeSpan { start: first.max(context.now), end: ahead.end };
    let usual = match recent.span {
        // Where the record ended long ago nobody knows what is usual now.
        Some(span) if context.now.since(span.end) <= STALE_AFTER_MS => {
            usual_runs(&recent.histories, span, &all, around, context.zone)
        }
        _ => Vec::new(),
    };
    let mut told: Vec<String> = cut_off.into_iter().collect();
    let within: f64 =
        usual.iter().filter(|one| horizon.contains(one.predicted_start)).map(|one| one.confidence).sum();
    if within >= 0.5 {
        let task_types: BTreeSet<&str> = usual.iter().map(|one| one.task_type.as_str()).collect();
        told.push(format!(
            "about {} of {} without a schedule usually come in these hours: their mean load is planned around",
            quantity(within.round() as u64, "run"),
            quantity(task_types.len() as u64, "task type")
        ));
    }
    let mut expected: Vec<Prediction> = all.into_iter().filter(wanted).collect();
    expected.extend(usual);
    (expected, told)
}

/// Whose the task types are, and what those of one class usually need.
fn classes(
    store: &Store,
    recent: &Recent,
    rules: &[StoredRule],
    expected: &[Prediction],
) -> Result<(BTreeMap<String, Kin>, TypicalNeeds), StoreError> {
    let histories = &recent.histories;
    let names =
        Names { users: store.user_names()?, queues: store.queue_names()?, hosts: store.host_names()? };
    let samples: Vec<TypeSample> =
        histories.iter().map(|history| TypeSample::of_runs(names.kin(history), &history.runs)).collect();
    let mut wanted: BTreeSet<&str> =
        expected.iter().map(|prediction| prediction.task_type.as_str()).collect();
    wanted.extend(rules.iter().map(|stored| stored.rule.task_type.as_str()));
    let kin = histories
        .iter()
        .zip(&samples)
        .filter(|(history, _)| wanted.contains(history.name.as_str()))
        .map(|(history, sample)| (history.name.clone(), sample.kin.clone()))
        .collect();
    Ok((kin, TypicalNeeds::of(&samples)))
}

struct Names {
    users: HashMap<UserId, String>,
    queues: HashMap<QueueId, String>,
    hosts: HashMap<HostId, String>,
}

impl Names {
    fn kin(&self, history: &TaskHistory) -> Kin {
        Kin {
            user: most_common(history, |run| run.user).and_then(|id| self.users.get(&id).cloned()),
            queue: most_common(history, |run| run.queue).and_then(|id| self.queues.get(&id).cloned()),
            host: most_common(history, |run| run.host).and_then(|id| self.hosts.get(&id).cloned()),
        }
    }
}

/// What most of the runs have.
fn most_common<Id: Copy + Ord>(history: &TaskHistory, of: fn(&HistoryRun) -> Option<Id>) -> Option<Id> {
    let mut counts: BTreeMap<Id, usize> = BTreeMap::new();
    for id in history.runs.iter().filter_map(of) {
        *counts.entry(id).or_default() += 1;
    }
    let (id, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    (count as f64 >= MOST * history.runs.len() as f64).then_some(id)
}

/// What runs of the rules' task types hold on one GPU, by the history and by our own readings; nothing where no host is
/// known to have a GPU.
fn device_peaks(
    store: &Store,
    rules: &[StoredRule],
    hosts: &[HostInput],
    now: Timestamp,
) -> Result<BTreeMap<String, DevicePeak>, StoreError> {
    let mut peaks = BTreeMap::new();
    if !hosts.iter().any(|host| host.capacity.gpu_count.is_some_and(|count| count > 0.0)) {
        return Ok(peaks);
    }
    let names: BTreeSet<&str> = rules.iter().map(|stored| stored.rule.task_type.as_str()).collect();
    for name in names {
        let known = store.known_peaks(name, now, GPU_RUNS)?.peaks_mib;
        let seen = known.len() as u64;
        if let Some(mib) = nineteen_in_twenty(known) {
            peaks.insert(name.to_owned(), DevicePeak { mib, seen });
        }
    }
    Ok(peaks)
}

fn follows(knowledge: &Knowledge) -> Vec<Follow> {
    let of = |pattern: &Pattern| match (&pattern.schedule, pattern.task_types.as_slice()) {
        (Schedule::Follows { from_end, lag_ms, .. }, [first, second]) if pattern.is_active => {
            let deviation_ms = (pattern.evidence.jitter_seconds.p95.max(0.0) * 1000.0).ceil() as i64;
            Some(Follow {
                predecessor: first.clone(),
                successor: second.clone(),
                from_end: *from_end,
                usual_lag_ms: *lag_ms,
                least_lag_ms: lag_ms.saturating_sub(deviation_ms).max(0),
            })
        }
        _ => None,
    };
    knowledge.patterns.iter().filter_map(|(_, pattern)| of(pattern)).collect()
}

/// Windows as wide as starts have moved in the past, for rules that carry the configured default.
fn learned_windows(
    store: &Store,
    knowledge: &Knowledge,
    rules: &[StoredRule],
    context: &Context,
    notes: &mut Vec<String>,
) -> Result<BTreeMap<RuleId, Flexibility>, StoreError> {
    let linked: BTreeMap<_, _> = store.rule_patterns()?.into_iter().collect();
    let mut windows = BTreeMap::new();
    for stored in rules {
        let mined = match &stored.rule.source {
            RuleSource::Mined { pattern_id } => Some(*pattern_id),
            _ => None,
        };
        let Some(id) = mined.or_else(|| linked.get(&stored.id).copied()) else { continue };
        let Some((_, pattern)) = knowledge.patterns.iter().find(|(known, _)| *known == id) else { continue };
        let wider = learned_flexibility(&stored.rule, pattern, context.now);
        if wider != stored.rule.flexibility {
            notes.push(format!(
                "rule {} ({}) may move {} min earlier and {} min later, as far as its starts have moved before",
                stored.id.0, stored.rule.task_type, wider.earlier_minutes, wider.later_minutes
            ));
            windows.insert(stored.id, wider);
        }
    }
    Ok(windows)
}

/// Why an empty problem is empty.
pub(super) fn nothing_to_plan(rules: &[StoredRule], built: &BuiltProblem) -> String {
    if rules.is_empty() {
        "no enabled rules; `tidetable generate-scheduling-rules --auto-enable` or `rules enable` make some"
            .to_owned()
    } else if built.planned_rules() == 0 {
        "no enabled rule fires within the horizon; --look-ahead-hours 168 looks a week ahead".to_owned()
    } else {
        "no capacity is known; set [capacity] in the configuration".to_owned()
    }
}

/// A file that is no problem.
pub(super) fn refused(message: String) -> CommandError {
    CommandError::Refused {
        message,
        hint: "the file must be a sched-opt/1 problem; --explain writes one".to_owned(),
    }
}
