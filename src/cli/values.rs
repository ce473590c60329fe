//! Values that several subcommands take.

use clap::builder::{PossibleValuesParser, TypedValueParser, ValueParser};

use crate::domain::patterns::PatternType;

/// 16 TiB, MiB: the largest GPUs have less than a twentieth of it.
const MOST_GPU_MIB: f64 = 16.0 * 1_048_576.0;

/// A ratio from 0 to 1.
pub fn ratio(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("expected a number from 0 to 1, such as 0.7".to_owned()),
    }
}

/// Task types as typed: names or globs with commas between. They are taken apart beside the names that there are, of which
/// one may hold a comma.
pub fn task_types(text: &str) -> Result<String, String> {
    match text.chars().all(|letter| letter == ',' || letter.is_whitespace()) {
        true => Err("expected a name or a glob, such as '*backup*'".to_owned()),
        false => Ok(text.to_owned()),
    }
}

/// The name of a pattern type.
pub fn pattern_type() -> ValueParser {
    PossibleValuesParser::new(PatternType::ALL.map(PatternType::as_str))
        .try_map(|name| name.parse::<PatternType>())
        .into()
}

/// An amount of memory in MiB: `20GiB`, `512MiB`, `20G`, `1.5TiB`. A bare number is refused: bytes,
/// MiB and GiB are all meant by some. `GB` stands for GiB, as on the boxes of GPUs: that asks for a little more, not less.
pub fn mebibytes(text: &str) -> Result<f64, String> {
    let wrong = || format!("\"{text}\" is no amount of memory with its unit, such as 20GiB or 512MiB");
    let lower = text.trim().to_ascii_lowercase();
    let digits =
        lower.trim_end_matches(|character: char| character.is_ascii_alphabetic() || character == ' ');
    let factor = match lower[digits.len()..].trim() {
        "m" | "mb" | "mib" => 1.0,
        "g" | "gb" | "gib" => 1_024.0,
        "t" | "tb" | "tib" => 1_048_576.0,
        "k" | "kb" | "kib" => 1.0 / 1_024.0,
        _ => return Err(wrong()),
    };
    match digits.parse::<f64>() {
        Ok(value) if value.is_finite() && value > 0.0 => Ok(value * factor),
        _ => Err(wrong()),
    }
}

/// An amount of memory of one GPU, MiB: between what a driver tells and far more than any GPU has.
pub fn gpu_memory(text: &str) -> Result<f64, String> {
    match mebibytes(text)? {
        mib if mib < 1.0 => Err(format!("\"{text}\" is less than 1 MiB, the least that is told of a GPU")),
        mib if mib > MOST_GPU_MIB => Err(format!("\"{text}\" is more memory than any GPU has")),
        mib => Ok(mib),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_and_blanks_alone_are_no_task_type() {
        for text in ["", ",", " , ,"] {
            assert!(task_types(text).is_err(), "{text}");
        }
        assert_eq!(task_types(" a, b"), Ok(" a, b".to_owned()));
    }

    #[test]
    fn memory_is_read_as_people_write_it() {
        for (text, mib) in [("20GiB", 20_480.0), ("512m", 512.0), ("1.5 g", 1_536.0), ("2048kb", 2.0)] {
            assert_eq!(mebibytes(text), Ok(mib), "{text}");
        }
        assert_eq!(gpu_memory("288GiB"), Ok(294_912.0));
        assert!(["1kb", "17TiB", "1e300GiB"].iter().all(|text| gpu_memory(text).is_err()));
        for text in ["", "512", "-1", "20 apples", "GiB", "nan", "inf"] {
            assert!(mebibytes(text).is_err(), "{text}");
        }
    }
}
