//! Two texts as a unified diff, for people who decide whether a change is what they want.

/// Lines shown around a change.
const CONTEXT: usize = 3;

/// Products of line counts above which the middle is told as replaced: a diff for reading, not for merging.
const LARGEST_TABLE: usize = 4_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Keep,
    Remove,
    Add,
}

/// The unified diff from `before` to `after` (`None`: no such file), empty where they are equal. Lines end at `\n`;
/// bytes that are no UTF-8 are shown as replacement characters.
pub fn unified_diff(name: &str, before: Option<&[u8]>, after: Option<&[u8]>) -> String {
    if before == after {
        return String::new();
    }
    let label = |side: Option<&[u8]>, place: &str| match side {
        Some(_) => format!("{name} ({place})"),
        None => "/dev/null".to_owned(),
    };
    let mut text = format!("--- {}\n+++ {}\n", label(before, "before"), label(after, "after"));
    let (old, new) = (lines(before.unwrap_or_default()), lines(after.unwrap_or_default()));
    let steps = steps(&old, &new);
    for hunk in hunks(&steps) {
        write_hunk(&mut text, &hunk, &steps, &old, &new);
    }
    text
}

/// Lines with their ends.
fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n').collect()
}

/// Each line's fate, in the order a reader meets them.
fn steps(old: &[&[u8]], new: &[&[u8]]) -> Vec<Step> {
    let prefix = old.iter().zip(new).take_while(|(one, other)| one == other).count();
    let rest = old.len().min(new.len()) - prefix;
    let suffix =
        old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(one, other)| one == other).count();
    let mut steps = vec![Step::Keep; prefix];
    steps.extend(middle(&old[prefix..old.len() - suffix], &new[prefix..new.len() - suffix]));
    steps.extend(std::iter::repeat_n(Step::Keep, suffix));
    steps
}

/// By the longest common subsequence.
fn middle(old: &[&[u8]], new: &[&[u8]]) -> Vec<Step> {
    let (rows, columns) = (old.len(), new.len());
    let replaced = || {
        let removed = std::iter::repeat_n(Step::Remove, rows);
        removed.chain(std::iter::repeat_n(Step::Add, columns)).collect()
    };
    if rows == 0 || columns == 0 || rows.saturating_mul(columns) > LARGEST_TABLE {
        return replaced();
    }
    // common[i][j]: longest common subsequence of what follows line i of the old and line j of the new.
    let width = columns + 1;
    let mut common = vec![0_u32; (rows + 1) * width];
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            common[row * width + column] = if old[row] == new[column] {
                common[(row + 1) * width + column + 1] + 1
            } else {
                common[(row + 1) * width + column].max(common[row * width + column + 1])
            };
        }
    }
    let (mut row, mut column) = (0, 0);
    let mut steps = Vec::with_capacity(rows + columns);
    while row < rows || column < columns {
        if row < rows && column < columns && old[row] == new[column] {
            steps.push(Step::Keep);
            (row, column) = (row + 1, column + 1);
        } else if column == columns
            || (row < rows && common[(row + 1) * width + column] >= common[row * width + column + 1])
        {
            steps.push(Step::Remove);
            row += 1;
        } else {
            steps.push(Step::Add);
            column += 1;
        }
    }
    steps
}

/// Positions in `steps` of each hunk: changes with their context, those that touch in one.
fn hunks(steps: &[Step]) -> Vec<std::ops::Range<usize>> {
    let mut hunks: Vec<std::ops::Range<usize>> = Vec::new();
    for (position, step) in steps.iter().enumerate() {
        if *step == Step::Keep {
            continue;
        }
        let start = position.saturating_sub(CONTEXT);
        let end = (position + CONTEXT + 1).min(steps.len());
        match hunks.last_mut() {
            Some(last) if start <= last.end => last.end = end,
            _ => hunks.push(start..end),
        }
    }
    hunks
}

fn write_hunk(
    text: &mut String,
    hunk: &std::ops::Range<usize>,
    steps: &[Step],
    old: &[&[u8]],
    new: &[&[u8]],
) {
    let count = |part: &[Step], without: Step| part.iter().filter(|step| **step != without).count();
    let mut old_at = count(&steps[..hunk.start], Step::Add);
    let mut new_at = count(&steps[..hunk.start], Step::Remove);
    let old_lines = count(&steps[hunk.clone()], Step::Add);
    let new_lines = count(&steps[hunk.clone()], Step::Remove);
    // A side without lines is told by the line before it.
    let first = |at: usize, lines: usize| if lines == 0 { at } else { at + 1 };
    text.push_str(&format!(
        "@@ -{},{old_lines} +{},{new_lines} @@\n",
        first(old_at, old_lines),
        first(new_at, new_lines)
    ));
    for step in &steps[hunk.clone()] {
        let (sign, line) = match step {
            Step::Keep => (' ', old[old_at]),
            Step::Remove => ('-', old[old_at]),
            Step::Add => ('+', new[new_at]),
        };
        old_at += usize::from(*step != Step::Add);
        new_at += usize::from(*step != Step::Remove);
        text.push(sign);
        text.push_str(&String::from_utf8_lossy(line));
        if !line.ends_with(b"\n") {
            text.push_str("\n\\ No newline at end of file\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn diff(before: &str, after: &str) -> String {
        unified_diff("t", Some(before.as_bytes()), Some(after.as_bytes()))
    }

    #[test]
    fn a_changed_line_stands_among_three_lines_of_context() {
        let before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let expected = "--- t (before)\n+++ t (after)\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n";
        assert_eq!(diff(before, &before.replace('5', "five")), expected);
        assert_eq!(diff(before, before), "");
    }

    #[test]
    fn a_file_that_was_not_there_and_a_missing_line_end_are_told() {
        let text = unified_diff("t", None, Some(b"a"));
        assert_eq!(text, "--- /dev/null\n+++ t (after)\n@@ -0,0 +1,1 @@\n+a\n\\ No newline at end of file\n");
    }

    #[test]
    fn lines_that_stay_are_found_between_lines_that_go() {
        assert_eq!(
            diff("a\nb\nc\n", "b\nc\nd\n"),
            "--- t (before)\n+++ t (after)\n@@ -1,3 +1,3 @@\n-a\n b\n c\n+d\n"
        );
    }

    proptest! {
        #[test]
        fn the_steps_turn_one_text_into_the_other(one in "[ab\n]{0,40}", other in "[ab\n]{0,40}") {
            let (old, new) = (lines(one.as_bytes()), lines(other.as_bytes()));
            let (mut from, mut to) = (Vec::new(), Vec::new());
            let (mut row, mut column) = (0, 0);
            for step in steps(&old, &new) {
                if step != Step::Add {
                    from.push(old[row]);
                }
                if step != Step::Remove {
                    to.push(new[column]);
                }
                prop_assert!(step != Step::Keep || old[row] == new[column]);
                row += usize::from(step != Step::Add);
                column += usize::from(step != Step::Remove);
            }
            prop_assert_eq!(from, old);
            prop_assert_eq!(to, new);
        }
    }
}
