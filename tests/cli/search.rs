//! `search-similar-patterns` from the outside.

use serde_json::json;
use tidetable::domain::patterns::{LoadDetails, Pattern, PatternType, Quantiles};

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
fn a_mistyped_task_type_stands_for_the_nearest_one() {
    let sandbox = Sandbox::new();
    six_jobs(&sandbox);
    insta::assert_snapshot!(sandbox.run("search --task-types bakup-home").assert_code(0));
}

#[test]
fn a_part_of_a_name_stands_for_all_names_that_hold_it() {
    let sandbox = Sandbox::new();
    six_jobs(&sandbox);
    let transcript = sandbox.run("search --task-types backup --similarity 0.7").assert_code(0);
    let named = "no task type matches \"backup\": taken for \"backup-data\", \"backup-home\", \"backup-old\"";
    assert!(transcript.stderr.contains(named), "{transcript}");
    assert!(transcript.stdout.contains("Like pattern 2: backup-data"), "{transcript}");
    let none = sandbox.run("search --task-types backup --similarity 0.99").assert_code(0);
    assert!(none.stderr.contains("taken for") && none.stderr.contains("nothing else reaches"), "{none}");
}

#[test]
fn all_pairs_alone_is_the_graph_of_all_patterns() {
    let sandbox = Sandbox::new();
    six_jobs(&sandbox);
    let data =
        sandbox.run("search --all-pairs --max-results 2 --output-format json").assert_code(0).json()["data"]
            .clone();
    assert_eq!(data["graph"]["patterns"], 6, "{data}");
    let results = data["results"].as_array().expect("results");
    let ends: Vec<(u64, u64)> = results
        .iter()
        .flat_map(|group| {
            let from = group["query"]["pattern_id"].as_u64().expect("id");
            let neighbours = group["neighbours"].as_array().expect("list").clone();
            neighbours.into_iter().map(move |one| (from, one["pattern_id"].as_u64().expect("id")))
        })
        .collect();
    assert!(ends.iter().all(|(from, to)| from != to) && !ends.is_empty());
    let pairs: std::collections::BTreeSet<(u64, u64)> =
        ends.iter().map(|(from, to)| (*from.min(to), *from.max(to))).collect();
    assert_eq!(data["graph"]["pairs"].as_u64(), Some(pairs.len() as u64));
    let cut = results.iter().filter(|group| group["has_more"] == true).count() as u64;
    assert_eq!(data["graph"]["cut"].as_u64(), Some(cut));
}

#[test]
fn clusters_are_named_by_what_their_members_share() {
    let sandbox = Sandbox::new();
    six_jobs(&sandbox);
    insta::assert_snapshot!(sandbox.run("search --cluster --similarity 0.7").assert_code(0));
    insta::assert_snapshot!(
        "clusters_in_detail",
        sandbox.run("search --cluster --similarity 0.7 --output-format detailed").assert_code(0)
    );
}

#[test]
fn clusters_of_some_patterns_or_of_none_are_answers() {
    let sandbox = Sandbox::new();
    let empty = sandbox.run("search --cluster").assert_code(0);
    assert!(empty.stdout.starts_with("No groups.") && empty.stderr.contains("no store"), "{empty}");
    six_jobs(&sandbox);
    let two = sandbox.run("search --cluster --task-types backup-home,backup-data --output-format json");
    let data = &two.assert_code(0).json()["data"];
    assert_eq!((&data["clusters"], &data["total"]), (&json!([]), &json!(2)));
    let pair = sandbox
        .run("search --cluster --task-types backup-home,backup-data --min-members 2 --output-format json");
    let cluster = &pair.assert_code(0).json()["data"]["clusters"][0];
    assert_eq!(cluster["name"], "backup: every day between 02:00 and 02:10");
    sandbox.run("search --cluster --pattern-id 1").assert_code(2);
    sandbox.run("search --pattern-id 1 --min-members 2").assert_code(2);
    sandbox.run("search --pattern-type interval --min-members 2").assert_code(2);
}

#[test]
fn answers_do_not_depend_on_the_number_of_threads() {
    let sandbox = Sandbox::new();
    let many: Vec<Pattern> = (0..700)
        .map(|number| {
            let cron = format!("{} {} * * {}", number % 13 * 4, number % 5 * 5, number % 7);
            pattern(&format!("job-{number}"), &cron, 0.9, 1.0, f64::from(number % 3 * 9 + 1))
        })
        .collect();
    store_patterns(&sandbox, &many);
    let asked =
        ["--all-pairs --similarity 0.7", "--cluster --similarity 0.9", "--pattern-id 5 --similarity 0"];
    for asked in asked {
        let on = |threads: &str| {
            let mut command = sandbox.command();
            command.args([
                "search-similar-patterns",
                "--output-format",
                "json",
                "--now",
                crate::sandbox::NOW,
            ]);
            let output = command.args(asked.split(' ')).env("RAYON_NUM_THREADS", threads).output();
            let output = output.expect("program started");
            assert!(output.status.success() && output.stdout.len() > 1_000, "{asked}");
            output.stdout
        };
        assert!(on("1") == on("3"), "{asked}");
    }
}

/// What `search` answers, as text.
fn answer(sandbox: &Sandbox) -> String {
    sandbox.run("search --all-pairs --similarity 0 --output-format json").assert_code(0).stdout
}

#[test]
fn answers_are_the_same_whether_signatures_are_stored_stale_or_cannot_be_kept() {
    let sandbox = Sandbox::new();
    six_jobs(&sandbox);
    let expected = answer(&sandbox);
    let change = |sql: &str| {
        let connection = rusqlite::Connection::open(sandbox.path("store.db")).expect("store");
        connection.execute_batch(sql).expect("changed");
    };
    let stored = || -> i64 {
        let connection = rusqlite::Connection::open(sandbox.path("store.db")).expect("store");
        let count = "SELECT count(*) FROM pattern_signatures WHERE version > 1 AND length(vector) = 1216";
        connection.query_row(count, [], |row| row.get(0)).expect("counted")
    };
    assert_eq!(stored(), 6, "kept when patterns are saved");
    for damage in [
        "DELETE FROM pattern_signatures WHERE pattern_id < 3",
        "UPDATE pattern_signatures SET version = 1",
        "UPDATE pattern_signatures SET vector = x'0000c07f' WHERE pattern_id = 4",
    ] {
        change(damage);
        let dry = sandbox.run("search --all-pairs --similarity 0 --output-format json --dry-run");
        assert_eq!(dry.assert_code(0).stdout.replace("\"dry_run\": true", "\"dry_run\": false"), expected);
        assert!(stored() < 6, "{damage}: a dry run keeps nothing");
        assert_eq!(answer(&sandbox), expected, "{damage}");
        assert_eq!(stored(), 6, "{damage}: made anew by the first search");
    }
    change("DELETE FROM pattern_signatures");
    let writer = rusqlite::Connection::open(sandbox.path("store.db")).expect("store");
    writer.execute_batch("BEGIN IMMEDIATE").expect("write lock");
    assert_eq!(answer(&sandbox), expected, "while somebody writes");
    drop(writer);
    assert_eq!(stored(), 0);
}

#[test]
fn nothing_similar_enough_says_how_far_it_is() {
    let sandbox = Sandbox::new();
    six_jobs(&sandbox);
    insta::assert_snapshot!(sandbox.run("search --pattern-type interval").assert_code(0));
}

/// A file in NumPy's format.
fn npy(kind: &str, fortran: bool, shape: &str, values: &[u8]) -> Vec<u8> {
    let order = if fortran { "True" } else { "False" };
    let mut header = format!("{{'descr': '{kind}', 'fortran_order': {order}, 'shape': {shape}, }}");
    while !(10 + header.len() + 1).is_multiple_of(64) {
        header.push(' ');
    }
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.bytes());
    bytes.extend(values);
    bytes
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

#[test]
fn any_vectors_can_be_searched_without_a_store() {
    let sandbox = Sandbox::new();
    let rows = floats(&[1.0, 0.0, 0.6, 0.8, 0.0, 1.0, 0.8, 0.6]);
    std::fs::write(sandbox.path("base.npy"), npy("<f4", false, "(4, 2)", &rows)).expect("written");
    std::fs::write(sandbox.path("asked.npy"), npy("<f4", false, "(1, 2)", &floats(&[2.0, 0.0])))
        .expect("written");
    let asked =
        sandbox.run("search --vectors base.npy --queries asked.npy --max-results 2 --output-format json");
    let data = &asked.assert_code(0).json()["data"];
    let found: Vec<(u64, f64)> = data["results"][0]["neighbours"]
        .as_array()
        .expect("neighbours")
        .iter()
        .map(|one| (one["index"].as_u64().expect("index"), one["similarity"].as_f64().expect("similarity")))
        .collect();
    assert_eq!(found[0], (0, 2.0));
    assert!(found[1].0 == 3 && (found[1].1 - 1.6).abs() < 1e-6 && found.len() == 2, "{found:?}");
    let itself =
        sandbox.run("search --vectors base.npy --similarity 0.9 --output-format json").assert_code(0).json();
    assert_eq!(itself["data"]["results"][1]["neighbours"][0]["index"], 3, "no row answers itself: {itself}");
    assert_eq!(itself["data"]["results"][0]["neighbours"], serde_json::json!([]));
    assert!(!sandbox.path("store.db").exists());
}

#[test]
fn rows_of_zeros_have_no_neighbours_and_are_nobodys() {
    let sandbox = Sandbox::new();
    let rows = floats(&[0.0, 0.0, -1.0, 0.0, 0.0, -1.0]);
    std::fs::write(sandbox.path("base.npy"), npy("<f4", false, "(3, 2)", &rows)).expect("written");
    std::fs::write(sandbox.path("asked.npy"), npy("<f4", false, "(2, 2)", &floats(&[0.0, 0.0, 2.0, 1.0])))
        .expect("written");
    let places = |line: &str| -> (Vec<Vec<u64>>, String) {
        let answer = sandbox.run(&format!("search --vectors base.npy {line} --output-format json"));
        let data = answer.assert_code(0).json();
        let results = data["data"]["results"].as_array().expect("results").clone();
        let of = |result: &serde_json::Value| -> Vec<u64> {
            let list = result["neighbours"].as_array().expect("neighbours");
            list.iter().map(|one| one["index"].as_u64().expect("index")).collect()
        };
        (results.iter().map(of).collect(), data["warnings"].to_string())
    };
    let (found, said) = places("--queries asked.npy");
    assert_eq!(found, [vec![], vec![2, 1]], "a product of 0 is more than these have");
    assert!(said.contains("row 0 is all zeros and has no neighbours"), "{said}");
    assert!(said.contains("base.npy: row 0 is all zeros and is nobody's neighbour"), "{said}");
    let (found, said) = places("");
    assert_eq!(found, [vec![], vec![2], vec![1]]);
    assert!(said.contains("row 0 is all zeros and has no neighbours"), "{said}");
}

#[test]
fn a_file_that_is_cut_off_tells_how_many_bytes_it_lacks() {
    let sandbox = Sandbox::new();
    let mut bytes = npy("<f4", false, "(100, 8)", &floats(&[1.0; 800]));
    bytes.truncate(bytes.len() - 4);
    std::fs::write(sandbox.path("short.npy"), bytes).expect("written");
    let refused = sandbox.run("search --vectors short.npy").assert_code(1);
    assert!(refused.stderr.contains("is cut off: 4 bytes are missing"), "{refused}");
}

#[test]
fn a_list_that_was_cut_says_so() {
    let sandbox = Sandbox::new();
    six_jobs(&sandbox);
    let cut = sandbox.run("search --pattern-id 1 --similarity 0 --max-results 2").assert_code(0);
    assert!(cut.stdout.contains("1 list is cut") && cut.stdout.contains("--max-results"), "{cut}");
    let whole = sandbox.run("search --pattern-id 1 --similarity 0").assert_code(0);
    assert!(!whole.stdout.contains("--max-results"), "{whole}");
}

#[test]
fn a_list_of_rows_that_was_cut_says_so() {
    let sandbox = Sandbox::new();
    let rows = npy("<f4", false, "(3, 2)", &floats(&[1.0, 0.0, 0.8, 0.6, 0.0, 1.0]));
    std::fs::write(sandbox.path("base.npy"), rows).expect("written");
    let ask =
        |most: u32| format!("search --vectors base.npy --all-pairs --similarity 0.5 --max-results {most}");
    let cut = sandbox.run(&ask(1)).assert_code(0);
    assert!(cut.stdout.contains("1 list is cut: more rows"), "{cut}");
    let data = sandbox.run(&format!("{} --output-format json", ask(1))).assert_code(0).json();
    let results = data["data"]["results"].as_array().expect("results");
    let told: Vec<_> =
        results.iter().map(|one| (one["neighbours"].as_array().map(Vec::len), &one["has_more"])).collect();
    let (yes, no) = (json!(true), json!(false));
    assert_eq!(told, [(Some(1), &no), (Some(1), &yes), (Some(1), &no)]);
    let whole = sandbox.run(&ask(2)).assert_code(0);
    assert!(!whole.stdout.contains("cut"), "{whole}");
    let none = sandbox.run("search --vectors base.npy --similarity 0.9").assert_code(0);
    assert!(none.stderr.contains("nothing reaches --similarity 0.9"), "{none}");
    sandbox.run("search --vectors base.npy --min-members 4").assert_code(2);
}

#[test]
fn a_pattern_of_a_store_that_is_not_there_is_told_as_that() {
    let sandbox = Sandbox::new();
    for line in ["search --pattern-id 1", "view-detected-patterns --pattern-id 1"] {
        let refused = sandbox.run(line).assert_code(1);
        assert!(refused.stderr.contains("there is no store at"), "{refused}");
        assert!(refused.stderr.contains("`tidetable import` makes it"), "{refused}");
    }
}

#[test]
fn a_task_type_with_a_comma_in_its_name_is_found() {
    let sandbox = Sandbox::new();
    let names = ["sync a, b", "sync c", "report"];
    store_patterns(&sandbox, &names.map(|name| pattern(name, "0 2 * * *", 0.9, 1.0, 10.0)));
    let asked = |types: &str| {
        let mut command = sandbox.command();
        command.args(["search", "--output-format", "json", "--similarity", "0", "--task-types", types]);
        let output = command.output().expect("program started");
        let data: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let all = data["data"]["results"].as_array().cloned().unwrap_or_default();
        let names = all.iter().filter_map(|one| one["query"]["name"].as_str().map(str::to_owned));
        (output.status.code(), names.collect::<Vec<_>>())
    };
    assert_eq!(asked("sync a, b"), (Some(0), vec!["sync a, b".to_owned()]));
    assert_eq!(asked(" sync c , report"), (Some(0), vec!["sync c".to_owned(), "report".to_owned()]));
    for nothing in ["", ",", " , "] {
        assert_eq!(asked(nothing).0, Some(2), "{nothing:?}");
    }
}

#[test]
fn groups_of_one_name_are_told_apart_by_their_middle() {
    let sandbox = Sandbox::new();
    // Alike in name and time, unlike in what they take.
    let small = ["backup-a", "backup-b", "backup-c"].map(|name| pattern(name, "0 2 * * *", 0.9, 1.0, 1.0));
    let large = ["backup-x", "backup-y", "backup-z"].map(|name| pattern(name, "0 2 * * *", 0.9, 64.0, 900.0));
    store_patterns(&sandbox, &[small, large].concat());
    let data = sandbox.run("search --cluster --similarity 0.97 --output-format json").assert_code(0).json();
    let clusters = data["data"]["clusters"].as_array().expect("clusters");
    let names: Vec<&str> = clusters.iter().filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(names.len(), 2, "{data}");
    assert!(
        names.iter().all(|name| name.starts_with("backup: every day at 02:00 (around backup-")),
        "{names:?}"
    );
    assert!(names[0] != names[1]);
}

#[test]
fn rows_of_unequal_length_name_both_files() {
    let sandbox = Sandbox::new();
    std::fs::write(sandbox.path("base.npy"), npy("<f4", false, "(1, 2)", &floats(&[1.0, 0.0])))
        .expect("written");
    std::fs::write(sandbox.path("asked.npy"), npy("<f4", false, "(1, 1)", &floats(&[1.0]))).expect("written");
    let refused = sandbox.run("search --vectors base.npy --queries asked.npy").assert_code(1);
    assert!(
        refused.stderr.contains("base.npy has rows of 2 values, asked.npy has rows of 1 value"),
        "{refused}"
    );
    assert!(refused.stderr.contains("hint: base.npy and asked.npy need rows of one length"), "{refused}");
}

#[test]
fn lines_of_json_end_with_what_the_whole_search_took() {
    let sandbox = Sandbox::new();
    std::fs::write(sandbox.path("base.npy"), npy("<f4", false, "(2, 1)", &floats(&[1.0, 2.0])))
        .expect("written");
    let lines = sandbox.run("search --vectors base.npy --output-format jsonl").assert_code(0).stdout;
    let last: serde_json::Value = serde_json::from_str(lines.lines().last().expect("lines")).expect("JSON");
    assert_eq!((&last["message_type"], &last["records"]), (&json!("summary"), &json!(2)));
    assert!(last["search_seconds"].is_number() && last["read_seconds"].is_number(), "{last}");
    assert!(
        last["device"] == "cpu" && last["device_reason"].is_string() && last["results"].is_null(),
        "{last}"
    );
}

#[cfg(unix)]
#[test]
fn an_interrupted_search_ends_soon_and_answers_nothing() {
    let sandbox = Sandbox::new();
    // Some 20 s of work for one core without optimisation.
    let (rows, columns) = (30_000_usize, 256_usize);
    let values: Vec<f32> = (0..rows * columns).map(|at| (at * 7_919 % 1_009) as f32 - 504.0).collect();
    let shape = format!("({rows}, {columns})");
    std::fs::write(sandbox.path("base.npy"), npy("<f4", false, &shape, &floats(&values))).expect("written");
    for queries in ["", " --queries base.npy"] {
        let line = format!("search --vectors base.npy{queries} --device cpu");
        let child = std::process::Command::new(env!("CARGO_BIN_EXE_tidetable"))
            .args(line.split(' '))
            .env("HOME", sandbox.path(""))
            .current_dir(sandbox.path(""))
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("program started");
        std::thread::sleep(std::time::Duration::from_millis(1_000));
        let asked = std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
        assert!(asked.expect("signal sent").success(), "the search was over before it could be interrupted");
        let output = child.wait_with_output().expect("ended");
        assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn what_was_not_compared_is_not_told_to_be_unlike() {
    let sandbox = Sandbox::new();
    six_jobs(&sandbox);
    let none = sandbox.run("search --task-types backup-* --similarity 0.99").assert_code(0);
    assert!(none.stderr.contains("nothing else reaches --similarity 0.99"), "{none}");
    let apart = "the 3 patterns asked for are compared with each other only with --all-pairs";
    assert!(none.stderr.contains(apart), "{none}");
    let all =
        sandbox.run("search --task-types backup-*,train,poll-queue,report --similarity 0.99").assert_code(0);
    assert!(all.stderr.contains("no other patterns to compare with; the 6 patterns asked for"), "{all}");
    let paired = sandbox.run("search --task-types backup-* --all-pairs --similarity 0.999").assert_code(0);
    assert!(!paired.stderr.contains("--all-pairs"), "{paired}");
}

fn a_load() -> LoadDetails {
    let hourly = Quantiles::of([1.0, 2.0]).expect("values");
    LoadDetails {
        resource: "gpu_count".to_owned(),
        unit: "GPUs".to_owned(),
        inside_mean: 2.0,
        outside_mean: 1.0,
        inside: hourly,
        outside: hourly,
        peak: 2.0,
        known_runs: 30,
        runs: 30,
        hourly_means: vec![Some(1.0); 168],
    }
}

#[test]
fn a_load_is_named_with_its_resource_and_not_as_a_chain() {
    let sandbox = Sandbox::new();
    let mut load = pattern("fit", "0 2 * * *", 0.9, 1.0, 10.0);
    load.pattern_type = PatternType::ResourceUsage;
    load.task_types = vec!["fit".to_owned(), "train".to_owned()];
    load.evidence.details.load = Some(a_load());
    store_patterns(&sandbox, &[load, pattern("backup-home", "0 2 * * *", 0.99, 1.0, 10.0)]);
    let asked =
        sandbox.run("search --pattern-id 2 --similarity 0 --output-format json").assert_code(0).json();
    let neighbour = &asked["data"]["results"][0]["neighbours"][0];
    assert_eq!(neighbour["name"], "gpu_count (fit, train)");
    assert_eq!(asked["data"]["results"][0]["query"]["name"], "backup-home");
    let table = sandbox.run("search --pattern-id 1 --similarity 0").assert_code(0);
    assert!(table.stdout.contains("gpu_count (fit, train)") && !table.stdout.contains("->"), "{table}");
}

#[test]
fn the_device_of_a_search_is_chosen_named_and_missed() {
    let sandbox = Sandbox::new();
    let rows = floats(&[1.0, 0.0, 0.6, 0.8, 0.0, 1.0]);
    std::fs::write(sandbox.path("base.npy"), npy("<f4", false, "(3, 2)", &rows)).expect("written");
    let device = |name: &str| sandbox.run(&format!("search --vectors base.npy --output-format json {name}"));
    for (option, said) in [("", "gpu bench"), ("--device auto", "gpu bench"), ("--device cpu", "asked for")] {
        let data = device(option).assert_code(0).json()["data"].clone();
        assert_eq!(data["device"], "cpu");
        assert!(data["device_reason"].as_str().is_some_and(|reason| reason.contains(said)), "{data}");
    }
    let missing = device("--device cuda:99").assert_code(3);
    let error: serde_json::Value = serde_json::from_str(missing.stderr.trim()).expect("one JSON document");
    assert_eq!(error["kind"], "lacking");
    assert!(error["hint"].as_str().is_some_and(|hint| hint.contains("--device")), "{missing}");
    device("--device gpu").assert_code(2);
    sandbox.run("search --task-types a --device cpu").assert_code(0);
}

#[test]
fn what_is_no_vectors_is_an_error_that_says_what_it_is() {
    let sandbox = Sandbox::new();
    let one = floats(&[1.0, 2.0]);
    let files: [(&str, Vec<u8>, &str); 8] = [
        ("text", b"1,2,3".to_vec(), "no .npy file"),
        ("doubles", npy("<f8", false, "(1, 1)", &[0; 8]), "values of type <f8, not float32"),
        ("swapped", npy(">f4", false, "(1, 2)", &one), "values of type >f4, not float32"),
        ("flat", npy("<f4", false, "(2,)", &one), "has 1 dimensions, not rows and columns"),
        ("fortran", npy("<f4", true, "(2, 2)", &floats(&[0.0; 4])), "Fortran order"),
        ("short", npy("<f4", false, "(1000000000000, 4000000000)", &one), "is cut off"),
        ("long", npy("<f4", false, "(1, 1)", &one), "goes on after its 1 rows"),
        ("nan", npy("<f4", false, "(2, 1)", &floats(&[0.0, f32::NAN])), "row 1, column 0: NaN"),
    ];
    for (name, bytes, said) in files {
        std::fs::write(sandbox.path(name), bytes).expect("written");
        let answer = sandbox.run(&format!("search --vectors {name}")).assert_code(1);
        assert!(answer.stderr.contains(said) && answer.stderr.contains("hint: "), "{answer}");
        assert_eq!(answer.stdout, "");
    }
    std::fs::write(sandbox.path("none"), npy("<f4", false, "(0, 2)", &[])).expect("written");
    std::fs::write(sandbox.path("three"), npy("<f4", false, "(1, 3)", &floats(&[1.0; 3]))).expect("written");
    std::fs::write(sandbox.path("two"), npy("<f4", false, "(1, 2)", &one)).expect("written");
    let empty = sandbox.run("search --vectors none").assert_code(0);
    assert!(empty.stderr.contains("holds no rows"), "{empty}");
    let other = sandbox.run("search --vectors two --queries three").assert_code(1);
    assert!(other.stderr.contains("two has rows of 2 values, three has rows of 3 values"), "{other}");
    sandbox.run("search --vectors missing.npy").assert_code(1);
    sandbox.run("search --queries two --pattern-id 1").assert_code(2);
    sandbox.run("search --vectors two --pattern-id 1").assert_code(2);
}
