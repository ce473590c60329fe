//! `backtest --plan`: the real runs of the last weeks with the shifts of a plan.

use std::collections::{BTreeMap, HashMap};

use anyhow::Context as _;
use serde::Deserialize;

use super::backtest::parse_cut;
use super::optimize_capacity::capacity;
use super::task_typing::TypedHistories;
use super::{CommandError, Context, Outcome};
use crate::cli::backtest::{BacktestArgs, PlanArg};
use crate::devices;
use crate::domain::activity::{HistoryRun, HostId, TaskHistory};
use crate::domain::calendar::Schedule;
use crate::domain::patterns::Quantiles;
use crate::domain::plan::replay::{
    MovedRule, ReplayHost, ReplayInput, ReplayRun, Resource, Succession, replay,
};
use crate::domain::rules::{DEFAULT_PRIORITY, Rule, RuleId, StoredRule};
use crate::domain::time::{DAY_MS, TimeSpan, Timestamp};
use crate::output::backtest_plan::{PlanReplayReport, ReplayedPlan};
use crate::store::{HistoryFilter, PatternFilter, RuleFilter, Store};

/// Days replayed unless somebody says otherwise.
const DAYS: u32 = 28;

/// Assumed where no run of any task type tells: five minutes of one core, as plans do.
const ASSUMED_SECONDS: f64 = 300.0;
const ASSUMED_CORES: f64 = 1.0;

/// What is read of a stored plan.
#[derive(Debug, Deserialize)]
struct PlanBody {
    moves: Vec<PlanMove>,
    #[serde(default)]
    hosts: Vec<PlanHost>,
    #[serde(default)]
    capacity_doubts: Vec<serde::de::IgnoredAny>,
}

#[derive(Debug, Deserialize)]
struct PlanMove {
    rule_id: RuleId,
    from: Timestamp,
    shift_minutes: i64,
}

#[derive(Debug, Deserialize)]
struct PlanHost {
    name: String,
    capacity_by_resource: BTreeMap<String, f64>,
}

/// Replays the past with a plan.
pub(super) fn run(context: &Context, args: &BacktestArgs, plan: PlanArg) -> anyhow::Result<Outcome> {
    let mut warnings = Vec::new();
    let store = context.open_reader(&mut warnings)?;
    let id = match plan {
        PlanArg::Latest => None,
        PlanArg::Id(id) => Some(id),
    };
    let Some(stored) = store.optimization(id)? else {
        return Err(match id {
            Some(id) => CommandError::Refused {
                message: format!("there is no plan {id}"),
                hint: "`tidetable backtest --plan latest` takes the last one".to_owned(),
            },
            None => CommandError::Refused {
                message: "there is no plan yet".to_owned(),
                hint: "`tidetable optimize-resource-schedule --peak-mitigation` makes one".to_owned(),
            },
        }
        .into());
    };
    let body: PlanBody = serde_json::from_str(&stored.body)
        .with_context(|| format!("plan {} was kept in a form that this version cannot read", stored.id))?;
    let rules = store.rules(&RuleFilter::default())?;
    let overview = store.overview(context.now)?;
    let (Some(first), Some(last)) = (overview.first_start, overview.last_start) else {
        return Err(CommandError::Refused {
            message: "the store holds no runs to replay".to_owned(),
            hint: "`tidetable import` reads them".to_owned(),
        }
        .into());
    };
    let span = span(context, args, first, last)?;
    let histories = store.histories(&HistoryFilter { span: Some(span), task_types: None }, context.now)?;
    let histories = TypedHistories::new(histories, true, None).histories;
    let hosts = hosts(context, &body);
    let names: HashMap<HostId, String> = store.host_names()?;
    let host_of = |run: &HistoryRun| {
        let name = run.host.and_then(|id| names.get(&id));
        hosts.iter().position(|host| Some(&host.name) == name).unwrap_or(0)
    };
    let (runs, assumed_runs) = runs(&histories, &rules, &host_of);
    let position: BTreeMap<&str, usize> =
        histories.iter().enumerate().map(|(place, history)| (history.name.as_str(), place)).collect();
    let (moved, unknown) = moved(&body, &rules, &position, histories.len());
    if !unknown.is_empty() {
        warnings.push(format!(
            "{} changed or removed since the plan was made, and not replayed",
            crate::output::rules_words(&unknown)
        ));
    }
    let found = replay(&ReplayInput {
        hosts: &hosts,
        runs: &runs,
        moved: &moved,
        successions: &successions(&store, &position)?,
        span,
        zone: context.zone,
    });
    if !found.too_thin.is_empty() {
        warnings.push(format!("too little history to tell: {}", found.too_thin.join("; ")));
    }
    if let Some(full) =
        found.without_plan.load.resources.iter().find(|figures| figures.mean_utilization > 1.0)
    {
        warnings.push(format!(
            "the runs ask for {:.0} % of {} on average: no queue for it would ever end, and waits say nothing; set \
             [capacity] to what the machine really has, and plan again",
            full.mean_utilization * 100.0,
            full.resource
        ));
    }
    if !body.capacity_doubts.is_empty() {
        warnings.push(
            "the plan was made for another machine than the one the runs were on, so that its figures say little; set \
             [capacity] to what theirs has, and plan again"
                .to_owned(),
        );
    }
    let mined_too = stored.created.plus_ms(-1) > span.start;
    Ok(Outcome::done(
        PlanReplayReport {
            plan: ReplayedPlan {
                id: stored.id,
                strategy: stored.strategy,
                created_at: stored.created,
                applied_at: stored.applied,
            },
            span,
            made_from_these_runs: mined_too,
            assumed_runs,
            task_types: moved
                .iter()
                .map(|rule| {
                    let name = histories.get(rule.task_type).map(|history| history.name.clone());
                    (rule.rule_id, name.or_else(|| name_of(&rules, rule.rule_id)).unwrap_or_default())
                })
                .collect(),
            replay: found,
        },
        warnings,
    ))
}

fn name_of(rules: &[StoredRule], id: RuleId) -> Option<String> {
    rules.iter().find(|stored| stored.id == id).map(|stored| stored.rule.task_type.clone())
}

/// From the cut, or the last weeks, to the end of the history, as far back as that goes.
fn span(
    context: &Context,
    args: &BacktestArgs,
    first: Timestamp,
    last: Timestamp,
) -> Result<TimeSpan, CommandError> {
    let end = last.plus_ms(1);
    let start = match &args.cut {
        Some(text) => parse_cut(context, text)?,
        None => end.plus_ms(-i64::from(args.days.unwrap_or(DAYS)) * DAY_MS),
    };
    if start >= end {
        return Err(CommandError::Refused {
            message: format!("no run started from {start} on: the history ends at {last}"),
            hint: "choose an earlier --cut".to_owned(),
        });
    }
    Ok(TimeSpan { start: start.max(first), end })
}

/// The hosts the plan was made for; this machine's capacity where it was kept without them.
fn hosts(context: &Context, body: &PlanBody) -> Vec<ReplayHost> {
    let of_plan: Vec<ReplayHost> = body
        .hosts
        .iter()
        .map(|host| ReplayHost {
            name: host.name.clone(),
            capacity: Resource::ALL
                .map(|resource| host.capacity_by_resource.get(resource.as_str()).copied())
                .map(|amount| amount.filter(|amount| *amount > 0.0)),
        })
        .collect();
    if !of_plan.is_empty() {
        return of_plan;
    }
    let detected = devices::detect();
    let name = detected.hostname.clone().unwrap_or_else(|| "this machine".to_owned());
    vec![ReplayHost::new(name, &capacity(context, &detected))]
}

/// The runs in order of start, and how many of them had to be completed by the median of their task type (or of all).
fn runs(
    histories: &[TaskHistory],
    rules: &[StoredRule],
    host_of: &dyn Fn(&HistoryRun) -> usize,
) -> (Vec<ReplayRun>, u64) {
    let median = |runs: &mut dyn Iterator<Item = &HistoryRun>, of: &dyn Fn(&HistoryRun) -> Option<f64>| {
        Quantiles::of(runs.filter_map(of)).map(|quantiles| quantiles.p50)
    };
    let all = || histories.iter().flat_map(|history| &history.runs);
    let seconds_of_all = median(&mut all(), &HistoryRun::duration_seconds).unwrap_or(ASSUMED_SECONDS);
    let mut assumed = 0;
    let mut runs = Vec::new();
    for (task_type, history) in histories.iter().enumerate() {
        let seconds =
            median(&mut history.runs.iter(), &HistoryRun::duration_seconds).unwrap_or(seconds_of_all);
        let usual: [f64; 4] = Resource::ALL.map(|resource| {
            let found = median(&mut history.runs.iter(), &|run| resource.of_run(&run.resources));
            found.unwrap_or(if resource == Resource::CpuCores { ASSUMED_CORES } else { 0.0 })
        });
        let priority = rules
            .iter()
            .find(|stored| stored.rule.task_type == history.name)
            .map_or(DEFAULT_PRIORITY, |stored| stored.rule.priority);
        for run in &history.runs {
            let known = run.duration_seconds();
            assumed += u64::from(known.is_none() || run.resources.cpu_cores.is_none());
            let demand = std::array::from_fn(|place| {
                Resource::ALL[place].of_run(&run.resources).unwrap_or(usual[place])
            });
            runs.push(ReplayRun {
                task_type,
                start: run.started_at,
                duration_ms: (known.unwrap_or(seconds).max(0.0) * 1000.0).min(1e13) as i64,
                demand,
                host: host_of(run),
                priority,
            });
        }
    }
    runs.sort_by_key(|run| (run.start, run.task_type));
    (runs, assumed)
}

/// What the plan moves, and the rules that are no longer as they were.
fn moved(
    body: &PlanBody,
    rules: &[StoredRule],
    position: &BTreeMap<&str, usize>,
    no_runs: usize,
) -> (Vec<MovedRule>, Vec<RuleId>) {
    let (mut moved, mut unknown) = (Vec::new(), Vec::new());
    for step in &body.moves {
        let rule = rules.iter().find(|stored| stored.id == step.rule_id).map(|stored| &stored.rule);
        match rule.and_then(|rule| Some((rule, schedule_then(rule, step)?))) {
            Some((rule, schedule)) => moved.push(MovedRule {
                rule_id: step.rule_id,
                // A task type without runs has a place of its own, where nothing is found.
                task_type: position.get(rule.task_type.as_str()).copied().unwrap_or(no_runs),
                schedule,
                zone: rule.zone,
                shift_minutes: step.shift_minutes,
            }),
            None => unknown.push(step.rule_id),
        }
    }
    (moved, unknown)
}

/// The schedule that a rule had when the plan was made: the one that fires where the plan found it.
fn schedule_then(rule: &Rule, step: &PlanMove) -> Option<Schedule> {
    let fires = |schedule: &Schedule| {
        let instant = TimeSpan { start: step.from, end: step.from.plus_ms(1) };
        schedule.occurrences_iter(instant, rule.zone).next().is_some()
    };
    let back = step.shift_minutes.checked_neg().and_then(|minutes| rule.schedule.shifted(minutes));
    [Some(rule.schedule.clone()), back, Some(rule.wanted_schedule())]
        .into_iter()
        .flatten()
        .find(|found| fires(found))
}

fn successions(store: &Store, position: &BTreeMap<&str, usize>) -> anyhow::Result<Vec<Succession>> {
    let patterns = store.patterns(&PatternFilter { active_only: true, ..PatternFilter::default() })?;
    let succession = |schedule: &Schedule, names: &[String]| {
        let (Schedule::Follows { lag_ms, from_end, .. }, [first, second]) = (schedule, names) else {
            return None;
        };
        Some(Succession {
            predecessor: *position.get(first.as_str())?,
            successor: *position.get(second.as_str())?,
            lag_ms: *lag_ms,
            from_end: *from_end,
        })
    };
    Ok(patterns
        .iter()
        .filter_map(|stored| succession(&stored.pattern.schedule, &stored.pattern.task_types))
        .collect())
}
