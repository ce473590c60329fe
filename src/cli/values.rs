//! Values that several subcommands take.

use clap::builder::{PossibleValuesParser, TypedValueParser, ValueParser};

use crate::domain::patterns::PatternType;

/// A ratio from 0 to 1.
pub fn ratio(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("expected a number from 0 to 1, such as 0.7".to_owned()),
    }
}

/// The name of a pattern type.
pub fn pattern_type() -> ValueParser {
    PossibleValuesParser::new(PatternType::ALL.map(PatternType::as_str))
        .try_map(|name| name.parse::<PatternType>())
        .into()
}
