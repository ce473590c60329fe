//! `demo` from the outside: what a newcomer sees first.

use crate::sandbox::Sandbox;

#[test]
fn the_demo_tells_the_whole_story_and_leaves_nothing_behind() {
    let sandbox = Sandbox::new();
    let answer = sandbox.run("demo").assert_code(0);
    for title in ["When does work recur?", "A better timetable", "How much of it is true?"] {
        assert!(answer.stdout.contains(title), "{answer}");
    }
    assert!(!sandbox.path("store.db").exists());
}

#[test]
fn the_demo_finds_every_planted_schedule_and_lowers_the_peak_by_a_quarter() {
    let answer = Sandbox::new().run("demo --output-format json").assert_code(0).json();
    let planted = answer["data"]["planted"].as_array().expect("list");
    assert!(planted.len() >= 12, "{answer}");
    assert!(planted.iter().all(|planted| planted["found"] == true), "{}", answer["data"]["planted"]);
    assert_eq!(answer["data"]["surplus"], 0);
    let plan = &answer["data"]["steps"][4]["data"];
    assert!(plan["improvement"]["peak"].as_f64().expect("gain") > 0.25, "{plan}");
    assert_eq!(plan["applied"], true);
}

#[test]
fn the_same_seed_tells_the_same_story() {
    let told = |sandbox: Sandbox| {
        let mut answer = sandbox.run("demo --output-format json").assert_code(0).json();
        // The one figure that is measured, not computed.
        answer["data"]["steps"][4]["data"]["wall_seconds"] = 0.into();
        answer
    };
    let (one, other) = (told(Sandbox::new()), told(Sandbox::new()));
    assert_eq!(one["data"]["steps"][1], other["data"]["steps"][1]);
    assert_eq!(one["data"]["steps"][4]["data"]["moves"], other["data"]["steps"][4]["data"]["moves"]);
}
