//! Solves a problem file and prints the solution, for measuring the optimizer by itself.
//!
//! `cargo run --example solve -- INSTANCE --strategy balance --time-limit 10 --seed 1 [--out FILE] [--trace]
//! [--patience 1.05]` (the wall clock stops it at that many time limits)

use std::io::Write;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tidetable::domain::plan::{Control, Problem, SolveOptions, Strategy, solve};

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (mut instance, mut out, mut trace) = (None, None, false);
    let (mut strategy, mut seconds, mut seed) = (Strategy::BalanceLoad, 10.0, 1);
    let mut patience = 1.05;
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().context("an option lacks its value");
        match argument.as_str() {
            "--strategy" => strategy = strategy_named(&value()?)?,
            "--time-limit" => seconds = value()?.parse::<f64>()?,
            "--seed" => seed = value()?.parse()?,
            "--out" => out = Some(value()?),
            "--patience" => patience = value()?.parse()?,
            "--trace" => trace = true,
            _ => instance = Some(argument),
        }
    }
    let path = instance.context("no instance given")?;
    let text = std::fs::read_to_string(&path).with_context(|| path.clone())?;
    let problem: Problem = serde_json::from_str(&text)?;
    let options = SolveOptions::for_time_limit(seed, (seconds * 1000.0) as u64);
    let started = Instant::now();
    let latest = started + Duration::from_secs_f64(patience * seconds);
    let mut last = (None, None);
    let mut errors = std::io::stderr();
    let solution = solve(&problem, strategy, &options, &mut |progress| {
        let now = (progress.objective, progress.lower_bound);
        if trace && now != last {
            let elapsed = started.elapsed().as_secs_f64();
            let _ = writeln!(errors, "{elapsed:.3} s  {:?}  bound {:?}", now.0, now.1);
            last = now;
        }
        if Instant::now() > latest { Control::Stop } else { Control::Continue }
    })?;
    let wall = started.elapsed().as_secs_f64();
    let mut summary = serde_json::to_value(&solution)?;
    if let Some(summary) = summary.as_object_mut() {
        summary.insert("wall_s".to_owned(), wall.into());
    }
    let mut output = std::io::stdout().lock();
    if let Some(out) = out {
        let written = serde_json::json!({
            "format": "sched-opt-sol/1", "instance": problem.name, "strategy": strategy,
            "solver": "tidetable", "time_limit_s": seconds, "wall_s": wall, "status": solution.status,
            "objective": solution.objective, "bound": solution.lower_bound,
            "delta": solution.choice.delta, "host": solution.choice.host,
        });
        std::fs::write(out, written.to_string())?;
        writeln!(
            output,
            "{} {strategy:?} {:?} objective {:.4} bound {:?} wall {wall:.2} moved {}",
            problem.name, solution.status, solution.objective, solution.lower_bound, solution.after.moved
        )?;
    } else {
        writeln!(output, "{}", serde_json::to_string_pretty(&summary)?)?;
    }
    Ok(())
}

fn strategy_named(name: &str) -> anyhow::Result<Strategy> {
    Ok(match name {
        "balance" => Strategy::BalanceLoad,
        "peak" => Strategy::PeakMitigation,
        "efficiency" => Strategy::ResourceEfficiency,
        "conflict" => Strategy::ConflictResolution,
        _ => bail!("unknown strategy {name}"),
    })
}
