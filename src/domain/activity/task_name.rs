//! What in the name of a task may differ from run to run: dates, ids, temporary paths, array indices, numbers.
//! Reading a name decides nothing: whether a part varies is for [`super::name_templates`] to say.

use std::fmt;

/// What a varying part of a name looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SlotKind {
    /// A day: `2024-05-01`, `20240501`.
    Date,
    /// An instant: a day with a time, or seconds or milliseconds since 1970.
    Time,
    /// `8-4-4-4-12` hexadecimal digits.
    Uuid,
    /// Seven or more hexadecimal digits, not all of them digits or letters.
    Hex,
    /// What a maker of temporary files invents below `/tmp`.
    Temporary,
    /// The place in an array of jobs: `[4]`.
    Index,
    /// Any other number.
    Number,
}

impl SlotKind {
    /// All kinds.
    pub const ALL: [SlotKind; 7] = [
        SlotKind::Date,
        SlotKind::Time,
        SlotKind::Uuid,
        SlotKind::Hex,
        SlotKind::Temporary,
        SlotKind::Index,
        SlotKind::Number,
    ];

    /// What stands in a template for any such part.
    pub fn placeholder(self) -> &'static str {
        match self {
            SlotKind::Date => "<date>",
            SlotKind::Time => "<time>",
            SlotKind::Uuid => "<uuid>",
            SlotKind::Hex => "<hex>",
            SlotKind::Temporary => "<temp>",
            SlotKind::Index => "<index>",
            SlotKind::Number => "<n>",
        }
    }
}

impl fmt::Display for SlotKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.placeholder())
    }
}

/// A piece of a name; all pieces in order are the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamePiece<'a> {
    /// Text that is the same in all names of a template.
    Text(&'a str),
    /// A part that may vary; in a template its placeholder.
    Slot(SlotKind, &'a str),
}

/// Takes a name, or a template, apart. Digits that belong to a word stay text: a single one (`python3`, `md5sum`,
/// `s3`, `/dev/sda1`) or a version (`python3.11`).
pub fn name_pieces(name: &str) -> Vec<NamePiece<'_>> {
    let bytes = name.as_bytes();
    let mut pieces = Vec::new();
    let (mut text_from, mut at) = (0, 0);
    while at < bytes.len() {
        match slot_at(name, at) {
            Found::Slot(kind, length) => {
                if text_from < at {
                    pieces.push(NamePiece::Text(&name[text_from..at]));
                }
                pieces.push(NamePiece::Slot(kind, &name[at..at + length]));
                at += length;
                text_from = at;
            }
            Found::Text(length) => at += length,
        }
    }
    if text_from < name.len() {
        pieces.push(NamePiece::Text(&name[text_from..]));
    }
    pieces
}

enum Found {
    Slot(SlotKind, usize),
    Text(usize),
}

fn slot_at(name: &str, at: usize) -> Found {
    let bytes = name.as_bytes();
    let rest = &bytes[at..];
    if rest[0] == b'<'
        && let Some(kind) =
            SlotKind::ALL.into_iter().find(|kind| rest.starts_with(kind.placeholder().as_bytes()))
    {
        return Found::Slot(kind, kind.placeholder().len());
    }
    let before = at.checked_sub(1).map(|index| bytes[index]);
    let glued = before.is_some_and(|byte| byte.is_ascii_alphanumeric());
    if !glued {
        if let Some(length) = temporary(&bytes[..at], rest) {
            return Found::Slot(SlotKind::Temporary, length);
        }
        if let Some(length) = uuid(rest) {
            return Found::Slot(SlotKind::Uuid, length);
        }
        if let Some((kind, length)) = date_or_time(rest) {
            return Found::Slot(kind, length);
        }
        if let Some(length) = hexadecimal(rest) {
            return Found::Slot(SlotKind::Hex, length);
        }
    }
    let digits = digits(rest);
    if digits == 0 {
        return Found::Text(1);
    }
    let number = dotted(rest);
    if glued {
        return if digits > 1 && number == digits {
            Found::Slot(SlotKind::Number, digits)
        } else {
            Found::Text(number)
        };
    }
    let in_array = before == Some(b'[')
        && at >= 2
        && (bytes[at - 2].is_ascii_alphanumeric() || bytes[at - 2] == b'_')
        && rest.get(digits) == Some(&b']');
    if in_array {
        return Found::Slot(SlotKind::Index, digits);
    }
    Found::Slot(SlotKind::Number, number)
}

/// Leading digits.
fn digits(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// Length of a number with its dots: `0.1`, `10.0.0.7`.
fn dotted(bytes: &[u8]) -> usize {
    let mut length = digits(bytes);
    while bytes.get(length) == Some(&b'.') {
        match digits(&bytes[length + 1..]) {
            0 => break,
            more => length += 1 + more,
        }
    }
    length
}

/// Whether a word goes on after `length` bytes.
fn goes_on(bytes: &[u8], length: usize) -> bool {
    bytes.get(length).is_some_and(u8::is_ascii_alphanumeric)
}

fn uuid(bytes: &[u8]) -> Option<usize> {
    const LENGTH: usize = 36;
    let whole = bytes.get(..LENGTH)?;
    let fits = whole.iter().enumerate().all(|(index, byte)| match index {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    });
    (fits && !goes_on(bytes, LENGTH)).then_some(LENGTH)
}

fn hexadecimal(bytes: &[u8]) -> Option<usize> {
    const SHORTEST: usize = 7;
    let length = bytes.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let whole = &bytes[..length];
    let mixed = whole.iter().any(u8::is_ascii_digit) && whole.iter().any(u8::is_ascii_alphabetic);
    (length >= SHORTEST && mixed && !goes_on(bytes, length)).then_some(length)
}

/// A component below a folder for temporary files that no person would name: `tmp.Xa8d`, `tmpk3j2h1`.
fn temporary(before: &[u8], rest: &[u8]) -> Option<usize> {
    if !before.ends_with(b"/tmp/") {
        return None;
    }
    let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(byte)).count();
    let whole = std::str::from_utf8(&rest[..length]).ok()?;
    let invented = whole.strip_prefix("tmp").map(|tail| tail.trim_start_matches(['.', '_', '-']))?;
    (invented.len() >= 4).then_some(length)
}

/// The number in `digits` digits from `from`.
fn number(bytes: &[u8], from: usize, digits: usize) -> Option<i64> {
    let whole = bytes.get(from..from + digits)?;
    whole
        .iter()
        .all(u8::is_ascii_digit)
        .then(|| whole.iter().fold(0, |sum, byte| sum * 10 + i64::from(byte - b'0')))
}

fn is_date(year: i64, month: i64, day: i64) -> bool {
    (1970..=2099).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day)
}

fn date_or_time(bytes: &[u8]) -> Option<(SlotKind, usize)> {
    let year = number(bytes, 0, 4)?;
    let separator = bytes.get(4).filter(|byte| b"-_./".contains(byte));
    let date = match separator {
        Some(separator) => {
            let (month, day) = (number(bytes, 5, 2)?, number(bytes, 8, 2)?);
            (bytes[7] == *separator && is_date(year, month, day)).then_some(10)
        }
        None => match digits(bytes) {
            8 | 14 if is_date(year, number(bytes, 4, 2)?, number(bytes, 6, 2)?) => Some(8),
            // Seconds from 2001 to 2036, or as many milliseconds.
            10 | 13 if (1_000_000_000..2_100_000_000).contains(&number(bytes, 0, 10)?) => {
                let length = digits(bytes);
                return (!goes_on(bytes, length)).then_some((SlotKind::Time, length));
            }
            _ => None,
        },
    }?;
    if let Some(length) = time_of_day(bytes, date) {
        return Some((SlotKind::Time, length));
    }
    (!goes_on(bytes, date)).then_some((SlotKind::Date, date))
}

/// Where a time of day that follows a date ends, with its zone.
fn time_of_day(bytes: &[u8], date: usize) -> Option<usize> {
    let mut at = date + usize::from(bytes.get(date).is_some_and(|byte| b"T_-".contains(byte)));
    if number(bytes, at, 2)? > 23 {
        return None;
    }
    at += 2;
    let separator = bytes.get(at).copied().filter(|byte| b":-_".contains(byte));
    for _ in 0..2 {
        let from = at + usize::from(separator.is_some());
        let fits = separator.is_none() || bytes.get(at) == separator.as_ref();
        match number(bytes, from, 2) {
            Some(part) if fits && part < 60 => at = from + 2,
            _ => break,
        }
    }
    if at < date + 4 {
        return None;
    }
    if bytes.get(at) == Some(&b'.') {
        at += match digits(&bytes[at + 1..]) {
            0 => 0,
            more => 1 + more,
        };
    }
    at += usize::from(bytes.get(at) == Some(&b'Z'));
    (!goes_on(bytes, at)).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{prop_assert_eq, proptest};

    /// The name with every part that may vary replaced.
    fn shape(name: &str) -> String {
        name_pieces(name)
            .into_iter()
            .map(|piece| match piece {
                NamePiece::Text(text) => text.to_owned(),
                NamePiece::Slot(kind, _) => kind.placeholder().to_owned(),
            })
            .collect()
    }

    #[test]
    fn what_looks_like_an_id_is_seen() {
        for (name, wanted) in [
            ("job_123[4]", "job_<n>[<index>]"),
            ("backup-2024-05-01.sh", "backup-<date>.sh"),
            ("dump_20240501.sql", "dump_<date>.sql"),
            ("log 2024-05-01T02:30:00Z end", "log <time> end"),
            ("snap-20240501-0230", "snap-<time>"),
            ("snap-20240501023000", "snap-<time>"),
            ("epoch 1714521600 1714521600123", "epoch <time> <time>"),
            ("/tmp/tmp.Xa8d/run.sh", "/tmp/<temp>/run.sh"),
            ("deploy 3f9a2c1", "deploy <hex>"),
            ("vm 6e8bc430-9c3a-11d9-9669-0800200c9a66 audit", "vm <uuid> audit"),
            ("train_42.py --lr 0.1", "train_<n>.py --lr <n>"),
            ("node0042 check", "node<n> check"),
            ("sh -c \"sleep 5\"", "sh -c \"sleep <n>\""),
        ] {
            assert_eq!(shape(name), wanted, "{name}");
        }
    }

    #[test]
    fn digits_of_a_word_are_text() {
        for name in
            ["python3", "python3.11 x.py", "md5sum /dev/sda1", "s3 sync", "deadbeef", "/tmp/run.sh", "ls [a]"]
        {
            assert_eq!(shape(name), name);
        }
    }

    #[test]
    fn what_is_no_date_is_a_number() {
        assert_eq!(shape("x 2024-13-01"), "x <n>-<n>-<n>");
        assert_eq!(shape("x 99999999"), "x <n>");
    }

    #[test]
    fn a_template_is_read_back_as_its_slots() {
        assert_eq!(
            name_pieces("a <date>"),
            [NamePiece::Text("a "), NamePiece::Slot(SlotKind::Date, "<date>")]
        );
        assert_eq!(shape("a <b>"), "a <b>");
    }

    proptest! {
        #[test]
        fn the_pieces_are_the_name(name in "(\\PC|[0-9a-f<n>T:\\-_.\\[\\]]|/tmp/tmp)*") {
            let back: String = name_pieces(&name)
                .into_iter()
                .map(|piece| match piece { NamePiece::Text(text) | NamePiece::Slot(_, text) => text })
                .collect();
            prop_assert_eq!(back, name);
        }
    }
}
