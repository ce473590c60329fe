//! Numbers as people write them.

/// A count with thin separators: `1,234,567`.
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count with its noun: `1 run`, `2 runs`.
pub fn quantity(value: u64, noun: &str) -> String {
    let plural = if value == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", count(value))
}

/// A ratio 0..1 as per cent; `>99%` rather than a rounded-up 100 %.
pub fn percent(ratio: f64) -> String {
    let rounded = (ratio * 100.0).round();
    if rounded >= 100.0 && ratio < 1.0 {
        ">99%".to_owned()
    } else if rounded <= 0.0 && ratio > 0.0 {
        "<1%".to_owned()
    } else {
        format!("{rounded:.0}%")
    }
}

/// Seconds as people say them: `0.4 s`, `45 s`, `3 min 20 s`, `2 h 05 min`, `3 d 04 h`.
pub fn duration(seconds: f64) -> String {
    let whole = seconds.abs().round() as u64;
    let sign = if seconds < 0.0 { "-" } else { "" };
    match whole {
        _ if seconds.abs() < 9.95 && seconds.fract() != 0.0 => format!("{seconds:.1} s"),
        0..60 => format!("{sign}{whole} s"),
        60..3600 if whole.is_multiple_of(60) => format!("{sign}{} min", whole / 60),
        60..3600 => format!("{sign}{} min {:02} s", whole / 60, whole % 60),
        3600..86_400 => format!("{sign}{} h {:02} min", whole / 3600, whole % 3600 / 60),
        _ => format!("{sign}{} d {:02} h", whole / 86_400, whole % 86_400 / 3600),
    }
}

/// `text` cut to at most `width` characters, with an ellipsis for its middle: commands often differ at their end.
pub fn shorten(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width {
        return text.to_owned();
    }
    let kept = width.saturating_sub(1);
    let tail = kept * 2 / 5;
    let head: String = text.chars().take(kept - tail).collect();
    let end: String = text.chars().skip(length - tail).collect();
    format!("{}…{}", head.trim_end(), end.trim_start())
}

/// Whether a text may carry our own bold and dim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// No escape sequences at all.
    Plain,
    /// Ours are left in: `ESC [ digits m`.
    Styled,
}

impl Ink {
    /// What `style` may carry.
    pub fn of(style: &super::Style) -> Ink {
        if style.color { Ink::Styled } else { Ink::Plain }
    }
}

/// `text` without the control characters that a log may smuggle to a terminal: each is shown as `\u{..}`. Tabs stay:
/// they are harmless, and what is exported may hold some.
pub fn printable(text: &str, ink: Ink) -> String {
    let mut clean = String::with_capacity(text.len());
    for (position, character) in text.char_indices() {
        let ours = ink == Ink::Styled && character == '\u{1b}' && {
            let rest = text[position + 1..].strip_prefix('[').unwrap_or_default();
            rest.trim_start_matches(|digit: char| digit.is_ascii_digit()).starts_with('m')
        };
        if character.is_control() && !matches!(character, '\n' | '\t') && !ours {
            clean.extend(character.escape_default());
        } else {
            clean.push(character);
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_of_a_log_do_not_reach_a_terminal() {
        assert_eq!(printable("a\u{1b}]0;x\u{7}b\n", Ink::Styled), "a\\u{1b}]0;x\\u{7}b\n");
        assert_eq!(printable("\u{1b}[1mbold\u{1b}[0m", Ink::Styled), "\u{1b}[1mbold\u{1b}[0m");
        assert_eq!(printable("\u{1b}[1mbold", Ink::Plain), "\\u{1b}[1mbold");
        assert_eq!(printable("0 2\t* * *\r", Ink::Plain), "0 2\t* * *\\r");
    }

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(duration(0.4), "0.4 s");
        assert_eq!(duration(200.0), "3 min 20 s");
        assert_eq!(duration(7_500.0), "2 h 05 min");
        assert_eq!(percent(0.999), ">99%");
        assert_eq!(shorten("run-parts --report", 8), "run-p…rt");
    }
}
