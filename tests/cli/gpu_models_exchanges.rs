//! What every kind of model server is asked: path, method and body, over real HTTP.

use std::time::Duration;

use serde_json::{Value, json};
use tidetable::devices::servers::{ServerConfig, ServerLimits, default_servers, look_at};
use tidetable::domain::device::ServerKind;
use tidetable::domain::time::Timestamp;

use crate::gpu_models::{LATER, data, list, loaded, sandbox};
use crate::stand_in::{Reply, StandIn, empty};

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
        for kind in ServerKind::ALL {
            let answer = reply.clone();
            let stranger = StandIn::new(move |_| answer.clone());
            assert_eq!(guessed(&stranger, &[kind]), None, "{kind} and {reply:?}");
        }
    }
}
