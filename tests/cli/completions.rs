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
