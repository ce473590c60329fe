//! `predict`: the runs that the next hours bring; `predict evaluate`: how good past predictions were.

use std::collections::{BTreeMap, BTreeSet};

use super::generate::configured_capacity;
use super::task_type_filter::TaskTypeFilter;
use super::{CommandError, Context, Outcome};
use crate::cli::predict::{EvaluateArgs, PredictArgs, PredictCommand};
use crate::domain::activity::{NameTemplates, TaskHistory};
use crate::domain::patterns::{Pattern, PatternId};
use crate::domain::prediction::{
    Calibration, MAX_PREDICTIONS, Prediction, PredictionInput, SILENCE_HALF_LIFE_DAYS, demand, evaluate,
    fill_demand_ranges, next_expected, predict, silence, spike_buffers,
};
use crate::domain::rules::{Rule, RuleId, StoredRule, same_instants};
use crate::domain::time::{DAY_MS, HOUR_MS, TimeSpan, Timestamp};
use crate::output::predict::{EvaluateReport, PredictReport, ScheduleNote};
use crate::output::rules_words;
use crate::store::{
    ForecastRecord, HistoryFilter, OutcomeCounts, PatternFilter, PredictionChanges, RuleFilter, Store,
    StoreError,
};

/// How far back runs are read that may still go on or be followed.
const RECENT_MS: i64 = 2 * DAY_MS;

/// Predicts, or judges past predictions.
pub fn run(context: &Context, args: &PredictArgs) -> anyhow::Result<Outcome> {
    match &args.command {
        Some(PredictCommand::Evaluate(evaluate)) => {
            refuse_options_of_predict(args)?;
            evaluate_past(context, evaluate)
        }
        None => predict_ahead(context, args),
    }
}

/// clap could refuse these itself, but then it would refuse global options in that place as well.
fn refuse_options_of_predict(args: &PredictArgs) -> Result<(), CommandError> {
    let given = [
        ("--look-ahead-hours", args.look_ahead_hours.is_some()),
        ("--min-confidence", args.min_confidence.is_some()),
        ("--task-types before the word", !args.task_types.is_empty()),
    ];
    match given.into_iter().find(|(_, given)| *given) {
        Some((option, _)) => Err(CommandError::Usage {
            message: format!("evaluate cannot be used with {option}"),
            hint: "`tidetable predict evaluate --help` lists its options".to_owned(),
        }),
        None => Ok(()),
    }
}

/// What predictions are made from.
pub(super) struct Knowledge {
    pub(super) patterns: Vec<(PatternId, Pattern)>,
    rules: Vec<StoredRule>,
    recent: Vec<TaskHistory>,
    last_starts: BTreeMap<String, Timestamp>,
    history_end: Option<Timestamp>,
    calibration: Calibration,
}

impl Knowledge {
    pub(super) fn load(store: &Store, now: Timestamp) -> Result<Knowledge, StoreError> {
        let recent = TimeSpan { start: now.plus_ms(-RECENT_MS), end: now.plus_ms(1) };
        let recent = store.histories(&HistoryFilter { span: Some(recent), task_types: None }, now)?;
        let patterns: Vec<(PatternId, Pattern)> = store
            .patterns(&PatternFilter::default())?
            .into_iter()
            .map(|stored| (stored.id, stored.pattern))
            .collect();
        let rules = store.rules(&RuleFilter::default())?;
        let templates = templates_in_use(&patterns, &rules);
        let mut last_starts = BTreeMap::new();
        for (name, start) in store.last_starts(now)? {
            let last = last_starts.entry(templates.task_type_of(&name).to_owned()).or_insert(start);
            *last = start.max(*last);
        }
        Ok(Knowledge {
            patterns,
            rules,
            recent: templates.merged(recent).0,
            last_starts,
            history_end: store.last_start(now)?,
            calibration: store.calibration()?,
        })
    }

    pub(super) fn input(&self, horizon: TimeSpan) -> PredictionInput<'_> {
        PredictionInput {
            patterns: &self.patterns,
            rules: &self.rules,
            recent: &self.recent,
            last_starts: &self.last_starts,
            history_end: self.history_end,
            calibration: &self.calibration,
            horizon,
        }
    }

    /// Every task type that ran or is expected to, by name.
    fn task_types(&self) -> Vec<String> {
        let mut names: BTreeSet<&String> = self.last_starts.keys().collect();
        names.extend(self.patterns.iter().flat_map(|(_, pattern)| &pattern.task_types));
        names.extend(self.rules.iter().map(|stored| &stored.rule.task_type));
        names.into_iter().cloned().collect()
    }
}

/// The templates of names that active patterns and enabled rules speak of; runs bear the names of their log.
fn templates_in_use(patterns: &[(PatternId, Pattern)], rules: &[StoredRule]) -> NameTemplates {
    let active = patterns.iter().filter(|(_, pattern)| pattern.is_active);
    let of_patterns = active.flat_map(|(_, pattern)| &pattern.task_types);
    let of_rules = rules.iter().filter(|stored| stored.rule.enabled).map(|stored| &stored.rule.task_type);
    NameTemplates::named(of_patterns.chain(of_rules).map(String::as_str))
}

fn predict_ahead(context: &Context, args: &PredictArgs) -> anyhow::Result<Outcome> {
    let mut warnings = Vec::new();
    let hours = args.look_ahead_hours.unwrap_or(context.config.prediction.look_ahead_hours);
    let min_confidence = args.min_confidence.unwrap_or(context.config.prediction.min_confidence);
    let horizon = TimeSpan { start: context.now, end: context.now.plus_ms(i64::from(hours) * HOUR_MS) };
    // Where there is no store, predicting must not make one.
    let mut store = match context.store_path.exists() {
        true => context.open_writer()?,
        false => context.open_reader(&mut warnings)?,
    };
    let knowledge = Knowledge::load(&store, context.now)?;
    let names = knowledge.task_types();
    let filter = TaskTypeFilter::new(&args.task_types, &names)?;
    let mut expected = predict(&knowledge.input(horizon));
    let covered = covered_by(&expected, horizon);
    let mut asked_for = None;
    if let Some(filter) = &filter {
        warnings.extend(filter.unmatched(&names));
        expected.retain(|prediction| filter.matches(&prediction.task_type));
        asked_for = Some(names.iter().filter(|name| filter.matches(name)).cloned().collect::<Vec<_>>());
    }
    let forecast = ForecastRecord {
        predictions: &expected,
        min_confidence,
        span: covered,
        task_types: asked_for.as_deref(),
    };
    let (resolved, saved) = save(&mut store, &forecast, context.now)?;
    let below = expected.iter().filter(|prediction| prediction.confidence < min_confidence).count();
    let highest_below = expected
        .iter()
        .map(|prediction| prediction.confidence)
        .filter(|confidence| *confidence < min_confidence)
        .fold(0.0, f64::max);
    let predictions: Vec<Prediction> =
        expected.into_iter().filter(|prediction| prediction.confidence >= min_confidence).collect();
    if covered != horizon {
        warnings.push(format!(
            "only the first {MAX_PREDICTIONS} runs are listed, up to {}; ask for fewer hours or task types",
            covered.end
        ));
    }
    if predictions.is_empty() && warnings.is_empty() {
        warnings.push(match below {
            0 => why_nothing(&knowledge, horizon, hours, filter.as_ref()),
            _ => format!(
                "{} less than --min-confidence {min_confidence}; the highest has {highest_below:.2}",
                if below == 1 {
                    "1 expected run has".to_owned()
                } else {
                    format!("{below} expected runs have")
                }
            ),
        });
    }
    warnings.extend(stale_history(&knowledge, context.now));
    warnings.extend(moves_not_seen(&predictions, &knowledge, context.now));
    let mut demand = demand(&predictions, covered);
    fill_demand_ranges(&mut demand, &predictions, context.seed);
    let capacity = configured_capacity(&context.config.capacity);
    Ok(Outcome::done(
        PredictReport {
            horizon: covered,
            history_end: knowledge.history_end,
            min_confidence,
            below_min_confidence: below as u64,
            buffers: spike_buffers(&demand, &capacity),
            notes: schedule_notes(&predictions, &knowledge),
            predictions,
            demand,
            resolved,
            saved,
        },
        warnings,
    ))
}

/// The part of the horizon that the list is complete for.
fn covered_by(expected: &[Prediction], horizon: TimeSpan) -> TimeSpan {
    match expected.last() {
        Some(last) if expected.len() >= MAX_PREDICTIONS => {
            TimeSpan { start: horizon.start, end: last.predicted_start.max(horizon.start) }
        }
        _ => horizon,
    }
}

fn save(
    store: &mut Store,
    forecast: &ForecastRecord<'_>,
    now: Timestamp,
) -> Result<(OutcomeCounts, PredictionChanges), StoreError> {
    store.in_transaction(|transaction| {
        let resolved = Store::resolve_predictions(transaction, now)?;
        let saved = Store::save_predictions(transaction, forecast, now)?;
        Ok::<_, StoreError>((resolved, saved))
    })
}

/// The schedule behind each pattern and rule that predicts, in words.
fn schedule_notes(predictions: &[Prediction], knowledge: &Knowledge) -> Vec<ScheduleNote> {
    let patterns: BTreeSet<PatternId> =
        predictions.iter().filter_map(|prediction| prediction.pattern_id).collect();
    let rules: BTreeSet<_> = predictions.iter().filter_map(|prediction| prediction.rule_id).collect();
    let of_patterns =
        knowledge.patterns.iter().filter(|(id, _)| patterns.contains(id)).map(|(id, pattern)| ScheduleNote {
            pattern_id: Some(*id),
            rule_id: None,
            text: format!("{} ({})", pattern.schedule.describe(), pattern.zone.name()),
        });
    let of_rules =
        knowledge.rules.iter().filter(|stored| rules.contains(&stored.id)).map(|stored| ScheduleNote {
            pattern_id: None,
            rule_id: Some(stored.id),
            // Predicted is the time that the scheduler knows, not the one that a plan proposes.
            text: format!("{} ({})", stored.rule.wanted_schedule().describe(), stored.rule.zone.name()),
        });
    of_patterns.chain(of_rules).collect()
}

/// Why nothing at all is expected, and what to do about it.
fn why_nothing(
    knowledge: &Knowledge,
    horizon: TimeSpan,
    hours: u32,
    filter: Option<&TaskTypeFilter>,
) -> String {
    if knowledge.patterns.is_empty() && knowledge.rules.is_empty() {
        return match knowledge.history_end {
            None => "the store holds no runs; `tidetable import` reads them, \
                     `tidetable analyze-activity-patterns` finds out which recur"
                .to_owned(),
            Some(_) => "nothing is known to recur; `tidetable analyze-activity-patterns` finds out what does"
                .to_owned(),
        };
    }
    let wanted = |name: &str| filter.is_none_or(|filter| filter.matches(name));
    match next_expected(&knowledge.input(horizon), horizon.end.plus_ms(-1), wanted) {
        Some((next, task_type)) => format!(
            "nothing is expected within {hours} hours; next is {task_type} at {next}: \
             try a larger --look-ahead-hours"
        ),
        None => "no active pattern and no enabled rule expects anything; import newer logs and run \
                 `tidetable analyze-activity-patterns` again"
            .to_owned(),
    }
}

/// A warning about rules that were moved in the store while their work is predicted at its old time.
fn moves_not_seen(predictions: &[Prediction], knowledge: &Knowledge, now: Timestamp) -> Option<String> {
    let predicting: BTreeSet<RuleId> =
        predictions.iter().filter_map(|prediction| prediction.rule_id).collect();
    let is_seen = |rule: &Rule| {
        knowledge.patterns.iter().any(|(_, pattern)| {
            pattern.is_active
                && pattern.task_types.contains(&rule.task_type)
                && same_instants((&rule.schedule, rule.zone), (&pattern.schedule, pattern.zone), now)
        })
    };
    let unseen: Vec<RuleId> = knowledge
        .rules
        .iter()
        .filter(|stored| predicting.contains(&stored.id) && stored.rule.shift_minutes != 0)
        .filter(|stored| !is_seen(&stored.rule))
        .map(|stored| stored.id)
        .collect();
    let is = if unseen.len() == 1 { "is" } else { "are" };
    (!unseen.is_empty()).then(|| {
        format!(
            "{} {is} predicted at the time from before the move, as no run shows the new one; \
             `tidetable rules export` writes it for the scheduler",
            rules_words(&unseen)
        )
    })
}

/// A warning when the record ended so long ago that it costs confidence.
pub(super) fn stale_history(knowledge: &Knowledge, now: Timestamp) -> Option<String> {
    let end = knowledge.history_end?;
    let known = knowledge.patterns.iter().map(|(_, pattern)| pattern);
    let factor = silence(Some(end), known, now).overall();
    (factor < 1.0 && !knowledge.patterns.is_empty()).then(|| {
        format!(
            "the history ends at {end}: confidence in patterns is lowered to {:.0}% \
             (half every {SILENCE_HALF_LIFE_DAYS} days); import newer logs",
            factor * 100.0
        )
    })
}

fn evaluate_past(context: &Context, args: &EvaluateArgs) -> anyhow::Result<Outcome> {
    let mut warnings = Vec::new();
    let mut store = match context.store_path.exists() {
        true => context.open_writer()?,
        false => context.open_reader(&mut warnings)?,
    };
    let resolved =
        store.in_transaction(|transaction| Store::resolve_predictions(transaction, context.now))?;
    let start = match args.days {
        Some(days) => context.now.plus_ms(-i64::from(days) * DAY_MS),
        None => Timestamp::MIN,
    };
    // Open predictions lie ahead of now; they are counted, not judged.
    let mut predictions = store.tracked_predictions(TimeSpan { start, end: Timestamp::MAX }, context.now)?;
    let horizons = store.prediction_horizons(context.now)?;
    let history_end = store.last_start(context.now)?;
    let judged_until = history_end.map_or(context.now, |end| end.plus_ms(1));
    let span = TimeSpan { start, end: judged_until.max(start) };
    let mut covered = store.covered_runs(&horizons, span, context.now)?;
    let mut names: Vec<String> = predictions
        .iter()
        .map(|tracked| tracked.prediction.task_type.clone())
        .chain(covered.iter().map(|covered| covered.task_type.clone()))
        .collect();
    names.sort();
    names.dedup();
    if let Some(filter) = TaskTypeFilter::new(&args.task_types, &names)? {
        warnings.extend(filter.unmatched(&names));
        predictions.retain(|tracked| filter.matches(&tracked.prediction.task_type));
        covered.retain(|covered| filter.matches(&covered.task_type));
    }
    let evaluation = evaluate(&predictions, &covered);
    if evaluation.predictions == 0 && warnings.is_empty() {
        warnings.push("no predictions are stored yet; `tidetable predict` makes them".to_owned());
    } else if evaluation.hits + evaluation.misses == 0 && evaluation.predictions > 0 {
        warnings.push(match evaluation.unobserved {
            0 => "no predicted window has passed yet; import newer logs once it has, then evaluate again"
                .to_owned(),
            _ => "nothing was recorded in the predicted windows; import newer logs, then evaluate again"
                .to_owned(),
        });
    }
    let judgeable_from = predictions
        .iter()
        .filter(|tracked| tracked.outcome.is_none())
        .map(|tracked| tracked.prediction.window_end)
        .min();
    let first = horizons.iter().map(|horizon| horizon.span.start.max(start)).min();
    let evaluated = first.map(|first| TimeSpan { start: first, end: context.now.max(first) });
    Ok(Outcome::done(
        EvaluateReport { evaluated, history_end, judgeable_from, evaluation, resolved },
        warnings,
    ))
}
