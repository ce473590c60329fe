//! `backtest`: how good predictions would have been, had they been made in the past; and what a plan would have changed.

use chrono::{NaiveDate, NaiveTime};

use super::task_typing::TypedHistories;
use super::{CommandError, Context, Outcome};
use crate::cli::backtest::BacktestArgs;
use crate::domain::calendar::resolve_local;
use crate::domain::patterns::MiningOptions;
use crate::domain::prediction::{Backtest, BacktestInput, backtest};
use crate::domain::time::{DAY_MS, HOUR_MS, TimeSpan, Timestamp};
use crate::output::backtest::BacktestReport;
use crate::store::{HistoryFilter, Store};

/// Runs that a cut must leave before it: a schedule needs three, and another that it can be told from.
const LEAST_RUNS_BEFORE: usize = 6;

/// Cuts the stored history, predicts from each cut, and compares with what came after it.
pub fn run(context: &Context, args: &BacktestArgs) -> anyhow::Result<Outcome> {
    match args.plan {
        Some(plan) => super::backtest_plan::run(context, args, plan),
        None => run_predictions(context, args),
    }
}

fn run_predictions(context: &Context, args: &BacktestArgs) -> anyhow::Result<Outcome> {
    let mut warnings = Vec::new();
    let mut store = match args.save {
        true => context.open_existing_writer(&mut warnings)?,
        false => context.open_reader(&mut warnings)?,
    };
    let hours = args.look_ahead_hours.unwrap_or(context.config.prediction.look_ahead_hours);
    let min_confidence = args.min_confidence.unwrap_or(context.config.prediction.min_confidence);
    let days = args.days.unwrap_or(context.config.analysis.days);
    let histories = store.histories(&HistoryFilter::default(), context.now)?;
    let histories = TypedHistories::new(histories, true, None).histories;
    let options = MiningOptions {
        user_names: store.user_names()?.into_iter().collect(),
        holidays: context.config.calendar.dates(),
        ..MiningOptions::default()
    };
    let mut report = BacktestReport {
        history: None,
        cuts: Vec::new(),
        look_ahead_hours: hours,
        days,
        min_confidence,
        found: Backtest::default(),
        saved: false,
    };
    let mut starts: Vec<Timestamp> =
        histories.iter().flat_map(|history| history.runs.iter().map(|run| run.started_at)).collect();
    starts.sort_unstable();
    let (Some(first), Some(last)) = (starts.first().copied(), starts.last().copied()) else {
        if warnings.is_empty() {
            warnings.push("the store holds no runs; `tidetable import` reads them".to_owned());
        }
        return Ok(Outcome::done(report, warnings));
    };
    let history = TimeSpan { start: first, end: last.plus_ms(1) };
    report.history = Some(history);
    let look_ahead_ms = i64::from(hours) * HOUR_MS;
    report.cuts = cuts(context, args, history, look_ahead_ms, &starts, &mut warnings)?;
    let progress = context.progress(None, "{spinner} {msg} {elapsed}");
    progress.set_message(format!("testing {}", crate::output::quantity(report.cuts.len() as u64, "cut")));
    progress.enable_steady_tick(std::time::Duration::from_millis(100));
    report.found = backtest(
        &BacktestInput {
            histories: &histories,
            zone: context.zone,
            options: &options,
            cuts: &report.cuts,
            look_ahead_ms,
            mined_ms: i64::from(days) * DAY_MS,
            min_pattern_confidence: context.config.analysis.min_confidence,
            min_confidence,
        },
        &|| context.interrupt.is_triggered(),
    );
    progress.finish_and_clear();
    if context.interrupt.is_triggered() {
        return Err(CommandError::Interrupted("nothing was saved").into());
    }
    if report.found.all.task_types == 0 && warnings.is_empty() {
        warnings.push("no task type had a pattern at any cut: there is nothing to compare".to_owned());
    }
    if args.save && report.found.all.task_types > 0 {
        let calibration = &report.found.calibration;
        store.in_transaction(|transaction| Store::save_calibration(transaction, calibration, context.now))?;
        report.saved = true;
    }
    Ok(Outcome::done(report, warnings))
}

/// Where the history is cut, ascending.
fn cuts(
    context: &Context,
    args: &BacktestArgs,
    history: TimeSpan,
    look_ahead_ms: i64,
    starts: &[Timestamp],
    warnings: &mut Vec<String>,
) -> Result<Vec<Timestamp>, CommandError> {
    let runs_before = |cut: Timestamp| starts.partition_point(|start| *start < cut);
    if let Some(text) = &args.cut {
        let cut = parse_cut(context, text)?;
        if cut <= history.start || cut >= history.end {
            return Err(CommandError::Refused {
                message: format!("the cut at {cut} lies outside of the history"),
                hint: format!("the history goes from {} to {}", history.start, history.end),
            });
        }
        if runs_before(cut) < LEAST_RUNS_BEFORE {
            return Err(CommandError::Refused {
                message: format!(
                    "only {} runs lie before {cut}: no pattern can show in them",
                    runs_before(cut)
                ),
                hint: "choose a later cut".to_owned(),
            });
        }
        if cut.plus_ms(look_ahead_ms) > history.end {
            warnings.push(format!(
                "the history ends at {}, before the horizon does: only what lies before its end is judged",
                history.end
            ));
        }
        return Ok(vec![cut]);
    }
    let wanted = args.folds.unwrap_or(5);
    let mut cuts: Vec<Timestamp> = (1..=i64::from(wanted))
        .map(|number| history.end.plus_ms(-number.saturating_mul(look_ahead_ms)))
        .take_while(|cut| *cut > history.start && runs_before(*cut) >= LEAST_RUNS_BEFORE)
        .collect();
    cuts.reverse();
    if cuts.is_empty() {
        return Err(CommandError::Refused {
            message: format!(
                "the history is too short: {} hours from {} to {}",
                history.length_ms() / HOUR_MS,
                history.start,
                history.end
            ),
            hint: "a smaller --look-ahead-hours leaves more history before the cut".to_owned(),
        });
    }
    if (cuts.len() as u64) < u64::from(wanted) {
        warnings.push(format!("the history is long enough for {} of {wanted} cuts", cuts.len()));
    }
    Ok(cuts)
}

pub(super) fn parse_cut(context: &Context, text: &str) -> Result<Timestamp, CommandError> {
    if let Some(instant) = Timestamp::parse_rfc3339(text) {
        return Ok(instant);
    }
    match text.parse::<NaiveDate>() {
        Ok(date) => Ok(resolve_local(context.zone, date.and_time(NaiveTime::MIN)).first()),
        Err(_) => Err(CommandError::Usage {
            message: format!("--cut {text:?} is neither a day nor a time"),
            hint: "write 2026-10-01 or 2026-10-01T06:00:00Z".to_owned(),
        }),
    }
}
