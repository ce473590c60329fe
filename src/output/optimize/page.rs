//! A plan as a web page that needs nothing else: inline style and drawings, no script, no network.

use super::OptimizeReport;
use super::profile::{Drawn, buckets, drawn};
use super::slot_words::slot_words;
use super::words::resource_word;
use crate::domain::plan::Solution;
use crate::output::Ink;
use crate::output::Style;
use crate::output::format::{printable, quantity, shorten};

/// Stands in the head of every such page: what lacks it is not overwritten.
pub const PAGE_MARK: &str = "<meta name=\"generator\" content=\"tidetable plan\">";

/// Cells of a heat map at most.
const MOST_CELLS: usize = 288;
/// Width and height of a heat map, in its own units.
const WIDTH: usize = 864;
const HEIGHT: usize = 22;

const STYLE: &str = "\
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b2430;background:#fff}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #d8dee6}
th{font-weight:600}td.n{white-space:nowrap;font-variant-numeric:tabular-nums}
.scroll{overflow-x:auto}svg{display:block;width:100%;height:auto}figure{margin:1rem 0}figcaption{font-weight:600}
.row{display:grid;grid-template-columns:4rem 1fr 4rem;gap:.5rem;align-items:center}.row span{color:#5a6675;font-size:.85rem}
.axis{display:flex;justify-content:space-between;margin:0 4.5rem;color:#5a6675;font-size:.8rem}
.key span{display:inline-block;width:1.4rem;height:.8rem;margin:0 .3rem 0 .9rem;border:1px solid #d8dee6}
";

/// The page of a report; times as `style` shows them.
pub fn page(report: &OptimizeReport, style: &Style) -> String {
    let plain = Style { color: false, width: None, ..style.clone() };
    let title = format!("Timetable plan: {}", super::strategy_word(report.strategy));
    let mut body = format!("<h1>{}</h1>\n", escaped(&title));
    match (&report.solution, &report.problem) {
        (Some(solution), Some(problem)) => {
            body.push_str(&format!("<p>{}</p>\n", escaped(&report.headline(solution, &plain))));
            if let Some(words) = &report.doubts.words {
                body.push_str(&format!("<p><strong>Not to be relied on:</strong> {}.</p>\n", escaped(words)));
            }
            body.push_str(&figures(solution, problem));
            body.push_str(&heat_maps(report, solution, &plain));
        }
        _ => body.push_str("<p>Nothing to plan.</p>\n"),
    }
    body.push_str(&moves(report, &plain));
    body.push_str(&unmoved(report));
    if !report.assumptions.is_empty() {
        body.push_str("<h2>Assumed</h2>\n<ul>\n");
        for line in &report.assumptions {
            body.push_str(&format!("<li>{}</li>\n", escaped(line)));
        }
        body.push_str("</ul>\n");
    }
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n{PAGE_MARK}\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n",
        escaped(&title)
    )
}

/// Text for HTML, in elements and in quoted attributes, without control characters.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in printable(text, Ink::Plain).chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let head: String = head.iter().map(|name| format!("<th>{}</th>", escaped(name))).collect();
    let mut text = format!("<div class=\"scroll\"><table>\n<tr>{head}</tr>\n");
    for row in rows {
        let cells: String = row.iter().map(|cell| format!("<td>{}</td>", escaped(cell))).collect();
        text.push_str(&format!("<tr>{cells}</tr>\n"));
    }
    text.push_str("</table></div>\n");
    text
}

fn figures(solution: &Solution, problem: &crate::domain::plan::Problem) -> String {
    let rows: Vec<Vec<String>> = super::metric_rows(solution, problem)
        .into_iter()
        .map(|[name, before, after]| vec![name, before, after])
        .collect();
    table(&["Load", "before", "after"], &rows)
}

fn heat_maps(report: &OptimizeReport, solution: &Solution, style: &Style) -> String {
    let Some(problem) = &report.problem else { return String::new() };
    let mut text = String::from(
        "<h2>Load over time</h2>\n<p class=\"key\">Each cell is the fullest moment of its stretch, as a share of what \
         the host has:",
    );
    for (share, words) in [(0.1, "little"), (0.5, "half"), (1.0, "all"), (1.2, "more than there is")] {
        text.push_str(&format!("<span style=\"background:{}\"></span>{words}", color(share)));
    }
    text.push_str("</p>\n");
    let grid = report.grid.as_ref();
    for one in drawn(problem, solution, grid) {
        let name = format!("{} of {}", resource_word(one.resource), one.host);
        text.push_str(&format!("<figure>\n<figcaption>{}</figcaption>\n", escaped(&name)));
        text.push_str(&heat_row("before", &one, &one.before));
        text.push_str(&heat_row("after", &one, &one.after));
        let [first, middle, last] = match grid {
            Some(grid) => {
                let middle = grid.horizon.start.plus_ms(grid.horizon.length_ms() / 2);
                [grid.horizon.start, middle, grid.horizon.end].map(|at| style.time(at))
            }
            None => {
                let [first, middle] = [0, problem.horizon_slots / 2].map(|slot| slot_words(slot, problem));
                [first, middle, "end".to_owned()]
            }
        };
        text.push_str(&format!(
            "<div class=\"axis\"><span>{first}</span><span>{middle}</span><span>{last}</span></div>\n"
        ));
        text.push_str("</figure>\n");
    }
    text
}

/// One line of a heat map, equal neighbours joined.
fn heat_row(word: &str, one: &Drawn<'_>, loads: &[i64]) -> String {
    let shares = buckets(loads, one.capacity, MOST_CELLS);
    let most = shares.iter().copied().fold(0.0, f64::max) * 100.0;
    let label =
        format!("{} of {} {word} the plan: at most {most:.0}%", resource_word(one.resource), one.host);
    let mut cells = String::new();
    let mut first = 0;
    while first < shares.len() {
        let shade = color(shares[first]);
        let same = shares[first..].iter().take_while(|share| color(**share) == shade).count();
        let (from, to) = (first * WIDTH / shares.len(), (first + same) * WIDTH / shares.len());
        cells.push_str(&format!(
            "<rect x=\"{from}\" width=\"{}\" height=\"{HEIGHT}\" fill=\"{shade}\"/>",
            to - from
        ));
        first += same;
    }
    format!(
        "<div class=\"row\"><span>{word}</span><svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" preserveAspectRatio=\"none\" \
         role=\"img\" aria-label=\"{}\">{cells}</svg><span>{most:.0}%</span></div>\n",
        escaped(&label)
    )
}

/// Paler for less, blue up to all there is, red beyond: told apart by people who see no red, too, as it is darker.
fn color(share: f64) -> String {
    if share <= 0.0 {
        return "#f4f6f9".to_owned();
    }
    if share > 1.0 + 1e-9 {
        return "#a3161f".to_owned();
    }
    let step = (share * 10.0).ceil().clamp(1.0, 10.0) / 10.0;
    let mix = |from: f64, to: f64| (from + (to - from) * step).round() as u8;
    format!("#{:02x}{:02x}{:02x}", mix(226.0, 24.0), mix(236.0, 92.0), mix(247.0, 168.0))
}

fn moves(report: &OptimizeReport, style: &Style) -> String {
    if report.moves.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<String>> = report
        .moves
        .iter()
        .map(|step| {
            let (from, to) = match &report.problem {
                Some(problem) => super::move_times(step, problem, style),
                None => (String::new(), String::new()),
            };
            vec![
                step.rule_id.to_string(),
                shorten(&step.task_type, 80),
                from,
                to,
                super::shift_words(step),
                step.explanation.clone(),
                format!("{} min over {}", step.cost.displacement_minutes, quantity(step.cost.runs, "run")),
            ]
        })
        .collect();
    let head = ["Rule", "Task type", "From", "To", "Shift", "Because", "Cost"];
    format!("<h2>Moves</h2>\n{}", table(&head, &rows))
}

fn unmoved(report: &OptimizeReport) -> String {
    if report.unmoved.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<String>> = report
        .unmoved
        .iter()
        .map(|rule| vec![rule.rule_id.to_string(), shorten(&rule.task_type, 80), rule.reason.clone()])
        .collect();
    format!("<h2>Left alone</h2>\n{}", table(&["Rule", "Task type", "Because"], &rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_place() {
        assert_eq!(
            escaped("<script>\"a\" & 'b'\u{7}"),
            "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;\\u{7}"
        );
    }

    #[test]
    fn more_than_there_is_has_a_colour_of_its_own() {
        assert_eq!(color(1.0), "#185ca8");
        assert_eq!(color(1.01), "#a3161f");
        assert_ne!(color(0.0), color(0.01));
    }
}
