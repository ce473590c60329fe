//! `analyze-activity-patterns` from the outside.

use crate::sandbox::{Sandbox, trace};

/// Numbers without a pattern (a plain multiple of the day would be a schedule of its own).
fn scrambled(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    for factor in [0xbf58_476d_1ce4_e5b9, 0x94d0_49bb_1331_11eb] {
        mixed = (mixed ^ (mixed >> 29)).wrapping_mul(factor);
    }
    (mixed ^ (mixed >> 32)) >> 16
}

/// Six weeks of a nightly backup, with a second task type at no fixed time.
fn history() -> String {
    let mut text = String::from("task_type,started_at,ended_at,status,user,memory_mib\n");
    for day in 0..42_i64 {
        let night = 1_767_232_800 + day * 86_400; // 2026-01-01T02:00:00Z
        text.push_str(&format!("backup,{},{},completed,root,512\n", night + day % 7, night + 600 + day % 5));
        let noise = night + scrambled(day as u64) as i64 % 80_000;
        text.push_str(&format!("notebook,{noise},,,ada,\n"));
    }
    text
}

#[test]
fn a_nightly_backup_is_found_and_noise_is_not() {
    let sandbox = Sandbox::new();
    sandbox.write("runs.csv", &history());
    sandbox.run("import runs.csv").assert_code(0);
    insta::assert_snapshot!(
        sandbox.run("analyze-activity-patterns --now 2026-02-12T00:00:00Z").assert_code(0)
    );
}

#[test]
fn a_second_analysis_of_the_same_data_changes_nothing() {
    let sandbox = Sandbox::new();
    sandbox.write("runs.csv", &history());
    sandbox.run("import runs.csv").assert_code(0);
    let first = sandbox.run("analyze-activity-patterns --output-format json").assert_code(0).json();
    let second = sandbox.run("analyze-activity-patterns --output-format json").assert_code(0).json();
    assert_eq!(first["data"]["patterns"], second["data"]["patterns"]);
    assert_eq!(second["data"]["saved"]["unchanged"], 1, "{second}");
    assert_eq!(second["data"]["saved"]["changed"], 0);
    assert_eq!(first["data"]["search"], serde_json::json!({"searched": 2, "remembered": 0}));
    assert_eq!(second["data"]["search"], serde_json::json!({"searched": 0, "remembered": 2}));
    // What hangs on other things is searched: as asked, in another zone, as of an earlier time.
    for other in ["--search-anew", "--timezone Asia/Tokyo", "--now 2026-02-01T00:00:00Z", "--days 31"] {
        let answer =
            sandbox.run(&format!("analyze {other} --dry-run --output-format json")).assert_code(0).json();
        assert_eq!(answer["data"]["search"]["remembered"], 0, "{other}");
    }
    let of_one = sandbox.run("analyze --task-types backup --output-format json").assert_code(0).json();
    assert_eq!(of_one["data"]["search"], serde_json::json!({"searched": 0, "remembered": 1}));
}

#[test]
fn a_dry_run_finds_the_same_and_saves_nothing() {
    let sandbox = Sandbox::new();
    sandbox.write("runs.csv", &history());
    sandbox.run("import runs.csv").assert_code(0);
    let answer = sandbox.run("analyze -n --output-format json").assert_code(0).json();
    assert_eq!(answer["data"]["patterns"][0]["schedule"]["cron"], "0 2 * * *");
    let stored = sandbox.run("view --output-format json").assert_code(0).json();
    assert_eq!(stored["data"]["total"], 0);
}

#[test]
fn runs_after_now_do_not_exist() {
    let sandbox = Sandbox::new();
    sandbox.write("runs.csv", &history());
    sandbox.run("import runs.csv").assert_code(0);
    let answer = sandbox.run("analyze --now 2026-01-02T12:00:00Z --output-format json").assert_code(0).json();
    let all = history();
    let until = |line: &&str| {
        line.split(',')
            .nth(1)
            .and_then(|start| start.parse::<i64>().ok())
            .is_some_and(|start| start <= 1_767_355_200)
    };
    assert_eq!(answer["data"]["runs"].as_u64(), Some(all.lines().filter(until).count() as u64), "{answer}");
}

#[test]
fn an_empty_store_has_no_patterns_and_says_what_to_do() {
    insta::assert_snapshot!(Sandbox::new().run("analyze-activity-patterns").assert_code(0));
}

#[test]
fn the_declared_schedules_of_a_real_crontab_are_found_in_its_log_and_nothing_else() {
    let Some(log) = trace("cron_ubuntu_syslog_2016.log.gz") else { return };
    let sandbox = Sandbox::new();
    let zone = ["--timezone", "America/New_York"];
    let log = log.to_string_lossy();
    sandbox.run_args(&[&["import", &log, "--year", "2016"], &zone[..]].concat()).assert_code(0);
    let arguments =
        [&["analyze", "--output-format", "json", "--now", "2016-11-15T12:00:00Z"], &zone[..]].concat();
    let answer = sandbox.run_args(&arguments).assert_code(0).json();
    let mut found: Vec<(String, bool)> = answer["data"]["patterns"]
        .as_array()
        .expect("list")
        .iter()
        .map(|pattern| {
            let cron = pattern["schedule"]["cron"].as_str().unwrap_or("none").to_owned();
            (cron, pattern["is_active"] == true)
        })
        .collect();
    found.sort();
    let expected = [
        ("*/20 * * * *", false),
        ("17 * * * *", true),
        ("25 6 * * *", true),
        ("45 14 * * *", true),
        ("47 6 * * 0", true),
        ("57 0 * * 0", true),
        ("9,39 * * * *", true),
    ];
    assert_eq!(found, expected.map(|(cron, active)| (cron.to_owned(), active)));
}

#[cfg(unix)]
#[test]
fn an_interrupted_analysis_ends_soon_and_saves_nothing() {
    let sandbox = Sandbox::new();
    let mut text = String::from("task_type,started_at\n");
    for row in 0..120_000_u64 {
        text.push_str(&format!("job-{},{}\n", row % 150, 1_760_000_000 + row * 40 + scrambled(row) % 3_000));
    }
    sandbox.write("runs.csv", &text);
    sandbox.run("import runs.csv").assert_code(0);
    let child = std::process::Command::new(env!("CARGO_BIN_EXE_tidetable"))
        .args(["analyze", "--days", "3650", "--db", "store.db", "--now", "2026-03-01T00:00:00Z"])
        .env("HOME", sandbox.path(""))
        .current_dir(sandbox.path(""))
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("program started");
    std::thread::sleep(std::time::Duration::from_millis(1_000));
    let asked = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(asked.expect("signal sent").success(), "the analysis was over before it could be interrupted");
    let output = child.wait_with_output().expect("ended");
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout.is_empty());
    let stored = sandbox.run("view --output-format json").assert_code(0).json();
    assert_eq!(stored["data"]["total"], 0);
}

/// Four weeks of a nightly dump whose name bears its day and of a job of two users at two times; the last day is
/// left out unless asked for.
fn many_names(days: i64) -> String {
    let mut text = String::from("task_type,started_at,user\n");
    for day in 0..days {
        let late = scrambled(day as u64) as i64 % 40;
        let night = 1_767_232_800 + day * 86_400; // 2026-01-01T02:00:00Z
        text.push_str(&format!("dump-202601{:02}.sql,{},root\n", day + 1, night + late));
        text.push_str(&format!("report,{},ada\n", night + 3_600 + late));
        text.push_str(&format!("report,{},zoe\n", night + 7_260 + late));
    }
    text
}

#[test]
fn names_that_differ_in_a_date_are_one_task_type() {
    let sandbox = Sandbox::new();
    sandbox.write("runs.csv", &many_names(28));
    sandbox.run("import runs.csv").assert_code(0);
    insta::assert_snapshot!(
        sandbox.run("analyze-activity-patterns --now 2026-01-29T00:00:00Z").assert_code(0)
    );
    let apart = sandbox.run("analyze -n --no-normalize-names --output-format json").assert_code(0).json();
    assert_eq!(apart["data"]["typing"]["templates"], 0);
    assert_eq!(apart["data"]["task_types"], 29);
    let asked = "analyze -n --task-types dump-20260103.sql --output-format json";
    let asked = sandbox.run(asked).assert_code(0).json();
    assert_eq!(asked["data"]["patterns"][0]["task_types"][0], "dump-<date>.sql", "{asked}");
}

#[test]
fn a_dated_name_is_predicted_and_its_next_run_fulfils_the_prediction() {
    let sandbox = Sandbox::new();
    sandbox.write("runs.csv", &many_names(27));
    sandbox.run("import runs.csv").assert_code(0);
    sandbox.run("analyze --now 2026-01-28T00:00:00Z").assert_code(0);
    let predict = "predict --now 2026-01-28T00:00:00Z --output-format json";
    let predicted = sandbox.run(predict).assert_code(0).json();
    assert_eq!(predicted["data"]["predictions"][0]["task_type"], "dump-<date>.sql", "{predicted}");
    sandbox.write("more.csv", &many_names(28));
    sandbox.run("import more.csv").assert_code(0);
    let evaluate = "predict evaluate --now 2026-01-29T00:00:00Z --output-format json";
    let judged = sandbox.run(evaluate).assert_code(0).json();
    assert_eq!((&judged["data"]["hits"], &judged["data"]["misses"]), (&3.into(), &0.into()), "{judged}");
}

#[test]
fn schedules_of_several_users_are_told_apart_when_asked() {
    let sandbox = Sandbox::new();
    sandbox.write("runs.csv", &many_names(28));
    sandbox.run("import runs.csv").assert_code(0);
    insta::assert_snapshot!(
        sandbox.run("analyze --now 2026-01-29T00:00:00Z --group-by user --task-types report").assert_code(0)
    );
    let stored = sandbox.run("view --output-format json").assert_code(0).json();
    assert_eq!(stored["data"]["patterns"][0]["group"]["user"], "ada", "{stored}");
}

#[test]
fn a_shorter_look_does_not_undo_what_a_longer_one_found() {
    let sandbox = Sandbox::new();
    let mut runs = String::from("task_type,started_at\n");
    // From Monday, 2025-12-01 to Sunday, 2026-03-01: on workdays at 17:00.
    for day in (0..91_i64).filter(|day| day % 7 < 5) {
        runs.push_str(&format!("train,{}\n", 1_764_547_200 + day * 86_400 + 17 * 3_600 + 2));
    }
    // Something that is there at weekends, too.
    for hour in 0..91 * 24_i64 {
        runs.push_str(&format!("poll,{}\n", 1_764_547_200 + hour * 3_600));
    }
    sandbox.write("runs.csv", &runs);
    sandbox.run("import runs.csv").assert_code(0);
    sandbox.run("analyze --days 90").assert_code(0);
    let patterns = || -> Vec<serde_json::Value> {
        let answer = sandbox.run("view --limit 100 --output-format json").assert_code(0).json();
        let all = answer["data"]["patterns"].as_array().expect("list").clone();
        all.into_iter().filter(|pattern| pattern["task_types"] == serde_json::json!(["train"])).collect()
    };
    let before = patterns();
    let short = sandbox.run("analyze --days 9").assert_code(0);
    let after = patterns();
    assert_eq!((before.len(), after.len()), (1, 1), "{short}");
    assert_eq!(
        (&before[0]["id"], &before[0]["schedule"]),
        (&after[0]["id"], &after[0]["schedule"]),
        "{short}"
    );
}
