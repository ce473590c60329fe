//! Names that somebody may have meant.

/// The `most` names nearest to `typed`: those that contain it (or are contained in it), then those that need the fewest
/// edits, at most a third of the longer text or of each word; ties by name. Case does not count.
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

/// Nearer than what is spelled otherwise are names that contain the text; then the fewest edits count, of the whole
/// name or of the parts of it that come nearest to the typed words, in whatever order these are.
fn distance_if_near(typed: &[char], name: &[char]) -> Option<usize> {
    let contains = |long: &[char], short: &[char]| {
        short.len() >= 3 && long.windows(short.len()).any(|part| part == short)
    };
    if contains(name, typed) || contains(typed, name) {
        return Some(0);
    }
    let longer = typed.len().max(name.len());
    // Lengths that differ by more than the limit need no table.
    let may_be_whole = typed.len().abs_diff(name.len()) * 3 <= longer;
    let whole = may_be_whole.then(|| edits(typed, name)).filter(|distance| distance * 3 <= longer);
    [whole, distance_of_words(typed, name)].into_iter().flatten().min()
}

/// Edits that turn each typed word into a part of the name, one more where there are several words; `None` where a
/// word is nowhere in it. A word of one or two letters must be a word of the name.
fn distance_of_words(typed: &[char], name: &[char]) -> Option<usize> {
    const SHORT: usize = 2;
    let is_between = |character: &char| !character.is_alphanumeric();
    let words = |text: &'_ [char]| -> Vec<Vec<char>> {
        text.split(is_between).filter(|word| !word.is_empty()).map(<[char]>::to_vec).collect()
    };
    let (asked, known) = (words(typed), words(name));
    let near = |word: &Vec<char>| match word.len() {
        0..=SHORT => known.contains(word).then_some(0),
        // A slip in four letters, two in seven.
        length => Some(edits_within(word, name)).filter(|distance| *distance <= (length - 1) / 3),
    };
    // Short words alone would name half of all names.
    asked.iter().find(|word| word.len() > SHORT)?;
    let distances: Option<Vec<usize>> = asked.iter().map(near).collect();
    distances.map(|all| all.iter().sum::<usize>() + usize::from(asked.len() > 1))
}

/// Edits between two texts: insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
fn edits(one: &[char], other: &[char]) -> usize {
    let first: Vec<usize> = (0..=other.len()).collect();
    last_row(one, other, first).last().copied().unwrap_or_default()
}

/// The fewest edits between `one` and any part of `text` (Sellers 1980: a part may begin anywhere for nothing).
fn edits_within(one: &[char], text: &[char]) -> usize {
    last_row(one, text, vec![0; text.len() + 1]).into_iter().min().unwrap_or_default()
}

/// Edits between all of `one` and what ends at each place of `other`; `first` is what beginning there costs.
fn last_row(one: &[char], other: &[char], first: Vec<usize>) -> Vec<usize> {
    let (mut before, mut above) = (first.clone(), first);
    for (row, letter) in one.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, other_letter) in other.iter().enumerate() {
            let replaced = above[column] + usize::from(letter != other_letter);
            let mut least = replaced.min(above[column + 1] + 1).min(current[column] + 1);
            let is_swapped =
                row > 0 && column > 0 && *letter == other[column - 1] && one[row - 1] == *other_letter;
            if is_swapped {
                least = least.min(before[column - 1] + 1);
            }
            current.push(least);
        }
        before = std::mem::replace(&mut above, current);
    }
    above
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
    fn slips_in_a_word_and_words_in_another_order_find_longer_names() {
        let names = [
            "root: backup-home.sh --nightly",
            "train-resnet-nightly",
            "html-train",
            "dataset-sync-eu",
            "ml: training",
        ]
        .map(str::to_owned);
        assert_eq!(names_meant("bakcup", &names), ["root: backup-home.sh --nightly"]);
        assert_eq!(names_meant("trian-nightly", &names), ["train-resnet-nightly"]);
        assert_eq!(names_meant("ml train", &names), ["ml: training"], "ml is a word, and none of html");
        assert_eq!(names_meant("sync dataset", &names), ["dataset-sync-eu"]);
        assert_eq!(names_meant("sync datasets", &names), ["dataset-sync-eu"]);
        assert_eq!(names_meant("ml", &names), Vec::<String>::new(), "too little to go by");
        assert_eq!(names_meant("restore postgres", &names), Vec::<String>::new());
        assert_eq!(
            (edits(&['a', 'b'], &['b', 'a']), edits_within(&['b', 'c'], &['a', 'b', 'c', 'd'])),
            (1, 0)
        );
    }

    #[test]
    fn something_else_finds_nothing() {
        assert_eq!(closest("postgres vacuum"), Vec::<String>::new());
        assert_eq!(closest("*"), Vec::<String>::new());
    }
}
