//! Patterns that are likely, but not beyond the doubt that confirmed ones are beyond.

use crate::domain::patterns::{Pattern, Tier};

/// `pattern` as a tentative one: its confidence is the chance of a run in the next slot whether or not there is a
/// pattern, weighed by how likely that is. `ln_p_value` is adjusted for all streams.
pub(super) fn tentative_pattern(pattern: Pattern, ln_p_value: f64) -> Pattern {
    let real = chance_of_being_real(ln_p_value);
    let by_accident = pattern.evidence.null_hit_chance.min(pattern.confidence);
    let confidence = real * pattern.confidence + (1.0 - real) * by_accident;
    let mut evidence = pattern.evidence;
    evidence.tier = Tier::Tentative;
    evidence.p_value = Some(ln_p_value.exp());
    Pattern { confidence, evidence, ..pattern }
}

/// Probability that what has this p-value is no accident, at even odds before: `-e p ln p` bounds how much a p-value
/// can speak against the null (Sellke, Bayarri and Berger 2001).
fn chance_of_being_real(ln_p_value: f64) -> f64 {
    if ln_p_value >= -1.0 {
        return 0.5;
    }
    1.0 / (1.0 - ln_p_value * (1.0 + ln_p_value).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_smaller_p_value_makes_a_pattern_likelier() {
        assert!((chance_of_being_real(0.05_f64.ln()) - 0.711).abs() < 0.001);
        assert!(chance_of_being_real(0.001_f64.ln()) > 0.98);
        assert_eq!(chance_of_being_real(0.0), 0.5);
    }
}
