//! `import` from the outside.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};

use crate::sandbox::{Sandbox, trace};

const CSV: &str = "\
task_type,started_at,ended_at,status,user,cpu_cores,memory_mb
backup,2026-02-01T02:00:00Z,2026-02-01T02:10:00Z,completed,root,1,512
backup,2026-02-02T02:00:00Z,2026-02-02T02:11:00Z,completed,root,1,
backup,2026-02-03T02:00:00Z,2026-02-03T01:00:00Z,completed,root,1,500
,2026-02-03T02:00:00Z,,,,,
train,2026-02-03T19:00:00Z,,running,ada,8,
";

#[test]
fn a_csv_file_is_read_and_its_bad_lines_are_named() {
    let sandbox = Sandbox::new();
    sandbox.write("runs.csv", CSV);
    insta::assert_snapshot!(sandbox.run("import runs.csv --reject-file rejects.txt").assert_code(0));
    let rejects = std::fs::read_to_string(sandbox.path("rejects.txt")).expect("written");
    assert!(rejects.contains("line 4, ended_at"), "{rejects}");
}

#[test]
fn the_same_file_twice_adds_nothing_and_a_grown_one_its_new_part() {
    let sandbox = Sandbox::new();
    sandbox.write("runs.csv", CSV);
    sandbox.run("import runs.csv").assert_code(0);
    let again = sandbox.run("import runs.csv --output-format json").assert_code(0).json();
    assert_eq!(
        (again["data"]["added"].as_u64(), again["data"]["already_known"].as_u64()),
        (Some(0), Some(3))
    );
    let ended = CSV.replace(
        "train,2026-02-03T19:00:00Z,,running",
        "train,2026-02-03T19:00:00Z,2026-02-03T20:00:00Z,completed",
    );
    sandbox.write("runs.csv", &format!("{ended}sync,2026-02-04T02:00:00Z,,,,,\n"));
    let grown = sandbox.run("import runs.csv --output-format json").assert_code(0).json();
    assert_eq!(grown["data"]["added"], 1);
    assert_eq!(grown["data"]["updated"], 1, "the run that was going on has ended: {grown}");
}

#[test]
fn equal_lines_of_one_file_are_runs_of_their_own() {
    let sandbox = Sandbox::new();
    sandbox.write("runs.csv", "task_type,started_at\nsync,1770000000\nsync,1770000000\nsync,1770000000\n");
    let first = sandbox.run("import runs.csv --output-format json").assert_code(0).json();
    assert_eq!(first["data"]["added"], 3);
    let second = sandbox.run("import runs.csv --output-format json").assert_code(0).json();
    assert_eq!(
        (second["data"]["added"].as_u64(), second["data"]["already_known"].as_u64()),
        (Some(0), Some(3))
    );
}

#[test]
fn a_dry_run_reports_the_same_and_makes_no_store() {
    let sandbox = Sandbox::new();
    sandbox.write("runs.csv", CSV);
    let answer = sandbox.run("import runs.csv --dry-run --output-format json").assert_code(0).json();
    assert_eq!(answer["data"]["added"], 3);
    assert_eq!(answer["dry_run"], true);
    assert!(!sandbox.path("store.db").exists());
}

#[test]
fn strict_keeps_nothing_of_a_file_with_a_bad_line() {
    let sandbox = Sandbox::new();
    sandbox.write("runs.csv", CSV);
    insta::assert_snapshot!(sandbox.run("import runs.csv --strict").assert_code(1));
    let answer = sandbox.run("import runs.csv --output-format json").assert_code(0).json();
    assert_eq!(answer["data"]["added"], 3, "the strict attempt kept nothing");
}

#[test]
fn a_file_that_is_not_there_is_an_error_with_the_path() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.run("import nowhere.csv").assert_code(1));
}

#[test]
fn one_missing_file_among_several_is_partly_done() {
    let sandbox = Sandbox::new();
    sandbox.write("runs.csv", CSV);
    let answer = sandbox.run("import runs.csv nowhere.csv --output-format json").assert_code(4).json();
    assert_eq!(answer["data"]["added"], 3);
    assert!(answer["data"]["files"][1]["error"].is_string());
}

#[test]
fn gzip_from_standard_input_is_read() {
    let sandbox = Sandbox::new();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(CSV.as_bytes()).expect("compressed");
    let output = sandbox
        .command()
        .args(["import", "-", "--output-format", "json"])
        .write_stdin(encoder.finish().expect("compressed"))
        .output()
        .expect("program started");
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(answer["data"]["added"], 3, "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_map_that_names_no_column_of_ours_is_a_usage_error() {
    let sandbox = Sandbox::new();
    sandbox.write("runs.csv", CSV);
    insta::assert_snapshot!(sandbox.run("import runs.csv --map nonsense").assert_code(2));
}

#[test]
fn sessions_of_another_log_end_the_runs_whichever_is_imported_first() {
    let (Some(commands), Some(sessions)) =
        (trace("cron_ubuntu_syslog_2016.log.gz"), trace("cron_ubuntu_authlog_2016.log.gz"))
    else {
        return;
    };
    let (commands, sessions) = (commands.to_string_lossy(), sessions.to_string_lossy());
    let zone = ["--timezone", "America/New_York", "--year", "2016", "--output-format", "json"];
    for order in [[&commands, &sessions], [&sessions, &commands]] {
        let sandbox = Sandbox::new();
        let mut ended = 0;
        for path in order {
            let mut arguments = vec!["import", path.as_ref()];
            arguments.extend(zone);
            let answer = sandbox.run_args(&arguments).assert_code(0).json();
            ended += answer["data"]["files"][0]["runs_ended_by_sessions"].as_u64().expect("count");
        }
        assert_eq!(ended, 2227);
    }
}

#[test]
fn a_killed_import_leaves_all_or_nothing_and_can_be_repeated() {
    const ROWS: usize = 40_000;
    let sandbox = Sandbox::new();
    let mut text = String::from("task_type,started_at,external_id\n");
    for row in 0..ROWS {
        text.push_str(&format!("job-{},{},{row}\n", row % 50, 1_760_000_000 + row * 60));
    }
    sandbox.write("runs.csv", &text);
    let known = || {
        let answer = sandbox.run("import runs.csv --dry-run --output-format json").assert_code(0).json();
        answer["data"]["already_known"].as_u64().expect("count") as usize
    };
    for delay_ms in [5, 30, 60, 90, 120, 180] {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_tidetable"))
            .args(["import", "runs.csv", "--db", "killed.db"])
            .env("TZ", "UTC")
            .env("HOME", sandbox.path(""))
            .current_dir(sandbox.path(""))
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("program started");
        std::thread::sleep(std::time::Duration::from_millis(delay_ms));
        let finished = child.try_wait().expect("status").is_some_and(|status| status.success());
        // Too late is fine: then it has finished, and everything must be there.
        let _ = child.kill();
        child.wait().expect("ended");
        let _ = std::fs::rename(sandbox.path("killed.db"), sandbox.path("store.db"));
        let _ = std::fs::rename(sandbox.path("killed.db-wal"), sandbox.path("store.db-wal"));
        let stored = known();
        assert!(stored == 0 || stored == ROWS, "{stored} rows after {delay_ms} ms");
        assert!(!finished || stored == ROWS, "reported as stored, and lost");
        for name in ["store.db", "store.db-wal", "store.db-shm", "killed.db-shm"] {
            let _ = std::fs::remove_file(sandbox.path(name));
        }
    }
    let answer = sandbox.run("import runs.csv --output-format json").assert_code(0).json();
    assert_eq!(answer["data"]["added"], ROWS);
}

#[test]
fn a_second_writer_gives_up_after_its_lock_timeout_and_names_the_first() {
    let sandbox = Sandbox::new();
    sandbox.write("runs.csv", CSV);
    let mut first = std::process::Command::new(env!("CARGO_BIN_EXE_tidetable"))
        .args(["import", "-", "--format", "csv", "--db", "store.db"])
        .env("HOME", sandbox.path(""))
        .current_dir(sandbox.path(""))
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("program started");
    // It holds the lock until its standard input ends.
    let mut input = first.stdin.take().expect("pipe");
    input.write_all(CSV.as_bytes()).expect("written");
    let mut answer = sandbox.run("import runs.csv --lock-timeout 300ms --output-format json");
    for _ in 0..50 {
        if answer.code == Some(10) {
            break;
        }
        // The first had not taken the lock yet.
        std::thread::sleep(std::time::Duration::from_millis(50));
        answer = sandbox.run("import runs.csv --lock-timeout 300ms --output-format json");
    }
    let answer = answer.assert_code(10);
    assert!(answer.stdout.is_empty(), "{answer}");
    assert!(answer.stderr.contains("tidetable import"), "{answer}");
    assert!(answer.stderr.contains(&format!("process {}", first.id())), "{answer}");
    drop(input);
    assert!(first.wait().expect("ended").success());
}

#[test]
fn a_reject_file_is_added_to_and_never_takes_the_place_of_another() {
    let sandbox = Sandbox::new();
    sandbox.write("runs.csv", CSV);
    sandbox.write("notes.txt", "precious\n");
    sandbox.run("import runs.csv --reject-file notes.txt").assert_code(0);
    let notes = std::fs::read_to_string(sandbox.path("notes.txt")).expect("readable");
    assert!(notes.starts_with("precious\n") && notes.contains("line 4, ended_at"), "{notes}");
    for taken in ["store.db", "runs.csv"] {
        let before = std::fs::read(sandbox.path(taken)).expect("readable");
        sandbox.run(&format!("import runs.csv --reject-file {taken}")).assert_code(2);
        assert_eq!(std::fs::read(sandbox.path(taken)).expect("readable"), before, "{taken}");
    }
}

#[test]
fn a_file_of_which_nothing_can_be_read_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.write("runs.csv", "task_type,started_at\nbackup,yesterday\nsync,tomorrow\n");
    insta::assert_snapshot!(sandbox.run("import runs.csv").assert_code(1));
}

#[test]
fn a_line_that_left_the_crontab_leaves_its_rule_disabled() {
    let sandbox = Sandbox::new();
    sandbox.write("crontab", "0 2 * * * backup\n17 * * * * sync\n");
    sandbox.run("import crontab --format crontab --crontab-user ada").assert_code(0);
    sandbox.write("crontab", "0 3 * * * backup\n17 * * * * sync\n");
    sandbox.run("import crontab --format crontab --crontab-user ada").assert_code(0);
    let rules = sandbox.run("rules list --output-format json").assert_code(0).json();
    let mut states: Vec<(String, bool)> = rules["data"]["rules"]
        .as_array()
        .expect("list")
        .iter()
        .map(|rule| (rule["schedule"]["cron"].as_str().expect("cron").to_owned(), rule["enabled"] == true))
        .collect();
    states.sort();
    let expected = [("0 2 * * *", false), ("0 3 * * *", true), ("17 * * * *", true)];
    assert_eq!(states, expected.map(|(cron, enabled)| (cron.to_owned(), enabled)));
}

#[test]
fn readers_and_dry_runs_leave_nothing_beside_the_store() {
    let sandbox = Sandbox::new();
    sandbox.write("runs.csv", CSV);
    sandbox.run("import runs.csv").assert_code(0);
    let listing = || {
        let mut names: Vec<_> = std::fs::read_dir(sandbox.path(""))
            .expect("folder")
            .map(|entry| entry.expect("entry").file_name())
            .collect();
        names.sort();
        (names, std::fs::read(sandbox.path("store.db")).expect("store"))
    };
    let before = listing();
    for command in ["view", "rules list", "import runs.csv -n", "analyze -n", "optimize --balance-load -n"] {
        sandbox.run(command).assert_code(0);
        assert!(listing() == before, "{command} left {:?}", listing().0);
    }
}

#[test]
fn a_store_that_another_program_holds_is_busy_too() {
    let sandbox = Sandbox::new();
    sandbox.write("runs.csv", CSV);
    sandbox.run("import runs.csv").assert_code(0);
    let other = rusqlite::Connection::open(sandbox.path("store.db")).expect("opened");
    other.execute_batch("BEGIN IMMEDIATE").expect("held");
    let answer = sandbox.run("import runs.csv --lock-timeout 200ms --output-format json").assert_code(10);
    assert!(answer.stderr.contains("another program") && answer.stderr.contains("200ms"), "{answer}");
    other.execute_batch("ROLLBACK").expect("freed");
    sandbox.run("import runs.csv").assert_code(0);
}
