//! Load over time, drawn in characters: one line before and one after, for each host and resource.

use super::slot_words::slot_words;
use super::words::resource_word;
use crate::domain::plan::{LoadProfile, Problem, Solution, TimeGrid};
use crate::output::Style;
use crate::output::style::Glyphs;

/// Columns a drawing takes at most, whatever the width of the terminal.
const MOST_COLUMNS: usize = 96;
/// Columns without a terminal.
const USUAL_COLUMNS: usize = 72;
/// Columns left of the drawing and right of it.
const MARGINS: usize = 20;

/// Eighths of the capacity, from an idle column to a full one.
const BLOCKS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// The same where a terminal knows ASCII only.
const ASCII: [char; 9] = [' ', '.', ':', '-', '=', '+', '*', '#', '@'];
/// More than there is.
const TOO_MUCH: char = '!';

/// The fullest moment of each of `columns` stretches of equal length, over capacity.
pub(super) fn buckets(loads: &[i64], capacity: i64, columns: usize) -> Vec<f64> {
    let columns = columns.clamp(1, loads.len().max(1));
    (0..columns)
        .map(|column| {
            let (first, last) = (column * loads.len() / columns, (column + 1) * loads.len() / columns);
            let most = loads[first..last].iter().copied().max().unwrap_or(0);
            if capacity > 0 { most as f64 / capacity as f64 } else { f64::from(u8::from(most > 0)) * 2.0 }
        })
        .collect()
}

/// The slots of the horizon itself, without what was added to either side of it.
pub(super) fn horizon_slots(grid: Option<&TimeGrid>, problem: &Problem) -> (usize, usize) {
    let all = problem.horizon_slots as usize;
    let Some(grid) = grid else { return (0, all) };
    let first = grid.slot_of(grid.horizon.start).clamp(0, all as i64 - 1) as usize;
    let length = (grid.horizon.length_ms() + grid.slot_ms() - 1) / grid.slot_ms();
    (first, (first + length.max(1) as usize).min(all))
}

/// A host's resource that is used at all: loads before and after within the horizon, and its capacity.
pub(super) struct Drawn<'a> {
    pub(super) host: &'a str,
    pub(super) resource: &'a str,
    pub(super) capacity: i64,
    pub(super) before: Vec<i64>,
    pub(super) after: Vec<i64>,
}

/// Every used resource of every host.
pub(super) fn drawn<'a>(
    problem: &'a Problem,
    solution: &Solution,
    grid: Option<&TimeGrid>,
) -> Vec<Drawn<'a>> {
    let before = LoadProfile::of(problem, &problem.unmoved());
    let after = LoadProfile::of(problem, &solution.choice);
    let (first, last) = horizon_slots(grid, problem);
    let mut found = Vec::new();
    for (host, described) in problem.hosts.iter().enumerate() {
        for (resource, name) in problem.resources.iter().enumerate() {
            let cut = |profile: &LoadProfile| profile.loads(host, resource)[first..last].to_vec();
            let (before, after) = (cut(&before), cut(&after));
            if before.iter().chain(&after).any(|load| *load > 0) {
                let capacity = described.capacity[resource];
                found.push(Drawn { host: &described.id, resource: name, capacity, before, after });
            }
        }
    }
    found
}

/// The drawings, with an axis of time below.
pub(super) fn drawings(
    problem: &Problem,
    solution: &Solution,
    grid: Option<&TimeGrid>,
    style: &Style,
) -> String {
    let room = style.width.map_or(USUAL_COLUMNS, |width| usize::from(width).saturating_sub(MARGINS));
    let (first, last) = horizon_slots(grid, problem);
    let columns = room.clamp(10, MOST_COLUMNS).min(last - first);
    let minutes = (last - first) as i64 * problem.slot_minutes / columns.max(1) as i64;
    let mut text = String::new();
    let shades = match style.glyphs {
        Glyphs::Unicode => BLOCKS,
        Glyphs::Ascii => ASCII,
    };
    for one in drawn(problem, solution, grid) {
        text.push_str(&format!("{} of {}\n", resource_word(one.resource), one.host));
        for (word, loads) in [("before", &one.before), ("after", &one.after)] {
            let shares = buckets(loads, one.capacity, columns);
            let line: String = shares.iter().map(|share| shade(*share, &shades)).collect();
            let most = shares.iter().copied().fold(0.0, f64::max) * 100.0;
            text.push_str(&format!("  {word:<6} |{line}| {most:>4.0}%\n"));
        }
    }
    if text.is_empty() {
        return text;
    }
    text.push_str(&format!("         {}\n", axis(grid, problem, columns, style)));
    format!(
        "{}\n{text}",
        style.bold(&format!(
            "Load: each column is the fullest moment of {minutes} min, {} all there is, {TOO_MUCH} more",
            shades[8]
        ))
    )
}

fn shade(share: f64, shades: &[char; 9]) -> char {
    if share > 1.0 + 1e-9 {
        return TOO_MUCH;
    }
    // Little is not nothing.
    shades[((share * 8.0).ceil() as usize).min(8)]
}

/// When the drawing begins, its middle, and when it ends.
fn axis(grid: Option<&TimeGrid>, problem: &Problem, columns: usize, style: &Style) -> String {
    let (first, last) = horizon_slots(grid, problem);
    let label = |slot: usize| match grid {
        Some(grid) => style.time(grid.at(slot as i64)),
        None if slot == problem.horizon_slots as usize => "end".to_owned(),
        None => slot_words(slot as i64, problem),
    };
    let (begin, end) = (label(first), label(last));
    let middle = label(first + (last - first) / 2);
    let width = columns + 2;
    let used = begin.chars().count() + middle.chars().count() + end.chars().count();
    if used + 4 > width {
        return format!("{begin} to {end}");
    }
    let gap = (width - used) / 2;
    format!("{begin}{}{middle}{}{end}", " ".repeat(gap), " ".repeat(width - used - gap))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_shows_the_fullest_moment_of_its_stretch() {
        assert_eq!(buckets(&[0, 4, 0, 0, 8, 0, 0, 9], 8, 4), [0.5, 0.0, 1.0, 1.125]);
        assert_eq!(buckets(&[1, 2], 4, 10), [0.25, 0.5], "never more columns than slots");
    }

    #[test]
    fn little_is_drawn_and_too_much_cries_out() {
        let line: String = [0.0, 0.01, 0.5, 1.0, 1.01].iter().map(|share| shade(*share, &ASCII)).collect();
        assert_eq!(line, " .=@!");
    }
}
