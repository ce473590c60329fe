//! `search-similar-patterns` from the outside.

use serde_json::json;
use tidetable::domain::patterns::{Pattern, PatternType};

use crate::generate::{pattern, store_patterns};
use crate::sandbox::Sandbox;

/// Three jobs of the small hours, one of the afternoon, one every five minutes, one that ended.
fn six_jobs(sandbox: &Sandbox) {
    let often = Pattern {
        pattern_type: PatternType::Interval,
        ..pattern("poll-queue", "*/5 * * * *", 0.99, 0.1, 0.2)
    };
    let ended = Pattern { is_active: false, ..pattern("backup-old", "55 1 * * *", 0.9, 1.0, 12.0) };
    store_patterns(
        sandbox,
        &[
            pattern("backup-home", "0 2 * * *", 0.99, 1.0, 10.0),
            pattern("backup-data", "10 2 * * *", 0.98, 1.0, 15.0),
            pattern("train", "0 3 * * *", 0.96, 8.0, 120.0),
            pattern("report", "0 14 * * *", 0.8, 1.0, 5.0),
            often,
            ended,
        ],
    );
}

#[test]
fn an_empty_home_has_nothing_similar() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.run("search-similar-patterns --task-types backup*").assert_code(0));
}

#[test]
fn nothing_found_is_still_one_json_document() {
    let sandbox = Sandbox::new();
    let answer = sandbox.run("search --pattern-type interval --output-format json").assert_code(0);
    assert_eq!(answer.json()["data"]["results"], json!([]));
    assert_eq!(answer.stderr, "");
}

#[test]
fn exactly_one_way_of_asking_is_needed() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.run("search-similar-patterns").assert_code(2));
    sandbox.run("search --pattern-id 1 --pattern-type interval").assert_code(2);
}

#[test]
fn an_unknown_pattern_is_an_error_with_a_hint() {
    let sandbox = Sandbox::new();
    six_jobs(&sandbox);
    insta::assert_snapshot!(sandbox.run("search --pattern-id 77").assert_code(1));
}

#[test]
fn jobs_of_the_same_hour_are_found_for_one_pattern() {
    let sandbox = Sandbox::new();
    six_jobs(&sandbox);
    insta::assert_snapshot!(sandbox.run("search --pattern-id 1").assert_code(0));
}

#[test]
fn similarity_is_explained_part_by_part() {
    let sandbox = Sandbox::new();
    six_jobs(&sandbox);
    insta::assert_snapshot!(
        sandbox
            .run("search --pattern-id 1 --similarity 0.3 --max-results 3 --output-format detailed")
            .assert_code(0)
    );
}

#[test]
fn the_answer_in_json_adds_up() {
    let sandbox = Sandbox::new();
    six_jobs(&sandbox);
    let data =
        sandbox.run("search --pattern-id 1 --output-format json").assert_code(0).json()["data"].clone();
    let group = &data["results"][0];
    assert_eq!(group["query"]["pattern_id"], 1);
    let first = &group["neighbours"][0];
    let parts: f64 = first["blocks"]
        .as_array()
        .expect("blocks")
        .iter()
        .filter_map(|part| part["contribution"].as_f64())
        .sum();
    assert!((parts - first["similarity"].as_f64().expect("number")).abs() < 1e-9);
    let ids: Vec<i64> = group["neighbours"]
        .as_array()
        .expect("neighbours")
        .iter()
        .filter_map(|neighbour| neighbour["pattern_id"].as_i64())
        .collect();
    assert!(!ids.contains(&1) && !ids.contains(&5), "{ids:?}");
}

#[test]
fn task_types_are_asked_for_by_glob_and_are_no_results_themselves() {
    let sandbox = Sandbox::new();
    six_jobs(&sandbox);
    insta::assert_snapshot!(sandbox.run("search --task-types backup-* --similarity 0.7").assert_code(0));
}

#[test]
fn all_pairs_compares_those_asked_for_with_each_other() {
    let sandbox = Sandbox::new();
    six_jobs(&sandbox);
    insta::assert_snapshot!(
        sandbox.run("search --task-types backup-* --all-pairs --active-only --max-results 1").assert_code(0)
    );
}

#[test]
fn a_mistyped_task_type_names_its_neighbours() {
    let sandbox = Sandbox::new();
    six_jobs(&sandbox);
    insta::assert_snapshot!(sandbox.run("search --task-types bakup-home").assert_code(0));
}

#[test]
fn nothing_similar_enough_says_how_far_it_is() {
    let sandbox = Sandbox::new();
    six_jobs(&sandbox);
    insta::assert_snapshot!(sandbox.run("search --pattern-type interval").assert_code(0));
}
