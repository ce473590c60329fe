//! Activity that no schedule is behind; any pattern found in it is a false alarm.

use tidetable::domain::calendar::Zone;

use crate::case::{Case, Truth, days};
use crate::chance::Chance;

const HOUR_MS: f64 = 3_600_000.0;

/// Relative rate of a kind at an instant of the week (0 is Monday 00:00), 0..1.
fn rate(kind: &str, hours: f64) -> f64 {
    let (day, hour) = ((hours / 24.0) as i64, hours % 24.0);
    match kind {
        "diurnal" => 0.5 - 0.5 * ((hour - 3.0) / 24.0 * std::f64::consts::TAU).cos(),
        // A person: weekdays, from about nine to six, lunch, hardly ever at night.
        "office hours" => {
            let ramp = |middle: f64, width: f64| 1.0 / (1.0 + (-(hour - middle) / width).exp());
            let present = ramp(9.0, 0.3) * (1.0 - ramp(17.8, 0.4));
            let lunch = 1.0 - 0.7 * (-((hour - 12.5) / 0.4).powi(2)).exp();
            if day < 5 { (present * lunch).max(0.01) } else { 0.01 }
        }
        _ => 1.0,
    }
}

/// The nulls: Poisson, diurnal, office hours, bursts.
pub fn cases(seeds: std::ops::Range<u64>) -> Vec<Case> {
    let mut cases = Vec::new();
    for kind in ["poisson", "diurnal", "office hours", "bursts"] {
        let row = format!("null/{kind}");
        for seed in seeds.clone() {
            let mut chance = Chance::new(&row, seed);
            let span = days(chance.whole(14, 121));
            let count = 8.0 * 75.0_f64.powf(chance.unit());
            let length = span.length_ms() as f64;
            let mut starts = Vec::new();
            let mut at = 0.0;
            if kind == "bursts" {
                let (size, pace) = (chance.between(3.0, 15.0), chance.between(10.0, 900.0) * 1000.0);
                while at < length {
                    at += chance.wait(length * size / count);
                    let mut inside = at;
                    for _ in 0..chance.wait(size).ceil() as usize {
                        starts.push(inside);
                        inside += chance.wait(pace);
                    }
                }
            } else {
                let week: Vec<f64> = (0..336).map(|half| rate(kind, f64::from(half) / 2.0)).collect();
                let mean = week.iter().sum::<f64>() / week.len() as f64;
                while at < length {
                    at += chance.wait(length * mean / count);
                    if chance.happens(rate(kind, at / HOUR_MS % 168.0)) {
                        starts.push(at);
                    }
                }
            }
            let starts = starts.into_iter().filter(|at| *at < length);
            let starts = starts.map(|at| span.start.millis() + at as i64).collect();
            cases.push(Case::of_task(&row, seed, Zone::UTC, span, starts, Truth::Nothing));
        }
    }
    cases
}
