//! `gpu models` against stand-ins: what is asked of whom, and what is made of the answers.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tidetable::devices::servers::{ServerConfig, ServerLimits, default_servers, look_at};
use tidetable::domain::device::ServerKind;
use tidetable::domain::time::Timestamp;

use crate::sandbox::{Sandbox, Transcript};
use crate::stand_in::{Reply, StandIn, empty};

/// A sandbox that knows these servers and looks for no others.
fn sandbox(servers: &[(&str, &StandIn)]) -> Sandbox {
    let sandbox = Sandbox::new();
    let mut text = String::from("[models]\ndiscover = false\ntimeout = \"400ms\"\naction_timeout = \"2s\"\n");
    for (kind, server) in servers {
        text.push_str(&format!("[[model_server]]\nkind = \"{kind}\"\naddress = \"{}\"\n", server.address));
    }
    sandbox.write("tidetable.toml", &text);
    sandbox
}

/// An entry of Ollama's list: GiB on GPUs, and when it leaves.
fn loaded(model: &str, gib: u64, expires: &str) -> Value {
    json!({ "name": model, "model": model, "size": gib << 30, "size_vram": gib << 30, "expires_at": expires })
}

fn list(models: &[Value]) -> Value {
    json!({ "models": models })
}

fn ollama(before: &[Value], after: &[Value]) -> StandIn {
    let done = json!({ "model": "m", "response": "", "done": true, "done_reason": "unload" });
    StandIn::changing(
        vec![("GET /api/ps", list(before))],
        "POST /api/generate",
        Reply::Json(200, done),
        vec![("GET /api/ps", list(after))],
    )
}

fn data(transcript: &Transcript) -> Value {
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

const LATER: &str = "2026-03-01T12:04:00.123456789+00:00";

/// One kind of server: what it answers, what it is to be asked, and what it answers then.
struct Exchange {
    kind: &'static str,
    before: Vec<(&'static str, Value)>,
    change: &'static str,
    body: &'static str,
    answer: Reply,
    after: Vec<(&'static str, Value)>,
    model: &'static str,
    memory_mib: Option<f64>,
    activity: &'static str,
    release: &'static str,
}

fn exchanges() -> Vec<Exchange> {
    let metrics =
        "vllm:num_requests_running{engine=\"0\"} 0.0\nvllm:num_requests_waiting{engine=\"0\"} 0.0\n";
    let sglang = "sglang:num_running_reqs{tp=\"0\"} 0\nsglang:num_queue_reqs{tp=\"0\"} 0\n";
    vec![
        Exchange {
            kind: "ollama",
            before: vec![("GET /api/ps", list(&[loaded("llama3.1:8b", 6, LATER)]))],
            change: "POST /api/generate",
            body: r#"{"model":"llama3.1:8b","keep_alive":0,"stream":false}"#,
            answer: Reply::Json(200, json!({ "done": true, "done_reason": "unload" })),
            after: vec![("GET /api/ps", list(&[]))],
            model: "llama3.1:8b",
            memory_mib: Some(6_144.0),
            activity: "unknown",
            release: "unload",
        },
        Exchange {
            kind: "comfyui",
            before: vec![
                ("GET /queue", json!({ "queue_running": [], "queue_pending": [] })),
                ("GET /history?max_items=1", json!({ "6d0f": { "prompt": [] } })),
                (
                    "GET /system_stats",
                    json!({ "system": { "comfyui_version": "0.3.50" },
                            "devices": [{ "index": 0, "torch_vram_total": 8_589_934_592_u64 }] }),
                ),
            ],
            change: "POST /free",
            body: r#"{"unload_models":true,"free_memory":true}"#,
            answer: empty(),
            after: vec![("GET /system_stats", json!({ "devices": [{ "index": 0, "torch_vram_total": 0 }] }))],
            model: "all models",
            memory_mib: Some(8_192.0),
            activity: "idle",
            release: "unload",
        },
        Exchange {
            kind: "vllm",
            before: vec![
                ("GET /version", json!({ "version": "0.11.0" })),
                ("GET /v1/models", json!({ "data": [{ "id": "org/big", "owned_by": "vllm" }] })),
                ("GET /is_sleeping", json!({ "is_sleeping": false })),
                ("GET /metrics", json!(metrics)),
            ],
            change: "POST /sleep?level=1",
            body: "",
            answer: empty(),
            after: vec![("GET /is_sleeping", json!({ "is_sleeping": true }))],
            model: "org/big",
            memory_mib: None,
            activity: "idle",
            release: "sleep",
        },
        Exchange {
            kind: "sglang",
            before: vec![
                ("GET /get_model_info", json!({ "model_path": "org/small" })),
                (
                    "GET /get_server_info",
                    json!({ "version": "0.5.2", "enable_memory_saver": true,
                            "internal_states": [{ "memory_usage": { "weight": 2.0, "kvcache": 6.0 } }] }),
                ),
                ("GET /metrics", json!(sglang)),
            ],
            change: "POST /release_memory_occupation",
            body: r#"{"tags":["kv_cache","weights"]}"#,
            answer: empty(),
            after: vec![],
            model: "org/small",
            memory_mib: Some(8_192.0),
            activity: "idle",
            release: "sleep",
        },
        Exchange {
            kind: "llama-server",
            before: vec![(
                "GET /models",
                json!({ "data": [{ "id": "a", "status": { "value": "unloaded" } },
                                 { "id": "b", "status": { "value": "loaded" } }] }),
            )],
            change: "POST /models/unload",
            body: r#"{"model":"b"}"#,
            answer: Reply::Json(200, json!({ "success": true })),
            after: vec![(
                "GET /models",
                json!({ "data": [{ "id": "b", "status": { "value": "unloaded" } }] }),
            )],
            model: "b",
            memory_mib: None,
            activity: "unknown",
            release: "unload",
        },
        Exchange {
            kind: "llama-swap",
            before: vec![("GET /running", json!({ "running": [{ "model": "org/a b", "state": "ready" }] }))],
            change: "POST /api/models/unload/org%2Fa%20b",
            body: "",
            answer: Reply::Text(200, "text/plain", "OK".to_owned()),
            after: vec![("GET /running", json!({ "running": [] }))],
            model: "org/a b",
            memory_mib: None,
            activity: "unknown",
            release: "unload",
        },
        Exchange {
            kind: "lm-studio",
            before: vec![(
                "GET /api/v1/models",
                json!({ "models": [{ "key": "openai/gpt-oss-20b", "loaded_instances": [{ "id": "gpt:2" }] },
                                   { "key": "other", "loaded_instances": [] }] }),
            )],
            change: "POST /api/v1/models/unload",
            body: r#"{"instance_id":"gpt:2"}"#,
            answer: Reply::Json(200, json!({ "instance_id": "gpt:2" })),
            after: vec![("GET /api/v1/models", json!({ "models": [] }))],
            model: "gpt:2",
            memory_mib: None,
            activity: "unknown",
            release: "unload",
        },
        Exchange {
            kind: "tabbyapi",
            before: vec![
                ("GET /health", json!({ "status": "healthy", "issues": [] })),
                ("GET /v1/model", json!({ "id": "qwen-exl2", "object": "model" })),
            ],
            change: "POST /v1/model/unload",
            body: "",
            answer: Reply::Json(200, Value::Null),
            after: vec![("GET /v1/model", json!(503))],
            model: "qwen-exl2",
            memory_mib: None,
            activity: "unknown",
            release: "unload",
        },
        Exchange {
            kind: "jupyter",
            before: vec![
                ("GET /api", json!({ "version": "2.14.2" })),
                (
                    "GET /api/kernels",
                    json!([{ "id": "6a1e-77", "name": "python3", "execution_state": "idle",
                             "last_activity": "2026-03-01T10:00:00.5Z", "connections": 1 }]),
                ),
                ("GET /api/sessions", json!([{ "path": "work.ipynb", "kernel": { "id": "6a1e-77" } }])),
            ],
            change: "DELETE /api/kernels/6a1e-77",
            body: "",
            answer: Reply::Text(204, "text/plain", String::new()),
            after: vec![("GET /api/kernels", json!([]))],
            model: "6a1e-77",
            memory_mib: None,
            activity: "idle",
            release: "end_kernel",
        },
    ]
}

#[test]
fn every_kind_is_read_without_changing_it_and_asked_what_its_documentation_says() {
    for exchange in exchanges() {
        let kind = exchange.kind;
        let server = StandIn::changing(exchange.before, exchange.change, exchange.answer, exchange.after);
        let sandbox = sandbox(&[(kind, &server)]);
        let read = data(&sandbox.run("gpu models --output-format json").assert_code(0));
        let model = &read["servers"][0]["models"][0];
        assert_eq!(read["servers"][0]["server"], kind);
        assert_eq!(model["model"], exchange.model, "{kind}");
        assert_eq!(model["memory_mib"].as_f64(), exchange.memory_mib, "{kind}");
        assert_eq!(model["activity"], exchange.activity, "{kind}");
        assert_eq!(model["release"], exchange.release, "{kind}");
        assert_eq!(server.asked_to_change(), [], "{kind}: looking changes nothing");

        let asked = ["gpu", "models", "--unload", exchange.model, "--yes", "--output-format", "json"];
        let done = data(&sandbox.run_args(&asked).assert_code(0));
        let outcome = if kind == "sglang" { "unproven" } else { "released" };
        assert_eq!(done["release"][0]["outcome"], outcome, "{kind}: {done}");
        let changes = server.asked_to_change();
        assert_eq!(changes.len(), 1, "{kind}: {changes:?}");
        assert_eq!(changes[0].line(), exchange.change);
        assert_eq!(changes[0].body, exchange.body, "{kind}");
        assert_eq!(changes[0].headers.contains_key("content-type"), !exchange.body.is_empty(), "{kind}");
    }
}

#[test]
fn triton_lists_with_post_and_tells_when_a_model_was_last_asked() {
    let statistics = json!({ "model_stats": [{ "name": "resnet", "version": "1",
                             "last_inference": 1_772_359_200_000_u64, "inference_count": 7 }] });
    let is_gone = std::sync::atomic::AtomicBool::new(false);
    let server = StandIn::new(move |request| match request.line().as_str() {
        "GET /v2" => Reply::Json(200, json!({ "name": "triton", "version": "2.60.0" })),
        "POST /v2/repository/index" if is_gone.load(std::sync::atomic::Ordering::SeqCst) => {
            Reply::Json(200, json!([]))
        }
        "POST /v2/repository/index" => Reply::Json(
            200,
            json!([{ "name": "resnet", "version": "1", "state": "READY" },
                   { "name": "resnet", "version": "2", "state": "READY" }]),
        ),
        "GET /v2/models/stats" => Reply::Json(200, statistics.clone()),
        "POST /v2/repository/models/resnet/unload" => {
            is_gone.store(true, std::sync::atomic::Ordering::SeqCst);
            empty()
        }
        _ => Reply::Text(404, "text/plain", String::new()),
    });
    let sandbox = sandbox(&[("triton", &server)]);
    let read = data(&sandbox.run("gpu models --output-format json").assert_code(0));
    let models = read["servers"][0]["models"].as_array().expect("models").clone();
    assert_eq!(models.len(), 1, "two versions of one model: {models:?}");
    assert_eq!(models[0]["last_used"], "2026-03-01T10:00:00Z");
    assert!(server.asked_to_change().iter().all(|request| request.body == r#"{"ready":true}"#));
    let done = data(&sandbox.run("gpu models --unload lru --yes --output-format json").assert_code(0));
    assert_eq!(done["release"][0]["outcome"], "released");
    assert_eq!(done["release"][0]["idle_seconds"], 7_200.0);
    let unload = server.asked_to_change().into_iter().find(|request| request.path.contains("unload"));
    assert_eq!(unload.expect("asked").body, r#"{"parameters":{"unload_dependents":true}}"#);
}

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
fn a_server_that_says_yes_and_keeps_the_memory_is_found_out() {
    let held = [loaded("llama3.1:8b", 6, LATER)];
    let server = ollama(&held, &held);
    let sandbox = sandbox(&[("ollama", &server)]);
    let answer = sandbox.run("gpu models --unload llama3.1:8b --yes --wait 300ms --output-format json");
    let done = data(&answer.assert_code(4));
    assert_eq!(done["release"][0]["outcome"], "still_held");
    assert_eq!((&done["freed_mib"], &done["still_held_mib"]), (&json!(0.0), &json!(6_144.0)));
}

#[test]
fn a_busy_model_that_is_freed_later_is_waited_for() {
    let held = || Reply::Json(200, list(&[loaded("llama3.1:8b", 6, LATER)]));
    let server = StandIn::scripted(vec![
        ("GET /api/ps", vec![held(), held(), held(), held(), Reply::Json(200, list(&[]))]),
        ("POST /api/generate", vec![Reply::Json(200, json!({ "done": true }))]),
    ]);
    let sandbox = sandbox(&[("ollama", &server)]);
    let answer = sandbox.run("gpu models --unload llama3.1:8b --yes --output-format json").assert_code(0);
    let done = data(&answer);
    assert_eq!(done["release"][0]["outcome"], "released");
    assert_eq!(done["release"][0]["measured_by"], "server");
    assert_eq!(done["freed_mib"], 6_144.0);
    assert!(server.heard().len() >= 6, "it was looked at until it was gone");
}

#[test]
fn a_model_at_work_is_left_alone() {
    // Its time was over a minute ago, and it is still there.
    let server = ollama(&[loaded("llama3.1:8b", 6, "2026-03-01T11:59:00Z")], &[]);
    let sandbox = sandbox(&[("ollama", &server)]);
    let done =
        data(&sandbox.run("gpu models --unload llama3.1:8b --yes --output-format json").assert_code(4));
    assert_eq!(done["keep"][0]["code"], "busy");
    assert_eq!(server.asked_to_change(), []);
}

#[test]
fn a_remote_model_is_never_asked_to_unload() {
    let mut proxied = loaded("mine:latest", 1, LATER);
    proxied["remote_host"] = json!("https://example.org");
    let server = ollama(&[loaded("gpt-oss:120b-cloud", 1, LATER), proxied], &[]);
    let sandbox = sandbox(&[("ollama", &server)]);
    for name in ["gpt-oss:120b-cloud", "mine", "lru"] {
        let answer = sandbox.run(&format!("gpu models --unload {name} --yes --output-format json"));
        let done = data(&answer.assert_code(if name == "lru" { 0 } else { 4 }));
        assert!(done["keep"].as_array().expect("kept").iter().any(|kept| kept["code"] == "remote_model"));
    }
    assert_eq!(server.asked_to_change(), []);
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

/// A look at an Ollama whose list is answered so; what it says, and how long it took.
fn look_at(replies: Vec<Reply>) -> (Transcript, StandIn, Duration) {
    let server = StandIn::scripted(vec![("GET /api/ps", replies)]);
    let sandbox = sandbox(&[("ollama", &server)]);
    let began = Instant::now();
    let transcript = sandbox.run("gpu models --output-format json").assert_code(0);
    (transcript, server, began.elapsed())
}

fn warning(transcript: &Transcript) -> String {
    transcript.json()["warnings"][0].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_server_that_hangs_or_drips_is_given_up_in_time() {
    for reply in [Reply::Silence(Duration::from_secs(5)), Reply::Drip(Duration::from_millis(50))] {
        let (transcript, server, took) = look_at(vec![reply]);
        assert!(warning(&transcript).contains("did not answer within 400ms"), "{transcript}");
        assert!(took < Duration::from_secs(4), "{took:?}");
        assert_eq!(server.heard().len(), 1, "what took the whole time is not tried again");
    }
}

#[test]
fn a_connection_that_breaks_is_tried_again_a_few_times() {
    let good = Reply::Json(200, list(&[loaded("llama3.1:8b", 6, LATER)]));
    let (transcript, server, _) = look_at(vec![Reply::Reset, good]);
    assert_eq!(transcript.json()["data"]["servers"][0]["models"][0]["model"], "llama3.1:8b", "{transcript}");
    assert_eq!(server.heard().len(), 2);
    let (transcript, server, _) = look_at(vec![Reply::Reset]);
    assert!(warning(&transcript).contains("broke off"), "{transcript}");
    assert_eq!(server.heard().len(), 3);
    let unavailable = Reply::Text(503, "text/plain", "loading".to_owned());
    let (transcript, server, _) = look_at(vec![unavailable]);
    assert!(warning(&transcript).contains("503: loading"), "{transcript}");
    assert_eq!(server.heard().len(), 3);
}

#[test]
fn answers_that_are_no_answers_say_what_is_wrong() {
    let page = || "<html>{\"models\":[]}</html>".to_owned();
    for (reply, expected) in [
        (Reply::Text(200, "application/json", "{\"models\": [".to_owned()), "is no answer of ollama"),
        (Reply::Text(200, "application/json", "[]".to_owned()), "it lists no models"),
        (Reply::Text(200, "text/html; charset=utf-8", page()), "it answers with a web page"),
        (Reply::Text(404, "text/html", page()), "answers 404"),
        (Reply::Huge(9 << 20), "answers with more than 8192 KiB"),
    ] {
        let (transcript, ..) = look_at(vec![reply]);
        assert!(warning(&transcript).contains(expected), "{expected}: {transcript}");
        assert!(!warning(&transcript).contains("html>"), "{transcript}");
    }
}

#[test]
fn a_redirect_is_not_followed_and_takes_no_key_along() {
    let elsewhere = ollama(&[loaded("llama3.1:8b", 6, LATER)], &[]);
    let server = StandIn::scripted(vec![(
        "GET /api/ps",
        vec![Reply::Redirect(format!("{}/api/ps", elsewhere.address))],
    )]);
    let sandbox = sandbox(&[("ollama", &server)]);
    let transcript = sandbox.run("gpu models --output-format json").assert_code(0);
    assert!(warning(&transcript).contains("answers 307"), "{transcript}");
    assert_eq!(elsewhere.heard(), []);
}

#[test]
fn a_configured_server_that_is_not_there_is_a_warning() {
    let sandbox = Sandbox::new();
    // Port 1 is nobody's.
    sandbox.write(
        "tidetable.toml",
        "[models]\ndiscover = false\n[[model_server]]\nkind = \"ollama\"\naddress = \"http://127.0.0.1:1\"\n",
    );
    insta::assert_snapshot!("models_absent", sandbox.run("gpu models").assert_code(0));
    assert!(!sandbox.path("store.db").exists(), "what found nothing makes no store");
    sandbox.run("gpu models --unload llama3.1:8b --yes").assert_code(1);
}

#[test]
fn vllm_without_its_developer_mode_is_said_so() {
    let server = StandIn::changing(
        vec![
            ("GET /version", json!({ "version": "0.11.0" })),
            ("GET /v1/models", json!({ "data": [{ "id": "org/big", "owned_by": "vllm" }] })),
        ],
        "POST /sleep?level=1",
        Reply::Text(404, "application/json", "{\"detail\":\"Not Found\"}".to_owned()),
        vec![],
    );
    let sandbox = sandbox(&[("vllm", &server)]);
    let done = data(&sandbox.run("gpu models --unload org/big --yes --output-format json").assert_code(4));
    assert_eq!(done["keep"][0]["code"], "needs_dev_mode");
    assert_eq!(server.asked_to_change(), []);
}

#[test]
fn a_server_that_refuses_is_told_in_its_own_words() {
    let server = StandIn::scripted(vec![
        (
            "GET /models",
            vec![Reply::Json(200, json!({ "data": [{ "id": "b", "status": { "value": "loaded" } }] }))],
        ),
        (
            "POST /models/unload",
            vec![Reply::Json(400, json!({ "error": { "code": 400, "message": "model is in use" } }))],
        ),
    ]);
    let sandbox = sandbox(&[("llama-server", &server)]);
    let done = data(&sandbox.run("gpu models --unload b --yes --output-format json").assert_code(4));
    assert_eq!(done["release"][0]["outcome"], "failed");
    assert!(done["release"][0]["detail"].as_str().is_some_and(|text| text.ends_with("400: model is in use")));
    let undo = sandbox.run("gpu models --undo --output-format json").assert_code(0);
    assert_eq!(data(&undo)["changes"], json!([]), "what was refused is nothing to undo");
}

#[test]
fn a_key_comes_from_a_file_or_a_program_and_is_never_shown() {
    let server = StandIn::new(|request| {
        match (request.path.as_str(), request.headers.get("authorization").map(String::as_str)) {
            ("/api/v1/models", Some("Bearer sk-very-secret")) => {
                Reply::Json(200, json!({ "models": [{ "key": "a", "loaded_instances": [{ "id": "a" }] }] }))
            }
            // It sends back what it was given, as some do.
            (_, key) => Reply::Json(401, json!({ "error": format!("wrong key {key:?}") })),
        }
    });
    let sandbox = Sandbox::new();
    sandbox.write("key", "sk-very-secret\n");
    let entry = format!("[[model_server]]\nkind = \"lm-studio\"\naddress = \"{}\"\n", server.address);
    for (key, is_accepted) in [
        ("key_file = \"key\"", true),
        ("key_command = [\"cat\", \"key\"]", true),
        ("", false),
        ("key_command = [\"echo\", \"sk-other\"]", false),
        ("key_file = \"absent\"", false),
    ] {
        sandbox.write("tidetable.toml", &format!("[models]\ndiscover = false\n{entry}{key}\n"));
        let transcript = sandbox.run("gpu models -vv --output-format json").assert_code(0);
        let read = data(&transcript);
        let model = read.pointer("/servers/0/models/0/model");
        assert_eq!(model.is_some(), is_accepted, "{key}: {transcript}");
        assert!(!transcript.to_string().contains("sk-very-secret"), "{transcript}");
        if key.contains("absent") {
            assert!(warning(&transcript).contains("the key for"), "{transcript}");
        } else if !is_accepted {
            assert_eq!(read["servers"][0]["refusal"], "needs_key", "{transcript}");
        }
    }
    assert!(!sandbox.run("config show").to_string().contains("sk-very-secret"));
}

/// One look at an address that nobody configured.
fn guessed(server: &StandIn, kinds: &[ServerKind]) -> Option<ServerKind> {
    let config = ServerConfig {
        kinds: kinds.to_vec(),
        address: server.address.clone(),
        key: None,
        is_configured: false,
    };
    let limit = Duration::from_secs(2);
    let limits = ServerLimits { connect: limit, read: limit, act: limit };
    let now = Timestamp::parse_rfc3339("2026-03-01T12:00:00Z").expect("an instant");
    let (found, troubles) = look_at(&[config], limits, now);
    assert_eq!(troubles, [], "silence and strangers on a default port are no news");
    found.first().map(|one| one.reading.server.kind)
}

#[test]
fn servers_that_share_a_port_are_told_apart_by_what_they_answer() {
    let (eight_thousand, eighty) =
        ([ServerKind::Triton, ServerKind::Vllm], [ServerKind::LlamaSwap, ServerKind::LlamaServer]);
    let asked = default_servers(&[]);
    for kinds in [&eight_thousand, &eighty] {
        assert!(asked.iter().any(|server| server.kinds == *kinds), "{kinds:?} are asked in this order");
    }
    for exchange in exchanges() {
        let kinds = match exchange.kind {
            "vllm" => eight_thousand,
            "llama-swap" | "llama-server" => eighty,
            _ => continue,
        };
        let server = StandIn::changing(exchange.before, exchange.change, exchange.answer, vec![]);
        assert_eq!(guessed(&server, &kinds), ServerKind::parse(exchange.kind));
        assert_eq!(server.asked_to_change(), []);
    }
}

#[test]
fn a_stranger_on_a_default_port_is_silence() {
    for reply in [
        Reply::Text(200, "text/html", "<html></html>".to_owned()),
        Reply::Json(200, json!({})),
        Reply::Json(200, json!([])),
        Reply::Json(401, json!({ "error": "who are you" })),
        Reply::Text(403, "text/plain", String::new()),
        Reply::Reset,
    ] {
        for kind in ServerKind::ALL.into_iter().filter(|kind| *kind != ServerKind::LmStudio) {
            let answer = reply.clone();
            let stranger = StandIn::new(move |_| answer.clone());
            assert_eq!(guessed(&stranger, &[kind]), None, "{kind} and {reply:?}");
        }
    }
}

/// A store that expects a run at 14:00, and a configuration that names a model for it.
fn before_a_run(server: &StandIn, model: &str) -> Sandbox {
    let sandbox = sandbox(&[("ollama", server)]);
    let path = sandbox.path("tidetable.toml");
    let text = std::fs::read_to_string(&path).expect("read");
    let entry = format!("[[preload]]\ntask_types = [\"summ*\"]\nmodel = \"{model}\"\nserver = \"ollama\"\n");
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
            let held = if is_loaded { vec![loaded("llama3.1:8b", 6, LATER)] } else { vec![] };
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

    let again =
        data(&sandbox.run("gpu models --preload-for summarise --yes --output-format json").assert_code(0));
    assert_eq!(again["outcome"], "already_loaded");
    let shown_undo = sandbox.run("gpu models --undo").assert_code(0);
    insta::assert_snapshot!("undo_plan", shown(&shown_undo, &[&server]));
    let undone = data(&sandbox.run("gpu models --undo --yes --output-format json").assert_code(0));
    assert_eq!(undone["changes"][0]["outcome"], "released");
    let nothing = sandbox.run("gpu models --undo --yes --output-format json").assert_code(0);
    assert_eq!(data(&nothing)["changes"], json!([]));
    assert_eq!(server.asked_to_change().len(), 2);
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
