//! `gpu clear` with real signals: processes that play at using a GPU, which only a replay knows of. What one holds counts
//! while it lives, so that memory is seen to come back when it ends.
#![cfg(target_os = "linux")]

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::gpu_models::{LATER, list, loaded};
use crate::sandbox::{Sandbox, Transcript};
use crate::stand_in::{Reply, StandIn};

/// A tree of processes below a shell, in a group of its own.
struct Holder {
    shell: Child,
    pids: Vec<u32>,
}

impl Holder {
    /// Starts `tests/fixtures/gpu/holder.sh`, which holds `file`.
    fn start(file: &Path, mode: &str, children: usize) -> Holder {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/gpu/holder.sh");
        let mut command = Command::new("sh");
        command.arg(script).arg(file).arg(mode).arg(children.to_string());
        Holder::of(command)
    }

    fn of(mut command: Command) -> Holder {
        let mut shell = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .expect("shell started");
        let output = BufReader::new(shell.stdout.take().expect("piped"));
        let lines = output.lines().map(|line| line.expect("a line")).take_while(|line| line != "ready");
        let pids = lines.map(|line| line.parse().expect("a process id")).collect();
        Holder { shell, pids }
    }

    fn alive(&self) -> Vec<bool> {
        self.pids.iter().map(|pid| is_alive(*pid)).collect()
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let group = format!("-{}", self.shell.id());
        let _ = Command::new("kill").args(["-9", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.shell.wait();
    }
}

/// Whether the process runs; one that waits for its parent's notice does not.
fn is_alive(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X']))
}

/// A folder with a file that plays the GPU's.
struct Stage {
    sandbox: Sandbox,
    device: PathBuf,
}

impl Stage {
    fn new() -> Stage {
        let sandbox = Sandbox::new();
        let device = sandbox.write("nvidia0", "").canonicalize().expect("there");
        sandbox.write("tidetable.toml", "[models]\ndiscover = false\n");
        Stage { sandbox, device }
    }

    /// Writes the replay: a GPU with 1,000 MiB in use besides what `processes` hold.
    fn replay(&self, processes: &[Value]) {
        let held: f64 = processes.iter().filter_map(|process| process["memory_mib"].as_f64()).sum();
        self.replay_of(json!([reading(1_000.0 + held, processes)]), false);
    }

    fn replay_of(&self, readings: Value, is_container: bool) {
        let document = json!({
            "format": "tidetable-gpu-replay/1",
            "is_container": is_container,
            "device_files": { "0": self.device },
            "readings": readings,
        });
        self.sandbox.write("replay.json", &document.to_string());
    }

    fn clear(&self, options: &str) -> Transcript {
        let idle = if options.contains("--idle-for") { "" } else { "--idle-for 0" };
        let arguments = format!("gpu clear --replay replay.json {idle} --output-format json {options}");
        self.sandbox.run(&arguments)
    }
}

fn reading(used_mib: f64, processes: &[Value]) -> Value {
    let gpu = json!({ "index": 0, "uuid": "GPU-00000000-0000", "name": "Stage", "memory_total_mib": 24_576,
                      "memory_used_mib": used_mib });
    json!({ "gpus": [gpu], "processes": processes })
}

/// A real process that the replay lists, from somebody's login as far as the replay tells.
fn live(pid: u32, memory_mib: f64) -> Value {
    with_facts(pid, memory_mib, json!({ "control_group": "/user.slice/session-1.scope" }))
}

fn with_facts(pid: u32, memory_mib: f64, facts: Value) -> Value {
    json!({ "gpu_index": 0, "pid": pid, "memory_mib": memory_mib, "live": true, "facts": facts })
}

/// Outcomes by process id.
fn outcomes(answer: &Value) -> Vec<(u64, String)> {
    let ends = answer["data"]["terminate"].as_array().expect("a list");
    ends.iter()
        .map(|end| {
            (end["pid"].as_u64().expect("a number"), end["outcome"].as_str().unwrap_or("-").to_owned())
        })
        .collect()
}

/// The reason why the one process is kept.
fn kept(answer: &Value) -> String {
    answer["data"]["keep"][0]["reason"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_tree_that_ignores_sigterm_is_killed_only_by_force_and_its_memory_is_seen_to_come_back() {
    let stage = Stage::new();
    let tree = Holder::start(&stage.device, "deaf", 2);
    let processes: Vec<Value> = tree.pids.iter().map(|pid| live(*pid, 1_000.0)).collect();
    stage.replay(&processes);

    let planned = stage.clear("").assert_code(0).json();
    assert_eq!(planned["data"]["steps"][0]["pids"][0], tree.pids[0], "the leader first: {planned}");
    assert_eq!(tree.alive(), [true; 3], "a plan signals nothing");

    let polite = stage.clear("--grace 200ms --yes").assert_code(4).json();
    assert!(outcomes(&polite).iter().all(|(_, outcome)| outcome == "still_running"), "{polite}");
    assert_eq!(polite["data"]["freed_mib"], 0.0);
    assert_eq!(tree.alive(), [true; 3]);

    let forced = stage.clear("--grace 200ms --force --yes").assert_code(0).json();
    assert!(outcomes(&forced).iter().all(|(_, outcome)| outcome == "killed"), "{forced}");
    assert_eq!(forced["data"]["freed_mib"], 3_000.0);
    assert_eq!(forced["data"]["still_held_mib"], 0.0);
    let status = |step: usize| forced["data"]["steps"][step]["status"].clone();
    assert_eq!((status(0), status(1)), (json!("fell_short"), json!("done")));
    assert_eq!(tree.alive(), [false; 3]);
}

#[test]
fn a_leader_that_passes_the_signal_on_ends_its_whole_tree() {
    let stage = Stage::new();
    let tree = Holder::start(&stage.device, "polite", 2);
    let processes: Vec<Value> = tree.pids.iter().map(|pid| live(*pid, 1_000.0)).collect();
    stage.replay(&processes);
    let answer = stage.clear("--yes").assert_code(0).json();
    assert!(outcomes(&answer).iter().all(|(_, outcome)| outcome == "ended"), "{answer}");
    assert_eq!(answer["data"]["freed_mib"], 3_000.0);
}

#[test]
fn a_launcher_that_holds_nothing_is_asked_before_its_workers() {
    let stage = Stage::new();
    let tree = Holder::start(&stage.device, "launcher", 2);
    let workers: Vec<Value> = tree.pids[1..].iter().map(|pid| live(*pid, 1_000.0)).collect();
    stage.replay(&workers);
    let answer = stage.clear("--yes").assert_code(0).json();
    assert_eq!(answer["data"]["steps"][0]["pids"][0], tree.pids[0], "{answer}");
    assert_eq!(outcomes(&answer).len(), 3);
    assert_eq!(tree.alive(), [false; 3]);
    assert_eq!(answer["data"]["freed_mib"], 2_000.0);
}

#[test]
#[allow(clippy::print_stderr)] // a skipped test must be seen to be skipped
fn an_orphan_that_no_list_shows_is_found_by_its_open_device_and_ended() {
    let stage = Stage::new();
    let tree = Holder::start(&stage.device, "orphan", 1);
    let orphan = tree.pids[0];
    let unlisted =
        json!({ "gpu_index": 0, "pid": orphan, "memory_mib": 8_192, "live": true, "listed": false });
    stage.replay(&[unlisted]);
    let listed =
        stage.sandbox.run("gpu processes --replay replay.json --output-format json").assert_code(0).json();
    let process = &listed["data"]["processes"][0];
    assert_eq!(
        (process["pid"].as_u64(), &process["source"]),
        (Some(u64::from(orphan)), &json!("device_file"))
    );
    if process["is_orphan"] == false {
        eprintln!("skipped: here orphans go to {}, in {}", process["facts"]["parent_name"], process["unit"]);
        return;
    }
    assert_eq!(listed["data"]["devices"][0]["unattributed"]["cause"], "orphans");
    let young = stage.clear("--idle-for 10m --yes").assert_code(0).json();
    assert!(kept(&young).contains("younger than --idle-for"), "{young}");
    let answer = stage.clear("--idle-for 0 --yes").assert_code(0).json();
    assert_eq!(outcomes(&answer), [(u64::from(orphan), "ended".to_owned())]);
    assert_eq!(answer["data"]["freed_mib"], 8_192.0);
}

#[test]
fn a_number_that_stands_for_another_process_since_the_plan_gets_no_signal() {
    let stage = Stage::new();
    let tree = Holder::start(&stage.device, "polite", 0);
    let facts = json!({ "start_ticks": 1, "control_group": "/user.slice/session-1.scope" });
    stage.replay(&[with_facts(tree.pids[0], 1_000.0, facts)]);
    let answer = stage.clear("--force --yes").assert_code(4).json();
    assert_eq!(outcomes(&answer)[0].1, "reused");
    let warnings = answer["warnings"].to_string();
    assert!(warnings.contains("another process's now") && !warnings.contains("--force"), "{warnings}");
    assert_eq!(tree.alive(), [true]);
}

#[test]
fn a_process_that_is_named_and_left_alone_is_told_and_not_done() {
    let stage = Stage::new();
    let tree = Holder::start(&stage.device, "polite", 0);
    stage.replay(&[live(tree.pids[0], 1_000.0)]);
    let configuration = "[models]\ndiscover = false\n[gpu]\nprotected = [\"*holder.sh*\"]\n";
    stage.sandbox.write("tidetable.toml", configuration);
    let answer = stage.clear(&format!("--pid {} --yes", tree.pids[0])).assert_code(4).json();
    let warnings = answer["warnings"].to_string();
    assert!(warnings.contains("left alone although named") && warnings.contains("gpu.protected"), "{answer}");
    assert_eq!(tree.alive(), [true]);
    stage.clear(&format!("--pid {}", tree.pids[0])).assert_code(0);
}

#[test]
fn memory_that_nobody_accounts_for_is_told_where_nothing_can_be_done() {
    let stage = Stage::new();
    stage.replay_of(json!([reading(9_728.0, &[])]), false);
    let answer = stage.clear("").assert_code(0).json();
    let warnings = answer["warnings"].to_string();
    assert!(warnings.contains("no listed process accounts for 9728 MiB"), "{warnings}");
    assert_eq!(answer["data"]["requested_mib"].to_string(), "0.0");
}

#[test]
fn a_full_gpu_is_told_as_such_though_nobody_has_watched_it() {
    let stage = Stage::new();
    stage.replay_of(json!([reading(23_500.0, &[])]), false);
    let status =
        stage.sandbox.run("gpu status --replay replay.json --output-format json").assert_code(0).json();
    assert_eq!(status["data"]["devices"][0]["pressure"]["level"], "critical");
}

#[test]
fn a_process_that_has_let_go_of_the_device_gets_no_signal() {
    let stage = Stage::new();
    let elsewhere = stage.sandbox.write("other", "");
    let tree = Holder::start(&elsewhere, "polite", 0);
    stage.replay(&[live(tree.pids[0], 1_000.0)]);
    let answer = stage.clear("--force --grace 100ms --yes").json();
    assert_eq!(outcomes(&answer)[0].1, "not_holding");
    assert_eq!(tree.alive(), [true]);
}

#[test]
fn what_the_configuration_protects_is_left_alone_with_its_tree() {
    let stage = Stage::new();
    let tree = Holder::start(&stage.device, "polite", 1);
    stage.replay(&[live(tree.pids[0], 1_000.0), live(tree.pids[1], 1_000.0)]);
    stage
        .sandbox
        .write("tidetable.toml", "[models]\ndiscover = false\n[gpu]\nprotected = [\"*holder.sh*\"]\n");
    let answer = stage.clear("--force --yes").assert_code(0).json();
    let reasons = [&answer["data"]["keep"][0]["reason"], &answer["data"]["keep"][1]["reason"]];
    assert!(reasons.iter().any(|reason| reason.to_string().contains("gpu.protected")), "{answer}");
    assert!(reasons.iter().any(|reason| reason.to_string().contains("one tree with")), "{answer}");
    assert_eq!(tree.alive(), [true; 2]);
}

#[test]
fn another_users_process_is_left_alone_until_that_user_is_allowed() {
    let stage = Stage::new();
    let mut command = Command::new("sh");
    command.args(["-c", "echo $$; echo ready; exec sleep 600"]);
    let is_root =
        std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    let mut facts = json!({ "control_group": "/user.slice/session-1.scope" });
    if is_root {
        command.uid(65_534);
    } else {
        facts["user_id"] = json!(65_534);
    }
    let tree = Holder::of(command);
    stage.replay(&[with_facts(tree.pids[0], 1_000.0, facts)]);
    // It holds no file that could be looked at.
    stage.sandbox.write("replay.json", &{
        let text = std::fs::read_to_string(stage.sandbox.path("replay.json")).expect("replay");
        let mut document: Value = serde_json::from_str(&text).expect("JSON");
        document["device_files"] = json!({});
        document.to_string()
    });
    let answer = stage.clear("--force --yes").assert_code(0).json();
    assert!(kept(&answer).contains("--allow-user"), "{answer}");
    assert_eq!(tree.alive(), [true]);
    if is_root {
        let answer = stage.clear("--allow-user 65534 --yes").assert_code(0).json();
        assert_eq!(outcomes(&answer)[0].1, "ended");
    }
}

#[test]
fn a_supervised_process_is_left_to_its_supervisor_unless_it_is_named() {
    let stage = Stage::new();
    let tree = Holder::start(&stage.device, "polite", 0);
    let facts = json!({ "control_group": "/system.slice/trainer.service" });
    stage.replay(&[with_facts(tree.pids[0], 1_000.0, facts)]);
    let answer = stage.clear("--force --yes").assert_code(0).json();
    assert!(kept(&answer).contains("`systemctl stop trainer.service`"), "{answer}");
    assert_eq!(tree.alive(), [true]);
    let named = stage.clear(&format!("--pid {} --yes", tree.pids[0])).assert_code(0).json();
    assert_eq!(outcomes(&named)[0].1, "ended");
}

#[test]
fn what_no_signal_reaches_is_told_with_the_reason() {
    let stage = Stage::new();
    let tree = Holder::start(&stage.device, "polite", 0);
    for (state, words) in
        [("zombie", "has ended already; its parent"), ("uninterruptible", "inside the kernel")]
    {
        let facts = json!({ "state": state, "control_group": "/user.slice/session-1.scope" });
        stage.replay(&[with_facts(tree.pids[0], 1_000.0, facts)]);
        let answer = stage.clear("--force --yes").assert_code(0).json();
        assert!(kept(&answer).contains(words), "{answer}");
    }
    assert_eq!(tree.alive(), [true]);
}

#[test]
fn nothing_more_is_ended_once_enough_is_free() {
    let stage = Stage::new();
    let large = Holder::start(&stage.device, "polite", 0);
    let small = Holder::start(&stage.device, "polite", 0);
    stage.replay(&[live(large.pids[0], 12_000.0), live(small.pids[0], 2_000.0)]);
    // 9,576 MiB are free.
    let answer = stage.clear("--need 20GiB --yes").assert_code(0).json();
    assert_eq!((large.alive(), small.alive()), (vec![false], vec![true]));
    assert_eq!(answer["data"]["steps"][1]["status"], "not_needed");
    assert_eq!(answer["data"]["need"]["is_met"], true);
    assert_eq!(answer["data"]["need"]["free_after_mib"], 21_576.0);
}

#[test]
fn a_need_that_cannot_be_met_ends_nothing_and_says_so_with_or_without_yes() {
    let stage = Stage::new();
    let tree = Holder::start(&stage.device, "polite", 0);
    stage.replay(&[live(tree.pids[0], 2_000.0)]);
    for options in ["--need 30GiB --yes", "--need 30GiB"] {
        let answer = stage.clear(options).assert_code(4).json();
        assert_eq!(answer["data"]["need"]["is_reachable"], false);
        assert!(answer["warnings"].to_string().contains("nothing was changed"), "{answer}");
    }
    assert_eq!(tree.alive(), [true]);
}

#[test]
fn memory_that_does_not_come_back_is_told_though_the_process_is_gone() {
    let stage = Stage::new();
    let tree = Holder::start(&stage.device, "polite", 0);
    let process = live(tree.pids[0], 4_000.0);
    let listed = std::slice::from_ref(&process);
    // Planned at 5,000 MiB in use; whoever reads later finds as much in use without the process.
    let before = reading(5_000.0, listed);
    let readings = json!([before, before, before, reading(9_000.0, listed)]);
    stage.replay_of(readings, false);
    let answer = stage.clear("--yes").assert_code(4).json();
    assert_eq!(outcomes(&answer)[0].1, "ended");
    assert_eq!(
        (&answer["data"]["freed_mib"], &answer["data"]["still_held_mib"]),
        (&json!(0.0), &json!(4_000.0))
    );
}

#[test]
fn in_a_container_a_number_counts_only_with_the_device_open() {
    let stage = Stage::new();
    let elsewhere = stage.sandbox.write("other", "");
    let tree = Holder::start(&elsewhere, "polite", 0);
    stage.replay_of(json!([reading(2_000.0, &[live(tree.pids[0], 1_000.0)])]), true);
    let answer = stage.clear("--force --yes").assert_code(0).json();
    assert!(kept(&answer).contains("--pid=host"), "{answer}");
    let holder = Holder::start(&stage.device, "polite", 0);
    stage.replay_of(json!([reading(2_000.0, &[live(holder.pids[0], 1_000.0)])]), true);
    assert_eq!(outcomes(&stage.clear("--yes").assert_code(0).json())[0].1, "ended");
    assert_eq!(tree.alive(), [true]);
}

#[test]
fn a_mere_record_of_a_process_gets_no_signal() {
    let stage = Stage::new();
    let tree = Holder::start(&stage.device, "polite", 0);
    let own =
        std::fs::metadata("/proc/self").map(|own| std::os::unix::fs::MetadataExt::uid(&own)).expect("user");
    let facts =
        json!({ "user_id": own, "command": "python3", "control_group": "/user.slice/session-1.scope" });
    let record = json!({ "gpu_index": 0, "pid": tree.pids[0], "memory_mib": 1_000, "facts": facts });
    stage.replay(&[record]);
    let answer = stage.clear("--force --yes").assert_code(4).json();
    assert_eq!(outcomes(&answer)[0].1, "failed");
    assert_eq!(tree.alive(), [true]);
}

#[test]
fn only_model_servers_are_asked_where_that_is_wanted() {
    let stage = Stage::new();
    let tree = Holder::start(&stage.device, "polite", 0);
    stage.replay(&[live(tree.pids[0], 1_000.0)]);
    let answer = stage.clear("--servers-only --yes").assert_code(0).json();
    assert_eq!(kept(&answer), "only model servers were to be asked");
    assert_eq!(tree.alive(), [true]);
}

/// Whether the model server's runner ends when it is asked to let its model go.
#[derive(Clone, Copy, PartialEq)]
enum Manners {
    LetsGo,
    OnlySaysSo,
}

/// Ollama with a model of 6 GiB, whose runner is the group of processes `runner`.
fn ollama(runner: u32, manners: Manners) -> StandIn {
    let is_asked = AtomicBool::new(false);
    StandIn::new(move |request| match request.line().as_str() {
        "GET /api/ps" if is_asked.load(Ordering::SeqCst) => Reply::Json(200, list(&[])),
        "GET /api/ps" => Reply::Json(200, list(&[loaded("llama3.1:8b", 6, LATER)])),
        "POST /api/generate" => {
            is_asked.store(true, Ordering::SeqCst);
            if manners == Manners::LetsGo {
                let group = format!("-{runner}");
                let _ = Command::new("kill").args(["-9", "--", &group]).status();
            }
            Reply::Json(200, json!({ "model": "m", "response": "", "done": true, "done_reason": "unload" }))
        }
        _ => Reply::Text(404, "text/plain", "no such path".to_owned()),
    })
}

/// Clears a GPU on which a runner of Ollama and another process hold memory.
fn clear_with_a_server(manners: Manners) -> (Value, Vec<bool>) {
    let mut stage = Stage::new();
    // The runner's command line names its server, as it does in earnest.
    stage.device = stage.sandbox.write("ollama-nvidia0", "").canonicalize().expect("there");
    let runner = Holder::start(&stage.device, "polite", 0);
    let server = ollama(runner.shell.id(), manners);
    let elsewhere = stage.sandbox.write("other", "");
    let other = Holder::start(&elsewhere, "polite", 0);
    let configuration =
        "[models]\ndiscover = false\ntimeout = \"400ms\"\naction_timeout = \"2s\"\n[[model_server]]\n";
    let entry = format!("kind = \"ollama\"\naddress = \"{}\"\n", server.address);
    stage.sandbox.write("tidetable.toml", &format!("{configuration}{entry}"));
    stage.replay(&[live(runner.pids[0], 6_144.0)]);
    let answer = stage.clear("--yes").assert_code(0).json();
    (answer, [runner.alive(), other.alive()].concat())
}

#[test]
fn a_server_that_lets_go_of_its_model_is_asked_first_and_not_ended() {
    let (answer, _) = clear_with_a_server(Manners::LetsGo);
    let steps = &answer["data"]["steps"];
    assert_eq!((&steps[0]["action"], &steps[0]["status"]), (&json!("unload"), &json!("done")), "{answer}");
    assert_eq!((&steps[0]["model"], &steps[0]["freed_mib"]), (&json!("llama3.1:8b"), &json!(6_144.0)));
    assert_eq!((&steps[1]["is_reserve"], &steps[1]["status"]), (&json!(true), &json!("not_needed")));
    assert_eq!(answer["data"]["freed_mib"], 6_144.0);
}

#[test]
fn a_server_that_says_yes_and_holds_the_memory_is_found_out_and_its_process_ended() {
    let (answer, alive) = clear_with_a_server(Manners::OnlySaysSo);
    let steps = &answer["data"]["steps"];
    assert_eq!(
        (&steps[0]["status"], &steps[0]["freed_mib"]),
        (&json!("fell_short"), &json!(0.0)),
        "{answer}"
    );
    assert_eq!((&steps[1]["action"], &steps[1]["status"]), (&json!("terminate"), &json!("done")), "{answer}");
    assert_eq!(answer["data"]["freed_mib"], 6_144.0);
    assert_eq!(alive, [false, true]);
}

/// A vLLM without its developer mode, with so many requests running; `None`: it does not tell.
fn vllm(running: Option<u32>) -> StandIn {
    StandIn::new(move |request| match request.line().as_str() {
        "GET /version" => Reply::Json(200, json!({ "version": "0.11.0" })),
        "GET /v1/models" => Reply::Json(200, json!({ "data": [{ "id": "org/big", "owned_by": "vllm" }] })),
        "GET /metrics" if running.is_some() => {
            let running = running.unwrap_or_default();
            let text = format!("vllm:num_requests_running {running}\nvllm:num_requests_waiting 0\n");
            Reply::Text(200, "text/plain", text)
        }
        _ => Reply::Text(404, "text/plain", "no such path".to_owned()),
    })
}

#[test]
fn a_server_that_does_not_tell_whether_it_is_at_work_is_ended_where_it_is_named_or_by_force() {
    let stage = Stage::new();
    let worker = Holder::start(&stage.device, "polite", 0);
    stage.replay(&[live(worker.pids[0], 4_096.0)]);
    let silent = vllm(None);
    with_server(&stage, "vllm", &silent.address);
    let answer = stage.clear("--yes").assert_code(0).json();
    assert!(kept(&answer).contains("nobody tells whether it is at work"), "{answer}");
    assert_eq!(worker.alive(), [true]);
    let named = stage.clear(&format!("--pid {} --yes", worker.pids[0])).assert_code(0).json();
    assert_eq!(outcomes(&named)[0].1, "ended", "{named}");
}

#[test]
fn what_draws_the_screen_is_left_alone_however_it_is_asked_for() {
    let stage = Stage::new();
    let screen = stage.sandbox.path("Xorg");
    std::fs::copy("/bin/sleep", &screen).expect("a program copied");
    let mut command = Command::new("sh");
    command.args(["-c", "exec 9<\"$1\"; echo $$; echo ready; exec \"$2\" 600", "sh"]);
    command.arg(&stage.device).arg(&screen);
    let tree = Holder::of(command);
    let name = || std::fs::read_to_string(format!("/proc/{}/comm", tree.pids[0])).unwrap_or_default();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while name().trim() != "Xorg" {
        assert!(std::time::Instant::now() < deadline, "it becomes the screen's: {}", name());
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    stage.replay(&[live(tree.pids[0], 1_000.0)]);
    for options in ["--force --yes".to_owned(), format!("--pid {} --force --yes", tree.pids[0])] {
        let answer = stage.clear(&options).json();
        assert!(kept(&answer).contains("protected: it draws the screen"), "{answer}");
    }
    assert_eq!(tree.alive(), [true]);
}

/// Writes that `server` is there.
fn with_server(stage: &Stage, kind: &str, address: &str) {
    let text = format!(
        "[models]\ndiscover = false\ntimeout = \"400ms\"\n[[model_server]]\nkind = \"{kind}\"\naddress = \"{address}\"\n"
    );
    stage.sandbox.write("tidetable.toml", &text);
}

#[test]
fn a_server_at_work_is_not_ended_without_force_though_it_cannot_be_asked_to_sleep() {
    let stage = Stage::new();
    let worker = Holder::start(&stage.device, "polite", 0);
    stage.replay(&[live(worker.pids[0], 4_096.0)]);
    // The server is this test, and the worker descends from it: nothing in its command line says so.
    let busy = vllm(Some(2));
    with_server(&stage, "vllm", &busy.address);
    let named = format!("--pid {} --yes", worker.pids[0]);
    for (options, code) in [("--yes", 0), (named.as_str(), 4)] {
        let answer = stage.clear(options).assert_code(code).json();
        assert!(kept(&answer).contains("its server keeps: at work"), "{options}: {answer}");
    }
    assert_eq!(worker.alive(), [true]);
    let forced = stage.clear("--force --yes").assert_code(0).json();
    assert_eq!(outcomes(&forced)[0].1, "ended", "{forced}");
}

#[test]
fn a_server_that_rests_and_cannot_be_asked_is_ended_where_idleness_is_not_asked_for() {
    let stage = Stage::new();
    let worker = Holder::start(&stage.device, "polite", 0);
    stage.replay(&[live(worker.pids[0], 4_096.0)]);
    let resting = vllm(Some(0));
    with_server(&stage, "vllm", &resting.address);
    assert_eq!(outcomes(&stage.clear("--yes").assert_code(0).json())[0].1, "ended");
}

#[test]
fn a_clear_that_is_interrupted_says_so_and_leaves_the_rest() {
    let stage = Stage::new();
    let deaf = Holder::start(&stage.device, "deaf", 0);
    let other = Holder::start(&stage.device, "polite", 0);
    stage.replay(&[live(deaf.pids[0], 9_000.0), live(other.pids[0], 1_000.0)]);
    let child = Command::new(env!("CARGO_BIN_EXE_tidetable"))
        .args(["gpu", "clear", "--replay", "replay.json", "--idle-for", "0", "--grace", "60s", "--yes"])
        .args(["--output-format", "json"])
        .current_dir(stage.sandbox.path("."))
        .env("HOME", stage.sandbox.path("."))
        .env("TIDETABLE_DB", stage.sandbox.path("store.db"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    // The larger one is asked first, and does not hear it for a minute.
    std::thread::sleep(std::time::Duration::from_secs(2));
    let asked = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(asked.expect("signal sent").success());
    let output = child.wait_with_output().expect("ended");
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(answer["data"]["status"], "interrupted");
    assert_eq!(answer["data"]["steps"][1]["status"], "not_taken");
    assert_eq!((deaf.alive(), other.alive()), (vec![true], vec![true]));
}
