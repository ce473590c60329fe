//! `gpu` with a stand-in for the driver's library: what the real one is asked, in which units, and what it may refuse.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};
use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::sandbox::{NOW, Sandbox};

/// The folder with the library, built once; `None` where there is no C compiler.
fn library() -> Option<&'static Path> {
    static FOLDER: OnceLock<Option<(tempfile::TempDir, PathBuf)>> = OnceLock::new();
    let built = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().expect("folder");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/gpu/nvml.c");
        let library = folder.path().join("libnvidia-ml.so.1");
        let built = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).status();
        match built {
            Ok(status) => {
                assert!(status.success(), "the stand-in compiles");
                let path = folder.path().to_owned();
                Some((folder, path))
            }
            Err(error) => {
                eprintln!("skipped: no C compiler ({error})");
                None
            }
        }
    });
    built.as_ref().map(|(_, path)| path.as_path())
}

/// What the program answered.
struct Answer(Output);

impl Answer {
    #[track_caller]
    fn assert_code(self, code: i32) -> Answer {
        assert_eq!(self.0.status.code(), Some(code), "{:?}", self.0);
        self
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.0.stdout).unwrap_or_else(|error| panic!("{error}: {:?}", self.0))
    }
}

/// A process that the library lists, and the scene that it plays.
struct Stage {
    sandbox: Sandbox,
    library: &'static Path,
    holder: Child,
    scene: &'static str,
}

impl Stage {
    fn new(scene: &'static str) -> Option<Stage> {
        let library = library()?;
        let sandbox = Sandbox::new();
        sandbox.write("tidetable.toml", "[models]\ndiscover = false\n");
        let holder = Command::new("sleep").arg("600").spawn().expect("started");
        Some(Stage { sandbox, library, holder, scene })
    }

    fn run(&self, arguments: &str) -> Answer {
        let mut command = self.sandbox.command();
        command
            .env("LD_LIBRARY_PATH", self.library)
            .env("STAND_IN_SCENE", self.scene)
            .env("STAND_IN_PID", self.holder.id().to_string())
            .args(arguments.split_whitespace())
            .args(["--now", NOW]);
        Answer(command.output().expect("program started"))
    }

    fn json(&self, arguments: &str) -> Value {
        self.run(&format!("{arguments} --output-format json")).assert_code(0).json()
    }

    fn device(&self) -> Value {
        self.json("gpu status")["data"]["devices"][0].clone()
    }

    fn process(&self) -> Value {
        self.json("gpu processes")["data"]["processes"][0].clone()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

#[test]
fn every_figure_of_the_driver_arrives_in_its_unit() {
    let Some(stage) = Stage::new("plain") else { return };
    let device = stage.device();
    let expected = [
        ("index", json!(0)),
        ("uuid", json!("GPU-aaaa")),
        ("name", json!("NVIDIA Stand-In")),
        ("memory_total_mib", json!(24_576.0)),
        ("memory_used_mib", json!(5_120.0)),
        ("memory_reserved_mib", json!(512.0)),
        ("memory_free_mib", json!(18_944.0)),
        ("utilization", json!(0.37)),
        ("temperature_celsius", json!(41.0)),
        ("power_watts", json!(71.5)),
        ("power_limit_watts", json!(230.0)),
        ("is_mig", json!(false)),
        ("processes_untold", json!(null)),
        ("unattributed_mib", json!(1_024.0)),
    ];
    for (field, value) in expected {
        assert_eq!(device[field], value, "{field}: {device}");
    }
    assert_eq!(stage.json("gpu status")["data"]["driver_version"], "575.1");
    let process = stage.process();
    assert_eq!(process["pid"], stage.holder.id());
    assert_eq!((&process["memory_mib"], &process["gpu_instance_id"]), (&json!(4_096.0), &json!(null)));
    // The sample that is no newer than what was asked for does not count.
    assert_eq!(process["utilization"], 0.25);
    // What the driver reserves is no room.
    stage.run("gpu status --fits 18.3GiB").assert_code(4);
    stage.run("gpu status --fits 18GiB").assert_code(0);
}

#[test]
fn a_watch_hears_critical_errors_and_a_status_remembers_them() {
    let Some(stage) = Stage::new("plain") else { return };
    assert_eq!(stage.json("gpu watch --once")["data"]["devices"][0]["last_xid"], 79);
    assert_eq!(stage.device()["last_xid"], 79);
}

#[test]
fn memory_is_freed_and_proven_by_the_driver() {
    let Some(mut stage) = Stage::new("plain") else { return };
    let answer = stage.run("gpu clear --idle-for 0 --yes --output-format json");
    let process = stage.process();
    if process["facts"].is_null() && stage.holder.try_wait().expect("asked").is_none() {
        eprintln!("skipped: in a container a process counts only with the device open");
        return;
    }
    let answer = answer.assert_code(0).json();
    assert_eq!(answer["data"]["freed_mib"], 4_096.0, "{answer}");
    assert_eq!(answer["data"]["still_held_mib"], 0.0);
    assert!(!stage.holder.wait().expect("ended").success());
}

#[test]
fn what_the_driver_does_not_tell_is_unknown_and_leaves_the_rest() {
    let Some(stage) = Stage::new("silent") else { return };
    let device = stage.device();
    assert_eq!((&device["uuid"], &device["power_limit_watts"]), (&json!("GPU-aaaa"), &json!(230.0)));
    for field in [
        "memory_total_mib",
        "memory_used_mib",
        "memory_free_mib",
        "utilization",
        "temperature_celsius",
        "power_watts",
        "unattributed_mib",
        "pressure",
        "last_xid",
    ] {
        assert_eq!(device[field], json!(null), "{field}: {device}");
    }
    let listed = stage.json("gpu processes");
    assert_eq!(listed["data"]["processes"], json!([]));
    assert!(
        listed["warnings"].to_string().contains("GPU 0: the driver does not tell all processes"),
        "{listed}"
    );
    // Nothing is known to be free, so that nothing is known to fit.
    stage.run("gpu status --fits 1GiB").assert_code(4);
    let plan = stage.json("gpu clear --idle-for 0 --yes");
    assert_eq!(plan["data"]["steps"], json!([]), "{plan}");
    stage.json("gpu watch --once");
}

#[test]
fn a_list_that_is_refused_is_no_empty_list() {
    let Some(stage) = Stage::new("refused") else { return };
    let device = stage.device();
    assert_eq!(device["memory_used_mib"], 5_120.0);
    assert_eq!(device["unattributed"]["cause"], "list_untold", "{device}");
    let plan = stage.json("gpu clear --idle-for 0 --yes");
    assert!(plan["warnings"].to_string().contains("does not tell which processes use this GPU"), "{plan}");
}

#[test]
fn a_list_that_grows_while_it_is_read_is_read_again() {
    let Some(stage) = Stage::new("grows") else { return };
    assert_eq!(stage.process()["pid"], stage.holder.id());
}

#[test]
fn shares_that_are_not_available_or_beyond_the_gpu_are_unknown() {
    for scene in ["wsl", "misread"] {
        let Some(stage) = Stage::new(scene) else { return };
        assert_eq!(stage.process()["memory_mib"], json!(null), "{scene}");
        assert_eq!(stage.device()["unattributed"]["cause"], "unknown_shares", "{scene}");
    }
}

#[test]
fn nobody_is_idle_while_the_gpu_is_busy_and_no_process_is_named() {
    let Some(stage) = Stage::new("quiet") else { return };
    assert_eq!(stage.process()["utilization"], json!(null));
}

#[test]
fn instances_tell_their_memory_and_their_processes() {
    let Some(stage) = Stage::new("mig") else { return };
    let device = stage.device();
    assert_eq!(
        device["mig_instances"],
        json!([{ "uuid": "MIG-aaaa", "gpu_instance_id": 5, "memory_total_mib": 10_240.0, "memory_used_mib": 5_120.0 }])
    );
    assert_eq!((&device["is_mig"], &device["utilization"]), (&json!(true), &json!(null)));
    let process = stage.process();
    assert_eq!(
        (&process["pid"], &process["gpu_instance_id"], &process["utilization"]),
        (&json!(stage.holder.id()), &json!(5), &json!(null))
    );
}

#[test]
fn a_gpu_that_is_lost_leaves_the_others_with_their_own_numbers() {
    let Some(stage) = Stage::new("lost") else { return };
    let status = stage.json("gpu status");
    assert_eq!(status["data"]["devices"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&status["data"]["devices"][0]["index"], &status["data"]["devices"][0]["uuid"]),
        (&json!(1), &json!("GPU-bbbb"))
    );
    assert!(status["warnings"].to_string().contains("GPU 0 cannot be read"), "{status}");
    stage.run("gpu processes --device 0").assert_code(1);
}

#[test]
fn a_driver_that_is_not_ready_or_sees_nothing_is_told_apart_from_none() {
    for (scene, words) in [("unloaded", "does not answer"), ("none", "sees no GPU")] {
        let Some(stage) = Stage::new(scene) else { return };
        let answer = stage.run("gpu status --output-format json").assert_code(3);
        let error: Value = serde_json::from_slice(&answer.0.stderr).expect("one object");
        assert!(error["message"].as_str().is_some_and(|text| text.contains(words)), "{error}");
    }
}

/// The script for machines with a GPU, on the stand-in or without any driver.
fn check(library: Option<&Path>) -> Option<Output> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().expect("folder");
    let holder = folder.path().join("holder");
    let write = "printf '#!/bin/sh\\necho ready\\nexec sleep 600\\n' > \"$1\" && chmod 755 \"$1\"";
    let written = Command::new("sh").args(["-c", write, "sh"]).arg(&holder).status().expect("shell started");
    assert!(written.success());
    let has_python = Command::new("python3").arg("-V").output().is_ok();
    if !has_python {
        eprintln!("skipped: no python3");
        return None;
    }
    let mut command = Command::new("bash");
    command.arg(root.join("benches/gpu_check.sh")).arg("4").env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("PROGRAM", env!("CARGO_BIN_EXE_tidetable")).env("HOLDER", &holder);
    command.env("ROUNDS", "1").env("BENCH", "no").env("STAND_IN_SCENE", "plain");
    command.envs(library.map(|library| ("LD_LIBRARY_PATH", library)));
    Some(command.output().expect("started"))
}

#[test]
fn the_check_for_machines_with_a_gpu_proves_what_it_says() {
    let is_container =
        std::fs::read_link("/proc/self/ns/pid").is_ok_and(|link| link.as_os_str() != "pid:[4026531836]");
    if is_container {
        eprintln!("skipped: in a container a process counts only with the device open");
        return;
    }
    let Some(output) = library().and_then(|library| check(Some(library))) else { return };
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(
        said.contains("freed\n4096 MiB by the driver's word") && said.contains("NVIDIA Stand-In"),
        "{said}"
    );
    assert!(!said.contains("WRONG"), "{said}");
}

#[test]
fn the_check_says_where_there_is_no_gpu() {
    if Path::new("/dev/nvidiactl").exists() {
        eprintln!("skipped: this machine has an NVIDIA driver");
        return;
    }
    let Some(output) = check(None) else { return };
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("no GPU to check"));
}
