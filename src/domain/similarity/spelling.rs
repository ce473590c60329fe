//! Names that somebody may have meant.

/// The `most` names nearest to `typed`: those that contain it (or are contained in it), then those that need
/// the fewest edits, at most a third of the longer text; ties by name. Case does not count.
pub fn closest_names(typed: &str, names: &[String], most: usize) -> Vec<String> {
    let mut found = by_distance(typed, names);
    found.truncate(most);
    found.into_iter().map(|(_, name)| name.clone()).collect()
}

/// What somebody who typed a text that is no name most likely meant: all names that contain it (or are contained in
/// it), else all that need the fewest edits, as in [`closest_names`]; by name.
pub fn names_meant(typed: &str, names: &[String]) -> Vec<String> {
    let found = by_distance(typed, names);
    let least = found.first().map(|(distance, _)| *distance);
    found
        .into_iter()
        .take_while(|(distance, _)| Some(*distance) == least)
        .map(|(_, name)| name.clone())
        .collect()
}

/// The names near `typed` with their distance, nearest first, ties by name.
fn by_distance<'a>(typed: &str, names: &'a [String]) -> Vec<(usize, &'a String)> {
    let typed: Vec<char> =
        typed.to_lowercase().chars().filter(|character| !"*?".contains(*character)).collect();
    if typed.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<(usize, &String)> = names
        .iter()
        .filter_map(|name| {
            let letters: Vec<char> = name.to_lowercase().chars().collect();
            distance_if_near(&typed, &letters).map(|distance| (distance, name))
        })
        .collect();
    found.sort();
    found
}

fn distance_if_near(typed: &[char], name: &[char]) -> Option<usize> {
    let contains = |long: &[char], short: &[char]| {
        short.len() >= 3 && long.windows(short.len()).any(|part| part == short)
    };
    if contains(name, typed) || contains(typed, name) {
        return Some(0);
    }
    let longer = typed.len().max(name.len());
    // Lengths that differ by more than the limit need no table.
    if typed.len().abs_diff(name.len()) * 3 > longer {
        return None;
    }
    let distance = edits(typed, name);
    (distance * 3 <= longer).then_some(distance)
}

/// Levenshtein's distance: insertions, deletions and replacements of one character.
fn edits(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, other_letter) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != other_letter);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closest(typed: &str) -> Vec<String> {
        let names = ["backup-home", "backup-data", "train-resnet", "x"].map(str::to_owned);
        closest_names(typed, &names, 2)
    }

    #[test]
    fn slips_and_parts_of_a_name_find_it() {
        assert_eq!(closest("bakup-home"), ["backup-home"]);
        assert_eq!(closest("RESNET"), ["train-resnet"]);
        assert_eq!(closest("backup*"), ["backup-data", "backup-home"]);
        assert_eq!(edits(&['a', 'b'], &['b', 'c']), 2);
    }

    #[test]
    fn what_was_meant_is_all_that_is_equally_near() {
        let names = ["backup-home", "backup-data", "train-resnet", "x"].map(str::to_owned);
        assert_eq!(names_meant("Backup", &names), ["backup-data", "backup-home"]);
        assert_eq!(names_meant("bakup-home", &names), ["backup-home"]);
        assert_eq!(names_meant("postgres vacuum", &names), Vec::<String>::new());
    }

    #[test]
    fn something_else_finds_nothing() {
        assert_eq!(closest("postgres vacuum"), Vec::<String>::new());
        assert_eq!(closest("*"), Vec::<String>::new());
    }
}
