//! What of a configuration can only be told beside the store: names that nothing has, entries that cross.

use std::collections::BTreeSet;

use figment::Figment;

use super::Context;
use crate::config::{Config, Problem, both_about, edit_distance};
use crate::devices::host_name;
use crate::output::quantity;
use crate::store::Store;

/// Names that differ by no more characters than this are the same, misspelt.
const MISSPELT: usize = 2;

/// Task types that a warning names.
const MOST_NAMED: usize = 3;

/// What is wrong, and what may be: a host that nobody knows may still come, one that is nearly a known one is a slip.
pub(super) fn against_the_store(
    context: &Context,
    layers: &Figment,
    config: &Config,
) -> (Vec<Problem>, Vec<String>) {
    // A store that is not there, or cannot be read, knows no names; other commands tell of that.
    let store = context.store_path.exists().then(|| context.open_reader(&mut Vec::new()).ok()).flatten();
    let (mut problems, mut warnings) = (Vec::new(), Vec::new());
    blackout_hosts(config, layers, store.as_ref(), &mut problems, &mut warnings);
    crossing_windows(config, layers, store.as_ref(), &mut warnings);
    (problems, warnings)
}

fn blackout_hosts(
    config: &Config,
    layers: &Figment,
    store: Option<&Store>,
    problems: &mut Vec<Problem>,
    warnings: &mut Vec<String>,
) {
    let of_store = store.and_then(|store| store.host_names().ok()).unwrap_or_default();
    let configured = config.host.iter().map(|host| host.name.clone());
    let known: BTreeSet<String> = of_store.into_values().chain(configured).chain(host_name()).collect();
    for (entry, blackout) in config.blackout.iter().enumerate() {
        for host in blackout.hosts.iter().filter(|host| !known.contains(*host)) {
            let near = known
                .iter()
                .map(|other| (edit_distance(host, other), other))
                .filter(|(distance, other)| *distance <= MISSPELT && *distance < other.chars().count())
                .min();
            let at = |reason: String| Problem::at(layers, "blackout", Some(entry), reason);
            match near {
                Some((_, other)) => problems.push(at(format!(
                    "entry {}: there is no host \"{host}\"; did you mean \"{other}\"?",
                    entry + 1
                ))),
                None => {
                    let problem = at(format!(
                        "entry {}: no run, no [[host]] and not this machine is called \"{host}\": nothing is kept \
                         out there",
                        entry + 1
                    ));
                    warnings.push(format!("{}: {}", problem.place(), problem.reason));
                }
            }
        }
    }
}

fn crossing_windows(config: &Config, layers: &Figment, store: Option<&Store>, warnings: &mut Vec<String>) {
    if config.flexibility.len() < 2 {
        return;
    }
    let Some(names) = store.and_then(|store| store.task_type_names().ok()) else { return };
    let names: BTreeSet<String> = names.into_values().collect();
    for ((first, second), both) in both_about(&config.flexibility, names.iter().map(String::as_str)) {
        let shown = both.iter().take(MOST_NAMED).copied().collect::<Vec<_>>().join(", ");
        let problem = Problem::at(
            layers,
            "flexibility",
            Some(second),
            format!(
                "entries {} and {} are both about {} ({shown}); the first counts",
                first + 1,
                second + 1,
                quantity(both.len() as u64, "task type")
            ),
        );
        warnings.push(format!("{}: {}", problem.place(), problem.reason));
    }
}
