//! `search-similar-patterns --use-model` against model servers over HTTP: what they do, and what they must not do to us.

use serde_json::{Value, json};

use crate::embedding_stand_in::{Asked, StandIn};
use crate::generate::{pattern, store_patterns};
use crate::sandbox::Sandbox;

/// Four jobs at one time, told apart by their names only.
fn four_jobs() -> Sandbox {
    let sandbox = Sandbox::new();
    let names = ["backup-home", "archive-mail", "train-model", "fit-network"];
    store_patterns(&sandbox, &names.map(|name| pattern(name, "0 2 * * *", 0.9, 1.0, 10.0)));
    sandbox
}

/// Copies and trainings lie at right angles.
fn meaning(text: &str) -> Vec<f64> {
    if text.contains("train") || text.contains("fit") { vec![0.1, 2.0, 0.0] } else { vec![1.0, 0.0, 0.1] }
}

fn inputs(asked: &Asked) -> Vec<String> {
    let texts = asked.body["input"].as_array().expect("a list of texts");
    texts.iter().map(|text| text.as_str().expect("text").to_owned()).collect()
}

fn as_ollama(_: usize, asked: &Asked) -> Option<(u16, String)> {
    let vectors: Vec<Vec<f64>> = inputs(asked).iter().map(|text| meaning(text)).collect();
    Some((200, json!({ "model": asked.body["model"], "embeddings": vectors }).to_string()))
}

/// In the reverse order, which the protocol allows.
fn as_openai(_: usize, asked: &Asked) -> Option<(u16, String)> {
    let texts = inputs(asked);
    let all = texts.iter().enumerate().rev();
    let data: Vec<Value> =
        all.map(|(index, text)| json!({ "index": index, "embedding": meaning(text) })).collect();
    Some((200, json!({ "data": data }).to_string()))
}

fn configure(sandbox: &Sandbox, server: &StandIn) {
    let url = &server.url;
    sandbox.write(
        "tidetable.toml",
        &format!(
            "[embedding]\nollama_url = \"{url}/\"\nollama_model = \"small\"\nopenai_url = \"{url}/v1\"\n\
             openai_key_command = [\"echo\", \"sk-secret\"]\ntimeout = \"2s\"\n"
        ),
    );
}

#[test]
fn names_are_compared_by_what_they_mean_and_each_is_asked_for_once() {
    let (sandbox, server) = (four_jobs(), StandIn::new(as_ollama));
    configure(&sandbox, &server);
    let ask = || {
        let line = "search --pattern-id 1 --similarity 0 --use-model ollama --output-format json";
        sandbox.run(line).assert_code(0).json()["data"].clone()
    };
    let data = ask();
    assert_eq!(data["model"], "small");
    let neighbours = data["results"][0]["neighbours"].as_array().expect("neighbours").clone();
    let ids: Vec<u64> = neighbours.iter().map(|one| one["pattern_id"].as_u64().expect("id")).collect();
    assert_eq!(ids, [2, 3, 4], "the other copy is nearest, the trainings are equally far");
    assert_eq!(neighbours[0]["blocks"][2]["similarity"].as_f64().map(|cosine| cosine > 0.999), Some(true));
    let asked = server.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].line, "POST /api/embed HTTP/1.1");
    assert_eq!(asked[0].body["model"], "small");
    assert_eq!(inputs(&asked[0]), ["archive-mail", "backup-home", "fit-network", "train-model"]);
    assert_eq!(ask(), data, "the same again");
    assert_eq!(server.asked().len(), 1, "from the store");
    store_patterns(&sandbox, &[pattern("index-pages", "0 3 * * *", 0.9, 1.0, 10.0)]);
    ask();
    assert_eq!(inputs(&server.asked()[1]), ["index-pages"], "only what is new");
}

#[test]
fn a_key_goes_to_the_server_and_is_shown_nowhere() {
    let (sandbox, server) = (four_jobs(), StandIn::new(as_openai));
    configure(&sandbox, &server);
    let found =
        sandbox.run("search --cluster --similarity 0.99 --min-members 2 --use-model openai").assert_code(0);
    let asked = server.asked();
    assert_eq!(asked[0].line, "POST /v1/embeddings HTTP/1.1");
    assert!(asked[0].headers.contains(&("authorization".to_owned(), "Bearer sk-secret".to_owned())));
    assert!(found.stdout.contains("4 patterns in 2 groups, none is alone"), "{found}");
    let shown = sandbox.run("config show --output-format json").assert_code(0);
    assert!(
        !shown.stdout.contains("Bearer") && shown.json()["data"]["config"]["embedding"]["timeout"] == "2s"
    );
}

#[test]
fn a_server_that_is_busy_is_asked_again_and_one_that_refuses_is_not() {
    let busy_once = |number: usize, asked: &Asked| match number {
        0 => Some((503, "loading".to_owned())),
        _ => as_ollama(number, asked),
    };
    let (sandbox, server) = (four_jobs(), StandIn::new(busy_once));
    configure(&sandbox, &server);
    sandbox.run("search --pattern-id 1 --use-model ollama").assert_code(0);
    assert_eq!(server.asked().len(), 2);
    let missing = |_: usize, _: &Asked| Some((404, r#"{"error":"model \"small\" not found"}"#.to_owned()));
    let (sandbox, server) = (four_jobs(), StandIn::new(missing));
    configure(&sandbox, &server);
    let refused = sandbox.run("search --pattern-id 1 --use-model ollama").assert_code(1);
    assert_eq!(server.asked().len(), 1);
    assert!(refused.stderr.contains("refuses (HTTP 404): model \"small\" not found"), "{refused}");
    assert!(refused.stderr.contains("`ollama pull small`"), "{refused}");
    assert_eq!(refused.stdout, "");
}

#[test]
fn a_refusal_is_explained_for_the_protocol_that_was_spoken() {
    let sandbox = four_jobs();
    let hint = |answer: crate::embedding_stand_in::Answer, protocol: &str| {
        configure(&sandbox, &StandIn::new(answer));
        let refused = sandbox.run(&format!("search --pattern-id 1 --use-model {protocol}")).assert_code(1);
        refused.stderr.split_once("hint: ").expect("a hint").1.to_owned()
    };
    let missing = hint(|_, _| Some((404, String::new())), "openai");
    assert!(missing.contains("openai_model") && !missing.contains("ollama"), "{missing}");
    let keyless = hint(|_, _| Some((401, String::new())), "openai");
    assert!(keyless.contains("openai_key_file"), "{keyless}");
    let guarded = hint(|_, _| Some((401, String::new())), "ollama");
    assert!(guarded.contains("ollama_url") && !guarded.contains("openai_key_file"), "{guarded}");
}

#[test]
fn a_dry_run_sends_no_names() {
    let (sandbox, server) = (four_jobs(), StandIn::new(as_ollama));
    configure(&sandbox, &server);
    let dry = sandbox.run("search --pattern-id 1 --similarity 0 --use-model ollama --dry-run").assert_code(0);
    assert_eq!(server.asked().len(), 0);
    let said = format!("{}/api/embed would be asked what 4 names mean to small", server.url);
    assert!(dry.stderr.contains(&said), "{dry}");
    sandbox.run("search --pattern-id 1 --use-model ollama").assert_code(0);
    let known = sandbox.run("search --pattern-id 1 --use-model ollama --dry-run --output-format json");
    assert_eq!(known.assert_code(0).json()["data"]["model"], "small", "what is kept needs no asking");
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn what_is_no_vectors_is_refused_and_not_kept() {
    let answers: [(&str, crate::embedding_stand_in::Answer); 8] = [
        ("a vector of zeros only", |_, _| {
            Some((200, r#"{"embeddings":[[1,0],[0,0],[1,1],[1,0]]}"#.to_owned()))
        }),
        ("expected value", |_, _| Some((200, "<html>".to_owned()))),
        ("no `embeddings`", |_, _| Some((200, "{}".to_owned()))),
        ("1 vectors for 4 texts", |_, _| Some((200, r#"{"embeddings":[[1,2]]}"#.to_owned()))),
        ("vectors of 1 and of 2 numbers", |_, _| {
            Some((200, r#"{"embeddings":[[1],[1,2],[1],[1]]}"#.to_owned()))
        }),
        ("vectors of 0 numbers", |_, _| Some((200, r#"{"embeddings":[[],[],[],[]]}"#.to_owned()))),
        ("a value that is no number", |_, _| {
            Some((200, r#"{"embeddings":[[null],[1],[1],[1]]}"#.to_owned()))
        }),
        ("single precision", |_, _| Some((200, r#"{"embeddings":[[1e300],[1],[1],[1]]}"#.to_owned()))),
    ];
    let sandbox = four_jobs();
    for (said, answer) in answers {
        configure(&sandbox, &StandIn::new(answer));
        let refused = sandbox.run("search --pattern-id 1 --use-model ollama").assert_code(1);
        assert!(refused.stderr.contains(said), "{said}: {refused}");
    }
    let server = StandIn::new(as_ollama);
    configure(&sandbox, &server);
    sandbox.run("search --pattern-id 1 --use-model ollama").assert_code(0);
    assert_eq!(inputs(&server.asked()[0]).len(), 4, "nothing was kept of the others");
}

#[test]
fn a_redirect_is_not_followed_with_the_key() {
    let (sandbox, server) = (four_jobs(), StandIn::new(|_, _| Some((302, String::new()))));
    configure(&sandbox, &server);
    let refused = sandbox.run("search --pattern-id 1 --use-model openai").assert_code(1);
    assert!(refused.stderr.contains("HTTP 302"), "{refused}");
}

#[test]
fn nobody_there_is_an_error_that_says_where_and_what_to_do() {
    let sandbox = four_jobs();
    sandbox.write("tidetable.toml", "[embedding]\nollama_url = \"http://127.0.0.1:9\"\n");
    let failed = sandbox.run("search --pattern-id 1 --use-model ollama").assert_code(3);
    assert!(failed.stderr.contains("no answer from http://127.0.0.1:9/api/embed"), "{failed}");
    assert!(failed.stderr.contains("is the server running?"), "{failed}");
    sandbox.write("tidetable.toml", "[embedding]\nopenai_key_file = \"no-such-key\"\n");
    let keyless = sandbox.run("search --pattern-id 1 --use-model openai").assert_code(1);
    assert!(keyless.stderr.contains("no key for https://api.openai.com/v1: no-such-key"), "{keyless}");
}

#[test]
fn another_model_under_the_same_name_is_asked_for_everything_else() {
    let longer = |number: usize, asked: &Asked| match number {
        0 => as_ollama(number, asked),
        _ => {
            let vectors: Vec<Vec<f64>> = inputs(asked).iter().map(|_| vec![1.0, 2.0, 3.0, 4.0]).collect();
            Some((200, json!({ "embeddings": vectors }).to_string()))
        }
    };
    let (sandbox, server) = (four_jobs(), StandIn::new(longer));
    configure(&sandbox, &server);
    sandbox.run("search --pattern-id 1 --use-model ollama").assert_code(0);
    store_patterns(&sandbox, &[pattern("index-pages", "0 3 * * *", 0.9, 1.0, 10.0)]);
    sandbox.run("search --pattern-id 1 --use-model ollama").assert_code(0);
    let counts: Vec<usize> = server.asked().iter().map(|asked| inputs(asked).len()).collect();
    assert_eq!(counts, [4, 1, 4]);
}

#[test]
fn a_pattern_without_a_task_type_is_compared_by_all_else() {
    let (sandbox, server) = (four_jobs(), StandIn::new(as_ollama));
    configure(&sandbox, &server);
    let nameless = tidetable::domain::patterns::Pattern {
        task_types: Vec::new(),
        ..pattern("nameless", "0 2 * * *", 0.9, 1.0, 10.0)
    };
    store_patterns(&sandbox, &[nameless]);
    let asked = sandbox.run("search --pattern-id 5 --similarity 0.9 --use-model ollama --output-format json");
    let found = &asked.assert_code(0).json()["data"]["results"][0]["neighbours"];
    assert_eq!(found.as_array().map(Vec::len), Some(4), "{found}");
    assert_eq!(found[0]["blocks"][2]["similarity"], Value::Null);
}

/// As many jobs as make two questions and a bit.
fn many_jobs() -> Sandbox {
    let sandbox = Sandbox::new();
    let all: Vec<_> =
        (0..130).map(|number| pattern(&format!("job-{number:03}"), "0 2 * * *", 0.9, 1.0, 10.0)).collect();
    store_patterns(&sandbox, &all);
    sandbox
}

#[test]
fn what_came_before_a_failure_is_kept_and_only_the_rest_is_asked_for() {
    let fails_later = |number: usize, asked: &Asked| match number {
        1 => Some((400, "no more".to_owned())),
        _ => as_ollama(number, asked),
    };
    let (sandbox, server) = (many_jobs(), StandIn::new(fails_later));
    configure(&sandbox, &server);
    let search = "search --pattern-id 1 --use-model ollama";
    let failed = sandbox.run(search).assert_code(1);
    assert!(failed.stderr.contains("no more"), "{failed}");
    sandbox.run(search).assert_code(0);
    let counts: Vec<usize> = server.asked().iter().map(|asked| inputs(asked).len()).collect();
    assert_eq!(counts, [64, 64, 64, 2]);
}

/// Starts a search, ends it once the server was asked `questions` times, and tells how it ended and how long after.
#[cfg(unix)]
fn interrupted(sandbox: &Sandbox, server: &StandIn, questions: usize) -> (String, std::time::Duration) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tidetable"));
    command
        .args(["search", "--pattern-id", "1", "--use-model", "ollama"])
        .env_clear()
        .env("HOME", sandbox.path(""))
        .env("TIDETABLE_DB", sandbox.path("store.db"))
        .current_dir(sandbox.path(""))
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let child = command.spawn().expect("program started");
    let began = std::time::Instant::now();
    while server.asked().len() < questions {
        assert!(began.elapsed().as_secs() < 20, "it was not asked");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let told = std::time::Instant::now();
    let sent = std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    assert!(sent.expect("signal sent").success());
    let output = child.wait_with_output().expect("ended");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(130), "{said}");
    (said, told.elapsed())
}

#[test]
#[cfg(unix)]
fn an_interrupt_is_heeded_while_a_server_keeps_silent_and_loses_nothing_that_came() {
    let silent_later = |number: usize, asked: &Asked| {
        if number == 1 {
            std::thread::sleep(std::time::Duration::from_secs(4));
        }
        as_ollama(number, asked)
    };
    let (sandbox, server) = (many_jobs(), StandIn::new(silent_later));
    configure(&sandbox, &server);
    let (said, took) = interrupted(&sandbox, &server, 2);
    assert!(took.as_millis() < 1_500, "{took:?}, of a limit of 2 s and a silence of 4 s");
    assert!(said.contains("the vectors that came are kept"), "{said}");
    let dry = sandbox.run("search --pattern-id 1 --use-model ollama --dry-run").assert_code(0);
    assert!(dry.stderr.contains("what 66 names mean"), "{dry}");
}

#[test]
fn a_server_that_keeps_silent_is_told_with_how_often_and_how_long_it_was_asked() {
    let silent = |_: usize, _: &Asked| {
        std::thread::sleep(std::time::Duration::from_millis(300));
        None
    };
    let (sandbox, server) = (four_jobs(), StandIn::new(silent));
    sandbox.write(
        "tidetable.toml",
        &format!("[embedding]\nollama_url = \"{}\"\ntimeout = \"100ms\"\n", server.url),
    );
    let failed = sandbox.run("search --pattern-id 1 --use-model ollama").assert_code(3);
    assert!(failed.stderr.contains("in the last of 3 attempts of at most 100ms each"), "{failed}");
}

#[test]
fn a_limit_of_no_time_a_port_that_is_none_and_a_password_are_refused() {
    let sandbox = Sandbox::new();
    for (line, said) in [
        ("timeout = \"0s\"", "leaves no time at all"),
        ("ollama_url = \"http://host:65536\"", "a port is a number from 1 to 65535"),
        ("openai_url = \"https://me:secret@host\"", "holds a user or a password"),
    ] {
        sandbox.write("tidetable.toml", &format!("[embedding]\n{line}\n"));
        for command in ["config check", "config show", "search --pattern-type interval"] {
            let refused = sandbox.run(command).assert_code(1);
            assert!(
                refused.stderr.contains(said) && !refused.stderr.contains("secret"),
                "{command}: {refused}"
            );
        }
    }
}

#[test]
fn a_key_that_everybody_may_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt;
    let (sandbox, server) = (four_jobs(), StandIn::new(as_openai));
    let key = sandbox.write("key", "sk-secret\n");
    let url = &server.url;
    let text = format!("[embedding]\nopenai_url = \"{url}/v1\"\nopenai_key_file = \"key\"\n");
    sandbox.write("tidetable.toml", &text);
    for (mode, is_warned) in [(0o644, true), (0o600, false)] {
        std::fs::set_permissions(&key, PermissionsExt::from_mode(mode)).expect("mode");
        let found = sandbox.run("search --pattern-id 1 --use-model openai").assert_code(0);
        assert_eq!(found.stderr.contains("everybody on this machine may read it"), is_warned, "{found}");
    }
}

#[test]
fn only_what_follows_is_told_as_then() {
    use tidetable::domain::patterns::PatternType;
    let (sandbox, server) = (Sandbox::new(), StandIn::new(as_ollama));
    configure(&sandbox, &server);
    let of_two = |pattern_type| tidetable::domain::patterns::Pattern {
        pattern_type,
        task_types: vec!["fetch".to_owned(), "train".to_owned()],
        ..pattern("x", "0 2 * * *", 0.9, 1.0, 10.0)
    };
    store_patterns(&sandbox, &[of_two(PatternType::TaskCorrelation), of_two(PatternType::ResourceUsage)]);
    sandbox.run("search --all-pairs --use-model ollama").assert_code(0);
    assert_eq!(inputs(&server.asked()[0]), ["fetch, then train", "fetch, train"]);
}

#[test]
fn a_store_without_patterns_asks_nobody() {
    let (sandbox, server) = (Sandbox::new(), StandIn::new(as_ollama));
    configure(&sandbox, &server);
    sandbox.run("search --cluster --use-model ollama").assert_code(0);
    assert!(server.asked().is_empty());
}
