//! Why no plan keeps every limit, in sentences.

use super::optimize_report::quantity_word;
use crate::domain::plan::{Obstacle, Problem, Solution};
use crate::output::optimize::period_words;

/// How a problem counts cores and GPUs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Units {
    /// As the instance file does.
    OfTheFile,
    /// In hundredths, as problems built from rules do.
    Hundredths,
}

fn built_amount(resource: &str, units: i64, in_units: Units) -> String {
    let whole = match (in_units, resource) {
        (Units::Hundredths, "cpu_cores" | "gpu_count") => units as f64 / 100.0,
        _ => units as f64,
    };
    let unit = match resource {
        "memory_mib" => "MiB",
        other => quantity_word(other),
    };
    format!("{whole} {unit}")
}

/// Each obstacle as a sentence; `name` tells of a rule by position, `moment` of when a slot begins.
pub(super) fn describe_obstacles(
    solution: &Solution,
    problem: &Problem,
    in_units: Units,
    (name, moment): (&dyn Fn(usize) -> String, &dyn Fn(usize) -> String),
) -> Vec<String> {
    let names = |rules: &[usize]| rules.iter().map(|rule| name(*rule)).collect::<Vec<_>>().join(", ");
    let amount = |resource: usize, units: i64| built_amount(&problem.resources[resource], units, in_units);
    solution
        .obstacles
        .iter()
        .map(|obstacle| match obstacle {
            Obstacle::PrecedenceImpossible { rule, chain } => match circle(chain) {
                Some(circle) => {
                    format!("each of these waits for the one before, in a circle: {}", names(circle))
                }
                None => format!(
                    "{} cannot start in its window after what must run before it: {}",
                    name(*rule),
                    names(chain)
                ),
            },
            Obstacle::ExclusionImpossible { tag, first, second } => format!(
                "{} and {} share the tag {tag} and meet wherever they are put",
                name(*first),
                name(*second)
            ),
            Obstacle::ExclusionTooLong { tag, needed_slots, horizon_slots } => {
                let (needed, there) =
                    (period_words(*needed_slots, problem), period_words(*horizon_slots, problem));
                format!("the rules of tag {tag} need {needed}, and the horizon has {there}")
            }
            Obstacle::DemandTooLarge { rule, resource, demand, capacity } => format!(
                "{} asks for {}, and there is {}",
                name(*rule),
                amount(*resource, *demand),
                amount(*resource, *capacity)
            ),
            Obstacle::FixedLoadTooLarge { host, resource, slot, load, capacity, rules } => format!(
                "at {} on {}, work that cannot be moved away asks for {}, and there is {} ({})",
                moment(*slot),
                problem.hosts[*host].id,
                amount(*resource, *load),
                amount(*resource, *capacity),
                names(rules)
            ),
            Obstacle::RulesCannotFit { rules, irreducible: true } => format!(
                "these cannot all be placed, though they could without any one of them: {}",
                names(rules)
            ),
            Obstacle::RulesCannotFit { rules, irreducible: false } => format!(
                "these cannot all be placed, and it is not known whether fewer could not either: {}",
                names(rules)
            ),
            Obstacle::NotFound => "none was found within the time limit; nothing is proven".to_owned(),
        })
        .collect()
}

/// The part of a chain that leads back to its own beginning; `None` where no rule comes twice.
fn circle(chain: &[usize]) -> Option<&[usize]> {
    chain.iter().enumerate().find_map(|(end, rule)| {
        let begin = chain[..end].iter().rposition(|earlier| earlier == rule)?;
        Some(&chain[begin..=end])
    })
}
