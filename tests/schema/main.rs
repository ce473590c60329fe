//! Holds `docs/schema/` and the program to each other: every document has the shape that its schema tells, and every
//! field of it is told of, required and typed.

// Skipped tests say so.
#![allow(clippy::print_stderr)]

mod answers;
mod coverage;
mod model_servers;
mod mutation;
// Shared with the transcripts, which use all of it.
#[allow(dead_code)]
#[path = "../cli/sandbox.rs"]
mod sandbox;
mod schemas;
// Shared with the transcripts, too.
#[allow(dead_code)]
#[path = "../cli/stand_in.rs"]
mod stand_in;

use std::collections::BTreeSet;

use clap::CommandFactory;
use tidetable::cli::Cli;

use answers::{Answer, answers, failures};
use mutation::{places, shortened, with_wrong_value, without};
use sandbox::Sandbox;
use schemas::{Reading, Schemas};
use serde_json::json;

/// Fields that may be absent from an answer that could have them: what only an option (`--explain`) asks for, and
/// what only some patterns have. (`calendar.holidays` of the configuration shares its name with one of these.)
const OPTIONAL: [&str; 11] = [
    "problem",
    "problem_rules",
    "problem_orders",
    "habit",
    "load",
    "season",
    "burst",
    "holidays",
    "period_error_seconds",
    "verdict",
    "proofs",
];

/// Objects that map names to values: no name of theirs is required.
const MAPS: [&str; 7] = [
    "capacity_by_resource",
    "mean_daily_peak_by_resource",
    "counts",
    "peak_utilization",
    "load_variance",
    "capacity_violations",
    "waiting_minutes_per_resource",
];

fn assert_valid(schemas: &Schemas, answer: &Answer) {
    let complaints = schemas.complaints(answer.schema, answer.part, &answer.document);
    assert!(complaints.is_empty(), "$ tidetable {}\n{}", answer.arguments, complaints.join("\n"));
}

#[test]
fn every_schema_is_one() {
    for (name, schema) in schemas::read() {
        jsonschema::meta::validate(&schema).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{name}");
    }
}

#[test]
fn every_answer_has_the_shape_that_its_schema_tells() {
    let schemas = Schemas::new(Reading::Published);
    answers().iter().for_each(|answer| assert_valid(&schemas, answer));
}

#[test]
fn no_answer_has_a_field_that_its_schema_does_not_tell_of() {
    let schemas = Schemas::new(Reading::Closed);
    answers().iter().for_each(|answer| assert_valid(&schemas, answer));
}

#[test]
fn a_schema_that_is_read_as_closed_refuses_an_unknown_field_at_any_depth() {
    let (published, closed) = (Schemas::new(Reading::Published), Schemas::new(Reading::Closed));
    let has_patterns = |answer: &&Answer| answer.arguments == "view-detected-patterns --pattern-id 1";
    let view = answers().iter().find(has_patterns).expect("there is one");
    for place in ["", "/data", "/data/patterns/0", "/data/patterns/0/evidence/jitter_seconds"] {
        let mut document = view.document.clone();
        document.pointer_mut(place).expect("it is there")["news"] = json!(1);
        assert!(published.complaints(view.schema, view.part, &document).is_empty(), "{place}");
        assert!(!closed.complaints(view.schema, view.part, &document).is_empty(), "{place}");
    }
}

#[test]
fn no_field_may_be_missing() {
    let schemas = Schemas::new(Reading::Published);
    for answer in answers() {
        let document = shortened(&answer.document);
        for place in places(&document) {
            let names: Vec<&str> = place.split('/').collect();
            let [.., parent, name] = names.as_slice() else { continue };
            if OPTIONAL.contains(name) || MAPS.contains(parent) {
                continue;
            }
            let complaints = schemas.complaints(answer.schema, answer.part, &without(&document, &place));
            assert!(!complaints.is_empty(), "{} may lack {place}: {}", answer.schema, answer.arguments);
        }
    }
}

#[test]
fn no_field_may_have_another_type() {
    let schemas = Schemas::new(Reading::Published);
    for answer in answers() {
        let document = shortened(&answer.document);
        for place in places(&document) {
            let wrong = with_wrong_value(&document, &place);
            let complaints = schemas.complaints(answer.schema, answer.part, &wrong);
            assert!(!complaints.is_empty(), "{}: any value is {place}: {}", answer.schema, answer.arguments);
        }
    }
}

#[test]
fn every_schema_has_an_answer_in_these_tests() {
    let mut untested: BTreeSet<String> = schemas::read().into_keys().collect();
    for name in answers().iter().map(|answer| answer.schema).chain(["definitions", "envelope", "error"]) {
        untested.remove(name);
    }
    assert!(untested.is_empty(), "{untested:?}");
}

#[test]
fn every_command_has_a_schema() {
    let schemas = schemas::read();
    for command in Cli::command().get_subcommands() {
        let name = command.get_name();
        assert!(schemas.contains_key(name), "docs/schema/{name}.json is missing");
    }
}

#[test]
fn examples_in_schemas_are_valid() {
    let (published, closed) = (Schemas::new(Reading::Published), Schemas::new(Reading::Closed));
    let mut count = 0;
    for (name, schema) in schemas::read() {
        for example in schema["examples"].as_array().into_iter().flatten() {
            count += 1;
            for schemas in [&published, &closed] {
                let complaints = schemas.complaints(&name, "", example);
                assert!(complaints.is_empty(), "{name}: {}", complaints.join("\n"));
            }
        }
    }
    assert!(count > 0);
}

#[test]
fn a_failure_leaves_standard_output_empty_and_ends_standard_error_with_an_error() {
    let schemas = Schemas::new(Reading::Closed);
    for transcript in failures() {
        assert_eq!(transcript.stdout, "", "{transcript}");
        let last = transcript.stderr.lines().last().unwrap_or_default();
        let error: serde_json::Value = serde_json::from_str(last)
            .unwrap_or_else(|error| panic!("no error object ({error}): {transcript}"));
        let complaints = schemas.complaints("error", "", &error);
        assert!(complaints.is_empty(), "{transcript}\n{}", complaints.join("\n"));
        assert_eq!(error["code"].as_i64(), transcript.code.map(i64::from), "{transcript}");
        for place in places(&error) {
            assert!(!schemas.complaints("error", "", &without(&error, &place)).is_empty(), "{place}");
            assert!(
                !schemas.complaints("error", "", &with_wrong_value(&error, &place)).is_empty(),
                "{place}"
            );
        }
    }
}

#[test]
fn a_bench_has_the_shape_that_its_schema_tells_with_and_without_an_earlier_one() {
    let schemas = Schemas::new(Reading::Closed);
    let sandbox = Sandbox::new();
    for _ in 0..2 {
        let transcript = sandbox.run("gpu bench --quick --output-format json");
        let complaints = schemas.complaints("gpu", "bench", &transcript.json());
        assert!(complaints.is_empty(), "{transcript}\n{}", complaints.join("\n"));
    }
}

#[test]
fn gpus_are_told_of_or_their_lack_is_an_error() {
    let schemas = Schemas::new(Reading::Closed);
    for part in ["status", "processes", "clear", "watch"] {
        let transcript = {
            let once = if part == "watch" { " --once" } else { "" };
            Sandbox::new().run(&format!("gpu {part}{once} --output-format json"))
        };
        if transcript.code == Some(3) {
            eprintln!("skipped: no device");
            let error = serde_json::from_str(transcript.stderr.trim()).expect("JSON");
            assert!(schemas.complaints("error", "", &error).is_empty(), "{transcript}");
            assert!(std::env::var_os("TIDETABLE_REQUIRE_GPU").is_none(), "{transcript}");
            continue;
        }
        let complaints = schemas.complaints("gpu", part, &transcript.json());
        assert!(complaints.is_empty(), "{transcript}\n{}", complaints.join("\n"));
    }
}
