//! `completions` from the outside, and the completion of ids that a shell asks the program for.

use std::collections::HashSet;

use tidetable::domain::patterns::Pattern;
use tidetable::domain::time::Timestamp;
use tidetable::store::{LockHolder, Store, StoreError, WriterOptions};

use crate::sandbox::Sandbox;

#[test]
fn a_script_is_all_there_is_on_standard_output() {
    let sandbox = Sandbox::new();
    let answer = sandbox.run("completions bash").assert_code(0);
    assert!(answer.stdout.starts_with("# Completes the commands"), "{answer}");
    assert!(answer.stdout.contains("complete -F _tidetable"), "{answer}");
    assert_eq!(answer.stderr, "");
    assert!(!sandbox.path("store.db").exists());
}

#[test]
fn a_script_in_json_stands_in_its_document() {
    let sandbox = Sandbox::new();
    let answer = sandbox.run("completions pwsh --output-format json").assert_code(0);
    let data = &answer.json()["data"];
    assert_eq!(data["shell"], "powershell");
    assert!(data["script"].as_str().is_some_and(|script| script.contains("Register-ArgumentCompleter")));
}

#[test]
fn a_broken_configuration_does_not_stop_a_script() {
    let sandbox = Sandbox::new();
    sandbox.write("tidetable.toml", "no = such\n");
    sandbox.run("completions fish").assert_code(0);
}

#[test]
fn an_unknown_shell_is_a_usage_error_that_names_the_known_ones() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.run("completions tcsh").assert_code(2));
}

/// What bash gets for the last word of `line`, blank-separated.
fn complete(sandbox: &Sandbox, line: &str) -> Vec<String> {
    let words: Vec<&str> = line.split(' ').collect();
    let output = sandbox
        .command()
        .env("COMPLETE", "bash")
        .env("_CLAP_IFS", "\n")
        .env("_CLAP_COMPLETE_INDEX", (words.len() - 1).to_string())
        .arg("--")
        .args(words)
        .output()
        .expect("program started");
    assert!(output.status.success());
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

/// A store at `path` with one pattern, of the task type `backup`.
fn store_with_a_pattern(path: &std::path::Path) {
    let pattern: Pattern = serde_json::from_value(serde_json::json!({
        "pattern_type": "interval", "task_types": ["backup"], "zone": "UTC", "confidence": 0.9, "is_active": true,
        "schedule": { "kind": "period", "period_ms": 1_200_000, "anchor": "2026-02-01T00:00:00Z" },
        "evidence": {
            "runs": 9, "expected": 9, "hits": 9, "misses": 0, "extra": 0, "ln_e_value": 30.0,
            "null_hit_chance": 0.05, "tolerance_seconds": 30.0, "first_seen": "2026-02-01T00:00:00Z",
            "last_seen": "2026-02-01T02:40:00Z", "regime_start": "2026-02-01T00:00:00Z",
            "jitter_seconds": { "p50": 1.0, "p95": 2.0 }, "zone_undetermined": []
        },
        "resources": {
            "duration_seconds": null, "cpu_cores": null, "memory_mib": null, "gpu_count": null,
            "gpu_memory_mib": null, "runs_used": 0
        }
    }))
    .expect("a pattern");
    let options = WriterOptions { lock_timeout: std::time::Duration::ZERO, holder: LockHolder::unknown() };
    let mut store = Store::open_writer(path, &options).expect("store made");
    let now = Timestamp::parse_rfc3339("2026-02-02T00:00:00Z").expect("an instant");
    let analysed = HashSet::from(["backup".to_owned()]);
    store
        .in_transaction(|transaction| {
            Store::save_patterns(transaction, &[pattern], &analysed, now).map(|_| ())
        })
        .map_err(|error: StoreError| error.to_string())
        .expect("pattern stored");
}

#[test]
fn ids_of_patterns_are_completed_from_the_store() {
    let sandbox = Sandbox::new();
    assert_eq!(complete(&sandbox, "tidetable view-detected-patterns --pattern-id "), Vec::<String>::new());
    assert!(!sandbox.path("store.db").exists(), "completing makes no store");
    store_with_a_pattern(&sandbox.path("store.db"));
    assert_eq!(complete(&sandbox, "tidetable view-detected-patterns --pattern-id "), ["1"]);
    assert_eq!(complete(&sandbox, "tidetable view --pattern-id 7"), Vec::<String>::new());
}

#[test]
fn task_types_are_completed_from_the_store_that_the_line_names() {
    let sandbox = Sandbox::new();
    let other = sandbox.path("other.db");
    store_with_a_pattern(&other);
    let line = format!("tidetable --db {} analyze --task-types ba", other.display());
    assert_eq!(complete(&sandbox, &line), ["backup"]);
}

#[test]
fn commands_and_options_are_completed_without_a_store() {
    let sandbox = Sandbox::new();
    assert!(complete(&sandbox, "tidetable conf").contains(&"config".to_owned()));
    assert!(complete(&sandbox, "tidetable config show --or").contains(&"--origin".to_owned()));
}
