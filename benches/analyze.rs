//! How long `analyze-activity-patterns` takes on a large store, beside a plain scan of the same rows through rusqlite.
//!
//! `cargo bench --bench analyze -- [RUNS] [TASK_TYPES] [DAYS] [ROUNDS]`; 1000000, 2000, 30 and 3 unless given.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

const PROGRAM: &str = env!("CARGO_BIN_EXE_tidetable");
/// 2026-01-01T00:00:00Z, and the end of the longest span asked for here.
const FIRST_SECOND: i64 = 1_767_225_600;
const DAY_SECONDS: i64 = 86_400;

fn main() -> Result<()> {
    let mut numbers = std::env::args().skip(1).filter_map(|argument| argument.parse::<i64>().ok());
    let runs = numbers.next().unwrap_or(1_000_000);
    let types = numbers.next().unwrap_or(2_000);
    let days = numbers.next().unwrap_or(30);
    let rounds = numbers.next().unwrap_or(3);
    let folder = tempfile::tempdir()?;
    let (csv, store) = (folder.path().join("runs.csv"), folder.path().join("store.db"));
    let more = folder.path().join("more.csv");
    let written = write_history(&csv, &more, runs, types, days).context("writing the history")?;
    let now = chrono::DateTime::from_timestamp(FIRST_SECOND + days * DAY_SECONDS, 0)
        .context("a span beyond the calendar")?
        .to_rfc3339();
    let imported = timed(&store, &now, &["import", path(&csv)?])?;
    println!("{written} runs of {types} task types over {days} days");
    println!("import                 {:8.2} s", imported.wall.as_secs_f64());
    let days = days.to_string();
    let again = ["analyze-activity-patterns", "--timezone", "Europe/Berlin", "--days", &days];
    let analyze = [&again[..], &["--search-anew"]].concat();
    for round in 1..=rounds {
        let scanned = scan(&store)?;
        let kept = timed(&store, &now, &analyze)?;
        println!(
            "round {round}: plain scan {:.2} s, analyze {:.2} s ({:.1} times), {} MiB at most",
            scanned.as_secs_f64(),
            kept.wall.as_secs_f64(),
            kept.wall.as_secs_f64() / scanned.as_secs_f64(),
            kept.peak_mib
        );
    }
    let unchanged = timed(&store, &now, &again)?;
    println!("again, nothing new     {:8.2} s", unchanged.wall.as_secs_f64());
    let now = chrono::DateTime::from_timestamp(FIRST_SECOND + (days.parse::<i64>()? + 1) * DAY_SECONDS, 0)
        .context("a span beyond the calendar")?
        .to_rfc3339();
    timed(&store, &now, &["import", path(&more)?])?;
    let again = timed(&store, &now, &again)?;
    println!("again after 1 % more   {:8.2} s", again.wall.as_secs_f64());
    let anew = timed(&store, &now, &analyze)?;
    println!("the same, searched     {:8.2} s", anew.wall.as_secs_f64());
    Ok(())
}

fn path(path: &Path) -> Result<&str> {
    path.to_str().context("a path that is no text")
}

struct Finished {
    wall: Duration,
    peak_mib: u64,
}

/// Runs the program to its end.
fn timed(store: &Path, now: &str, arguments: &[&str]) -> Result<Finished> {
    let began = Instant::now();
    let mut child = Command::new(PROGRAM)
        .args(arguments)
        .args(["--db", path(store)?, "--now", now, "--quiet", "--output-format", "json"])
        .stdout(Stdio::null())
        .spawn()?;
    let mut peak_kib = 0;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if let Ok(text) = std::fs::read_to_string(format!("/proc/{}/status", child.id())) {
            let line = text.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
            let number = line.split_whitespace().nth(1).and_then(|number| number.parse().ok());
            peak_kib = number.unwrap_or(peak_kib);
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    ensure!(status.success(), "tidetable {} ended with {status}", arguments[0]);
    Ok(Finished { wall: began.elapsed(), peak_mib: peak_kib / 1024 })
}

/// Reads every row once, as an analysis must.
fn scan(store: &Path) -> Result<Duration> {
    let connection = rusqlite::Connection::open(store)?;
    let began = Instant::now();
    let mut statement = connection.prepare(
        "SELECT task_type_id, started_ms, ended_ms, status, user_id, host_id, cpu_cores, memory_mib, \
         gpu_count, gpu_memory_mib, queue_id FROM runs",
    )?;
    let mut rows = statement.query([])?;
    let mut sum = 0.0;
    while let Some(row) = rows.next()? {
        let whole: [Option<i64>; 6] =
            [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?];
        let parts: [Option<f64>; 4] = [row.get(6)?, row.get(7)?, row.get(8)?, row.get(9)?];
        sum += whole.iter().flatten().sum::<i64>() as f64 + parts.iter().flatten().sum::<f64>();
    }
    std::hint::black_box(sum);
    Ok(began.elapsed())
}

/// A small deterministic generator (xorshift with multiplication).
struct Chance(u64);

impl Chance {
    fn unit(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.unit()).ln()).sqrt() * (2.0 * std::f64::consts::PI * self.unit()).cos()
    }
}

/// Of ten task types: three every so many minutes, two at times of day amid others, three at random, one in office
/// hours, one that sleeps after it has finished. What follows within the next hundredth of the time goes to `more`.
/// Returns the number of runs before that.
fn write_history(csv: &Path, more: &Path, runs: i64, types: i64, days: i64) -> Result<u64> {
    let mut file = BufWriter::new(std::fs::File::create(csv)?);
    let mut later = BufWriter::new(std::fs::File::create(more)?);
    for file in [&mut file, &mut later] {
        writeln!(file, "task_type,started_at,ended_at,status,user,host,cpu_cores,memory_mib")?;
    }
    let end = (days * DAY_SECONDS) as f64;
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    let mut written = 0;
    for kind in 0..types {
        let mut starts = starts(kind, runs / types.max(1) * (days + 1) / days, days + 1, &mut chance);
        starts.sort_by(f64::total_cmp);
        for start in starts.into_iter().filter(|start| *start < end * 1.01) {
            written += u64::from(start < end);
            let file = if start < end { &mut file } else { &mut later };
            write_run(file, kind, start as i64, &mut chance)?;
        }
    }
    file.flush()?;
    later.flush()?;
    Ok(written)
}

fn starts(kind: i64, count: i64, days: i64, chance: &mut Chance) -> Vec<f64> {
    let span = (days * DAY_SECONDS) as f64;
    match kind % 10 {
        0..=2 => {
            let period = ((span / count as f64 / 60.0).round() * 60.0).max(60.0);
            let phase = (chance.unit() * period / 60.0).floor() * 60.0;
            (0..(span / period) as i64)
                .filter_map(|slot| {
                    let late = chance.normal().abs() * 5.0;
                    (chance.unit() > 0.05).then_some(phase + slot as f64 * period + late)
                })
                .collect()
        }
        3 | 4 => {
            let each_day = (count / days.max(1)).clamp(1, 24);
            let minute = (chance.unit() * 60.0).floor() * 60.0;
            let mut found = Vec::new();
            for hour in 0..each_day {
                let at = (hour * 24 / each_day * 3600) as f64 + minute;
                found.extend((0..days).filter_map(|day| {
                    let late = chance.normal().abs() * 20.0;
                    (chance.unit() > 0.05).then_some((day * DAY_SECONDS) as f64 + at + late)
                }));
            }
            while (found.len() as i64) < count {
                found.push(chance.unit() * span);
            }
            found
        }
        5..=7 => (0..count).map(|_| chance.unit() * span).collect(),
        8 => (0..count)
            .map(|_| {
                let day = (chance.unit() * days as f64).floor();
                day * DAY_SECONDS as f64 + (9.0 + 8.5 * chance.unit()) * 3600.0
            })
            .collect(),
        _ => {
            let period = span / count as f64;
            let mut at = 0.0;
            (0..count)
                .map(|_| {
                    at += period * (1.0 + 0.1 * chance.normal()).max(0.1);
                    at
                })
                .collect()
        }
    }
}

fn write_run(file: &mut impl Write, kind: i64, start: i64, chance: &mut Chance) -> Result<()> {
    let seconds = (60.0 * (0.3 * chance.normal()).exp()) as i64 * (1 + kind % 5);
    let memory = (500.0 * (0.1 * chance.normal()).exp()) as i64;
    let at = FIRST_SECOND + start;
    let (user, host, cores) = (kind % 37, kind % 11, 1 + kind % 4);
    writeln!(file, "job-{kind:04},{at},{},completed,u{user},h{host},{cores},{memory}", at + seconds)?;
    Ok(())
}
