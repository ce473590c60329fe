//! What `gpu models` really prints, before stand-ins of model servers.

use serde_json::{Value, json};

use crate::answers::{Answer, Step, answer};
use crate::sandbox::Sandbox;
use crate::stand_in::{Reply, StandIn};

/// One after the other, at the same servers.
const STORY: [Step<'_>; 11] = [
    ("gpu", "models", "gpu models"),
    ("gpu", "unload", "gpu models --unload lru"),
    ("gpu", "unload", "gpu models --unload held --yes"),
    ("gpu", "undo", "gpu models --undo"),
    ("gpu", "undo", "gpu models --undo --yes --wait 0s"),
    ("gpu", "models", "gpu models --server triton"),
    ("gpu", "preload", "gpu models --preload-for summarise"),
    ("gpu", "preload", "gpu models --preload-for summarise --yes"),
    ("gpu", "undo", "gpu models --undo --yes"),
    ("gpu", "unload", "gpu models --unload lru --yes --idle-for 1d --dry-run"),
    ("gpu", "undo", "gpu models --undo --yes"),
];

/// An Ollama that does as it is asked.
fn ollama() -> StandIn {
    let held = std::sync::Mutex::new(vec!["held".to_owned(), "busy".to_owned()]);
    StandIn::new(move |request| match request.line().as_str() {
        "GET /api/tags" => Reply::Json(200, json!({ "models": [] })),
        "GET /api/ps" => {
            let entry = |name: &String| {
                let minute = if name == "busy" { "05:59" } else { "06:04" };
                json!({ "model": name, "size_vram": 6_442_450_944_u64, "expires_at": format!("2026-04-13T{minute}:00Z") })
            };
            let entries: Vec<Value> = held.lock().expect("lock").iter().map(entry).collect();
            Reply::Json(200, json!({ "models": entries }))
        }
        "POST /api/generate" => {
            let body: Value = serde_json::from_str(&request.body).expect("JSON");
            let name = body["model"].as_str().expect("a name").to_owned();
            let mut held = held.lock().expect("lock");
            held.retain(|other| *other != name);
            if body["keep_alive"] != json!(0) {
                held.push(name);
            }
            Reply::Json(200, json!({ "done": true }))
        }
        _ => Reply::Text(404, "text/plain", String::new()),
    })
}

/// The documents of the story.
pub fn model_server_answers() -> Vec<Answer> {
    let ollama = ollama();
    let kernels =
        json!([{ "id": "6a1e", "execution_state": "idle", "last_activity": "2026-04-12T10:00:00Z" }]);
    let jupyter = StandIn::scripted(vec![
        ("GET /api", vec![Reply::Json(200, json!({ "version": "2.14.2" }))]),
        ("GET /api/kernels", vec![Reply::Json(200, kernels)]),
        (
            "GET /api/sessions",
            vec![Reply::Json(200, json!([{ "path": "work.ipynb", "kernel": { "id": "6a1e" } }]))],
        ),
    ]);
    let locked = StandIn::new(|_| Reply::Json(401, json!({ "error": "no key" })));
    let vllm = StandIn::scripted(vec![
        ("GET /version", vec![Reply::Json(200, json!({ "version": "0.11.0" }))]),
        ("GET /v1/models", vec![Reply::Json(200, json!({ "data": [{ "id": "big", "owned_by": "vllm" }] }))]),
    ]);
    let sandbox = Sandbox::new();
    let mut text = String::from("[models]\ndiscover = false\n");
    for (kind, server) in [("ollama", &ollama), ("jupyter", &jupyter), ("triton", &locked), ("vllm", &vllm)] {
        text.push_str(&format!("[[model_server]]\nkind = \"{kind}\"\naddress = \"{}\"\n", server.address));
    }
    text.push_str("[[preload]]\ntask_types = [\"summarise\"]\nmodel = \"new\"\nserver = \"ollama\"\n");
    sandbox.write("tidetable.toml", &text);
    for words in [
        &["rules", "add", "--task-type", "summarise", "--cron", "0 14 * * *"][..],
        &["predict", "--now", "2026-04-13T06:00:00Z"],
    ] {
        sandbox.run_args(words).assert_code(0);
    }
    STORY.iter().map(|step| answer(&sandbox, *step)).collect()
}
