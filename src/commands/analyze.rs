//! `analyze-activity-patterns`: from the history in the store to patterns in the store.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::task_typing::{TypedHistories, find_in_streams, grouping, mixed_warning};
use super::{CommandError, Context, Outcome, TaskTypeFilter};
use crate::cli::analyze::AnalyzeArgs;
use crate::domain::activity::{
    BehaviorProfile, Grouping, UserId, activity_groups, behavior_profiles, observed_spans, start_hours,
};
use crate::domain::calendar::Zone;
use crate::domain::patterns::{
    Coverage, Mined, MiningInput, MiningOptions, Pattern, PatternId, Remembered, longer_look,
    mine_remembering,
};
use crate::domain::time::{DAY_MS, HOUR_MS, TimeSpan, Timestamp};
use crate::output::analyze::{AnalyzeReport, SavedChanges, SearchNote, TypingNote};
use crate::output::view::ShownPattern;
use crate::store::{HistoryFilter, PatternFilter, Store, StoreError};

/// Days of history below which every answer says so.
const THIN_HISTORY_DAYS: f64 = 7.0;

/// Silence at the end of the history beyond which it is old: the answer says so, and it tells nothing of what is usual.
pub(super) const STALE_AFTER_MS: i64 = 2 * DAY_MS;

/// Occurrences within the analysed span from which on an analysis would have found a pattern again.
const FINDABLE_FROM: usize = 3;

/// Finds patterns in the last days of the history, and keeps them.
pub fn run(context: &Context, args: &AnalyzeArgs) -> anyhow::Result<Outcome> {
    let mut warnings = Vec::new();
    let save = !args.no_save_patterns;
    let mut store = if save {
        context.open_existing_writer(&mut warnings)?
    } else {
        context.open_reader(&mut warnings)?
    };
    let days = args.days.unwrap_or(context.config.analysis.days);
    let min_confidence = args.min_confidence.unwrap_or(context.config.analysis.min_confidence);
    let mut names: Vec<String> = store.task_type_names()?.into_values().collect();
    names.sort();
    let scope = Scope {
        filter: TaskTypeFilter::new(&args.task_types, &names)?,
        grouping: grouping(&args.group_by),
        normalize: !args.no_normalize_names,
        days,
    };
    let Some(loaded) = load(context, &store, &scope, &mut warnings)? else {
        warnings.extend(scope.filter.iter().flat_map(|filter| filter.unmatched(&names)));
        return Ok(Outcome::done(empty_report(save), warnings));
    };
    names.extend(loaded.typed.histories.iter().map(|history| history.name.clone()));
    warnings.extend(scope.filter.iter().flat_map(|filter| filter.unmatched(&names)));
    let user_names = store.user_names()?;
    let progress = context.progress(None, "{spinner} looking for schedules in {msg} {elapsed}");
    let histories = &loaded.typed.histories;
    progress.set_message(crate::output::quantity(histories.len() as u64, "task type"));
    progress.enable_steady_tick(std::time::Duration::from_millis(100));
    let profile = scope.profile(context);
    let options = MiningOptions {
        user_names: user_names.iter().map(|(id, name)| (*id, name.clone())).collect(),
        holidays: context.config.calendar.dates(),
        coverage: scope.coverage(),
        remembered: if args.search_anew { BTreeMap::new() } else { store.remembered(&profile)? },
        ..MiningOptions::default()
    };
    // Groups hang on no pattern: one core is enough for them, beside those that mine.
    let (mined, task_type_groups) = std::thread::scope(|threads| {
        let groups = threads.spawn(|| activity_groups(&loaded.hours_by_type(context.zone)));
        let mined = find_in_streams(&store, histories, scope.grouping, |histories| {
            let (span, observed) = (loaded.span, loaded.observed.as_slice());
            let input = MiningInput { histories, span, observed, zone: context.zone };
            mine_remembering(&input, &options, &|| context.interrupt.is_triggered())
        });
        (mined, groups.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    let Mined { mut patterns, learnt, recalled } = mined?;
    progress.finish_and_clear();
    if context.interrupt.is_triggered() {
        return Err(CommandError::Interrupted("nothing was saved").into());
    }
    warnings.extend(mixed_warning(&patterns, histories));
    let profiles = if args.no_include_user_behavior {
        HashMap::new()
    } else {
        behavior_profiles(histories, &user_names, context.zone)
    };
    let (ids, saved) = if save {
        let longer = seen_longer(&store, &scope, &loaded, &mut patterns)?;
        if !longer.is_empty() {
            warnings.push(longer_warning(longer.len(), days));
        }
        let findings = Findings {
            patterns: &patterns,
            longer: &longer,
            profiles: &profiles,
            profile: &profile,
            learnt: &learnt,
        };
        let (ids, changes) = store_findings(context, &mut store, &scope, &loaded, &findings, min_confidence)?;
        (ids, Some(changes))
    } else {
        (vec![None; patterns.len()], None)
    };
    if patterns.is_empty() {
        warnings.push("no recurring work found; more history (--days) may show some".to_owned());
    }
    let groups_of_users = profiles_by_hour(&profiles);
    let below = patterns.iter().filter(|pattern| pattern.confidence < min_confidence).count();
    let report = AnalyzeReport {
        span: Some(TimeSpan { start: loaded.first.unwrap_or(loaded.span.start), end: loaded.span.end }),
        observed_hours: loaded.observed.iter().map(TimeSpan::length_ms).sum::<i64>() as f64 / HOUR_MS as f64,
        runs: loaded.runs(),
        task_types: histories.len() as u64,
        typing: loaded.typed.note,
        search: SearchNote { searched: learnt.len() as u64, remembered: recalled },
        patterns: shown(&store, patterns, ids, min_confidence, save)?,
        below_confidence: below as u64,
        saved,
        user_groups: activity_groups(&groups_of_users),
        task_type_groups,
        behavior: sorted_profiles(profiles),
    };
    Ok(Outcome::done(report, warnings))
}

/// What an analysis is asked to look at.
struct Scope {
    filter: Option<TaskTypeFilter>,
    grouping: Grouping,
    normalize: bool,
    days: u32,
}

impl Scope {
    fn coverage(&self) -> Coverage {
        // Loads and seasons are those of all runs together.
        let whole = self.filter.is_none() && !self.grouping.splits();
        if whole { Coverage::AllTaskTypes } else { Coverage::SomeTaskTypes }
    }

    /// Names what a search depends on beside the history it is made of. Another version may search otherwise.
    fn profile(&self, context: &Context) -> String {
        let Grouping { by_user, by_host, by_queue } = self.grouping;
        let parts = [("user", by_user), ("host", by_host), ("queue", by_queue), ("names", self.normalize)];
        let told_apart: Vec<&str> =
            parts.into_iter().filter_map(|(part, is_set)| is_set.then_some(part)).collect();
        let version = env!("CARGO_PKG_VERSION");
        format!("{version} {} {} days {}", context.zone.name(), self.days, told_apart.join(","))
    }
}

/// What an analysis reads.
struct Loaded {
    typed: TypedHistories,
    span: TimeSpan,
    observed: Vec<TimeSpan>,
    first: Option<Timestamp>,
}

/// What an analysis found.
struct Findings<'a> {
    patterns: &'a [Pattern],
    /// Stored ones that were found from a longer history, and are still kept.
    longer: &'a [Pattern],
    profiles: &'a HashMap<UserId, BehaviorProfile>,
    /// Names the searches that `learnt` is of.
    profile: &'a str,
    learnt: &'a [(String, Remembered)],
}

impl Loaded {
    fn runs(&self) -> u64 {
        self.typed.histories.iter().map(|history| history.runs.len() as u64).sum()
    }

    fn hours_by_type(&self, zone: Zone) -> Vec<(String, [u64; 24])> {
        self.typed
            .histories
            .iter()
            .map(|history| (history.name.clone(), start_hours(history, zone)))
            .collect()
    }
}

/// The histories of the last days before the record ends; `None`, and a warning, without any.
fn load(
    context: &Context,
    store: &Store,
    scope: &Scope,
    warnings: &mut Vec<String>,
) -> anyhow::Result<Option<Loaded>> {
    let days = scope.days;
    let Some(last) = store.last_start(context.now)? else {
        if warnings.is_empty() {
            warnings
                .push(format!("the store holds no runs by {}; `tidetable import` reads them", context.now));
        }
        return Ok(None);
    };
    // What lies between the last record and now was not observed: the span ends where the record does.
    let span = TimeSpan { start: last.plus_ms(-i64::from(days) * DAY_MS), end: last.plus_ms(1) };
    let silence = context.now.since(last);
    if silence > STALE_AFTER_MS {
        warnings.push(format!(
            "the history ends on {last}, {} days before now: looked at the {days} days before its end",
            silence / DAY_MS
        ));
    }
    let histories = store.histories(&HistoryFilter { span: Some(span), task_types: None }, context.now)?;
    let observed = observed_spans(&histories, span);
    let typed = TypedHistories::new(histories, scope.normalize, scope.filter.as_ref());
    let first =
        typed.histories.iter().filter_map(|history| history.runs.first()).map(|run| run.started_at).min();
    let covered = first.map_or(0.0, |first| last.since(first) as f64 / DAY_MS as f64);
    if covered < THIN_HISTORY_DAYS && first.is_some() {
        warnings
            .push(format!("only {covered:.1} days of history: weekly and rarer schedules cannot show yet"));
    }
    warn_of_other_zone(context, store, warnings)?;
    Ok(Some(Loaded { typed, span, observed, first }))
}

/// Local times mean what they meant to the machine that logged them: another zone finds other schedules, or none.
fn warn_of_other_zone(context: &Context, store: &Store, warnings: &mut Vec<String>) -> anyhow::Result<()> {
    if let Some(zone) = store.zone_of_last_local_import()?.filter(|zone| zone != context.zone.name()) {
        warnings.push(format!(
            "the last log with local times was read in {zone}, and schedules are looked for in {}; \
             --timezone {zone} looks there",
            context.zone.name()
        ));
    }
    Ok(())
}

/// The stored patterns that were found from a longer history and are still kept; takes those out of `patterns` that say
/// less about the same runs.
fn seen_longer(
    store: &Store,
    scope: &Scope,
    loaded: &Loaded,
    patterns: &mut Vec<Pattern>,
) -> Result<Vec<Pattern>, StoreError> {
    if scope.grouping.splits() {
        return Ok(Vec::new());
    }
    let stored = store.patterns(&PatternFilter { active_only: true, ..PatternFilter::default() })?;
    let known: Vec<&Pattern> = stored
        .iter()
        .map(|stored| &stored.pattern)
        .filter(|pattern| scope.grouping.may_hold(pattern.group.as_ref()))
        .collect();
    if known.is_empty() {
        return Ok(Vec::new());
    }
    let starts: HashMap<&str, Vec<Timestamp>> = loaded
        .typed
        .histories
        .iter()
        .map(|history| (history.name.as_str(), history.runs.iter().map(|run| run.started_at).collect()))
        .collect();
    let starts_of = |name: &str| starts.get(name).map(Vec::as_slice);
    let look = longer_look(&known, patterns, loaded.span, &loaded.observed, &starts_of);
    let kept = look.kept.iter().map(|place| known[*place].clone()).collect();
    for index in look.superseded.into_iter().rev() {
        patterns.remove(index);
    }
    Ok(kept)
}

fn longer_warning(count: usize, days: u32) -> String {
    let patterns = if count == 1 { "1 pattern".to_owned() } else { format!("{count} patterns") };
    format!(
        "{patterns} found from a longer history, and still kept, stayed as they were; --days {days} sees less of it"
    )
}

fn store_findings(
    context: &Context,
    store: &mut Store,
    scope: &Scope,
    loaded: &Loaded,
    findings: &Findings<'_>,
    min_confidence: f64,
) -> anyhow::Result<(Vec<Option<PatternId>>, SavedChanges)> {
    let analysed: HashSet<&str> =
        loaded.typed.histories.iter().map(|history| history.name.as_str()).collect();
    let findable = |pattern: &Pattern| {
        let asked_for =
            pattern.task_types.iter().all(|name| loaded.typed.is_asked_for(name, scope.filter.as_ref()));
        // Streams of users say nothing about those of hosts, or of all runs together.
        if !scope.grouping.may_hold(pattern.group.as_ref()) || findings.longer.contains(pattern) {
            return false;
        }
        let rests_on_all_runs = pattern.evidence.details.rests_on_all_runs();
        // What is tested on half of its slots, or day by day, needs more of them to show again.
        let enough = match rests_on_all_runs {
            true if scope.coverage() == Coverage::SomeTaskTypes => return false,
            true => pattern.evidence.expected.clamp(FINDABLE_FROM as u64, 20) as usize,
            false => FINDABLE_FROM,
        };
        let occurs = pattern
            .schedule
            .occurrences_iter(loaded.span, pattern.zone)
            .filter(|slot| loaded.observed.iter().any(|span| span.contains(*slot)))
            .take(enough)
            .count();
        let follows = pattern.task_types.len() > 1
            && !rests_on_all_runs
            && pattern.task_types.iter().all(|name| analysed.contains(name.as_str()));
        asked_for && (occurs >= enough || follows)
    };
    let (ids, changes) = store.in_transaction(|transaction| -> anyhow::Result<_> {
        // A partial look says nothing about a user's whole day.
        if scope.filter.is_none() {
            Store::save_behavior_profiles(transaction, findings.profiles, context.now)?;
        }
        Store::remember(transaction, findings.profile, findings.learnt)?;
        Ok(Store::save_patterns(transaction, findings.patterns, min_confidence, &findable, context.now)?)
    })?;
    let saved = SavedChanges {
        added: changes.added,
        changed: changes.changed,
        unchanged: changes.unchanged,
        retired: changes.retired,
    };
    Ok((ids, saved))
}

fn shown(
    store: &Store,
    patterns: Vec<Pattern>,
    ids: Vec<Option<PatternId>>,
    min_confidence: f64,
    saved: bool,
) -> anyhow::Result<Vec<ShownPattern>> {
    let stored = store.patterns(&PatternFilter::default())?;
    let detected: HashMap<PatternId, Timestamp> =
        stored.into_iter().map(|stored| (stored.id, stored.detected_at)).collect();
    Ok(patterns
        .into_iter()
        .zip(ids)
        // A pattern without an id, where patterns are saved, is another regime of one that has one.
        .filter(|(pattern, id)| pattern.confidence >= min_confidence && (id.is_some() || !saved))
        .map(|(pattern, id)| ShownPattern {
            id,
            detected_at: id.and_then(|id| detected.get(&id).copied()),
            pattern,
        })
        .collect())
}

fn profiles_by_hour(profiles: &HashMap<UserId, BehaviorProfile>) -> Vec<(String, [u64; 24])> {
    profiles
        .values()
        .map(|profile| {
            let hours =
                std::array::from_fn(|hour| (profile.hour_shares[hour] * profile.runs as f64).round() as u64);
            (profile.user.clone(), hours)
        })
        .collect()
}

fn sorted_profiles(profiles: HashMap<UserId, BehaviorProfile>) -> Vec<BehaviorProfile> {
    let mut sorted: Vec<BehaviorProfile> = profiles.into_values().collect();
    sorted.sort_by(|a, b| a.user.cmp(&b.user));
    sorted
}

fn empty_report(save: bool) -> AnalyzeReport {
    AnalyzeReport {
        span: None,
        observed_hours: 0.0,
        runs: 0,
        task_types: 0,
        typing: TypingNote::default(),
        search: SearchNote::default(),
        patterns: Vec::new(),
        below_confidence: 0,
        saved: save.then(SavedChanges::default),
        behavior: Vec::new(),
        user_groups: Vec::new(),
        task_type_groups: Vec::new(),
    }
}
