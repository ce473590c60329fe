//! `gpu models` against stand-ins: what servers hold, plans, our own looks, and loading before a run.

use serde_json::{Value, json};

use crate::sandbox::{Sandbox, Transcript};
use crate::stand_in::{Reply, StandIn, empty};

/// A sandbox that knows these servers and looks for no others.
pub fn sandbox(servers: &[(&str, &StandIn)]) -> Sandbox {
    let sandbox = Sandbox::new();
    let mut text = String::from("[models]\ndiscover = false\ntimeout = \"400ms\"\naction_timeout = \"2s\"\n");
    for (kind, server) in servers {
        text.push_str(&format!("[[model_server]]\nkind = \"{kind}\"\naddress = \"{}\"\n", server.address));
    }
    sandbox.write("tidetable.toml", &text);
    sandbox
}

/// An entry of Ollama's list: GiB on GPUs, and when it leaves.
pub fn loaded(model: &str, gib: u64, expires: &str) -> Value {
    json!({ "name": model, "model": model, "size": gib << 30, "size_vram": gib << 30, "expires_at": expires })
}

pub fn list(models: &[Value]) -> Value {
    json!({ "models": models })
}

pub fn ollama(before: &[Value], after: &[Value]) -> StandIn {
    let done = json!({ "model": "m", "response": "", "done": true, "done_reason": "unload" });
    StandIn::changing(
        vec![("GET /api/ps", list(before))],
        "POST /api/generate",
        Reply::Json(200, done),
        vec![("GET /api/ps", list(after))],
    )
}

pub fn data(transcript: &Transcript) -> Value {
    transcript.json()["data"].clone()
}

/// The transcript with the ports, which differ from run to run, replaced.
fn shown(transcript: &Transcript, servers: &[&StandIn]) -> String {
    let mut text = transcript.to_string();
    for (number, server) in (1..).zip(servers) {
        text = text.replace(&server.address, &format!("http://127.0.0.1:PORT{number}"));
    }
    text
}

pub const LATER: &str = "2026-03-01T12:04:00.123456789+00:00";

#[test]
fn what_servers_hold_is_one_table() {
    let ollama = ollama(&[loaded("llama3.1:8b", 6, LATER), loaded("phi3:mini", 0, LATER)], &[]);
    let vllm = StandIn::changing(
        vec![
            ("GET /version", json!({ "version": "0.11.0" })),
            ("GET /v1/models", json!({ "data": [{ "id": "org/big", "owned_by": "vllm" }] })),
        ],
        "POST /sleep?level=1",
        empty(),
        vec![],
    );
    let sandbox = sandbox(&[("ollama", &ollama), ("vllm", &vllm)]);
    let servers = [&ollama, &vllm];
    insta::assert_snapshot!("models_table", shown(&sandbox.run("gpu models"), &servers));
    let detailed = sandbox.run("gpu models --output-format detailed");
    insta::assert_snapshot!("models_detailed", shown(&detailed, &servers));
    let plan = sandbox.run("gpu models --unload org/big --unload llama3.1:8b").assert_code(0);
    insta::assert_snapshot!("models_plan", shown(&plan, &servers));
    assert_eq!(vllm.asked_to_change().len() + ollama.asked_to_change().len(), 0, "a plan asks nobody");
    let done = sandbox.run("gpu models --unload org/big --unload llama3.1:8b --yes").assert_code(4);
    insta::assert_snapshot!("models_unloaded", shown(&done, &servers));
}

#[test]
fn the_least_recently_used_is_known_from_our_own_looks() {
    // The first is used between the first and the second look, which moves when it leaves.
    let first = |expires| loaded("first", 2, expires);
    let second = loaded("second", 4, "2026-03-01T13:00:00Z");
    let replies = ["2026-03-01T13:00:00Z", "2026-03-01T13:20:00Z"];
    let script = replies.map(|expires| Reply::Json(200, list(&[first(expires), second.clone()])));
    let server = StandIn::scripted(vec![("GET /api/ps", script.to_vec())]);
    let sandbox = sandbox(&[("ollama", &server)]);
    for minute in ["00", "20"] {
        sandbox.run(&format!("gpu models --now 2026-03-01T12:{minute}:00Z")).assert_code(0);
    }
    let at = |arguments: &str| {
        data(&sandbox.run(&format!("gpu models --output-format json --now 2026-03-01T12:30:00Z {arguments}")))
    };
    let models = at("")["servers"][0]["models"].clone();
    assert_eq!(models[0]["last_used"], "2026-03-01T12:20:00Z");
    assert_eq!(models[1]["last_used"], "2026-03-01T12:00:00Z");
    let plan = at("--unload lru");
    assert_eq!(plan["release"][0]["model"], "second");
    assert_eq!(plan["release"][0]["idle_seconds"], 1_800.0);
    assert_eq!(plan["keep"][0]["code"], "not_asked_for");
    let patient = at("--unload lru --count 2 --idle-for 15m");
    assert_eq!(patient["release"].as_array().map(Vec::len), Some(1));
    assert_eq!(patient["keep"][0]["code"], "not_idle_long_enough");
}

#[test]
fn a_dry_run_keeps_nothing_and_asks_nobody() {
    let server = ollama(&[loaded("llama3.1:8b", 6, LATER)], &[]);
    let sandbox = sandbox(&[("ollama", &server)]);
    let answer = sandbox.run("gpu models --unload llama3.1:8b --yes --dry-run --output-format json");
    let plan = answer.assert_code(0).json();
    assert_eq!((&plan["dry_run"], &plan["data"]["status"]), (&json!(true), &json!("planned")));
    assert_eq!(server.asked_to_change(), []);
    assert!(!sandbox.path("store.db").exists());
}

#[test]
fn a_configured_server_that_is_not_there_is_a_warning() {
    let sandbox = Sandbox::new();
    // Port 1 is nobody's.
    sandbox.write(
        "tidetable.toml",
        "[models]\ndiscover = false\n[[model_server]]\nkind = \"ollama\"\naddress = \"http://127.0.0.1:1\"\n",
    );
    insta::assert_snapshot!("models_absent", sandbox.run("gpu models").assert_code(4));
    assert!(!sandbox.path("store.db").exists(), "what found nothing makes no store");
    sandbox.run("gpu models --unload llama3.1:8b --yes").assert_code(1);
}

/// A store that expects a run at 14:00, and a configuration that names a model for it.
fn before_a_run(server: &StandIn, model: &str) -> Sandbox {
    sandbox_for_a_run("ollama", server, model)
}

fn sandbox_for_a_run(kind: &str, server: &StandIn, model: &str) -> Sandbox {
    let sandbox = sandbox(&[(kind, server)]);
    let path = sandbox.path("tidetable.toml");
    let text = std::fs::read_to_string(&path).expect("read");
    let entry = format!("[[preload]]\ntask_types = [\"summ*\"]\nmodel = \"{model}\"\nserver = \"{kind}\"\n");
    sandbox.write("tidetable.toml", &format!("{text}{entry}"));
    sandbox.run_args(&["rules", "add", "--task-type", "summarise", "--cron", "0 14 * * *"]).assert_code(0);
    sandbox.run("predict").assert_code(0);
    sandbox
}

#[test]
fn a_model_is_loaded_before_its_run_and_the_undo_takes_it_away_again() {
    let generates = std::sync::Mutex::new(Vec::<bool>::new());
    let server = StandIn::new(move |request| match request.line().as_str() {
        "GET /api/tags" => Reply::Json(200, json!({ "models": [{ "name": "llama3.1:8b" }] })),
        "GET /api/ps" => {
            let is_loaded = generates.lock().expect("lock").last().copied().unwrap_or(false);
            let held =
                if is_loaded { vec![loaded("llama3.1:8b", 6, "2026-03-01T18:00:00Z")] } else { vec![] };
            Reply::Json(200, list(&held))
        }
        "POST /api/generate" => {
            generates.lock().expect("lock").push(!request.body.contains("\"keep_alive\":0"));
            Reply::Json(200, json!({ "done": true }))
        }
        _ => Reply::Text(404, "text/plain", String::new()),
    });
    let sandbox = before_a_run(&server, "llama3.1:8b");
    let plan = sandbox.run("gpu models --preload-for summarise").assert_code(0);
    insta::assert_snapshot!("preload_plan", shown(&plan, &[&server]));
    assert_eq!(server.asked_to_change(), []);

    let done =
        data(&sandbox.run("gpu models --preload-for summarise --yes --output-format json").assert_code(0));
    assert_eq!(
        (&done["outcome"], &done["predicted_start"]),
        (&json!("loaded"), &json!("2026-03-01T14:00:00Z"))
    );
    let asked = server.asked_to_change();
    let body: Value = serde_json::from_str(&asked[0].body).expect("JSON");
    let keep = body["keep_alive"].as_str().and_then(|text| text.strip_suffix('s')).expect("seconds");
    assert!(keep.parse::<u64>().expect("seconds") >= 2 * 3_600, "it stays until the run: {body}");
    assert!(body.get("prompt").is_none(), "nothing is generated");

    let again = sandbox.run("gpu models --preload-for summarise --yes --output-format json").assert_code(0);
    assert_eq!(data(&again)["outcome"], "already_loaded");
    let shown_undo = sandbox.run("gpu models --undo").assert_code(0);
    insta::assert_snapshot!("undo_plan", shown(&shown_undo, &[&server]));
    let undone = data(&sandbox.run("gpu models --undo --yes --output-format json").assert_code(0));
    assert_eq!(undone["changes"][0]["outcome"], "released");
    let nothing = sandbox.run("gpu models --undo --yes --output-format json").assert_code(0);
    assert_eq!(data(&nothing)["changes"], json!([]));
    assert_eq!(server.asked_to_change().len(), 2);
}

/// An Ollama with one model, which leaves when the last request said so. It is noon.
fn obedient(leaves: &'static str) -> StandIn {
    let leaves = std::sync::Mutex::new(Some(leaves.to_owned()));
    StandIn::new(move |request| match request.line().as_str() {
        "GET /api/tags" => Reply::Json(200, json!({ "models": [{ "name": "llama3.1:8b" }] })),
        "GET /api/ps" => {
            let leaves = leaves.lock().expect("lock").clone();
            Reply::Json(200, list(&leaves.iter().map(|at| loaded("llama3.1:8b", 6, at)).collect::<Vec<_>>()))
        }
        "POST /api/generate" => {
            let body: Value = serde_json::from_str(&request.body).expect("JSON");
            let seconds =
                body["keep_alive"].as_str().and_then(|text| text.strip_suffix('s')?.parse::<u64>().ok());
            *leaves.lock().expect("lock") = seconds.map(|seconds| {
                format!(
                    "2026-03-01T{:02}:{:02}:{:02}Z",
                    12 + seconds / 3_600,
                    seconds / 60 % 60,
                    seconds % 60
                )
            });
            Reply::Json(200, json!({ "done": true }))
        }
        _ => Reply::Text(404, "text/plain", String::new()),
    })
}

/// When the model of `server` leaves, as `gpu models` tells.
fn leaves(sandbox: &Sandbox) -> Value {
    let shown = data(&sandbox.run("gpu models --output-format json").assert_code(0));
    shown["servers"][0]["models"][0]["expires"].clone()
}

#[test]
fn a_model_that_would_leave_too_early_is_kept_until_the_run_ends_and_the_undo_puts_that_back() {
    let server = obedient("2026-03-01T12:30:00Z");
    let sandbox = before_a_run(&server, "llama3.1:8b");
    let plan = sandbox.run("gpu models --preload-for summarise").assert_code(0);
    insta::assert_snapshot!("preload_plan_longer", shown(&plan, &[&server]));
    assert_eq!(server.asked_to_change(), []);
    let done =
        data(&sandbox.run("gpu models --preload-for summarise --yes --output-format json").assert_code(0));
    assert_eq!((&done["outcome"], &done["leaves_before"]), (&json!("kept"), &json!("2026-03-01T12:30:00Z")));
    assert_eq!(leaves(&sandbox), done["keep_until"]);
    // What stays for long enough is not asked about again.
    let again =
        data(&sandbox.run("gpu models --preload-for summarise --yes --output-format json").assert_code(0));
    assert_eq!((&again["outcome"], &again["leaves_before"]), (&json!("already_loaded"), &json!(null)));
    assert_eq!(server.asked_to_change().len(), 1);
    insta::assert_snapshot!("undo_plan_longer", shown(&sandbox.run("gpu models --undo"), &[&server]));
    let undone = data(&sandbox.run("gpu models --undo --yes --output-format json").assert_code(0));
    assert_eq!(undone["changes"][0]["outcome"], "restored", "{undone}");
    assert_eq!(leaves(&sandbox), "2026-03-01T12:30:00Z");
}

#[test]
fn a_server_that_says_yes_and_lets_the_model_go_before_the_run_is_found_out() {
    for (before, outcome) in [(vec![], "loaded"), (vec![loaded("llama3.1:8b", 6, LATER)], "not_kept")] {
        let server = StandIn::changing(
            vec![("GET /api/ps", list(&before)), ("GET /api/tags", json!({ "models": [] }))],
            "POST /api/generate",
            Reply::Json(200, json!({ "done": true })),
            vec![("GET /api/ps", list(&[loaded("llama3.1:8b", 6, LATER)]))],
        );
        let sandbox = before_a_run(&server, "llama3.1:8b");
        let early = sandbox.run("gpu models --preload-for summarise --yes --wait 0s --output-format json");
        let early = early.assert_code(4);
        assert_eq!(data(&early)["outcome"], outcome);
        assert!(early.json()["warnings"].to_string().contains("leaves at 2026-03-01T12:04:00"), "{early}");
    }
}

#[test]
fn an_undo_after_the_time_the_model_was_to_leave_lets_it_go() {
    let server = obedient("2026-03-01T12:30:00Z");
    let sandbox = before_a_run(&server, "llama3.1:8b");
    sandbox.run("gpu models --preload-for summarise --yes").assert_code(0);
    let late = "gpu models --undo --yes --output-format json --now 2026-03-01T13:00:00Z";
    let undone = data(&sandbox.run(late).assert_code(0));
    assert_eq!(undone["changes"][0]["outcome"], "released", "{undone}");
}

#[test]
fn a_server_with_a_timer_of_its_own_is_loaded_and_the_timer_told() {
    let is_loaded = std::sync::atomic::AtomicBool::new(false);
    let server = StandIn::new(move |request| {
        use std::sync::atomic::Ordering::SeqCst;
        let state = if is_loaded.load(SeqCst) { "loaded" } else { "unloaded" };
        match request.line().as_str() {
            "GET /models" => {
                Reply::Json(200, json!({ "data": [{ "id": "b", "status": { "value": state } }] }))
            }
            "POST /models/load" => {
                is_loaded.store(true, SeqCst);
                Reply::Json(200, json!({ "success": true }))
            }
            _ => Reply::Text(404, "text/plain", String::new()),
        }
    });
    let sandbox = sandbox_for_a_run("llama-server", &server, "b");
    let done = sandbox.run("gpu models --preload-for summarise --yes --output-format json").assert_code(0);
    assert_eq!((&data(&done)["outcome"], &data(&done)["keep_until"]), (&json!("loaded"), &json!(null)));
    assert!(done.json()["warnings"].to_string().contains("--sleep-idle-seconds"), "{done}");
    let swap = StandIn::scripted(vec![("GET /running", vec![Reply::Json(200, json!({ "running": [] }))])]);
    let refused = sandbox_for_a_run("llama-swap", &swap, "b").run("gpu models --preload-for summarise --yes");
    assert!(refused.assert_code(1).stderr.contains("the ttl in its own configuration"));
}

#[test]
fn a_preload_that_cannot_be_says_why() {
    let server = StandIn::changing(
        vec![
            ("GET /api/ps", list(&[])),
            ("GET /api/tags", json!({ "models": [{ "name": "far", "remote_host": "https://example.org" }] })),
        ],
        "POST /api/generate",
        Reply::Json(200, json!({ "done": true })),
        vec![],
    );
    let sandbox = before_a_run(&server, "far");
    let done =
        data(&sandbox.run("gpu models --preload-for summarise --yes --output-format json").assert_code(4));
    assert_eq!(done["outcome"], "remote_model");
    assert_eq!(server.asked_to_change(), [], "a remote model would be used, not loaded");
    sandbox.run("gpu models --preload-for nobody --yes").assert_code(1);
    drop(server);
    let lacking = sandbox.run("gpu models --preload-for summarise --yes").assert_code(3);
    assert!(lacking.stderr.contains("no model server that could load far answers"), "{lacking}");
}

#[test]
fn what_sleeps_is_woken_by_the_undo() {
    let is_asleep = std::sync::atomic::AtomicBool::new(false);
    let server = StandIn::new(move |request| {
        use std::sync::atomic::Ordering::SeqCst;
        match request.line().as_str() {
            "GET /version" => Reply::Json(200, json!({ "version": "0.11.0" })),
            "GET /v1/models" => {
                Reply::Json(200, json!({ "data": [{ "id": "org/big", "owned_by": "vllm" }] }))
            }
            "GET /is_sleeping" => Reply::Json(200, json!({ "is_sleeping": is_asleep.load(SeqCst) })),
            "POST /sleep?level=1" => {
                is_asleep.store(true, SeqCst);
                empty()
            }
            "POST /wake_up" => {
                is_asleep.store(false, SeqCst);
                empty()
            }
            _ => Reply::Text(404, "text/plain", String::new()),
        }
    });
    let sandbox = sandbox(&[("vllm", &server)]);
    let done = data(&sandbox.run("gpu models --unload org/big --yes --output-format json").assert_code(0));
    assert_eq!(done["release"][0]["undo"], "wake_up");
    let undone = data(&sandbox.run("gpu models --undo --yes --output-format json").assert_code(0));
    assert_eq!(undone["changes"][0]["outcome"], "loaded", "{undone}");
    let lines: Vec<String> = server.asked_to_change().iter().map(|request| request.line()).collect();
    assert_eq!(lines, ["POST /sleep?level=1", "POST /wake_up"]);
}

#[test]
fn an_undo_of_what_is_lost_is_not_done() {
    let is_ended = std::sync::atomic::AtomicBool::new(false);
    let server = StandIn::new(move |request| {
        use std::sync::atomic::Ordering::SeqCst;
        match request.line().as_str() {
            "GET /api" => Reply::Json(200, json!({ "version": "2.14" })),
            "GET /api/kernels" if is_ended.load(SeqCst) => Reply::Json(200, json!([])),
            "GET /api/kernels" => {
                Reply::Json(200, json!([{ "id": "6a1e", "name": "python3", "execution_state": "idle" }]))
            }
            "DELETE /api/kernels/6a1e" => {
                is_ended.store(true, SeqCst);
                empty()
            }
            _ => Reply::Json(200, json!([])),
        }
    });
    let sandbox = sandbox(&[("jupyter", &server)]);
    sandbox.run("gpu models --unload 6a1e --yes --output-format json").assert_code(0);
    let undone = data(&sandbox.run("gpu models --undo --yes --output-format json").assert_code(4));
    assert_eq!(undone["changes"][0]["outcome"], "lost", "{undone}");
    sandbox.run("gpu models --undo --yes").assert_code(0);
}

/// A Jupyter whose one kernel waits for its next cell, as the server tells.
fn jupyter() -> StandIn {
    let kernel = json!({ "id": "6a1e", "name": "python3", "execution_state": "idle",
                         "last_activity": "2026-03-01T10:00:00Z" });
    StandIn::scripted(vec![
        ("GET /api", vec![Reply::Json(200, json!({ "version": "2.14" }))]),
        ("GET /api/kernels", vec![Reply::Json(200, json!([kernel]))]),
        ("GET /api/sessions", vec![Reply::Json(200, json!([]))]),
        ("DELETE /api/kernels/6a1e", vec![empty()]),
    ])
}

/// What becomes of the kernel when its process is as `facts` and `utilization` tell.
fn unloaded_kernel(arguments: &str, utilization: f64, facts: &Value) -> (Value, usize) {
    let server = jupyter();
    let sandbox = sandbox(&[("jupyter", &server)]);
    let replay = json!({
        "format": "tidetable-gpu-replay/1",
        "readings": [{
            "gpus": [{ "index": 0, "uuid": "GPU-a", "name": "Test", "memory_total_mib": 1_000, "memory_used_mib": 600 }],
            "processes": [{ "gpu_index": 0, "pid": 4_711, "memory_mib": 500, "utilization": utilization, "facts": facts }],
        }],
    });
    sandbox.write("replay.json", &replay.to_string());
    let all = format!("gpu models --replay replay.json {arguments} --yes --wait 0s --output-format json");
    let answer = data(&sandbox.run(&all));
    (answer, server.asked_to_change().len())
}

#[test]
#[cfg(target_os = "linux")]
fn a_kernel_is_left_to_its_notebook_by_what_the_device_and_our_samples_tell_of_its_process() {
    let own =
        std::fs::metadata("/proc/self").map(|own| std::os::unix::fs::MetadataExt::uid(&own)).expect("user");
    let facts = |user: u32| json!({ "command": "python3 -m ipykernel -f kernel-6a1e.json", "user_id": user });
    let (idle, asked) = unloaded_kernel("--unload 6a1e", 0.0, &facts(own));
    assert_eq!((idle["release"][0]["expected_mib"].clone(), asked), (json!(500.0), 1), "{idle}");
    let (at_work, asked) = unloaded_kernel("--unload 6a1e", 0.5, &facts(own));
    assert_eq!((at_work["keep"][0]["code"].clone(), asked), (json!("busy"), 0), "{at_work}");
    let (of_another, asked) = unloaded_kernel("--unload 6a1e", 0.0, &facts(own + 1));
    assert_eq!((of_another["keep"][0]["code"].clone(), asked), (json!("process_kept"), 0), "{of_another}");
    let (unwatched, asked) = unloaded_kernel("--unload lru --idle-for 10m", 0.0, &facts(own));
    assert_eq!((unwatched["keep"][0]["code"].clone(), asked), (json!("process_kept"), 0), "{unwatched}");
    let reason = unwatched["keep"][0]["reason"].as_str().unwrap_or_default();
    assert!(reason.contains("not known to be idle"), "{reason}");
}

#[test]
fn requests_that_make_no_sense_are_refused() {
    let server = ollama(&[loaded("llama3.1:8b", 6, LATER)], &[]);
    let sandbox = sandbox(&[("ollama", &server)]);
    sandbox.run("gpu models --unload lru --undo").assert_code(2);
    sandbox.run("gpu models --unload lru --unload a").assert_code(2);
    sandbox.run("gpu models --count 2").assert_code(2);
    let unknown = sandbox.run("gpu models --unload other --yes").assert_code(1);
    assert!(unknown.stderr.contains("no server holds other; held: llama3.1:8b"), "{unknown}");
    sandbox.run("gpu models --server nowhere").assert_code(1);
    let chosen = sandbox.run(&format!("gpu models --server {}", server.address)).assert_code(0);
    assert!(chosen.stdout.contains("llama3.1:8b"), "{chosen}");
}
