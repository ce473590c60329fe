//! What is exported, before the programs that have to take it: Debian's `crontab -n` and `systemd-analyze`.

use std::path::Path;
use std::process::Command;

use crate::generate::move_rule;
use crate::sandbox::{Sandbox, Transcript, trace};

/// Whether a program can be started; says that the test is skipped where not.
fn has(program: &str, probe: &[&str]) -> bool {
    let found = Command::new(program).args(probe).output().is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("skipped: no {program} that can do it");
    }
    found
}

/// Holds that Debian's `crontab` would install the text.
fn assert_cron_takes(sandbox: &Sandbox, exported: &Transcript) {
    let probe = sandbox.write("probe", "1 1 * * * true\n");
    let wrong = sandbox.write("wrong", "61 1 * * * true\n");
    let check = |path: &Path| Command::new("crontab").arg("-n").arg(path).output();
    if !has("crontab", &["-n", &probe.to_string_lossy()])
        || check(&wrong).is_ok_and(|output| output.status.success())
    {
        return;
    }
    let path = sandbox.write("exported", &exported.stdout);
    let output = check(&path).expect("started");
    assert!(output.status.success(), "{}\n{exported}", String::from_utf8_lossy(&output.stderr));
}

/// Holds that systemd reads every unit, and every expression in them.
fn assert_systemd_takes(sandbox: &Sandbox, document: &serde_json::Value) {
    if !has("systemd-analyze", &["calendar", "daily"]) {
        return;
    }
    let folder = sandbox.path("units");
    std::fs::create_dir_all(&folder).expect("folder");
    let files = document["data"]["files"].as_array().expect("files");
    let mut paths = Vec::new();
    for file in files {
        let (name, text) = (file["name"].as_str().expect("name"), file["text"].as_str().expect("text"));
        let path = folder.join(name);
        std::fs::write(&path, text).expect("written");
        for expression in text.lines().filter_map(|line| line.strip_prefix("OnCalendar=")) {
            let output = Command::new("systemd-analyze").args(["calendar", expression]).output();
            assert!(output.expect("started").status.success(), "{expression}");
        }
        paths.push(path);
    }
    assert!(!paths.is_empty());
    let mut verify = Command::new("systemd-analyze");
    verify.arg("verify").arg("--man=no").args(&paths);
    let output = verify.output().expect("started");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    // It may complain of the machine's own units; of ours it must not.
    let of_ours: Vec<&str> = said.lines().filter(|line| line.contains("tidetable-rule-")).collect();
    assert!(of_ours.is_empty(), "{}", of_ours.join("\n"));
}

#[test]
fn the_exported_sample_is_taken_by_cron_and_systemd() {
    let sandbox = Sandbox::new();
    let crontab = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample.crontab");
    sandbox.run_args(&["import", &crontab.to_string_lossy(), "--format", "crontab"]).assert_code(0);
    assert_cron_takes(
        &sandbox,
        &sandbox.run("rules export --target crontab --timezone Europe/Berlin").assert_code(0),
    );
    let units = sandbox.run("rules export --target systemd --output-format json");
    assert_systemd_takes(&sandbox, &units.json());
}

#[test]
fn the_crontabs_of_a_real_server_go_all_the_way() {
    let (Some(syslog), Some(sessions), Some(crontabs)) = (
        trace("cron_ubuntu_syslog_2016.log.gz"),
        trace("cron_ubuntu_authlog_2016.log.gz"),
        trace("cron_ubuntu_crontabs.txt"),
    ) else {
        return;
    };
    let sandbox = Sandbox::new();
    let ask = |arguments: &str| {
        let all = format!("{arguments} --timezone America/New_York --now 2016-11-15T12:00:00Z");
        sandbox.run(&all).assert_code(0)
    };
    // The crontab of the oldest commit only; the newest is an empty one of the same user.
    let text = std::fs::read_to_string(crontabs).expect("text");
    let text = text.split("##### /var/spool/cron/crontabs/root at newest").next().expect("the first part");
    sandbox.write("crontabs", text);
    sandbox.write("tidetable.toml", "[capacity]\ncpu_cores = 2\n");
    ask(&format!("import --year 2016 {} {}", syslog.display(), sessions.display()));
    ask("import crontabs --format crontab");
    ask("analyze-activity-patterns");
    ask("generate-scheduling-rules --auto-enable");
    let plan =
        ask("optimize-resource-schedule --peak-mitigation --time-limit 200ms --output-format json").json();
    assert!(plan["data"]["objective"].is_number(), "{plan}");
    // Its load leaves nothing to gain, so that a person moves what is to go all the way.
    for (id, minutes) in [(1, 10), (3, -15), (5, 4)] {
        move_rule(&sandbox, id, minutes);
    }
    ask("rules apply --target crontab --yes");
    let applied = std::fs::read_to_string(sandbox.path("crontabs")).expect("text");
    let expected = text
        .replace("17 *\t* * *\troot", "27 *\t* * *\troot")
        .replace("47 6\t* * 7\troot", "32 6\t* * 7\troot")
        .replace("09,39 *     * * *     root", "13,43 *     * * *     root");
    assert_eq!(applied, expected);
    let known = ask("import crontabs --format crontab --output-format json").json();
    assert_eq!(known["data"]["files"][0]["rules_added"], 0, "{known}");
    assert_cron_takes(&sandbox, &ask("rules export --target crontab"));
    assert_systemd_takes(&sandbox, &ask("rules export --target systemd --output-format json").json());
    ask("rules undo --yes");
    assert_eq!(std::fs::read_to_string(sandbox.path("crontabs")).expect("text"), text);
}
