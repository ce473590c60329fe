//! `completions` from the outside, and the completion of ids that a shell asks the program for.

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

/// A store at `path` in which the task type `backup` ran at three every morning for three weeks.
fn store_with_a_pattern(sandbox: &Sandbox, path: &str) {
    let rows: String = (1..=21).map(|day| format!("backup,2026-02-{day:02}T03:00:00Z\n")).collect();
    sandbox.write("runs.csv", &format!("task_type,started_at\n{rows}"));
    sandbox.run_args(&["--db", path, "import", "runs.csv"]).assert_code(0);
    sandbox.run_args(&["--db", path, "analyze-activity-patterns"]).assert_code(0);
}

#[test]
fn ids_of_patterns_are_completed_from_the_store() {
    let sandbox = Sandbox::new();
    assert_eq!(complete(&sandbox, "tidetable view-detected-patterns --pattern-id "), Vec::<String>::new());
    assert!(!sandbox.path("store.db").exists(), "completing makes no store");
    store_with_a_pattern(&sandbox, "store.db");
    assert_eq!(complete(&sandbox, "tidetable view-detected-patterns --pattern-id "), ["1"]);
    assert_eq!(complete(&sandbox, "tidetable view --pattern-id 7"), Vec::<String>::new());
}

#[test]
fn task_types_are_completed_from_the_store_that_the_line_names() {
    let sandbox = Sandbox::new();
    store_with_a_pattern(&sandbox, "other.db");
    assert_eq!(complete(&sandbox, "tidetable --db other.db analyze --task-types ba"), ["backup"]);
    assert_eq!(complete(&sandbox, "tidetable analyze --task-types ba"), Vec::<String>::new());
}

#[test]
fn commands_and_options_are_completed_without_a_store() {
    let sandbox = Sandbox::new();
    assert!(complete(&sandbox, "tidetable conf").contains(&"config".to_owned()));
    assert!(complete(&sandbox, "tidetable config show --or").contains(&"--origin".to_owned()));
}
