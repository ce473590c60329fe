//! Conflicts among rules, as scripts and people read them.

use serde_json::{Map, Value, json};

use super::style::Style;
use crate::domain::rules::{ConflictKind, RuleId};
use crate::domain::time::Timestamp;

/// A conflict with the rules' ids.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownConflict {
    /// What sort, and by how much.
    pub kind: ConflictKind,
    /// The rules.
    pub rule_ids: Vec<RuleId>,
    /// When it happens first within seven days.
    pub first_at: Option<Timestamp>,
}

impl ShownConflict {
    /// `rules 1, 2 and 4 together need 12 CPU cores; there are 8`.
    pub fn sentence(&self) -> String {
        self.kind.sentence(&rules_words(&self.rule_ids), self.rule_ids.len())
    }

    /// The conflict as a JSON object; numbers lie beside its kind.
    pub fn value(&self) -> Value {
        let mut object = match serde_json::to_value(&self.kind) {
            Ok(Value::Object(object)) => object,
            _ => Map::new(),
        };
        if let ConflictKind::OverCapacity { demand, capacity, .. } = &self.kind {
            object.insert("excess".to_owned(), json!(demand - capacity));
        }
        object.insert("rule_ids".to_owned(), json!(self.rule_ids));
        object.insert("first_at".to_owned(), json!(self.first_at));
        object.insert("message".to_owned(), json!(self.sentence()));
        Value::Object(object)
    }

    /// The sentence with its first time and how often it comes.
    pub fn line(&self, style: &Style) -> String {
        let mut text = self.sentence();
        if let Some(instant) = self.first_at {
            text.push_str(&format!(", first {}", style.time(instant)));
        }
        if let ConflictKind::OverCapacity { times: times @ 2.., .. } = self.kind {
            text.push_str(&format!(", {times} times in 7 days"));
        }
        text
    }
}

/// `rule 3`, `rules 1, 2 and 4`.
pub fn rules_words(ids: &[RuleId]) -> String {
    match ids {
        [] => "no rule".to_owned(),
        [only] => format!("rule {}", only.0),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(|id| id.0.to_string()).collect();
            format!("rules {} and {}", first.join(", "), last.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rules::SharedResource;

    #[test]
    fn a_conflict_reads_as_a_sentence() {
        let kind = ConflictKind::OverCapacity {
            resource: SharedResource::CpuCores,
            demand: 12.0,
            capacity: 8.0,
            times: 1,
        };
        let conflict =
            ShownConflict { kind, rule_ids: vec![RuleId(1), RuleId(2), RuleId(4)], first_at: None };
        assert_eq!(conflict.sentence(), "rules 1, 2 and 4 together need 12 CPU cores; there are 8");
        assert_eq!(conflict.value()["excess"], 4.0);
    }
}
