//! `view-detected-patterns` from the outside.

use std::f64::consts::PI;

use serde_json::Value;

use crate::sandbox::Sandbox;

#[test]
fn an_empty_home_has_no_patterns_and_says_why() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.run("view-detected-patterns"));
}

#[test]
fn nothing_found_is_still_one_json_document() {
    let sandbox = Sandbox::new();
    let answer = sandbox.run("view-detected-patterns --output-format json").assert_code(0);
    assert_eq!(answer.json()["data"]["patterns"], serde_json::json!([]));
    assert_eq!(answer.stderr, "");
}

#[test]
fn an_unknown_pattern_is_an_error_with_a_hint() {
    let sandbox = Sandbox::new();
    crate::generate::store_patterns(&sandbox, &[crate::generate::pattern("a", "0 2 * * *", 0.9, 1.0, 5.0)]);
    insta::assert_snapshot!(sandbox.run("view --pattern-id 7 --output-format json").assert_code(1));
}

/// The e-value (ln) of windows by the formula of the schema, from its counts alone.
fn ln_windows(proof: &Value) -> f64 {
    let chance = proof["chance"].as_f64().expect("chance");
    let products: Vec<f64> = (0..24)
        .map(|index| {
            let share = chance + (1.0 - chance) * (1.0 - (PI * (f64::from(index) + 0.5) / 24.0).cos()) / 2.0;
            let counts = proof["counts"].as_array().expect("counts");
            counts
                .iter()
                .map(|count| {
                    let [inside, around, slots] =
                        [0, 1, 2].map(|part| count[part].as_f64().expect("a number"));
                    let taken = inside / around;
                    let factor = taken * share / chance + (1.0 - taken) * (1.0 - share) / (1.0 - chance);
                    slots * factor.ln()
                })
                .sum::<f64>()
        })
        .collect();
    let greatest = products.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    greatest + (products.iter().map(|product| (product - greatest).exp()).sum::<f64>() / 24.0).ln()
}

/// The e-value (ln) of hits of slots, by plain integration over the rates above the chance.
fn ln_slots(counts: &Value) -> f64 {
    const STEPS: usize = 200_000;
    let number = |name: &str| counts[name].as_f64().expect("a number");
    let (hits, slots, chance) = (number("hits"), number("slots"), number("chance"));
    let ln_likelihood = |rate: f64| hits * rate.ln() + (slots - hits) * (-rate).ln_1p();
    let terms: Vec<f64> = (0..STEPS)
        .map(|step| ln_likelihood(chance + (1.0 - chance) * (step as f64 + 0.5) / STEPS as f64))
        .collect();
    let greatest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mean = terms.iter().map(|term| (term - greatest).exp()).sum::<f64>() / STEPS as f64;
    greatest + mean.ln() - ln_likelihood(chance)
}

#[test]
fn the_verdict_can_be_recomputed_from_the_evidence() {
    let sandbox = Sandbox::new();
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/data/sample.csv.gz");
    sandbox.run_args(&["import", sample]).assert_code(0);
    let analyze =
        "analyze --now 2026-04-13T06:00:00Z --timezone Europe/Berlin --days 90 --output-format json";
    let found = sandbox.run(analyze).assert_code(0).json();
    let (mut windows, mut slots) = (0, 0);
    for pattern in found["data"]["patterns"].as_array().expect("patterns") {
        let shown = sandbox.run(&format!("view --pattern-id {} --output-format json", pattern["id"]));
        let document = shown.assert_code(0).json();
        let evidence = &document["data"]["patterns"][0]["evidence"];
        let mut sum = 0.0;
        for proof in evidence["proofs"].as_array().expect("proofs") {
            let ln_e = proof["ln_e"].as_f64().expect("ln_e");
            sum += ln_e - proof["charge_nats"].as_f64().expect("charge_nats");
            let recomputed = match proof["test"].as_str() {
                Some("windows") => {
                    windows += 1;
                    let days = proof.get("days").filter(|days| !days.is_null()).map_or(0.0, ln_slots);
                    ln_windows(proof) + days
                }
                Some("slots") => {
                    slots += 1;
                    ln_slots(proof)
                }
                _ => continue,
            };
            assert!((recomputed - ln_e).abs() < 1e-3 * ln_e.abs().max(1.0), "{recomputed}: {proof}");
        }
        let ln_e_value = evidence["ln_e_value"].as_f64().expect("ln_e_value");
        assert!((sum - ln_e_value).abs() < 1e-6 * ln_e_value.abs().max(1.0), "{sum}: {evidence}");
        if let Some(verdict) = evidence.get("verdict") {
            let number = |name: &str| verdict[name].as_f64().expect("a number");
            let least = (number("tested") / (number("accepted") * number("level"))).ln();
            assert!((least - number("least_ln_e_value")).abs() < 1e-9 && ln_e_value >= least, "{verdict}");
        }
    }
    assert!(windows >= 14 && slots >= 1, "{windows} of windows, {slots} of slots");
}
