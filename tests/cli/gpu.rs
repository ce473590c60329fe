//! `gpu` from the outside: without a driver, and on recorded readings. Signals are in `gpu_clear.rs`.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

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

/// A sandbox with recorded readings, and the option that names them.
fn with_replay(name: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    let from: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/gpu").join(name);
    std::fs::copy(from, sandbox.path("replay.json")).expect("replay copied");
    // A server that happens to run here is no part of the test.
    sandbox.write("tidetable.toml", "[models]\ndiscover = false\n");
    sandbox
}

/// The replay as it ends.
fn last_reading(sandbox: &Sandbox) -> String {
    let text = std::fs::read_to_string(sandbox.path("replay.json")).expect("replay");
    let mut document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let readings = document["readings"].as_array_mut().expect("readings");
    readings.drain(..readings.len() - 1);
    document.to_string()
}

/// Runs of the task type that `filling.json` shows: 18 GiB at most.
const RUNS: &str = "task_type,user,started_at,ended_at,gpu_count,gpu_memory_mib\n\
    ada: python3 train.py --epochs 40,ada,2026-02-26T11:58:00Z,2026-02-26T13:00:00Z,1,23500\n\
    ada: python3 train.py --epochs 40,ada,2026-02-27T11:58:00Z,2026-02-27T13:00:00Z,1,23000\n\
    ada: python3 train.py --epochs 40,ada,2026-03-01T11:58:10Z,,1,\n";

#[test]
fn without_a_driver_every_question_says_so() {
    if has_driver() {
        return;
    }
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.run("gpu status").assert_code(3));
    let questions = [
        "gpu status",
        "gpu status --fits 1GiB",
        "gpu processes --gpu 0",
        "gpu watch --once",
        "gpu clear",
        "gpu clear --yes --dry-run",
    ];
    for question in questions {
        let answer = sandbox.run(&format!("{question} --output-format json")).assert_code(3);
        assert_eq!(answer.stdout, "", "{answer}");
        let error: serde_json::Value = serde_json::from_str(answer.stderr.trim()).expect("one JSON document");
        assert_eq!(error["kind"], "lacking");
        assert_eq!(error["code"], 3);
    }
    assert!(!sandbox.path("store.db").exists(), "nothing was made");
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
    for work in [
        "matrix_product",
        "row_normalization",
        "top_k_search",
        "pairs_above",
        "trajectories",
        "resultants",
        "shift_costs",
    ] {
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
fn measurements_that_cannot_be_read_or_kept_are_told_of() {
    let sandbox = Sandbox::new();
    std::fs::create_dir_all(sandbox.path(".local/share/tidetable")).expect("folder");
    let kept = sandbox.write(".local/share/tidetable/gpu-bench.json", "{\"measured_at\": 7");
    let table = sandbox.run("gpu bench --quick").assert_code(0);
    assert!(table.stdout.contains("top-10 search") && table.stdout.contains("\ncpu: "), "{table}");
    assert!(table.stderr.contains("what was measured before cannot be read"), "{table}");
    assert!(std::fs::read_to_string(&kept).expect("kept").contains("top_k_search"));
    std::fs::remove_file(&kept).expect("removed");
    std::fs::create_dir_all(kept.join("in the way")).expect("folder");
    let table = sandbox.run("gpu bench --quick").assert_code(4);
    assert!(table.stderr.contains("gpu-bench.json: is a directory"), "{table}");
    assert!(table.stdout.contains("top-10 search"), "{table}");
}

#[test]
fn a_question_is_needed() {
    Sandbox::new().run("gpu").assert_code(2);
}

#[test]
fn a_status_tells_memory_instances_errors_and_who_accounts_for_it() {
    let sandbox = with_replay("two-gpus.json");
    insta::assert_snapshot!(
        sandbox.run("gpu status --replay replay.json --output-format detailed").assert_code(0)
    );
    let status = sandbox.run("gpu status --replay replay.json --output-format json").assert_code(0).json();
    let mig = &status["data"]["devices"][1];
    assert_eq!(mig["mig_instances"][1]["memory_used_mib"], serde_json::Value::Null);
    assert_eq!(mig["unattributed"]["cause"], "unknown_shares");
    assert_eq!(status["data"]["devices"][0]["last_xid"], 79);
}

#[test]
fn processes_are_told_with_user_unit_age_and_what_cannot_be_seen() {
    let sandbox = with_replay("two-gpus.json");
    let processes = "gpu processes --replay replay.json --output-format detailed";
    insta::assert_snapshot!(sandbox.run(processes).assert_code(0));
    let answer = sandbox.run("gpu processes --device 7 --replay replay.json").assert_code(1);
    assert!(answer.stderr.contains("there is no GPU 7; there is 0, 1"), "{answer}");
    let answer = sandbox.run("gpu processes --device MIG-bbbbbbbb --replay replay.json").assert_code(1);
    assert!(answer.stderr.contains("an instance of GPU 1"), "{answer}");
}

#[test]
fn a_plan_has_a_reason_for_all_that_goes_and_all_that_stays() {
    let sandbox = with_replay("two-gpus.json");
    let clear = "gpu clear --replay replay.json --idle-for 0 --user 4242 --force";
    insta::assert_snapshot!(sandbox.run(clear).assert_code(0));
    let shown = sandbox.run(&format!("{clear} --output-format json")).assert_code(0).json();
    let dry = sandbox.run(&format!("{clear} --output-format json --yes --dry-run")).assert_code(0).json();
    assert_eq!(shown["data"], dry["data"], "a dry run is the same plan");
    assert_eq!(shown["data"]["steps"][0]["reason"], "left behind by a parent that is gone");
}

#[test]
fn a_plan_stops_where_enough_is_free_and_says_what_is_out_of_reach() {
    let sandbox = with_replay("two-gpus.json");
    let clear = |need: &str| {
        let arguments = format!("gpu clear --replay replay.json --idle-for 0 --user 4242 --need {need}");
        sandbox.run(&format!("{arguments} --output-format json")).assert_code(0).json()
    };
    // 3,060 MiB are free; the orphan holds 2,048, the training 18,432.
    let reserve = |plan: &serde_json::Value| -> Vec<bool> {
        let steps = plan["data"]["steps"].as_array().expect("steps");
        steps.iter().filter_map(|step| step["is_reserve"].as_bool()).collect()
    };
    assert_eq!(reserve(&clear("3000MiB")), [false; 0]);
    assert_eq!(reserve(&clear("5000MiB")), [false, true]);
    assert_eq!(reserve(&clear("20GiB")), [false, false]);
    let hopeless =
        "gpu clear --replay replay.json --idle-for 0 --user 4242 --need 100GiB --output-format json";
    let beyond = sandbox.run(hopeless).assert_code(4).json();
    assert_eq!(beyond["data"]["need"]["is_reachable"], false);
    assert!(beyond["warnings"][0].as_str().is_some_and(|text| text.contains("out of reach")), "{beyond}");
}

#[test]
fn patterns_choose_and_a_pattern_without_a_match_is_told() {
    let sandbox = with_replay("two-gpus.json");
    let clear = "gpu clear --replay replay.json --idle-for 0 --allow-user 4242";
    let pids = |options: &str| {
        let answer = sandbox.run(&format!("{clear} {options} --output-format json")).assert_code(0).json();
        let ends = answer["data"]["terminate"].as_array().expect("a list").clone();
        (ends.iter().filter_map(|end| end["pid"].as_u64()).collect::<Vec<_>>(), answer["warnings"].clone())
    };
    assert_eq!(pids("--include *train.py*").0, [1200]);
    assert_eq!(pids("--exclude VLLM*").0, [1200]);
    assert_eq!(pids("--include session-2.scope").0, [1300]);
    let (none, warnings) = pids("--include nothing*");
    assert!(none.is_empty());
    assert_eq!(warnings[0], "--include nothing* matches no process on a GPU");
    sandbox.run(&format!("{clear} --include [x")).assert_code(2);
    sandbox.run("gpu clear --replay replay.json --pid 4711").assert_code(1);
    sandbox.run("gpu clear --replay replay.json --need -1").assert_code(2);
    let bare = sandbox.run("gpu clear --replay replay.json --need 20").assert_code(2);
    assert!(bare.stderr.contains("20GiB"), "{bare}");
}

#[test]
fn idleness_is_what_a_watch_has_seen() {
    let sandbox = with_replay("idle.json");
    let clear = "gpu clear --replay replay.json --allow-user 4242";
    let unwatched = sandbox.run(clear).assert_code(0);
    assert!(unwatched.stderr.contains("nobody has watched the GPUs yet"), "{unwatched}");
    assert!(unwatched.stdout.contains("Nothing to do"), "{unwatched}");
    // Five readings, five minutes apart: the notebook is idle since the second.
    sandbox.run("gpu watch --replay replay.json").assert_code(0);
    sandbox.write("now.json", &last_reading(&sandbox));
    let clear = "gpu clear --replay now.json --allow-user 4242";
    let later = format!("{clear} --now 2026-03-01T12:21:00Z");
    insta::assert_snapshot!(sandbox.run(&later).assert_code(0));
    let much_later = sandbox.run(&format!("{clear} --now 2026-03-01T13:00:00Z")).assert_code(0);
    assert!(much_later.stderr.contains("last watched 40 min ago"), "{much_later}");
    let asked = "gpu processes --replay now.json --now 2026-03-01T12:21:00Z --output-format json";
    let processes = sandbox.run(asked).json();
    assert_eq!(processes["data"]["processes"][0]["idle_since"], "2026-03-01T12:05:00Z");
    assert_eq!(processes["data"]["processes"][1]["idle_since"], serde_json::Value::Null);
}

#[test]
fn a_dry_run_of_a_watch_keeps_nothing() {
    let sandbox = with_replay("idle.json");
    sandbox.run("gpu watch --replay replay.json --dry-run").assert_code(0);
    assert!(!sandbox.path("store.db").exists());
}

#[test]
fn a_watch_tells_levels_the_rate_and_when_the_memory_is_full() {
    let sandbox = with_replay("filling.json");
    insta::assert_snapshot!(sandbox.run("gpu watch --replay replay.json").assert_code(0));
    let short =
        sandbox.run("gpu watch --replay replay.json --samples 9 --output-format json").assert_code(0).json();
    let full_in = short["data"]["devices"][0]["pressure"]["full_in_seconds"].as_f64().expect("it grows");
    // 23,200 of 24,576 MiB at 2,400 MiB a minute.
    assert!((30.0..40.0).contains(&full_in), "{full_in}");
    // Its readings are kept, so that a status knows where it leads.
    let later = "gpu status --replay replay.json --now 2026-03-01T12:02:20Z --output-format json";
    let level = sandbox.run(later).json()["data"]["devices"][0]["pressure"]["level"].clone();
    assert_eq!(level, "critical");
}

#[test]
fn a_watch_ends_at_the_level_asked_for_and_calls_the_program_once() {
    let sandbox = with_replay("filling.json");
    let ended =
        sandbox.run("gpu watch --replay replay.json --exit-on warn --output-format json").assert_code(4);
    assert!(ended.json()["data"]["readings"].as_u64().is_some_and(|readings| readings < 14), "{ended}");
    let sandbox = with_replay("filling.json");
    let hook = "printf '#!/bin/sh\\necho $TIDE_GPU_INDEX $TIDE_GPU_TOTAL_MIB >> called\\nexit 3\\n' > hook; chmod 755 hook";
    let written = std::process::Command::new("sh").args(["-c", hook]).current_dir(sandbox.path(".")).status();
    assert!(written.expect("shell started").success());
    let path = sandbox.path("hook").to_string_lossy().into_owned();
    let watch =
        ["gpu", "watch", "--replay", "replay.json", "--on-critical", &path, "--output-format", "json"];
    let watched = sandbox.run_args(&watch).assert_code(4).json();
    assert_eq!(watched["warnings"][0], "--on-critical failed 1 time, at last so: exit code 3", "{watched}");
    let events = watched["data"]["events"].as_array().expect("events").clone();
    let hooks: Vec<&serde_json::Value> = events.iter().map(|event| &event["hook"]).collect();
    assert_eq!(hooks, [&serde_json::Value::Null, &serde_json::json!("exit code 3")], "{watched}");
    assert_eq!(std::fs::read_to_string(sandbox.path("called")).expect("called"), "0 24576\n");
    let refused = |program: &str| {
        let asked = ["gpu", "watch", "--replay", "replay.json", "--on-critical", program];
        let answer = sandbox.run_args(&asked).assert_code(1);
        assert!(answer.stderr.contains("--on-critical cannot be started"), "{answer}");
    };
    ["echo a; echo b", "./absent", "./replay.json", "."].into_iter().for_each(refused);
}

#[test]
fn a_status_and_a_watch_tell_the_same_level_of_the_same_reading() {
    let sandbox = with_replay("filling.json");
    sandbox.write("full.json", &last_reading(&sandbox));
    let level = |question: &str| {
        let answer = sandbox.run(&format!("{question} --replay full.json --output-format json"));
        answer.assert_code(0).json()["data"]["devices"][0]["pressure"]["level"].clone()
    };
    assert_eq!([level("gpu status"), level("gpu watch --once --dry-run")], ["critical", "critical"]);
}

#[test]
fn what_makes_no_sense_is_refused_with_what_would() {
    let sandbox = with_replay("idle.json");
    for (question, said) in [
        ("gpu clear --idle-for 10", "write 10m or 10s"),
        ("gpu models --unload lru --idle-for 10", "write 10m or 10s"),
        ("gpu watch --interval 0", "at least 10ms"),
        ("gpu clear --need 999TiB", "more memory than any GPU has"),
        ("gpu status --fits 1kb", "less than 1 MiB"),
    ] {
        let answer = sandbox.run(&format!("{question} --replay replay.json")).assert_code(2);
        assert!(answer.stderr.contains(said), "{answer}");
    }
    for (name, said) in [
        ("GPU-zz", "GPU-zz is no index, and too short"),
        ("GPU-zzzzzz", "no GPU has a UUID that begins with GPU-zzzzzz"),
    ] {
        let answer = sandbox.run(&format!("gpu processes --device {name} --replay replay.json"));
        assert!(answer.assert_code(1).stderr.contains(said), "{name}");
    }
    let fits = sandbox.run("gpu status --fits 20GiB,9 --replay replay.json").assert_code(4);
    assert!(fits.stdout.contains("does not fit: there is one GPU only"), "{fits}");
    let need = sandbox.run("gpu clear --need 100GiB --replay replay.json").assert_code(4);
    assert!(!need.stdout.contains("MiB free on GPU") && need.stderr.contains("100.0 GiB are out"), "{need}");
}

/// A prompt of the program at a terminal of its own, answered with `keys`; what was shown, and the exit code.
fn at_a_terminal(sandbox: &Sandbox, keys: &[u8]) -> Option<(String, Option<i32>)> {
    let question = format!(
        "{} gpu clear --replay replay.json --idle-for 0 --user 4242",
        env!("CARGO_BIN_EXE_tidetable")
    );
    let started = Command::new("script")
        .args(["-qefc", &question, "/dev/null"])
        .current_dir(sandbox.path("."))
        .env("HOME", sandbox.path("."))
        .env("TIDETABLE_DB", sandbox.path("store.db"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = started else {
        eprintln!("skipped: no `script` here, which gives a program a terminal");
        return None;
    };
    let (mut input, mut output) = (child.stdin.take().expect("piped"), child.stdout.take().expect("piped"));
    let (mut shown, mut block) = (Vec::new(), [0; 4_096]);
    let mut is_answered = false;
    while let Ok(count @ 1..) = output.read(&mut block) {
        shown.extend_from_slice(&block[..count]);
        if !is_answered && String::from_utf8_lossy(&shown).contains("Do it?") {
            is_answered = true;
            input.write_all(keys).expect("written");
        }
    }
    let code = child.wait().expect("it ended").code();
    Some((String::from_utf8_lossy(&shown).into_owned(), code))
}

#[test]
fn one_interrupt_at_a_prompt_is_enough() {
    let sandbox = with_replay("two-gpus.json");
    let Some((shown, code)) = at_a_terminal(&sandbox, b"\x03") else { return };
    assert_eq!(code, Some(130), "{shown}");
    assert!(shown.contains("interrupted; nothing was changed"), "{shown}");
}

#[test]
fn a_plan_that_was_declined_is_shown_once() {
    let sandbox = with_replay("two-gpus.json");
    let Some((shown, code)) = at_a_terminal(&sandbox, b"n\n") else { return };
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(shown.matches("STEP").count(), 1, "{shown}");
    assert!(shown.contains("nothing was changed"), "{shown}");
}

#[test]
fn after_a_gap_in_watching_nothing_is_said_to_have_been_at_work() {
    let sandbox = with_replay("idle.json");
    sandbox.write("now.json", &last_reading(&sandbox));
    sandbox.run("gpu watch --once --replay now.json").assert_code(0);
    let quiet = std::fs::read_to_string(sandbox.path("now.json")).expect("read");
    sandbox.write("later.json", &quiet);
    sandbox.run("gpu watch --once --replay later.json --now 2026-03-01T14:00:00Z").assert_code(0);
    let plan = sandbox
        .run("gpu clear --replay later.json --allow-user 4242 --now 2026-03-01T14:20:10Z")
        .assert_code(0);
    assert!(plan.stdout.contains("not watched in the 2 h before; --idle-for asks for 10 min"), "{plan}");
}

#[test]
fn readings_of_each_gpu_are_kept_up_to_the_number_configured() {
    let sandbox = with_replay("filling.json");
    sandbox.write("tidetable.toml", "[gpu]\nkeep_samples = 3\n");
    sandbox.run("gpu watch --replay replay.json").assert_code(0);
    let store = rusqlite::Connection::open(sandbox.path("store.db")).expect("store");
    let count = |table: &str| -> i64 {
        store.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).expect("counted")
    };
    assert_eq!((count("gpu_samples"), count("gpu_processes")), (3, 1));
}

#[test]
fn what_fits_counts_what_young_work_is_going_to_take() {
    let sandbox = with_replay("filling.json");
    sandbox.write("runs.csv", RUNS);
    let fits = |size: &str| format!("gpu status --replay replay.json --fits {size}");
    // 4,576 MiB are free while nothing is known of the training.
    sandbox.run(&fits("4000MiB")).assert_code(0);
    let without_margin = sandbox.run(&fits("4GiB")).assert_code(4);
    assert!(without_margin.stdout.contains("less than 500 MiB spare"), "{without_margin}");
    sandbox.run("import runs.csv").assert_code(0);
    insta::assert_snapshot!(sandbox.run(&fits("4000MiB")).assert_code(4));
    let answer = sandbox.run(&format!("{} --output-format json", fits("10GiB,2"))).assert_code(4).json();
    let growth = &answer["data"]["fits"]["growth"][0];
    assert_eq!(growth["task_type"], "ada: python3 train.py --epochs 40");
    assert_eq!(growth["pending_mib"], 4_500.0);
    let processes = sandbox.run("gpu processes --replay replay.json --output-format json").json();
    assert!(processes["data"]["processes"][0]["run_id"].is_u64(), "{processes}");
    for wrong in ["0", "4000", "20GiB,0", "many"] {
        sandbox.run(&fits(wrong)).assert_code(2);
    }
}

#[test]
fn a_broken_replay_and_a_broken_store_are_told_apart_from_the_gpus() {
    let sandbox = with_replay("idle.json");
    sandbox.write("bad.json", "{\"format\": 1}");
    let bad = sandbox.run("gpu status --replay bad.json").assert_code(1);
    assert!(bad.stderr.contains("cannot replay bad.json") && bad.stderr.contains("line 1"), "{bad}");
    sandbox.write("store.db", "no store at all, but long enough to be looked at as one");
    let status = sandbox.run("gpu status --replay replay.json").assert_code(0);
    assert!(status.stderr.contains("idle times and task types are unknown"), "{status}");
    sandbox.run("gpu watch --once --replay replay.json").assert_code(1);
}

#[test]
fn what_a_recorded_driver_did_not_tell_is_said_and_not_taken_for_nothing() {
    let sandbox = Sandbox::new();
    let text = r#"{"format":"tidetable-gpu-replay/1","readings":[{"troubles":["GPU 1 cannot be read: lost"],"gpus":[
        {"index":0,"uuid":"GPU-a","name":"Test","memory_total_mib":24576,"memory_used_mib":20480,
         "memory_reserved_mib":512,"processes_untold":"no permission"}]}]}"#;
    sandbox.write("replay.json", text);
    sandbox.write("tidetable.toml", "[models]\ndiscover = false\n");
    for question in ["gpu status", "gpu processes", "gpu watch --once", "gpu clear"] {
        let answer = sandbox.run(&format!("{question} --replay replay.json")).assert_code(0);
        assert!(answer.stderr.contains("GPU 1 cannot be read: lost"), "{answer}");
        assert!(answer.stderr.contains("does not tell all processes that use it: no permission"), "{answer}");
    }
    let status = sandbox.run("gpu status --fits 3.4GiB --replay replay.json --output-format json");
    let device = status.assert_code(4).json()["data"]["devices"][0].clone();
    assert_eq!(
        (&device["memory_free_mib"], &device["unattributed"]["cause"]),
        (&serde_json::json!(3_584.0), &serde_json::json!("list_untold"))
    );
}

/// Whether there is a device; a test that is skipped must be seen to be.
fn has_device() -> bool {
    let found = Path::new("/dev/nvidiactl").exists();
    if !found {
        assert!(std::env::var_os("TIDETABLE_REQUIRE_GPU").is_none(), "no device, but one is required");
        eprintln!("skipped: no device");
    }
    found
}

#[test]
fn eight_gibibytes_of_a_real_gpu_are_listed_cleared_and_proven() {
    if !has_device() {
        return;
    }
    // Examples are built with the tests, beside them.
    let tests = std::env::current_exe().expect("a path");
    let holder = tests.parent().and_then(Path::parent).expect("target").join("examples/hold_gpu_memory");
    let mut child = Command::new(holder).arg("8").stdout(Stdio::piped()).spawn().expect("started");
    let pid = child.id();
    let mut said = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut said).expect("read");
    assert_eq!(said.trim(), "ready");
    let sandbox = Sandbox::new();
    let listed = sandbox.run("gpu processes --output-format json").assert_code(0).json();
    let processes = listed["data"]["processes"].as_array().expect("list");
    let ours = processes.iter().find(|process| process["pid"] == pid).expect("it is listed");
    assert!(ours["memory_mib"].as_f64().is_some_and(|mib| mib >= 8_192.0), "{ours}");
    let cleared = sandbox
        .run(&format!("gpu clear --pid {pid} --idle-for 0 --yes --output-format json"))
        .assert_code(0)
        .json();
    assert!(cleared["data"]["freed_mib"].as_f64().is_some_and(|mib| mib >= 6_144.0), "{cleared}");
    assert!(!child.wait().expect("it ended").success());
}

#[test]
fn with_a_driver_the_answers_are_documents() {
    if !has_device() {
        return;
    }
    let sandbox = Sandbox::new();
    let status = sandbox.run("gpu status --output-format json").assert_code(0).json();
    assert!(status["data"]["devices"][0]["memory_total_mib"].as_f64().is_some_and(|mib| mib > 0.0));
    sandbox.run("gpu processes --output-format json").assert_code(0).json();
    sandbox.run("gpu watch --once --output-format json").assert_code(0).json();
    let plan = sandbox.run("gpu clear --output-format json").assert_code(0).json();
    assert_eq!(plan["data"]["status"], "planned");
}
