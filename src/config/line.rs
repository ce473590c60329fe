//! The line of a file that a value stands on.

use std::path::Path;

use toml_edit::{ImDocument, Item};

/// The line, from 1, of the value at `path` in a TOML file, or of its entry of that number where it is a list; `None`
/// where it is not found.
pub(super) fn line_in(file: &Path, path: &str, entry: Option<usize>) -> Option<usize> {
    line_of(&std::fs::read_to_string(file).ok()?, path, entry)
}

fn line_of(text: &str, path: &str, entry: Option<usize>) -> Option<usize> {
    let document = ImDocument::parse(text).ok()?;
    let mut item: &Item = document.as_item();
    for name in path.split('.') {
        item = item.get(name)?;
    }
    let tables = item.as_array_of_tables();
    let of_entry = entry.and_then(|number| match tables {
        Some(tables) => tables.get(number)?.span(),
        None => item.as_array()?.get(number)?.span(),
    });
    // The first of several tables stands for all of them.
    let of_first = || tables.and_then(|tables| tables.get(0)?.span());
    let start = of_entry.or_else(|| item.span()).or_else(of_first)?.start;
    Some(text.get(..start)?.matches('\n').count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "seed = 1\n\n[analysis]\ndays = 3\n\n[[host]]\nname = 'a'\n\n[[host]]\nname = 'b'\n\n\
         [optimize]\nprice_per_kwh = [\n  { hours = '0-12', price = 1 },\n  { hours = '12-24', price = 2 },\n]\n";

    #[test]
    fn values_and_entries_of_lists_have_their_lines() {
        assert_eq!(line_of(TEXT, "seed", None), Some(1));
        assert_eq!(line_of(TEXT, "analysis.days", None), Some(4));
        assert_eq!(line_of(TEXT, "host", Some(1)), Some(9));
        assert_eq!(line_of(TEXT, "host", None), Some(6));
        assert_eq!(line_of(TEXT, "optimize.price_per_kwh", None), Some(13));
        assert_eq!(line_of(TEXT, "optimize.price_per_kwh", Some(1)), Some(15));
        assert_eq!(line_of(TEXT, "mail.server", None), None);
        assert_eq!(line_of("= 3", "seed", None), None);
    }
}
