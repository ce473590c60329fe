//! What runs of one class (of one user, one queue, one host, or all) usually need: stands in for what nobody measured.

use std::collections::BTreeMap;

use super::Kin;
use crate::domain::activity::{HistoryRun, RunStatus};
use crate::domain::patterns::{Quantiles, ResourceProfile};

/// Task types that a class must have before anything is taken from it.
const LEAST_TYPES: usize = 3;

/// Runs of a task type that are looked at.
const NEWEST_RUNS: usize = 200;

/// What is taken from a class: one of the fields of a profile.
pub(super) type Measure = fn(&ResourceProfile) -> Option<Quantiles>;

/// A task type with what is known of its needs.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeSample {
    /// Whose it is.
    pub kin: Kin,
    /// What its runs need.
    pub needs: ResourceProfile,
}

impl TypeSample {
    /// The newest runs of a task type, by their plain quantiles: for the middle of a class that is exact enough.
    pub fn of_runs(kin: Kin, runs: &[HistoryRun]) -> TypeSample {
        let newest = &runs[runs.len().saturating_sub(NEWEST_RUNS)..];
        let usable = || newest.iter().filter(|run| matches!(run.status, None | Some(RunStatus::Completed)));
        let of = |value: fn(&HistoryRun) -> Option<f64>| Quantiles::of(usable().filter_map(value));
        let needs = ResourceProfile {
            duration_seconds: of(HistoryRun::duration_seconds),
            cpu_cores: of(|run| run.resources.cpu_cores),
            memory_mib: of(|run| run.resources.memory_mib),
            gpu_count: of(|run| run.resources.gpu_count),
            gpu_memory_mib: of(|run| run.resources.gpu_memory_mib),
            failure_rate: None,
            runs_used: usable().count() as u64,
        };
        TypeSample { kin, needs }
    }
}

/// What classes of task types usually need.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TypicalNeeds {
    classes: BTreeMap<Class, Vec<ResourceProfile>>,
}

/// A class, the narrowest first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    User(String),
    Queue(String),
    Host(String),
    All,
}

impl Class {
    fn words(&self) -> String {
        match self {
            Class::User(name) => format!("of user {name}"),
            Class::Queue(name) => format!("of queue {name}"),
            Class::Host(name) => format!("on {name}"),
            Class::All => "of all".to_owned(),
        }
    }

    /// The classes that `kin` belongs to, the narrowest first.
    fn of(kin: &Kin) -> Vec<Class> {
        let named = [
            kin.user.clone().map(Class::User),
            kin.queue.clone().map(Class::Queue),
            kin.host.clone().map(Class::Host),
        ];
        named.into_iter().flatten().chain([Class::All]).collect()
    }
}

impl TypicalNeeds {
    /// The classes of `samples`.
    pub fn of(samples: &[TypeSample]) -> TypicalNeeds {
        let mut classes: BTreeMap<Class, Vec<ResourceProfile>> = BTreeMap::new();
        for sample in samples {
            for class in Class::of(&sample.kin) {
                classes.entry(class).or_default().push(sample.needs);
            }
        }
        TypicalNeeds { classes }
    }

    /// The median over the task types of the narrowest class that `kin` belongs to and that tells, and where it comes
    /// from. A class tells where at least three of its task types, and at least half of them, know the measure: where
    /// few of a user's jobs hold a GPU, one that says nothing of GPUs is not taken to hold one.
    pub(super) fn of_kin(
        &self,
        kin: &Kin,
        measure: Measure,
        quantile: impl Fn(&Quantiles) -> f64,
    ) -> Option<(f64, String)> {
        Class::of(kin).into_iter().find_map(|class| {
            let members = self.classes.get(&class)?;
            let known: Vec<f64> =
                members.iter().filter_map(|needs| Some(quantile(&measure(needs)?))).collect();
            let tells = known.len() >= LEAST_TYPES && 2 * known.len() >= members.len();
            let count = known.len();
            let middle = Quantiles::of(known)?.p50;
            tells.then(|| (middle, format!("median of the {count} task types {} that tell", class.words())))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(user: &str, cores: Option<f64>) -> TypeSample {
        TypeSample {
            kin: Kin { user: Some(user.to_owned()), ..Kin::default() },
            needs: ResourceProfile { cpu_cores: Quantiles::of(cores), ..ResourceProfile::default() },
        }
    }

    fn cores(typical: &TypicalNeeds, user: &str) -> Option<(f64, String)> {
        let kin = Kin { user: Some(user.to_owned()), ..Kin::default() };
        typical.of_kin(&kin, |needs| needs.cpu_cores, |quantiles| quantiles.p75)
    }

    #[test]
    fn the_narrowest_class_that_tells_is_taken() {
        let mut samples = vec![sample("eve", Some(1.0)), sample("eve", Some(3.0)), sample("eve", Some(8.0))];
        samples.push(sample("bob", Some(40.0)));
        let typical = TypicalNeeds::of(&samples);
        assert_eq!(
            cores(&typical, "eve"),
            Some((3.0, "median of the 3 task types of user eve that tell".to_owned()))
        );
        assert_eq!(
            cores(&typical, "bob"),
            Some((5.5, "median of the 4 task types of all that tell".to_owned()))
        );
    }

    #[test]
    fn a_class_of_which_most_say_nothing_tells_nothing() {
        let known = (0..3).map(|_| sample("eve", Some(2.0)));
        let silent = (0..4).map(|_| sample("eve", None));
        let typical = TypicalNeeds::of(&known.chain(silent).collect::<Vec<_>>());
        assert_eq!(cores(&typical, "eve"), None);
        assert_eq!(cores(&TypicalNeeds::default(), "eve"), None);
    }
}
