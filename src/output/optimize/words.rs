//! Reasons in words. Every number in them was computed for the very rule they speak of.

use super::shape::{ReliefShape, StayCode};
use crate::domain::plan::{Score, StayReason, Strategy, WindowLimit};
use crate::output::format::{count, quantity, shorten};

/// Differences below this share are no differences.
const SAME: f64 = 1e-9;

/// Why a rule moves, in brief and in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoveWords {
    /// A few words for a table.
    pub reason: String,
    /// All of it.
    pub explanation: String,
}

/// What rules and hosts are called, by position.
#[derive(Clone, Copy)]
pub struct StayNames<'a> {
    /// A rule.
    pub rule: &'a dyn Fn(usize) -> String,
    /// A host other than the rule's own; `None` for that.
    pub other_host: &'a dyn Fn(usize) -> Option<String>,
}

/// The words of a move: what it relieves, and what would be if it were `left` at home under the plan (`present`).
pub fn move_words(
    strategy: Strategy,
    present: &Score,
    left: Option<&Score>,
    relief: Option<&ReliefShape>,
    slot_minutes: i64,
) -> MoveWords {
    let relieved = relief.filter(|relief| relief.utilization_after + SAME < relief.utilization_before);
    let consequence = left.and_then(|left| consequence(strategy, present, left, slot_minutes));
    let relief_words = relieved.map(relief_words);
    let reason = match (&relief_words, &consequence) {
        // A moment that the plan leaves as full elsewhere is no reason; what the whole gains by it is.
        (Some(words), _) if is_relieved(strategy, present, relieved) => words.clone(),
        (_, Some(consequence)) => consequence.clone(),
        (Some(words), None) => words.clone(),
        (None, None) => "it makes room for the others".to_owned(),
    };
    let mut sentences: Vec<String> = relief_words.into_iter().collect();
    sentences.extend(consequence);
    if sentences.is_empty() {
        sentences.push(reason.clone());
    }
    MoveWords { reason, explanation: sentences.join("; ") }
}

/// Whether the rule's fullest moment is one that the strategy is there to relieve.
fn is_relieved(strategy: Strategy, present: &Score, relief: Option<&ReliefShape>) -> bool {
    let before = relief.map_or(0.0, |relief| relief.utilization_before);
    match strategy {
        Strategy::PeakMitigation => 100.0 * before > present.peak * (1.0 + SAME),
        Strategy::ConflictResolution => before > 1.0 + SAME,
        Strategy::BalanceLoad | Strategy::ResourceEfficiency => false,
    }
}

fn relief_words(relief: &ReliefShape) -> String {
    let names: Vec<String> =
        relief.together_with_names.iter().take(2).map(|name| shorten(name, 24)).collect();
    let more = relief.together_count.max(names.len()) - names.len();
    let company = match (names.is_empty(), more) {
        (true, _) => String::new(),
        (false, 0) => format!(" with {}", names.join(" and ")),
        (false, more) => format!(" with {} and {more} more", names.join(", ")),
    };
    format!(
        "{} at {:.0}%{company}; then {:.0}%",
        resource_word(&relief.resource),
        relief.utilization_before * 100.0,
        relief.utilization_after * 100.0
    )
}

/// What would be worse if the rule stayed; `None` where nothing would.
fn consequence(strategy: Strategy, present: &Score, left: &Score, slot_minutes: i64) -> Option<String> {
    if left.exclusion_violations > present.exclusion_violations {
        return Some("left alone, it would meet what it may not run with".to_owned());
    }
    if left.precedence_violations > present.precedence_violations {
        return Some("left alone, it would not keep its order with another rule".to_owned());
    }
    let (now, then) = (present.objective(strategy), left.objective(strategy));
    let worse = then - now > SAME * now.abs().max(1.0);
    match strategy {
        Strategy::PeakMitigation if worse => {
            Some(format!("left alone, the peak would be {then:.0}%, not {now:.0}%"))
        }
        Strategy::PeakMitigation if left.balance > present.balance * (1.0 + SAME) => Some(format!(
            "left alone, the peak would be the same, and the variance {}",
            instead(left.balance, present.balance)
        )),
        Strategy::BalanceLoad if worse => {
            Some(format!("left alone, the variance would be {}", instead(then, now)))
        }
        Strategy::ResourceEfficiency if worse => {
            Some(format!("left alone, it would cost {:.2} cents more", then - now))
        }
        Strategy::ConflictResolution if left.overload_slots > present.overload_slots => {
            let minutes = left.overload_slots.saturating_mul(slot_minutes.unsigned_abs());
            Some(format!("left alone, {} min of overload would remain", count(minutes)))
        }
        _ => None,
    }
}

fn is_same(one: f64, other: f64) -> bool {
    (one - other).abs() <= SAME * one.abs().max(other.abs()).max(1.0)
}

/// Two numbers with as many digits as tell them apart.
fn instead(then: f64, now: f64) -> String {
    let digits = (0..6).find(|digits| format!("{then:.digits$}") != format!("{now:.digits$}")).unwrap_or(6);
    let digits = digits.max(1);
    format!("{then:.digits$} %², not {now:.digits$}")
}

/// The words for a rule that stays, with what ends its window on either side (`None` of an instance file, which does not
/// tell). Of rules and hosts by position they need names: that of a rule, that of a host other than its own.
pub fn stay_words(
    stay: &StayReason,
    limits: Option<(WindowLimit, WindowLimit)>,
    strategy: Strategy,
    present: &Score,
    slot_minutes: i64,
    names: StayNames<'_>,
) -> (StayCode, String) {
    let now = present.objective(strategy);
    match stay {
        StayReason::NoWindow => match limits {
            Some(limits) => no_window(limits),
            None => (StayCode::Fixed, "it has one place only: no window, and no other host".to_owned()),
        },
        StayReason::Blocked { .. } if strategy == Strategy::ConflictResolution => {
            (StayCode::Blocked, "it fits where it is, and nowhere else in its window".to_owned())
        }
        StayReason::Blocked { places, meets, breaks_order, overloads } => {
            let mut causes = Vec::new();
            if !meets.is_empty() {
                let names: Vec<String> = meets.iter().take(2).map(|other| (names.rule)(*other)).collect();
                causes.push(format!("it would meet {}, which it may not", names.join(" or ")));
            }
            if *breaks_order {
                causes.push("it would not keep its order with another rule".to_owned());
            }
            if *overloads {
                causes.push("there would be too little for all".to_owned());
            }
            let places = quantity(*places as u64, "other place");
            (StayCode::Blocked, format!("at each of its {places} {}", causes.join(", or ")))
        }
        StayReason::Worse { least, .. } => (StayCode::Worse, worse_words(strategy, now, *least)),
        StayReason::NoEffect { places } => {
            let places = quantity(*places as u64, "other place");
            let what = match strategy {
                Strategy::PeakMitigation => {
                    format!("the peak is {now:.0}% at each of its {places}, or higher")
                }
                Strategy::BalanceLoad => format!("none of its {places} lowers the variance"),
                Strategy::ResourceEfficiency => format!("none of its {places} is cheaper"),
                Strategy::ConflictResolution => "everything fits where it is".to_owned(),
            };
            (StayCode::NoEffect, format!("nothing to gain: {what}"))
        }
        StayReason::NotFound { objective, .. }
            if strategy == Strategy::PeakMitigation && is_same(*objective, now) =>
        {
            let words = format!(
                "nothing to gain: no other place lowers the peak of {now:.0}%, some would even the load a little"
            );
            (StayCode::NoEffect, words)
        }
        StayReason::NotFound { shift, host, .. } => {
            let words = match (shift * slot_minutes, (names.other_host)(*host)) {
                (0, Some(host)) => host,
                (minutes, None) => format!("{minutes:+} min"),
                (minutes, Some(host)) => format!("{minutes:+} min on {host}"),
            };
            (StayCode::NotFound, format!("{words} would be better; the search ended before it was tried"))
        }
        StayReason::Untried => {
            (StayCode::Untried, "no better place was found; the problem is too large to try each".to_owned())
        }
    }
}

fn worse_words(strategy: Strategy, now: f64, least: f64) -> String {
    match strategy {
        Strategy::PeakMitigation if is_same(least, now) => {
            "any shift would leave the peak and raise the variance".to_owned()
        }
        Strategy::PeakMitigation => format!("any shift would raise the peak, to {least:.0}% at least"),
        Strategy::BalanceLoad => {
            format!("any shift would raise the variance, at least to {}", instead(least, now))
        }
        Strategy::ResourceEfficiency => {
            format!("any shift would cost at least {:.2} cents more", least - now)
        }
        Strategy::ConflictResolution => {
            "it fits where it is, and any shift would only displace it".to_owned()
        }
    }
}

fn no_window(limits: (WindowLimit, WindowLimit)) -> (StayCode, String) {
    let cause = |limit: WindowLimit| match limit {
        WindowLimit::Flexibility => "it may not move",
        WindowLimit::Schedule => "no schedule says its moved times",
        WindowLimit::Crontab => "no line of its crontab says its moved times",
        WindowLimit::ClockChange => "the clocks change, and its runs would not move together",
        WindowLimit::Blackout => "it cannot leave a blackout within its window",
    };
    let (earlier, later) = limits;
    match (earlier, later) {
        (WindowLimit::Flexibility, WindowLimit::Flexibility) => {
            (StayCode::Fixed, "its window is shorter than a slot: it may not move".to_owned())
        }
        (WindowLimit::Blackout, WindowLimit::Blackout) => (StayCode::Fixed, cause(earlier).to_owned()),
        _ if earlier == later => (StayCode::Inexpressible, cause(earlier).to_owned()),
        _ => (StayCode::Inexpressible, format!("earlier: {}; later: {}", cause(earlier), cause(later))),
    }
}

/// A resource as people call it.
pub(super) fn resource_word(resource: &str) -> &str {
    match resource {
        "cpu_cores" => "CPU",
        "memory_mib" => "memory",
        "gpu_count" => "GPUs",
        "gpu_memory_mib" => "GPU memory",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(peak: f64, balance: f64) -> Score {
        Score {
            balance,
            peak,
            efficiency: 10.0,
            conflict: 0.0,
            overload_slots: 0,
            exclusion_violations: 0,
            precedence_violations: 0,
            window_violations: 0,
            displacement_minutes: 0,
            waiting_minutes: 0,
            moved: 0,
            starts: 0,
            resources: Vec::new(),
        }
    }

    #[test]
    fn a_move_that_relieves_nothing_itself_says_what_would_be_without_it() {
        let (present, left) = (score(80.0, 40.0), score(120.0, 44.0));
        let words = move_words(Strategy::PeakMitigation, &present, Some(&left), None, 5);
        assert_eq!(words.reason, "left alone, the peak would be 120%, not 80%");
        let words = move_words(Strategy::BalanceLoad, &present, Some(&left), None, 5);
        assert_eq!(words.reason, "left alone, the variance would be 44.0 %², not 40.0");
        let words = move_words(Strategy::PeakMitigation, &present, Some(&present), None, 5);
        assert_eq!(words.reason, "it makes room for the others");
    }

    #[test]
    fn a_move_of_a_rule_that_was_no_part_of_the_peak_is_not_said_to_relieve_it() {
        let mut relief = ReliefShape {
            resource: "cpu_cores".to_owned(),
            at: None,
            slot: 0,
            utilization_before: 1.5,
            utilization_after: 0.75,
            together_with: Vec::new(),
            together_with_names: vec!["a".to_owned()],
            together_count: 1,
        };
        let (present, left) = (score(80.0, 40.0), score(80.0, 44.0));
        let reason = |relief: &ReliefShape| {
            move_words(Strategy::PeakMitigation, &present, Some(&left), Some(relief), 5).reason
        };
        assert_eq!(reason(&relief), "CPU at 150% with a; then 75%");
        relief.utilization_before = 0.78;
        let variance = "left alone, the peak would be the same, and the variance 44.0 %², not 40.0";
        assert_eq!(reason(&relief), variance);
    }

    #[test]
    fn what_keeps_a_rule_is_named_side_by_side() {
        let limits = (WindowLimit::Flexibility, WindowLimit::Crontab);
        let (code, words) = no_window(limits);
        assert_eq!(code, StayCode::Inexpressible);
        assert_eq!(words, "earlier: it may not move; later: no line of its crontab says its moved times");
        assert_eq!(no_window((WindowLimit::Flexibility, WindowLimit::Flexibility)).0, StayCode::Fixed);
    }

    const NAMES: StayNames<'static> = StayNames {
        rule: &|_| String::new(),
        other_host: &|host| if host > 0 { Some(format!("node{host}")) } else { None },
    };

    #[test]
    fn a_better_place_on_another_host_names_it() {
        let words = |shift: i64, host: usize| {
            let stay = StayReason::NotFound { objective: 1.0, shift, host };
            stay_words(&stay, None, Strategy::BalanceLoad, &score(80.0, 9.0), 5, NAMES).1
        };
        assert_eq!(words(0, 2), "node2 would be better; the search ended before it was tried");
        assert_eq!(words(-2, 2), "-10 min on node2 would be better; the search ended before it was tried");
        assert_eq!(words(2, 0), "+10 min would be better; the search ended before it was tried");
    }

    #[test]
    fn a_place_that_is_worse_says_by_how_much() {
        let stay = StayReason::Worse { places: 12, least: 90.0 };
        let flexible = Some((WindowLimit::Flexibility, WindowLimit::Flexibility));
        let (_, words) = stay_words(&stay, flexible, Strategy::PeakMitigation, &score(80.0, 1.0), 5, NAMES);
        assert_eq!(words, "any shift would raise the peak, to 90% at least");
    }
}
