//! What some patterns know beside their slots, in words: whose habit, which load, which days, retries, holidays.

use super::format::{count, duration, percent, quantity};
use crate::domain::patterns::{EvidenceDetails, LoadDetails, MonthEdge};

/// Names and texts of the lines that say it.
pub fn detail_lines(details: &EvidenceDetails) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    if let Some(habit) = &details.habit {
        lines.push((
            "habit",
            format!(
                "of {}: on {} of {} days with runs; compared with {} of {}",
                habit.user,
                count(habit.drawn_hits),
                count(habit.days_with_runs),
                quantity(habit.compared_runs, "other run"),
                if habit.is_pooled { "all users" } else { "this user" }
            ),
        ));
    }
    if let Some(load) = &details.load {
        lines.push(("load", load_text(load)));
    }
    if let Some(season) = &details.season {
        let days = match (season.edge, season.days) {
            (MonthEdge::Start, 1) => "first day".to_owned(),
            (MonthEdge::End, 1) => "last day".to_owned(),
            (MonthEdge::Start, days) => format!("first {days} days"),
            (MonthEdge::End, days) => format!("last {days} days"),
        };
        lines.push((
            "season",
            format!(
                "{days} of the month: {:.1} starts a day, {:.1} on others",
                season.busy_daily_mean, season.other_daily_mean
            ),
        ));
    }
    if let Some(burst) = &details.burst {
        lines.push((
            "retries",
            format!(
                "{} within {} of another, at most {} runs in a row",
                quantity(burst.retries, "start"),
                duration(burst.gap_seconds),
                count(burst.max)
            ),
        ));
    }
    if let Some(error) = details.period_error_seconds {
        lines.push((
            "period",
            format!("each run counts from the one before it; known to +-{}", duration(error)),
        ));
    }
    if let Some(holidays) = &details.holidays {
        let kept = percent(holidays.hits as f64 / holidays.slots.max(1) as f64);
        let slots = quantity(holidays.slots, "slot");
        lines.push(("holidays", format!("kept in {kept} of {slots} on holidays")));
    }
    lines
}

fn load_text(load: &LoadDetails) -> String {
    format!(
        "{:.1} {} within, {:.1} outside, peak {:.1}; known of {} of {}",
        load.inside_mean,
        load.unit,
        load.outside_mean,
        load.peak,
        count(load.known_runs),
        quantity(load.runs, "run")
    )
}
