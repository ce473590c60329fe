//! Runs that follow others: predicted from the predicted (or known) ends of what they follow.

use std::collections::BTreeMap;

use super::expectation::Expectation;
use super::merge::{Candidate, Merged};
use super::window::SlotWindow;
use super::{Prediction, PredictionInput, PredictionSource};
use crate::domain::activity::{HistoryRun, RunStatus, TaskHistory};
use crate::domain::calendar::Schedule;
use crate::domain::patterns::Quantiles;
use crate::domain::time::{SECOND_MS, TimeSpan, Timestamp};

/// Links of a chain that are followed; also what ends a circle.
const MOST_LINKS: usize = 8;

/// Below this a chained prediction says nothing any more.
const LEAST_CONFIDENCE: f64 = 0.01;

/// Adds what follows the predictions in `merged` and the runs under way, link by link. `first_number` is the
/// number of the first follower among all expectations.
pub(super) fn add_followers(
    merged: &mut Merged,
    followers: &[Expectation<'_>],
    first_number: usize,
    input: &PredictionInput<'_>,
    most: usize,
) {
    let mut after: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, follower) in followers.iter().enumerate() {
        if let Schedule::Follows { predecessor, .. } = &*follower.schedule {
            after.entry(predecessor).or_default().push(index);
        }
    }
    let mut candidates = after_recent_runs(followers, first_number, input);
    let mut frontier: Vec<usize> = (0..merged.len()).collect();
    for _ in 0..MOST_LINKS {
        for position in frontier {
            let (predecessor, half_window_ms) = merged.get(position);
            for index in after.get(predecessor.task_type.as_str()).into_iter().flatten() {
                if merged.len() + candidates.len() >= most {
                    break;
                }
                let follower = &followers[*index];
                if let Some((prediction, half_window_ms)) =
                    follow(predecessor, half_window_ms, follower, input.horizon)
                {
                    candidates.push(Candidate {
                        expectation: first_number + index,
                        half_window_ms,
                        prediction,
                    });
                }
            }
        }
        if candidates.is_empty() {
            return;
        }
        frontier = merged.add(std::mem::take(&mut candidates));
    }
}

/// What follows `predecessor`: at its start plus its median duration plus the lag, in the window of all three
/// delays together; and its half window. `None` outside the horizon, or where the lag counts from an end that nobody
/// can tell.
fn follow(
    predecessor: &Prediction,
    predecessor_half_ms: i64,
    follower: &Expectation<'_>,
    horizon: TimeSpan,
) -> Option<(Prediction, i64)> {
    let Schedule::Follows { lag_ms, from_end, .. } = &*follower.schedule else { return None };
    let (duration_ms, spread_ms) = match from_end {
        false => (0, 0),
        true => duration_of(predecessor.resources.duration_seconds?),
    };
    let delay = duration_ms.saturating_add(*lag_ms);
    let source = PredictionSource::Follows {
        predecessor: predecessor.task_type.clone(),
        predecessor_start: predecessor.predicted_start,
    };
    let window = SlotWindow {
        from_ms: predecessor.window_start.since(predecessor.predicted_start),
        to_ms: predecessor.window_end.since(predecessor.predicted_start),
    }
    .convolved(SlotWindow { from_ms: -spread_ms.min(duration_ms), to_ms: spread_ms })
    .convolved(follower.window);
    let predicted_start = predecessor.predicted_start.plus_ms(delay);
    let prediction = Prediction {
        task_type: follower.task_type.to_owned(),
        predicted_start,
        window_start: predicted_start.plus_ms(window.from_ms),
        window_end: predicted_start.plus_ms(window.to_ms),
        confidence: predecessor.confidence * follower.confidence,
        pattern_id: follower.pattern_id,
        rule_id: follower.rule_id,
        source,
        resources: follower.resources,
    };
    let half_window_ms =
        predecessor_half_ms.saturating_add(spread_ms).saturating_add(follower.half_window_ms);
    let useful = horizon.contains(prediction.predicted_start) && prediction.confidence >= LEAST_CONFIDENCE;
    useful.then_some((prediction, half_window_ms))
}

/// Median duration, and how much longer 95 % of the runs take at most, in milliseconds.
fn duration_of(seconds: Quantiles) -> (i64, i64) {
    let millis = |seconds: f64| (seconds.max(0.0) * SECOND_MS as f64) as i64;
    (millis(seconds.p50), millis((seconds.p95 - seconds.p50).max(0.0)))
}

/// What follows runs that began before now and whose followers have not begun yet.
fn after_recent_runs(
    followers: &[Expectation<'_>],
    first_number: usize,
    input: &PredictionInput<'_>,
) -> Vec<Candidate> {
    let runs_of = |name: &str| input.recent.iter().find(|history| history.name == name);
    let mut candidates = Vec::new();
    for (index, follower) in followers.iter().enumerate() {
        let Schedule::Follows { predecessor, from_end, .. } = &*follower.schedule else { continue };
        let Some(history) = runs_of(predecessor) else { continue };
        let last_follower = runs_of(follower.task_type).and_then(last_start);
        let needs = known_durations(predecessor, input);
        // Only the last run: an earlier one has had its follower, or will not have it.
        let Some(run) =
            history.runs.last().filter(|run| last_follower.is_none_or(|last| last < run.started_at))
        else {
            continue;
        };
        let Some(known) = run_as_prediction(run, history, needs, *from_end, input.horizon.start) else {
            continue;
        };
        if let Some((mut prediction, half_window_ms)) = follow(&known, 0, follower, input.horizon) {
            prediction.source = PredictionSource::Follows {
                predecessor: predecessor.clone(),
                predecessor_start: run.started_at,
            };
            candidates.push(Candidate { expectation: first_number + index, half_window_ms, prediction });
        }
    }
    candidates
}

fn last_start(history: &TaskHistory) -> Option<Timestamp> {
    history.runs.last().map(|run| run.started_at)
}

/// The durations of a task type as some pattern of it knows them.
fn known_durations(task_type: &str, input: &PredictionInput<'_>) -> Option<Quantiles> {
    input
        .patterns
        .iter()
        .filter(|(_, pattern)| super::expectation::predicted_task_type(pattern) == Some(task_type))
        .find_map(|(_, pattern)| pattern.resources.duration_seconds)
}

/// A run that has begun, as something certain to follow from. Its end is the known one; while it goes on, what
/// its kind usually takes, but not before now; `None` when it must have ended unseen.
fn run_as_prediction(
    run: &HistoryRun,
    history: &TaskHistory,
    durations: Option<Quantiles>,
    from_end: bool,
    now: Timestamp,
) -> Option<Prediction> {
    let usual = durations.map(duration_of);
    let (duration_ms, spread_ms) = match (from_end, run.ended_at) {
        (false, _) => (0, 0),
        (true, Some(end)) => (end.since(run.started_at), 0),
        (true, None) => {
            let (median, spread) = usual?;
            let so_far = now.since(run.started_at);
            if so_far > median && run.status != Some(RunStatus::Running) {
                return None;
            }
            (median.max(so_far), spread)
        }
    };
    let seconds = duration_ms as f64 / SECOND_MS as f64;
    let latest = duration_ms.saturating_add(spread_ms) as f64 / SECOND_MS as f64;
    let resources = crate::domain::patterns::ResourceProfile {
        duration_seconds: Some(Quantiles { p50: seconds, p75: latest, p95: latest, runs_used: 1 }),
        ..Default::default()
    };
    Some(Prediction {
        task_type: history.name.clone(),
        predicted_start: run.started_at,
        window_start: run.started_at,
        window_end: run.started_at,
        confidence: 1.0,
        pattern_id: None,
        rule_id: None,
        source: PredictionSource::Pattern,
        resources,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::prediction::fixture::{World, after, at, pattern, schedule};

    #[test]
    fn a_chain_is_predicted_from_predicted_ends_with_falling_confidence() {
        let found = World::new(vec![
            pattern("extract", schedule("0 2 * * *")),
            pattern("transform", after("extract", 60_000)),
            pattern("load", after("transform", 120_000)),
        ])
        .predict();
        let seen: Vec<(&str, Timestamp)> = found
            .iter()
            .map(|prediction| (prediction.task_type.as_str(), prediction.predicted_start))
            .collect();
        assert_eq!(
            seen,
            [
                ("extract", at("2026-03-02T02:00:00Z")),
                ("transform", at("2026-03-02T02:11:00Z")),
                ("load", at("2026-03-02T02:23:00Z")),
            ]
        );
        // Lowered a little by the half day to the run: schedules end.
        assert!((found[2].confidence - 0.95_f64.powi(3)).abs() < 0.001);
        let width = |index: usize| found[index].window_end.since(found[index].window_start);
        assert!(width(0) < width(1) && width(1) < width(2));
        assert_eq!(
            found[2].source,
            PredictionSource::Follows {
                predecessor: "transform".into(),
                predecessor_start: at("2026-03-02T02:11:00Z")
            }
        );
    }

    #[test]
    fn a_circle_of_followers_ends() {
        let found = World::new(vec![
            pattern("ping", schedule("0 13 * * *")),
            pattern("ping", after("pong", 0)),
            pattern("pong", after("ping", 0)),
        ])
        .predict();
        assert!(found.len() <= 2 + MOST_LINKS, "{}", found.len());
    }

    #[test]
    fn what_follows_a_run_under_way_comes_after_its_usual_end() {
        let chain =
            || vec![pattern("extract", schedule("0 2 * * *")), pattern("load", after("extract", 60_000))];
        let under_way = World::new(chain()).ran("extract", "2026-03-01T11:55:00Z", None);
        assert_eq!(under_way.starts()[0], "2026-03-01T12:06:00Z");
        let just_ended =
            World::new(chain()).ran("extract", "2026-03-01T11:30:00Z", Some("2026-03-01T11:59:30Z"));
        assert_eq!(just_ended.starts()[0], "2026-03-01T12:00:30Z");
        let followed = just_ended.ran("load", "2026-03-01T11:59:50Z", None);
        assert_eq!(followed.starts()[0], "2026-03-02T02:00:00Z");
    }

    #[test]
    fn an_end_that_nobody_can_tell_is_not_followed() {
        let mut endless = pattern("extract", schedule("0 2 * * *"));
        endless.resources.duration_seconds = None;
        let world = World::new(vec![endless, pattern("load", after("extract", 0))]);
        assert_eq!(world.starts(), ["2026-03-02T02:00:00Z"]);
    }
}
