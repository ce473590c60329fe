//! `optimize-resource-schedule`: better start times for the rules in the store, or for a problem file.

use std::path::Path;
use std::time::{Duration, Instant};

use super::optimize_capacity::{doubt_warning, warn_of_other_hosts};
use super::optimize_effect;
use super::optimize_input::{Prepared, nothing_to_plan, prepare, refused};
use super::optimize_obstacles::{Units, describe_obstacles};
use super::optimize_page::{check_target, write_page};
use super::optimize_reasons::{Origin, moves_and_reasons};
use super::optimize_report::{assumptions, explained, explained_orders, left_out, rule_of};
use super::optimize_undo;
use super::{CommandError, Context, Mode, Outcome};
use crate::cli::optimize::OptimizeArgs;
use crate::cli::parse_duration;
use crate::config::ConfigError;
use crate::domain::plan::{
    BuiltProblem, Control, PlanStatus, PlannedWork, Problem, Solution, SolveOptions, Strategy, solve,
};
use crate::domain::rules::{PlanEvent, Rule, StoredRule};
use crate::ingest::Source;
use crate::output::optimize::{
    Doubts, OptimizeReport, gain, period_words, slot_words, status_word, strategy_word,
};
use crate::output::{Glyphs, Report, Style};
use crate::store::{RuleFilter, RuleWriter, Store};

/// The wall clock ends a search only where the machine is too slow or too busy for its budget of work (two idle cores need
/// about two thirds of the limit for it): a plan that the clock cut short may differ from run to run.
const WALL_CLOCK_SLACK: f64 = 1.05;
/// A second more, so that a short search on a machine that is busy just then gives the plan that it gives elsewhere. A debug
/// build does the same work many times slower, and its tests compare plans.
const WALL_CLOCK_GRACE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 120 } else { 1 });

/// Steps of trying other places for each millisecond of `--time-limit`: some hundredths of that time.
const REASONING_PER_MILLISECOND: u64 = 20_000;

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
    // Who asks for a plan in a moment does not wait a second for its reasons.
    let work = (limit.as_millis() as u64).saturating_mul(REASONING_PER_MILLISECOND);
    let (moves, unmoved) = moves_and_reasons(Origin::File(&problem), &solution, work);
    let names = |position: usize| problem.rules[position].id.clone();
    let moment = |slot: usize| slot_words(slot as i64, &problem);
    let mut report = OptimizeReport {
        optimization_id: None,
        obstacles: describe_obstacles(&solution, &problem, Units::OfTheFile, (&names, &moment)),
        solution: Some(solution),
        problem: Some(problem.clone()),
        explain: args.explain,
        by_position: true,
        explained: Vec::new(),
        explained_orders: Vec::new(),
        doubts: Doubts::NONE,
        grid: None,
        moves,
        unmoved,
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
    let Prepared { rules, built, warnings: told, doubts } = prepare(context, args, &store, strategy, rules)?;
    let doubts = Doubts { words: doubt_warning(context, &doubts), found: doubts };
    match &doubts.words {
        Some(words) => warnings.push(words.clone()),
        None => warn_of_other_hosts(context, &store, &mut warnings)?,
    }
    warnings.extend(told);
    warnings.extend(built.warnings.iter().cloned());
    if built.planned_rules() == 0 || built.problem.resources.is_empty() {
        warnings.push(nothing_to_plan(&rules, &built));
        let mut report = report_of(&built, &rules, strategy, doubts);
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
    warn_of_overload(&solution, &built.problem, &mut warnings);
    warn_of_interruption(context, &solution, &mut warnings);
    let origin = Origin::Store { built: &built, rules: &rules };
    let (moves, mut unmoved) = moves_and_reasons(origin, &solution, u64::MAX);
    unmoved.extend(left_out(&built, &rules));
    unmoved.sort_by(|one, other| one.rule_id.cmp(&other.rule_id));
    let name = |position: usize| match &built.work[position] {
        PlannedWork::Rule { id, .. } => format!("rule {}", id.0),
        _ => built.problem.rules[position].id.clone(),
    };
    let style =
        Style { color: false, width: None, glyphs: Glyphs::Unicode, zone: context.zone, now: context.now };
    let moment = |slot: usize| style.time(built.grid.at(slot as i64));
    let mut report = OptimizeReport {
        obstacles: describe_obstacles(&solution, &built.problem, Units::Hundredths, (&name, &moment)),
        moves,
        unmoved,
        problem: Some(built.problem.clone()),
        explain: args.explain,
        wall_seconds,
        solution: Some(solution),
        ..report_of(&built, &rules, strategy, doubts)
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
fn report_of(
    built: &BuiltProblem,
    rules: &[StoredRule],
    strategy: Strategy,
    doubts: Doubts,
) -> OptimizeReport {
    OptimizeReport {
        optimization_id: None,
        solution: None,
        problem: None,
        explain: false,
        by_position: false,
        explained: explained(built, rules),
        explained_orders: explained_orders(built),
        doubts,
        grid: Some(built.grid),
        moves: Vec::new(),
        unmoved: left_out(built, rules),
        assumptions: assumptions(built, rules),
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

fn warn_of_overload(solution: &Solution, problem: &Problem, warnings: &mut Vec<String>) {
    if solution.after.overload_slots > solution.before.overload_slots {
        let words = |slots: u64| period_words(i64::try_from(slots).unwrap_or(i64::MAX), problem);
        warnings.push(format!(
            "the plan lowers what it was asked to lower, but overload lasts longer: {} instead of {}; \
             --conflict-resolution makes things fit",
            words(solution.after.overload_slots),
            words(solution.before.overload_slots)
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
    let is_doubted = report.doubts.words.is_some();
    let apply = args.auto_apply && improved && !report.moves.is_empty() && gained > least && !is_doubted;
    if args.auto_apply && is_doubted {
        warnings
            .push("not applied: the plan is for another machine than the one the runs were on".to_owned());
    } else if args.auto_apply && !apply && !report.moves.is_empty() {
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
