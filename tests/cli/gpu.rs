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
