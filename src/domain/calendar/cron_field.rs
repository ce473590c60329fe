//! One field of a crontab line: `*`, numbers, names, ranges, steps, and lists of those.

use super::CronError;

/// What a field may hold.
pub(super) struct Field {
    /// Its name in messages.
    pub name: &'static str,
    /// Lowest value.
    pub low: u32,
    /// Highest value, below 64.
    pub high: u32,
    /// Names for `low`, `low + 1` and so on.
    pub names: &'static [&'static str],
}

/// The values of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FieldValues {
    /// Bit n is value n.
    pub bits: u64,
    /// Whether the text begins with `*`, which makes cron count the field as unrestricted.
    pub starred: bool,
}

impl Field {
    /// Reads the field's text.
    pub fn parse(&self, text: &str) -> Result<FieldValues, CronError> {
        let mut bits = 0;
        for item in text.split(',') {
            bits |= self.parse_item(item).map_err(|reason| CronError::Field {
                field: self.name,
                text: item.to_owned(),
                reason,
            })?;
        }
        Ok(FieldValues { bits, starred: text.starts_with('*') })
    }

    fn parse_item(&self, item: &str) -> Result<u64, String> {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, Some(parse_step(step)?)),
            None => (item, None),
        };
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => (self.low, self.high),
            Some((first, last)) => (self.parse_value(first)?, self.parse_value(last)?),
            None => {
                let value = self.parse_value(range)?;
                if step.is_some() {
                    let high = self.high;
                    return Err(format!("has a step without a range; write {range}-{high}/ or */"));
                }
                (value, value)
            }
        };
        if first > last {
            return Err("is a range that runs backwards; write two ranges with a comma".to_owned());
        }
        Ok((first..=last).step_by(step.unwrap_or(1)).fold(0, |bits, value| bits | 1 << value))
    }

    fn parse_value(&self, text: &str) -> Result<u32, String> {
        if text.is_empty() {
            return Err("has nothing where a value should stand".to_owned());
        }
        if let Some(place) = self.names.iter().position(|name| name.eq_ignore_ascii_case(text)) {
            return Ok(self.low + place as u32);
        }
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(self.why_no_number(text));
        }
        // Digits only, so what does not fit is far above every field.
        match text.parse::<u32>().unwrap_or(u32::MAX) {
            value if value < self.low => Err(format!("is below {}", self.low)),
            value if value > self.high => Err(format!("is above {}", self.high)),
            value => Ok(value),
        }
    }

    fn why_no_number(&self, text: &str) -> String {
        let letters_of_extensions = |text: &str| text.chars().all(|sign| "LWH()0123456789".contains(sign));
        if text.contains(['#', '?', '~']) || letters_of_extensions(text) {
            "uses an extension (L, W, H, #, ?, ~) that plain cron does not have".to_owned()
        } else if self.names.is_empty() {
            "is neither a number nor *".to_owned()
        } else {
            format!("is neither a number, * nor a name such as {}", self.names[0])
        }
    }
}

fn parse_step(text: &str) -> Result<usize, String> {
    let all_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<usize>() {
        Ok(0) => Err("has the step 0".to_owned()),
        Ok(step) => Ok(step),
        // More digits than a number holds: only the first value of the range is left.
        Err(_) if all_digits => Ok(usize::MAX),
        Err(_) => Err("has a step that is no number".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOURS: Field = Field { name: "hour", low: 0, high: 23, names: &[] };

    #[test]
    fn a_step_counts_from_the_start_of_its_range() {
        let values = HOURS.parse("5-20/7,2").expect("valid");
        assert_eq!(values.bits, 1 << 5 | 1 << 12 | 1 << 19 | 1 << 2);
        assert!(!values.starred);
    }

    #[test]
    fn a_reason_names_the_field_and_the_item() {
        let message = |text: &str| HOURS.parse(text).expect_err("invalid").to_string();
        assert_eq!(message("1,24"), "field hour: \"24\" is above 23");
        assert_eq!(message("1,,2"), "field hour: \"\" has nothing where a value should stand");
        assert_eq!(message("7/2"), "field hour: \"7/2\" has a step without a range; write 7-23/ or */");
        assert_eq!(message("*/0"), "field hour: \"*/0\" has the step 0");
        assert!(message("22-3").contains("backwards"));
        assert!(message("99999999999999999999").contains("above 23"));
    }

    #[test]
    fn a_step_beyond_the_range_leaves_its_first_value() {
        assert_eq!(HOURS.parse("*/99999999999999999999999").expect("valid").bits, 1);
    }
}
