//! Model servers that do not do as they are asked, or answer what no server should.

use std::net::ToSocketAddrs as _;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::gpu_models::{LATER, data, list, loaded, ollama, sandbox};
use crate::sandbox::{NOW, Sandbox, Transcript};
use crate::stand_in::{Reply, StandIn};

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
fn where_the_answer_is_lost_the_memory_tells() {
    for (is_freed, code, outcome) in [(true, 0, "released"), (false, 4, "failed")] {
        let held = [loaded("llama3.1:8b", 6, LATER)];
        let server = StandIn::changing(
            vec![("GET /api/ps", list(&held))],
            "POST /api/generate",
            Reply::Reset,
            vec![("GET /api/ps", list(if is_freed { &[] } else { &held }))],
        );
        let sandbox = sandbox(&[("ollama", &server)]);
        let answer = sandbox.run("gpu models --unload llama3.1:8b --yes --wait 300ms --output-format json");
        let done = data(&answer.assert_code(code));
        assert_eq!(done["release"][0]["outcome"], outcome, "{done}");
        assert_eq!(server.asked_to_change().len(), 3, "what is like once when done twice is tried again");
        let undo = data(&sandbox.run("gpu models --undo --output-format json").assert_code(0));
        assert_eq!(undo["changes"].as_array().map(Vec::len), Some(1), "it may have done it");
    }
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
fn the_least_recently_used_is_unknown_where_a_server_does_not_answer() {
    let server = StandIn::scripted(vec![("GET /api/ps", vec![Reply::Silence(Duration::from_secs(5))])]);
    let sandbox = sandbox(&[("ollama", &server)]);
    let answer = sandbox.run("gpu models --unload lru --yes").assert_code(4);
    assert!(answer.stdout.contains("No model server that could be read holds anything"), "{answer}");
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
fn a_key_that_a_server_sends_back_is_not_passed_on() {
    let server = StandIn::new(|request| {
        Reply::Json(
            500,
            json!({ "error": format!("cannot serve {:?}", request.headers.get("authorization")) }),
        )
    });
    let sandbox = Sandbox::new();
    let key = sandbox.write("key", "sk-very-secret");
    // One that everybody may read is warned of.
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("mode");
    sandbox.write(
        "tidetable.toml",
        &format!(
            "[models]\ndiscover = false\n[[model_server]]\nkind = \"ollama\"\naddress = \"{}\"\nkey_file = \"key\"\n",
            server.address
        ),
    );
    let transcript = sandbox.run("gpu models --output-format json").assert_code(4);
    assert!(
        warning(&transcript).contains("answers 500: cannot serve Some(\"Bearer (key)\")"),
        "{transcript}"
    );
}

/// A look at an Ollama whose list is answered so; what it says, and how long it took.
fn answered(replies: Vec<Reply>) -> (Transcript, StandIn, Duration) {
    let server = StandIn::scripted(vec![("GET /api/ps", replies)]);
    let sandbox = sandbox(&[("ollama", &server)]);
    let began = Instant::now();
    let transcript = sandbox.run("gpu models --output-format json");
    (transcript, server, began.elapsed())
}

fn warning(transcript: &Transcript) -> String {
    transcript.json()["warnings"][0].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_server_that_hangs_or_drips_is_given_up_in_time() {
    for reply in [Reply::Silence(Duration::from_secs(5)), Reply::Drip(Duration::from_millis(50))] {
        let (transcript, server, took) = answered(vec![reply]);
        assert!(warning(&transcript).contains("did not answer within 400ms"), "{transcript}");
        assert!(took < Duration::from_secs(4), "{took:?}");
        assert_eq!(server.heard().len(), 1, "what took the whole time is not tried again");
    }
}

#[test]
fn a_connection_that_breaks_is_tried_again_a_few_times() {
    let good = Reply::Json(200, list(&[loaded("llama3.1:8b", 6, LATER)]));
    let (transcript, server, _) = answered(vec![Reply::Reset, good]);
    assert_eq!(transcript.json()["data"]["servers"][0]["models"][0]["model"], "llama3.1:8b", "{transcript}");
    assert_eq!(server.heard().len(), 2);
    let (transcript, server, _) = answered(vec![Reply::Reset]);
    assert!(warning(&transcript).contains("broke off"), "{transcript}");
    assert_eq!(server.heard().len(), 3);
    let unavailable = Reply::Text(503, "text/plain", "loading".to_owned());
    let (transcript, server, _) = answered(vec![unavailable]);
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
        let (transcript, ..) = answered(vec![reply]);
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
    let transcript = sandbox.run("gpu models --output-format json").assert_code(4);
    assert!(warning(&transcript).contains("answers 307"), "{transcript}");
    assert_eq!(elsewhere.heard(), []);
}

#[test]
fn a_redirect_to_itself_is_asked_once() {
    let server = StandIn::new(|_| Reply::Redirect("/api/ps".to_owned()));
    let sandbox = sandbox(&[("ollama", &server)]);
    let transcript = sandbox.run("gpu models --output-format json").assert_code(4);
    assert!(warning(&transcript).contains("answers 307"), "{transcript}");
    assert_eq!(server.heard().len(), 1);
}

#[test]
fn chunks_without_an_end_are_given_up_in_time_or_at_their_size() {
    for (pause, expected) in [
        (Duration::from_millis(20), "did not answer within 400ms"),
        (Duration::ZERO, "answers with more than 8192 KiB"),
    ] {
        let server = StandIn::scripted(vec![("GET /api/ps", vec![Reply::Chunks(pause)])]);
        let sandbox = sandbox(&[("ollama", &server)]);
        sandbox.write(
            "tidetable.toml",
            &std::fs::read_to_string(sandbox.path("tidetable.toml"))
                .expect("read")
                .replace("\"400ms\"", if pause.is_zero() { "\"20s\"" } else { "\"400ms\"" }),
        );
        let transcript = sandbox.run("gpu models --output-format json").assert_code(4);
        assert!(warning(&transcript).contains(expected), "{expected}: {transcript}");
    }
}

#[test]
fn a_server_that_speaks_ipv6_only_is_found_where_it_is_configured() {
    let Some(server) = StandIn::on_ipv6(|request| match request.line().as_str() {
        "GET /api/ps" => Reply::Json(200, list(&[loaded("llama3.1:8b", 6, LATER)])),
        _ => Reply::Text(404, "text/plain", String::new()),
    }) else {
        eprintln!("skipped: no IPv6 here");
        return;
    };
    let port = server.address.rsplit(':').next().expect("a port").to_owned();
    // Where that name stands for both.
    let named = ("localhost", 0).to_socket_addrs().is_ok_and(|mut found| found.any(|one| one.is_ipv6()));
    for host in ["[::1]", "localhost"].into_iter().filter(|host| named || *host != "localhost") {
        let sandbox = Sandbox::new();
        let address = format!("http://{host}:{port}");
        let entry = format!(
            "[models]\ndiscover = false\n[[model_server]]\nkind = \"ollama\"\naddress = \"{address}\"\n"
        );
        sandbox.write("tidetable.toml", &entry);
        let found = data(&sandbox.run("gpu models --output-format json").assert_code(0));
        assert_eq!(found["servers"][0]["models"][0]["model"], "llama3.1:8b", "{address}: {found}");
    }
}

#[test]
fn an_interrupt_ends_the_wait_for_memory_and_says_so() {
    let held = [loaded("llama3.1:8b", 6, LATER)];
    let server = ollama(&held, &held);
    let sandbox = sandbox(&[("ollama", &server)]);
    let child = std::process::Command::new(env!("CARGO_BIN_EXE_tidetable"))
        .args([
            "gpu",
            "models",
            "--unload",
            "llama3.1:8b",
            "--yes",
            "--wait",
            "60s",
            "--output-format",
            "json",
        ])
        // By the clock of its list the model has not worked longer than it may.
        .args(["--now", NOW])
        .current_dir(sandbox.path("."))
        .env("HOME", sandbox.path("."))
        .env("TIDETABLE_DB", sandbox.path("store.db"))
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("started");
    let deadline = Instant::now() + Duration::from_secs(30);
    while server.asked_to_change().is_empty() {
        assert!(Instant::now() < deadline, "it asks the server");
        std::thread::sleep(Duration::from_millis(20));
    }
    let asked = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(asked.expect("signal sent").success());
    let output = child.wait_with_output().expect("ended");
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(answer["data"]["release"][0]["outcome"], "still_held");
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
        // One that wants a key has answered; a key that cannot be read has kept us from asking.
        let code = if key.contains("absent") { 4 } else { 0 };
        let transcript = sandbox.run("gpu models -vv --output-format json").assert_code(code);
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

#[test]
fn a_configured_server_that_cannot_be_read_is_named_and_the_exit_code_says_so() {
    for (reply, why) in [
        (Reply::Text(200, "text/plain", "hello".to_owned()), "is no answer of ollama"),
        (Reply::Text(500, "text/plain", "no".to_owned()), "answers 500"),
    ] {
        let server = StandIn::scripted(vec![("GET /api/ps", vec![reply])]);
        let sandbox = sandbox(&[("ollama", &server)]);
        let listed = sandbox.run("gpu models").assert_code(4);
        assert!(!listed.stdout.contains("No model server answers"), "{listed}");
        assert!(listed.stdout.contains(&format!("Not read: {}", server.address)), "{listed}");
        let told = data(&sandbox.run("gpu models --output-format json").assert_code(4));
        assert_eq!(told["unread"][0]["address"], server.address, "{told}");
        assert!(told["unread"][0]["reason"].as_str().is_some_and(|said| said.contains(why)), "{told}");
        let least_used = sandbox.run("gpu models --unload lru --yes").assert_code(4);
        assert!(least_used.stderr.contains(&server.address), "{least_used}");
        let named = sandbox.run("gpu models --unload llama3.1:8b").assert_code(1);
        assert!(named.stderr.contains("could be read holds llama3.1:8b"), "{named}");
        assert!(named.stderr.contains(&server.address), "{named}");
    }
}
