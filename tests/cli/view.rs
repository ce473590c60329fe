//! `view-detected-patterns` from the outside.

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
    insta::assert_snapshot!(sandbox.run("view --pattern-id 7 --output-format json").assert_code(1));
}
