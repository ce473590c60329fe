//! Whether a problem means anything: lengths, signs, positions, sizes.

use thiserror::Error;

use super::problem::{PROBLEM_FORMAT, PlanRule, Problem};

/// Numbers above this would let sums leave the exact range of the arithmetic used.
const LARGEST_VALUE: i64 = 1 << 31;
/// Slots of horizon, window and duration: beyond this a plan is not computable in memory.
const LARGEST_HORIZON: i64 = 1 << 20;
/// Occurrence slots and options in all, for the same reason.
const LARGEST_VOLUME: i64 = 1 << 31;

/// Why a problem cannot be read as one.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ProblemError {
    /// The format field names something else.
    #[error("the format is {found:?}, not {PROBLEM_FORMAT:?}")]
    Format {
        /// What the file says.
        found: String,
    },
    /// A list has the wrong number of entries.
    #[error("{list} of {owner} has {found} entries where {expected} are needed")]
    Length {
        /// Whose list.
        owner: String,
        /// Which list.
        list: &'static str,
        /// Entries it has.
        found: usize,
        /// Entries it needs.
        expected: usize,
    },
    /// A list that needs at least one entry has none.
    #[error("{list} of {owner} is empty")]
    Empty {
        /// Whose list.
        owner: String,
        /// Which list.
        list: &'static str,
    },
    /// A number lies outside what it can mean.
    #[error("{field} of {owner} is {value}, outside {least}..={greatest}")]
    Range {
        /// Whose field.
        owner: String,
        /// Which field.
        field: &'static str,
        /// What it says.
        value: i64,
        /// Least allowed.
        least: i64,
        /// Greatest allowed.
        greatest: i64,
    },
    /// A host is named that does not exist.
    #[error("{owner} names host {host}, there are {hosts}")]
    UnknownHost {
        /// Who names it.
        owner: String,
        /// What it names.
        host: usize,
        /// How many there are.
        hosts: usize,
    },
    /// A precedence names a rule that does not exist.
    #[error("precedence {position} names rule {rule}, there are {rules}")]
    UnknownRule {
        /// Which precedence.
        position: usize,
        /// What it names.
        rule: usize,
        /// How many there are.
        rules: usize,
    },
    /// A precedence of a rule with itself.
    #[error("precedence {position} puts rule {rule} before itself")]
    SelfPrecedence {
        /// Which precedence.
        position: usize,
        /// Which rule.
        rule: usize,
    },
    /// No host that the rule may use has any of a resource that it demands.
    #[error("{rule} demands {resource}, of which no host it may use has any")]
    ZeroCapacity {
        /// Which rule.
        rule: String,
        /// Which resource.
        resource: String,
    },
    /// The problem as a whole is larger than can be held.
    #[error("the rules occupy {volume} slots in all, more than {LARGEST_VOLUME}")]
    TooLarge {
        /// Slots in all.
        volume: i64,
    },
}

impl Problem {
    /// Checks everything that `score`, `verify` and `solve` rely on.
    ///
    /// # Errors
    /// The first fault found, in the order of the fields.
    pub fn validate(&self) -> Result<(), ProblemError> {
        if self.format != PROBLEM_FORMAT {
            return Err(ProblemError::Format { found: self.format.clone() });
        }
        let problem = || "the problem".to_owned();
        within(problem, "slot_minutes", self.slot_minutes, 1, 1 << 20)?;
        within(problem, "horizon_slots", self.horizon_slots, 1, LARGEST_HORIZON)?;
        within(problem, "target_util_pct", self.target_util_pct, 0, LARGEST_VALUE)?;
        filled(problem, "resources", self.resources.len())?;
        filled(problem, "hosts", self.hosts.len())?;
        let horizon = self.horizon_slots as usize;
        of_length(problem, "price", self.price.len(), horizon)?;
        for &price in &self.price {
            within(problem, "price", price, 0, 1 << 20)?;
        }
        for host in &self.hosts {
            let owner = || format!("host {}", host.id);
            of_length(owner, "capacity", host.capacity.len(), self.resources.len())?;
            for &capacity in &host.capacity {
                within(owner, "capacity", capacity, 0, LARGEST_VALUE)?;
            }
            within(owner, "idle_w", host.idle_w, 0, 1 << 24)?;
        }
        let mut volume: i64 = 0;
        for rule in &self.rules {
            self.validate_rule(rule)?;
            let width = rule.latest - rule.earliest + 1;
            let slots = rule.duration.max(1).saturating_mul(rule.wanted.len() as i64);
            volume =
                volume.saturating_add(slots).saturating_add(width.saturating_mul(rule.hosts.len() as i64));
        }
        if volume > LARGEST_VOLUME {
            return Err(ProblemError::TooLarge { volume });
        }
        self.validate_precedences()
    }

    fn validate_rule(&self, rule: &PlanRule) -> Result<(), ProblemError> {
        let owner = || format!("rule {}", rule.id);
        let horizon = self.horizon_slots;
        filled(owner, "wanted", rule.wanted.len())?;
        for &start in &rule.wanted {
            within(owner, "wanted", start, -LARGEST_VALUE, LARGEST_VALUE)?;
        }
        within(owner, "earliest", rule.earliest, -LARGEST_HORIZON, 0)?;
        within(owner, "latest", rule.latest, 0, LARGEST_HORIZON)?;
        within(owner, "duration", rule.duration, 0, horizon)?;
        of_length(owner, "demand", rule.demand.len(), self.resources.len())?;
        for &demand in &rule.demand {
            within(owner, "demand", demand, 0, LARGEST_VALUE)?;
        }
        within(owner, "power_w", rule.power_w, 0, 1 << 24)?;
        within(owner, "priority", rule.priority, 1, 1 << 20)?;
        within(owner, "migrate_minutes", rule.migrate_minutes, 0, 1 << 24)?;
        filled(owner, "hosts", rule.hosts.len())?;
        for &host in rule.hosts.iter().chain([&rule.host]) {
            if host >= self.hosts.len() {
                return Err(ProblemError::UnknownHost { owner: owner(), host, hosts: self.hosts.len() });
            }
        }
        if rule.duration > 0 {
            for (resource, &demand) in rule.demand.iter().enumerate() {
                let has_some = |&host: &usize| self.hosts[host].capacity[resource] > 0;
                if demand > 0 && !rule.hosts.iter().any(has_some) {
                    return Err(ProblemError::ZeroCapacity {
                        rule: rule.id.clone(),
                        resource: self.resources[resource].clone(),
                    });
                }
            }
        }
        Ok(())
    }

    fn validate_precedences(&self) -> Result<(), ProblemError> {
        for (position, precedence) in self.precedences.iter().enumerate() {
            for rule in [precedence.before, precedence.after] {
                if rule >= self.rules.len() {
                    return Err(ProblemError::UnknownRule { position, rule, rules: self.rules.len() });
                }
            }
            if precedence.before == precedence.after {
                return Err(ProblemError::SelfPrecedence { position, rule: precedence.before });
            }
            let owner = || format!("precedence {position}");
            within(owner, "lag", precedence.lag, -LARGEST_VALUE, LARGEST_VALUE)?;
        }
        Ok(())
    }
}

fn within(
    owner: impl Fn() -> String,
    field: &'static str,
    value: i64,
    least: i64,
    greatest: i64,
) -> Result<(), ProblemError> {
    if (least..=greatest).contains(&value) {
        return Ok(());
    }
    Err(ProblemError::Range { owner: owner(), field, value, least, greatest })
}

fn filled(owner: impl Fn() -> String, list: &'static str, length: usize) -> Result<(), ProblemError> {
    if length > 0 {
        return Ok(());
    }
    Err(ProblemError::Empty { owner: owner(), list })
}

fn of_length(
    owner: impl Fn() -> String,
    list: &'static str,
    found: usize,
    expected: usize,
) -> Result<(), ProblemError> {
    if found == expected {
        return Ok(());
    }
    Err(ProblemError::Length { owner: owner(), list, found, expected })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::sample::{rule, two_hour_problem};

    #[test]
    fn a_sound_problem_is_accepted() {
        assert_eq!(two_hour_problem(vec![rule("a", 0, 2, &[1])]).validate(), Ok(()));
    }

    #[test]
    fn a_rule_longer_than_the_horizon_is_refused() {
        let problem = two_hour_problem(vec![rule("a", 0, 25, &[1])]);
        assert!(matches!(problem.validate(), Err(ProblemError::Range { field: "duration", value: 25, .. })));
    }

    #[test]
    fn an_unknown_host_is_named() {
        let mut problem = two_hour_problem(vec![rule("a", 0, 2, &[1])]);
        problem.rules[0].hosts = vec![3];
        let error = problem.validate().expect_err("host 3");
        assert_eq!(error.to_string(), "rule a names host 3, there are 1");
    }

    #[test]
    fn demand_for_what_no_host_has_is_refused() {
        let mut problem = two_hour_problem(vec![rule("a", 0, 2, &[1])]);
        problem.hosts[0].capacity = vec![0];
        assert!(matches!(problem.validate(), Err(ProblemError::ZeroCapacity { .. })));
    }

    #[test]
    fn a_negative_duration_and_a_short_price_list_are_refused() {
        let mut problem = two_hour_problem(vec![rule("a", 0, -1, &[1])]);
        assert!(problem.validate().is_err());
        problem.rules[0].duration = 1;
        problem.price.pop();
        assert!(matches!(problem.validate(), Err(ProblemError::Length { list: "price", .. })));
    }
}
