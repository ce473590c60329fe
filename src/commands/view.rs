//! `view-detected-patterns`: the patterns in the store.

use std::cmp::Ordering;

use super::{Context, Outcome};
use crate::cli::view::{SortBy, SortOrder, ViewArgs};
use crate::domain::patterns::PatternId;
use crate::output::view::{ShownPattern, ViewReport};
use crate::store::{PatternFilter, StoredPattern};

/// Lists patterns, or shows one with its evidence.
pub fn run(context: &Context, args: &ViewArgs) -> anyhow::Result<Outcome> {
    let mut warnings = Vec::new();
    let store = match args.pattern_id {
        Some(_) => context.open_reader_for_one()?,
        None => context.open_reader(&mut warnings)?,
    };
    let single = args.pattern_id.is_some();
    let mut patterns = match args.pattern_id {
        Some(id) => vec![store.pattern(PatternId(id))?],
        None => store.patterns(&PatternFilter {
            pattern_type: args.pattern_type,
            min_confidence: args.min_confidence,
            active_only: args.active_only,
            ids: None,
        })?,
    };
    sort(&mut patterns, args.sort_by, args.sort_order);
    let total = patterns.len();
    patterns.truncate(args.limit as usize);
    if total == 0 && warnings.is_empty() {
        warnings.push("no patterns match; `tidetable analyze-activity-patterns` finds them".to_owned());
    }
    let patterns = patterns
        .into_iter()
        .map(|stored| ShownPattern {
            id: Some(stored.id),
            detected_at: Some(stored.detected_at),
            pattern: stored.pattern,
        })
        .collect();
    Ok(Outcome::done(ViewReport { patterns, total, single }, warnings))
}

fn sort(patterns: &mut [StoredPattern], by: SortBy, order: SortOrder) {
    let compare = |one: &StoredPattern, other: &StoredPattern| -> Ordering {
        let (a, b) = (&one.pattern, &other.pattern);
        let keyed = match by {
            SortBy::Confidence => a.confidence.total_cmp(&b.confidence),
            SortBy::Frequency => a.evidence.hits.cmp(&b.evidence.hits),
            SortBy::Date => a.evidence.last_seen.cmp(&b.evidence.last_seen),
            SortBy::Type => a.pattern_type.as_str().cmp(b.pattern_type.as_str()),
        };
        match order {
            SortOrder::Asc => keyed,
            SortOrder::Desc => keyed.reverse(),
        }
    };
    // Stable, and read by id: equal keys stay in the order of their ids either way.
    patterns.sort_by(compare);
}
