//! How much of what is behind a history the miner finds: seeded suites with ground truth, one line per kind.
//!
//! `cargo bench --bench mining -- [SUITE]... [--seeds A..B] [--write FOLDER] [--misses]`; suites: clean, mild, hard, brutal, null,
//! clocks, moved, stopped, beacon, loop, chain, habit; all without a name. Seeds below 1000 are for tuning.

#![allow(clippy::print_stdout, reason = "a program that prints a table")]

mod calendar;
mod case;
mod chance;
mod change;
mod intervals;
mod judge;
mod people;
#[path = "../scoring/mod.rs"]
mod scoring;
mod unscheduled;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context;
use calendar::LEVELS;
use case::Case;
use judge::{Verdict, found, judge};
use rayon::prelude::*;

const SUITES: [&str; 12] = [
    "clean", "mild", "hard", "brutal", "null", "clocks", "moved", "stopped", "beacon", "loop", "chain",
    "habit",
];

struct Options {
    suites: Vec<String>,
    seeds: Range<u64>,
    write: Option<PathBuf>,
    /// Whether to show what was found in each case that is not right.
    misses: bool,
}

fn main() -> anyhow::Result<()> {
    let options = options()?;
    println!(
        "{:<32} {:>5} {:>6} {:>6} {:>7} {:>7} {:>6} {:>6} {:>6} {:>6} {:>8}",
        "case", "n", "right", "false", "F1", "F1>=.5", "said", "came", "ECE", "window", "ms each"
    );
    for suite in &options.suites {
        let cases = cases(suite, options.seeds.clone())?;
        if let Some(folder) = &options.write {
            for case in &cases {
                case.write(folder)?;
            }
        }
        let began = Instant::now();
        let verdicts: Vec<Verdict> = cases.par_iter().map(judge).collect();
        let each = began.elapsed().as_secs_f64() * 1000.0 / cases.len().max(1) as f64;
        let mut rows: BTreeMap<&str, Verdict> = BTreeMap::new();
        let mut all = Verdict::default();
        for (case, verdict) in cases.iter().zip(verdicts) {
            if options.misses && (verdict.right < verdict.cases || verdict.false_alarms > 0) {
                println!("{}", found(case, &verdict));
            }
            rows.entry(&case.row).or_default().add(verdict.clone());
            all.add(verdict);
        }
        for (row, verdict) in &rows {
            line(row, verdict, None);
        }
        line(&format!("{suite}, all"), &all, Some(each));
    }
    Ok(())
}

fn options() -> anyhow::Result<Options> {
    let mut options = Options { suites: Vec::new(), seeds: 1000..1020, write: None, misses: false };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().context("an option lacks its value");
        match argument.as_str() {
            "--seeds" => {
                let text = value()?;
                let (from, to) = text.split_once("..").context("--seeds A..B")?;
                options.seeds = from.parse()?..to.parse()?;
            }
            "--misses" => options.misses = true,
            "--write" => options.write = Some(value()?.into()),
            // What cargo itself hands to a benchmark.
            "--bench" => {}
            suite if SUITES.contains(&suite) => options.suites.push(argument),
            other => anyhow::bail!("no suite or option {other}; suites: {}", SUITES.join(", ")),
        }
    }
    if options.suites.is_empty() {
        options.suites = SUITES.map(str::to_owned).to_vec();
    }
    Ok(options)
}

fn cases(suite: &str, seeds: Range<u64>) -> anyhow::Result<Vec<Case>> {
    if let Some(level) = LEVELS.into_iter().find(|level| level.name == suite) {
        return Ok(calendar::cases(level, seeds));
    }
    Ok(match suite {
        "null" => unscheduled::cases(seeds),
        "clocks" => change::clocks(seeds),
        "moved" => change::moved(seeds),
        "stopped" => change::stopped(seeds),
        "beacon" => intervals::beacons(seeds),
        "loop" => intervals::loops(seeds),
        "chain" => people::chains(seeds),
        "habit" => people::habits(seeds),
        other => anyhow::bail!("no suite {other}"),
    })
}

/// The mean; `None` of nothing.
fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// One line: shares of cases that are right and that hold a false alarm; mean F1 of slots ahead at any confidence and
/// from 0.5; mean confidence beside the share that came, calibration and window coverage against the runs that came.
fn line(row: &str, verdict: &Verdict, ms_each: Option<f64>) {
    let share = |part: u64| part as f64 / verdict.cases.max(1) as f64;
    let shown = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"));
    let judged = &verdict.runs.judged;
    println!(
        "{row:<32} {:>5} {:>6.3} {:>6.3} {:>7} {:>7} {:>6} {:>6} {:>6} {:>6} {:>8}",
        verdict.cases,
        share(verdict.right),
        share(verdict.false_alarms),
        shown(mean(&verdict.f1)),
        shown(mean(&verdict.sure_f1)),
        shown(mean(&judged.iter().map(|(confidence, _)| *confidence).collect::<Vec<_>>())),
        shown(mean(&judged.iter().map(|(_, came)| f64::from(u8::from(*came))).collect::<Vec<_>>())),
        shown(verdict.runs.calibration_error()),
        shown(verdict.runs.window_coverage()),
        ms_each.map_or_else(|| "-".to_owned(), |ms| format!("{ms:.1}")),
    );
}
