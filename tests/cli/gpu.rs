//! `gpu` from the outside, on machines with and without an NVIDIA driver.

use std::path::Path;

use crate::sandbox::Sandbox;

/// Says that a test is skipped where a driver would answer.
#[allow(clippy::print_stderr)] // a skipped test must be seen to be skipped
fn has_driver() -> bool {
    let found = Path::new("/dev/nvidiactl").exists() || Path::new("/proc/driver/nvidia/version").exists();
    if found {
        eprintln!("skipped: this machine has an NVIDIA driver");
    }
    found
}

#[test]
fn without_a_driver_every_question_says_so() {
    if has_driver() {
        return;
    }
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.run("gpu status").assert_code(3));
    for question in ["gpu status", "gpu processes --gpu 0", "gpu clear", "gpu clear --yes --dry-run"] {
        let answer = sandbox.run(&format!("{question} --output-format json")).assert_code(3);
        assert_eq!(answer.stdout, "", "{answer}");
        let error: serde_json::Value = serde_json::from_str(answer.stderr.trim()).expect("one JSON document");
        assert_eq!(error["kind"], "lacking");
        assert_eq!(error["code"], 3);
    }
}

#[test]
fn the_processor_is_measured_wherever_there_is_none_and_compared_with_the_last_time() {
    let sandbox = Sandbox::new();
    let kept = sandbox.path(".local/share/tidetable/gpu-bench.json");
    let bench = |options: &str| {
        sandbox.run(&format!("gpu bench --quick --output-format json {options}")).assert_code(0).json()
    };
    let first = bench("--dry-run");
    assert!(!kept.exists() && first["data"]["last_measured_at"].is_null());
    bench("");
    let second = bench("");
    assert_eq!(second["data"]["last_measured_at"], "2026-03-01T12:00:00Z");
    let all = second["data"]["measurements"].as_array().expect("measurements");
    for work in ["matrix_product", "row_normalization", "top_k_search", "pairs_above", "trajectories"] {
        let of_processor = |one: &&serde_json::Value| one["work"] == work && one["device"] == "cpu";
        let one = all.iter().find(of_processor).unwrap_or_else(|| panic!("{work}"));
        assert!(one["seconds"].as_f64().is_some_and(|seconds| seconds > 0.0), "{one}");
        assert!(one["error"].as_f64().is_some_and(|error| error < 1e-4), "{one}");
        assert!(one["last"]["ratio"].as_f64().is_some_and(|ratio| ratio > 0.0), "{one}");
    }
    if !has_driver() {
        assert!(
            second["warnings"][0].as_str().is_some_and(|said| said.contains("no CUDA device")),
            "{second}"
        );
    }
}

#[test]
fn measurements_that_cannot_be_read_or_kept_are_no_failure() {
    let sandbox = Sandbox::new();
    std::fs::create_dir_all(sandbox.path(".local/share/tidetable")).expect("folder");
    let kept = sandbox.write(".local/share/tidetable/gpu-bench.json", "{\"measured_at\": 7");
    let table = sandbox.run("gpu bench --quick").assert_code(0);
    assert!(table.stdout.contains("top-10 search") && table.stdout.contains("\ncpu: "), "{table}");
    assert!(std::fs::read_to_string(&kept).expect("kept").contains("top_k_search"));
    std::fs::remove_file(&kept).expect("removed");
    std::fs::create_dir_all(kept.join("in the way")).expect("folder");
    let table = sandbox.run("gpu bench --quick").assert_code(0);
    assert!(table.stderr.contains("could not be kept"), "{table}");
}

#[test]
fn a_question_is_needed() {
    Sandbox::new().run("gpu").assert_code(2);
}

#[test]
#[allow(clippy::print_stderr)] // a skipped test must be seen to be skipped
fn with_a_driver_the_answers_are_documents() {
    if !Path::new("/dev/nvidiactl").exists() {
        assert!(std::env::var_os("TIDETABLE_REQUIRE_GPU").is_none(), "no device, but one is required");
        eprintln!("skipped: no device");
        return;
    }
    let sandbox = Sandbox::new();
    let status = sandbox.run("gpu status --output-format json").assert_code(0).json();
    assert!(status["data"]["devices"][0]["memory_total_mib"].as_f64().is_some_and(|mib| mib > 0.0));
    sandbox.run("gpu processes --output-format json").assert_code(0).json();
    let plan = sandbox.run("gpu clear --output-format json").assert_code(0).json();
    assert_eq!(plan["data"]["status"], "planned");
}
