//! `optimize-resource-schedule --verify-applied`: what the last applied plan promised, and what the runs since tell.

use std::collections::BTreeMap;

use serde_json::Value;

use super::optimize_capacity::capacity;
use super::optimize_config::host_capacity;
use super::{CommandError, Context, Outcome};
use crate::devices;
use crate::domain::patterns::Quantiles;
use crate::domain::plan::{ExecutedRun, MeasuredPeriod, PlanAdherence, adherence, measure};
use crate::domain::rules::Capacity;
use crate::domain::time::{DAY_MS, TimeSpan, Timestamp};
use crate::output::optimize::{EffectReport, EffectVerdict, Promise};
use crate::store::{AppliedPlan, RunRecord, Store};

/// Resources that are measured, as plans name them.
const RESOURCES: [&str; 4] = ["cpu_cores", "memory_mib", "gpu_count", "gpu_memory_mib"];

/// Longest span on either side, days: what lies further back was another load.
const LONGEST_DAYS: i64 = 28;

/// Fewest runs of moved rules since, and days, from which anything can be told.
const FEWEST_RUNS: u64 = 3;
const FEWEST_DAYS: i64 = 1;

/// Cores assumed of a run that does not tell, as the plan assumed.
const ASSUMED_CORES: f64 = 1.0;

/// The share of what was promised that counts as kept.
const KEPT: f64 = 0.5;

/// Compares the last applied plan with the runs before and since.
pub(super) fn run(context: &Context) -> anyhow::Result<Outcome> {
    let mut warnings = Vec::new();
    let store = context.open_reader(&mut warnings)?;
    let plan = store.latest_applied_plan()?.ok_or_else(|| CommandError::Refused {
        message: "no plan was applied yet".to_owned(),
        hint: "`tidetable optimize-resource-schedule --peak-mitigation --auto-apply` makes and applies one"
            .to_owned(),
    })?;
    warn_of_the_way(&plan, &mut warnings);
    let promise = promise(&plan);
    let since = plan.carried_at.unwrap_or(plan.applied_at);
    let known_until = store.last_start(context.now)?.unwrap_or(since);
    let days = whole_days(since, known_until.min(context.now));
    let length = days.max(FEWEST_DAYS) * DAY_MS;
    let after = TimeSpan { start: since, end: since.plus_ms(length) };
    let before = TimeSpan { start: since.plus_ms(-length), end: since };
    // A run that began a day earlier may still hold what it needs.
    let around = TimeSpan { start: before.start.plus_ms(-DAY_MS), end: after.end };
    let (runs, assumed) = executed(&store, around, context.now)?;
    let usual = capacity(context, &devices::detect());
    let has = |host: Option<&str>, resource: usize| capacity_of(context, usual, host, resource);
    let periods = [before, after].map(|span| measure(&runs, span, RESOURCES.len(), &has));
    let [before, after] = periods;
    let moved: Vec<PlanAdherence> = plan
        .moves
        .iter()
        .map(|step| {
            let starts = runs.iter().filter(|run| run.task_type == step.after.task_type);
            let starts: Vec<Timestamp> = starts.map(|run| run.started_at).collect();
            adherence(step.rule_id, &step.before, &step.after, &starts, after.span)
        })
        .collect();
    let (verdict, reason) = verdict(&plan, &promise, &before, &after, &moved, days);
    let report = EffectReport {
        optimization_id: plan.id,
        strategy: plan.strategy,
        applied_at: plan.applied_at,
        carried_at: plan.carried_at,
        verdict,
        reason,
        promise,
        resources: RESOURCES.to_vec(),
        before_is_known: before.runs > 0,
        after_is_known: after.runs > 0 && days >= FEWEST_DAYS,
        before,
        after,
        moved,
        assumed_runs: assumed,
    };
    Ok(Outcome::done(report, warnings))
}

fn warn_of_the_way(plan: &AppliedPlan, warnings: &mut Vec<String>) {
    if plan.is_undone {
        warnings.push("the plan was taken back since".to_owned());
    } else if plan.carried_at.is_none() {
        warnings.push(
            "the plan moved the rules in the store; that `rules apply` carried them to a scheduler is not known, so \
             that time counts from the former"
                .to_owned(),
        );
    }
}

/// Whole days from one instant to the other, whole weeks where there are any, so that both sides have the same
/// weekdays.
fn whole_days(from: Timestamp, to: Timestamp) -> i64 {
    let days = (to.since(from) / DAY_MS).clamp(0, LONGEST_DAYS);
    if days >= 7 { days - days % 7 } else { days }
}

/// What the plan said, from the answer that is kept.
fn promise(plan: &AppliedPlan) -> Promise {
    let body: Value = serde_json::from_str(&plan.body).unwrap_or_default();
    let by_resource = |side: &str, field: &str| -> Vec<Option<f64>> {
        RESOURCES.iter().map(|name| body[side][field][*name].as_f64()).collect()
    };
    let slot = body["slot_minutes"].as_f64().unwrap_or(0.0);
    let days = slot * body["horizon_slots"].as_f64().unwrap_or(0.0) / 1_440.0;
    let overload = |side: &str| {
        body[side]["overload_slots"].as_f64().filter(|_| days > 0.0).map(|slots| slots * slot / days)
    };
    Promise {
        peak_before: by_resource("before", "peak_utilization"),
        peak_after: by_resource("after", "peak_utilization"),
        variance_before: by_resource("before", "load_variance"),
        variance_after: by_resource("after", "load_variance"),
        overload_minutes_per_day: [overload("before"), overload("after")],
    }
}

/// What a host has of a resource; a host that is not named has what is usual.
fn capacity_of(context: &Context, usual: Capacity, host: Option<&str>, resource: usize) -> Option<f64> {
    let capacity = host.map_or(usual, |host| host_capacity(&context.config, host, usual));
    [capacity.cpu_cores, capacity.memory_mib, capacity.gpu_count, capacity.gpu_memory_mib]
        .get(resource)
        .copied()
        .flatten()
}

/// The runs with what they held; what a run does not tell is what the runs of its task type usually hold. Tells also of
/// how many runs a core was assumed.
fn executed(store: &Store, span: TimeSpan, now: Timestamp) -> anyhow::Result<(Vec<ExecutedRun>, u64)> {
    let mut records = store.run_records(span)?;
    records.retain(|run| run.started_at <= now);
    let mut by_type: BTreeMap<&str, Vec<&RunRecord>> = BTreeMap::new();
    for record in &records {
        by_type.entry(&record.task_type).or_default().push(record);
    }
    let usual: BTreeMap<&str, [Option<f64>; 5]> = by_type
        .into_iter()
        .map(|(name, runs)| {
            let median = |value: &dyn Fn(&RunRecord) -> Option<f64>| {
                Quantiles::of(runs.iter().filter_map(|run| value(run))).map(|quantiles| quantiles.p50)
            };
            let duration = |run: &RunRecord| run.ended_at.map(|end| end.since(run.started_at) as f64);
            let held = held_by();
            (
                name,
                [median(&duration), median(&held[0]), median(&held[1]), median(&held[2]), median(&held[3])],
            )
        })
        .collect();
    let mut assumed = 0;
    let runs = records
        .iter()
        .map(|record| {
            let usual = usual.get(record.task_type.as_str()).copied().unwrap_or_default();
            let held = held_by();
            let mut demand: Vec<f64> = (0..RESOURCES.len())
                .map(|resource| held[resource](record).or(usual[resource + 1]).unwrap_or(0.0))
                .collect();
            if record.cpu_cores.or(usual[1]).is_none() {
                demand[0] = ASSUMED_CORES;
                assumed += 1;
            }
            let usual_end = usual[0].map(|length| record.started_at.plus_ms(length as i64));
            ExecutedRun {
                task_type: record.task_type.clone(),
                host: record.host.clone(),
                submitted_at: record.submitted_at,
                started_at: record.started_at,
                ended_at: record.ended_at.filter(|end| *end <= now).or(usual_end),
                demand,
            }
        })
        .collect();
    Ok((runs, assumed))
}

/// How to read each of [`RESOURCES`] off a run.
fn held_by() -> [fn(&RunRecord) -> Option<f64>; 4] {
    [|run| run.cpu_cores, |run| run.memory_mib, |run| run.gpu_count, |run| run.gpu_memory_mib]
}

/// Whether the runs keep what the plan promised, and in a sentence why.
fn verdict(
    plan: &AppliedPlan,
    promise: &Promise,
    before: &MeasuredPeriod,
    after: &MeasuredPeriod,
    moved: &[PlanAdherence],
    days: i64,
) -> (EffectVerdict, String) {
    let seen: u64 = moved.iter().map(|rule| rule.at_new_times + rule.at_old_times + rule.elsewhere).sum();
    let followed: u64 = moved.iter().map(|rule| rule.at_new_times).sum();
    if plan.is_undone {
        let reason =
            "its rules have their former times again (`tidetable rules undo`), so that no run tells of it";
        return (EffectVerdict::TakenBack, reason.to_owned());
    }
    if days < FEWEST_DAYS {
        return (EffectVerdict::TooThin, "less than a day of history is known since".to_owned());
    }
    if seen < FEWEST_RUNS {
        return (EffectVerdict::TooThin, format!("only {seen} runs of moved rules are known since"));
    }
    if before.runs == 0 {
        return (EffectVerdict::TooThin, "no run of the same span before is known".to_owned());
    }
    if followed * 2 < seen {
        let reason = format!(
            "{followed} of {seen} runs of moved rules began at their new times: the scheduler may still have the old \
             ones (`tidetable rules apply`)"
        );
        return (EffectVerdict::NotFollowed, reason);
    }
    let sum = |values: &[Option<f64>]| values.iter().flatten().sum::<f64>();
    let most = |values: &[Option<f64>]| values.iter().flatten().copied().fold(0.0, f64::max);
    let peak = |period: &MeasuredPeriod| {
        period.resources.iter().map(|resource| resource.daily_peak_utilization).fold(0.0, f64::max)
    };
    let overload = |period: &MeasuredPeriod| {
        period.resources.iter().map(|resource| resource.overload_minutes_per_day).sum::<f64>()
    };
    let variance =
        |period: &MeasuredPeriod| period.resources.iter().map(|resource| resource.load_variance).sum::<f64>();
    let [overload_before, overload_after] =
        promise.overload_minutes_per_day.map(|minutes| minutes.unwrap_or(0.0));
    let (name, promised, measured) = match plan.strategy.as_str() {
        "peak" => {
            ("peak", (most(&promise.peak_before), most(&promise.peak_after)), (peak(before), peak(after)))
        }
        "balance" => (
            "variance",
            (sum(&promise.variance_before), sum(&promise.variance_after)),
            (variance(before), variance(after)),
        ),
        "conflict" => ("overload", (overload_before, overload_after), (overload(before), overload(after))),
        _ => {
            let reason = "what it costs is not measured; peaks and overload stand beside".to_owned();
            return (EffectVerdict::NotMeasured, reason);
        }
    };
    let gain = |(before, after): (f64, f64)| if before > 0.0 { (before - after) / before } else { 0.0 };
    let (promised, measured) = (gain(promised), gain(measured));
    let reason =
        format!("{name}: {:.0} % less promised, {:.0} % less measured", promised * 100.0, measured * 100.0);
    let kept = measured > 0.0 && measured >= KEPT * promised;
    (if kept { EffectVerdict::Confirmed } else { EffectVerdict::NotConfirmed }, reason)
}
