//! What a rule's place in a conflict is worth.

use super::RuleSourceKind;
use crate::domain::time::{DAY_MS, HOUR_MS};

/// The priority of a rule of which nothing speaks for or against.
pub const DEFAULT_PRIORITY: u8 = 5;

/// Priority 1..=10 = 5 + min(direct successors, 3) + 1 if declared + 1 if it fires less often than every six days
/// - 1 if it fires every hour or more often.
///
/// A delay of a predecessor delays all that follow it; what stands in a scheduler's configuration somebody
/// wants at that time; a missed weekly run is made up for after a week, a missed hourly one within the hour.
pub fn derived_priority(
    direct_successors: usize,
    source: RuleSourceKind,
    shortest_spacing_ms: Option<i64>,
) -> u8 {
    let successors = direct_successors.min(3) as u8;
    let declared = u8::from(source == RuleSourceKind::Declared);
    // Fires less than twice a year: as rare as it gets.
    let spacing_ms = shortest_spacing_ms.unwrap_or(i64::MAX);
    let rare = u8::from(spacing_ms >= 6 * DAY_MS);
    let frequent = u8::from(spacing_ms <= HOUR_MS);
    (DEFAULT_PRIORITY + successors + declared + rare - frequent).clamp(1, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn predecessors_declared_and_rare_rules_go_first_and_frequent_ones_last() {
        let daily = Some(DAY_MS);
        assert_eq!(derived_priority(0, RuleSourceKind::Mined, daily), 5);
        assert_eq!(derived_priority(2, RuleSourceKind::Mined, daily), 7);
        assert_eq!(derived_priority(0, RuleSourceKind::Declared, daily), 6);
        assert_eq!(derived_priority(0, RuleSourceKind::Mined, Some(7 * DAY_MS)), 6);
        assert_eq!(derived_priority(0, RuleSourceKind::Mined, Some(HOUR_MS / 2)), 4);
        assert_eq!(derived_priority(99, RuleSourceKind::Declared, None), 10);
    }
}
