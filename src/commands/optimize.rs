//! `optimize-resource-schedule`: better start times for the rules in the store, or for a problem file.

use std::path::Path;
use std::time::{Duration, Instant};

use super::optimize_effect;
use super::optimize_input::{Prepared, nothing_to_plan, prepare, refused};
use super::optimize_page::{check_target, write_page};
use super::optimize_report::{
    Units, assumptions, describe_obstacles, explained, left_out, moves_and_reasons, rule_of,
};
use super::optimize_undo;
use super::{CommandError, Context, Mode, Outcome};
use crate::cli::optimize::OptimizeArgs;
use crate::cli::parse_duration;
use crate::config::ConfigError;
use crate::devices;
use crate::domain::plan::{
    BuiltProblem, Control, PlanStatus, PlannedWork, Problem, Solution, SolveOptions, Strategy, solve,
};
use crate::domain::rules::{PlanEvent, Rule, StoredRule};
use crate::ingest::Source;
use crate::output::Report;
use crate::output::optimize::{OptimizeReport, gain, status_word, strategy_word};
use crate::store::{RuleFilter, RuleWriter, Store, StoreError};

/// The wall clock ends a search only where the machine is too slow or too busy for its budget of work (two idle cores need
/// about two thirds of the limit for it): a plan that the clock cut short may differ from run to run.
const WALL_CLOCK_SLACK: f64 = 1.05;
/// A debug build does the same work many times slower, and its tests compare plans.
const WALL_CLOCK_GRACE: Duration = Duration::from_millis(if cfg!(debug_assertions) { 120_000 } else { 200 });

/// Proposes a better timetable.
pub fn run(context: &Context, args: &OptimizeArgs) -> anyhow::Result<Outcome> {
    if args.verify_applied {
        return optimize_effect::run(context);
    }
    if let Some(plan) = args.undo {
        return optimize_undo::run(context, plan);
    }
    let strategy = strategy_of(args);
    let limit = match (&args.time_limit, &context.config.optimize.time_limit) {
        (Some(limit), _) => limit.0,
        (None, text) => parse_duration(text)
            .map_err(|reason| ConfigError::Value { field: "optimize.time_limit", reason })?,
    };
    if let Some(page) = &args.report {
        check_target(page)?;
    }
    match &args.instance {
        Some(path) => solve_instance(context, args, strategy, limit, path),
        None => solve_store(context, args, strategy, limit),
    }
}

fn strategy_of(args: &OptimizeArgs) -> Strategy {
    match (args.balance_load, args.peak_mitigation, args.resource_efficiency) {
        (true, _, _) => Strategy::BalanceLoad,
        (_, true, _) => Strategy::PeakMitigation,
        (_, _, true) => Strategy::ResourceEfficiency,
        _ => Strategy::ConflictResolution,
    }
}

fn solve_instance(
    context: &Context,
    args: &OptimizeArgs,
    strategy: Strategy,
    limit: Duration,
    path: &Path,
) -> anyhow::Result<Outcome> {
    let source = if path == Path::new("-") { Source::from_stdin()? } else { Source::from_path(path)? };
    let problem: Problem = serde_json::from_reader(source.into_reader()?)
        .map_err(|error| refused(format!("{}: {error}", path.display())))?;
    let (solution, wall_seconds) = search(context, &problem, strategy, limit)?;
    let mut warnings = Vec::new();
    warn_of_interruption(context, &solution, &mut warnings);
    let mut report = OptimizeReport {
        optimization_id: None,
        obstacles: describe_obstacles(&solution, &problem, Units::OfTheFile, &|position| {
            problem.rules[position].id.clone()
        }),
        solution: Some(solution),
        problem: Some(problem),
        explain: args.explain,
        by_position: true,
        explained: Vec::new(),
        grid: None,
        moves: Vec::new(),
        unmoved: Vec::new(),
        assumptions: Vec::new(),
        assumed: Vec::new(),
        wall_seconds,
        applied: false,
        strategy,
        page: None,
    };
    give_page(context, args, &mut report, &mut warnings)?;
    Ok(Outcome::done(report, warnings))
}

/// Searches within the work that fits `limit`; Ctrl-C and the wall clock end it with the best plan so far.
fn search(
    context: &Context,
    problem: &Problem,
    strategy: Strategy,
    limit: Duration,
) -> anyhow::Result<(Solution, f64)> {
    let began = Instant::now();
    let last = limit.mul_f64(WALL_CLOCK_SLACK) + WALL_CLOCK_GRACE;
    let options = SolveOptions::for_time_limit(context.seed, limit.as_millis() as u64);
    let progress = context.progress(Some(options.work_budget), "searching {wide_bar} {msg} {eta}");
    let solution = solve(problem, strategy, &options, &mut |state| {
        progress.set_position(state.work_done);
        if let Some(objective) = state.objective {
            progress.set_message(format!("best {objective:.2}"));
        }
        let stop = context.interrupt.is_triggered() || began.elapsed() > last;
        if stop { Control::Stop } else { Control::Continue }
    })
    .map_err(|error| CommandError::Refused {
        message: format!("the problem cannot be solved as it stands: {error}"),
        hint: "put the field right and try again".to_owned(),
    })?;
    progress.finish_and_clear();
    Ok((solution, began.elapsed().as_secs_f64()))
}

fn solve_store(
    context: &Context,
    args: &OptimizeArgs,
    strategy: Strategy,
    limit: Duration,
) -> anyhow::Result<Outcome> {
    let mut warnings = Vec::new();
    let mut store = context.open_existing_writer(&mut warnings)?;
    let rules = store.rules(&RuleFilter { enabled_only: true, ..RuleFilter::default() })?;
    warn_of_other_hosts(context, &store, &mut warnings)?;
    let Prepared { rules, built, stale } = prepare(context, args, &store, strategy, rules)?;
    warnings.extend(stale);
    warnings.extend(built.warnings.iter().cloned());
    if built.planned_rules() == 0 || built.problem.resources.is_empty() {
        warnings.push(nothing_to_plan(&rules, &built));
        let mut report = report_of(&built, &rules, strategy);
        give_page(context, args, &mut report, &mut warnings)?;
        return Ok(Outcome::done(report, warnings));
    }
    let (mut solution, wall_seconds) = search(context, &built.problem, strategy, limit)?;
    if built.starts_are_rounded {
        claim_nothing(&mut solution);
        warnings.push(format!(
            "starts are rounded down to {} minutes, so peaks, overload and variance are rough and nothing is proven; \
             a shorter --look-ahead-hours makes them exact",
            built.problem.slot_minutes
        ));
    }
    warn_of_overload(&solution, &mut warnings);
    warn_of_interruption(context, &solution, &mut warnings);
    let (moves, unmoved) = moves_and_reasons(&built, &solution, &rules);
    let name = |position: usize| match &built.work[position] {
        PlannedWork::Rule { id, .. } => format!("rule {}", id.0),
        _ => built.problem.rules[position].id.clone(),
    };
    let mut report = OptimizeReport {
        obstacles: describe_obstacles(&solution, &built.problem, Units::Hundredths, &name),
        moves,
        unmoved,
        problem: Some(built.problem.clone()),
        explain: args.explain,
        wall_seconds,
        solution: Some(solution),
        ..report_of(&built, &rules, strategy)
    };
    keep(context, args, &mut store, &built, &rules, &mut report, &mut warnings)?;
    give_page(context, args, &mut report, &mut warnings)?;
    Ok(Outcome::done(report, warnings))
}

/// What is proven of rounded starts says nothing of the real ones.
fn claim_nothing(solution: &mut Solution) {
    (solution.lower_bound, solution.gap) = (None, None);
    match solution.status {
        PlanStatus::Optimal => solution.status = PlanStatus::Feasible,
        PlanStatus::Infeasible => {
            solution.status = PlanStatus::Unchanged;
            solution.obstacles.clear();
        }
        PlanStatus::Feasible | PlanStatus::Unchanged => {}
    }
}

/// A report without a plan.
fn report_of(built: &BuiltProblem, rules: &[StoredRule], strategy: Strategy) -> OptimizeReport {
    OptimizeReport {
        optimization_id: None,
        solution: None,
        problem: None,
        explain: false,
        by_position: false,
        explained: explained(built, rules),
        grid: Some(built.grid),
        moves: Vec::new(),
        unmoved: left_out(built, rules),
        assumptions: assumptions(built),
        assumed: built.assumed.clone(),
        obstacles: Vec::new(),
        wall_seconds: 0.0,
        applied: false,
        strategy,
        page: None,
    }
}

/// Writes the web page that was asked for.
fn give_page(
    context: &Context,
    args: &OptimizeArgs,
    report: &mut OptimizeReport,
    warnings: &mut Vec<String>,
) -> Result<(), CommandError> {
    let Some(path) = &args.report else { return Ok(()) };
    if context.mode == Mode::DryRun {
        warnings.push(format!("dry run: {} was not written", path.display()));
        return Ok(());
    }
    write_page(path, report, context)?;
    report.page = Some(path.clone());
    Ok(())
}

/// The capacity of this machine says little about jobs that ran on others.
fn warn_of_other_hosts(
    context: &Context,
    store: &Store,
    warnings: &mut Vec<String>,
) -> Result<(), StoreError> {
    let mut hosts: Vec<String> = store.host_names()?.into_values().collect();
    hosts.sort();
    let here = devices::host_name();
    // A machine that the configuration names is no surprise.
    hosts.retain(|host| !context.config.host.iter().any(|configured| configured.name == *host));
    let elsewhere = !hosts.is_empty() && !hosts.iter().any(|host| Some(host) == here.as_ref());
    if elsewhere && context.config.capacity.cpu_cores.is_none() {
        warnings.push(format!(
            "the jobs ran on {}, and the capacity planned for is this machine's; set [capacity] in the \
             configuration to theirs",
            hosts.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ")
        ));
    }
    Ok(())
}

fn warn_of_overload(solution: &Solution, warnings: &mut Vec<String>) {
    if solution.after.overload_slots > solution.before.overload_slots {
        warnings.push(format!(
            "the plan lowers what it was asked to lower, but overload lasts longer: {} slots instead of {}; \
             --conflict-resolution makes things fit",
            solution.after.overload_slots, solution.before.overload_slots
        ));
    }
    if solution.after.overload_slots > 0 {
        warnings.push(
            "even the plan asks for more than there is at times; set [capacity] if the jobs run on another \
             machine, or widen the rules' flexibility"
                .to_owned(),
        );
    }
}

fn warn_of_interruption(context: &Context, solution: &Solution, warnings: &mut Vec<String>) {
    if context.interrupt.is_triggered() {
        warnings.push("interrupted: this is the best plan so far".to_owned());
    } else if solution.interrupted {
        warnings.push(
            "the machine is too slow for the work that --time-limit stands for: the clock ended the search, and \
             another run may end with another plan"
                .to_owned(),
        );
    }
}

/// Stores the plan and, where that was asked for and it gains enough, moves the rules.
fn keep(
    context: &Context,
    args: &OptimizeArgs,
    store: &mut Store,
    built: &BuiltProblem,
    rules: &[StoredRule],
    report: &mut OptimizeReport,
    warnings: &mut Vec<String>,
) -> anyhow::Result<()> {
    let Some(solution) = report.solution.clone() else { return Ok(()) };
    let improved = matches!(solution.status, PlanStatus::Optimal | PlanStatus::Feasible);
    let gained = match report.strategy {
        // Its objective counts the displacement; what it gains is that everything fits.
        Strategy::ConflictResolution => {
            gain(solution.before.overload_slots as f64, solution.after.overload_slots as f64)
        }
        strategy => gain(solution.before.objective(strategy), solution.after.objective(strategy)),
    };
    let least = context.config.optimize.auto_apply_gain;
    let apply = args.auto_apply && improved && !report.moves.is_empty() && gained > least;
    if args.auto_apply && !apply && !report.moves.is_empty() {
        warnings.push(format!(
            "not applied: the plan gains {:.1} %, and --auto-apply wants more than {:.1} %",
            gained * 100.0,
            least * 100.0
        ));
    }
    report.applied = apply;
    let body = report.data().to_string();
    let author = context.author();
    let id = store.in_transaction(|transaction| -> anyhow::Result<i64> {
        let id = Store::save_optimization(
            transaction,
            strategy_word(report.strategy),
            status_word(solution.status),
            &body,
            context.now,
        )?;
        let event = if apply { PlanEvent::Applied } else { PlanEvent::Proposed };
        let mut writer = RuleWriter::of_plan(transaction, &author, (id, event))?;
        if apply {
            for (position, work) in built.work.iter().enumerate() {
                let Some(rule_id) = work.rule_id() else { continue };
                let minutes = solution.choice.delta[position] * built.problem.slot_minutes;
                let Some(stored) = rule_of(rules, rule_id) else { continue };
                if let Some(moved) = moved_rule(&stored.rule, minutes) {
                    writer.replace(rule_id, &moved)?;
                }
            }
            Store::mark_optimization_applied(transaction, id, context.now)?;
        }
        Ok(id)
    })?;
    report.optimization_id = Some(id);
    Ok(())
}

/// The rule `minutes` later. Its flexibility stays: it counts from where the rule was before any plan.
fn moved_rule(rule: &Rule, minutes: i64) -> Option<Rule> {
    if minutes == 0 {
        return None;
    }
    let mut moved = rule.clone();
    moved.schedule = rule.schedule.shifted(minutes)?;
    moved.shift_minutes += minutes;
    Some(moved)
}
