//! `config` from the outside.

use crate::sandbox::Sandbox;

#[test]
fn show_gives_every_value_and_where_it_comes_from() {
    let sandbox = Sandbox::new();
    std::fs::create_dir_all(sandbox.path(".config/tidetable")).expect("folder made");
    sandbox.write(".config/tidetable/config.toml", "lock_timeout = \"5s\"\n[analysis]\ndays = 60\n");
    sandbox.write("tidetable.toml", "[analysis]\ndays = 90\n");
    insta::assert_snapshot!(sandbox.run("config show --origin --seed 7 --db store.db"));
}

#[test]
fn show_in_json_nests_the_values_and_names_variables() {
    let sandbox = Sandbox::new();
    let output = sandbox
        .command()
        .env("TIDETABLE_ANALYSIS__MIN_CONFIDENCE", "0.9")
        .args(["config", "show", "--output-format", "json"])
        .output()
        .expect("program started");
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one document");
    assert_eq!(document["data"]["config"]["analysis"]["min_confidence"], 0.9);
    let settings = document["data"]["settings"].as_array().expect("a list");
    let setting = settings.iter().find(|setting| setting["field"] == "analysis.min_confidence");
    let origin = &setting.expect("the field")["origin"];
    assert_eq!(origin["layer"], "environment");
    assert_eq!(origin["source"], "TIDETABLE_ANALYSIS__MIN_CONFIDENCE");
}

#[test]
fn check_names_every_problem_with_file_and_field() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "tidetable.toml",
        "timezone = \"Mars/Base\"\n[analysis]\ndayz = 3\nmin_confidence = 70\n[capacity]\ncpu_cores = \"many\"\n",
    );
    insta::assert_snapshot!(sandbox.run("config check").assert_code(1));
}

#[test]
fn check_in_json_leaves_standard_output_empty_when_something_is_wrong() {
    let sandbox = Sandbox::new();
    sandbox.write("broken.toml", "[analysis\n");
    insta::assert_snapshot!(sandbox.run("config check broken.toml --output-format json").assert_code(1));
}

#[test]
fn check_says_what_it_read() {
    let sandbox = Sandbox::new();
    sandbox.write("tidetable.toml", "seed = 3\n");
    insta::assert_snapshot!(sandbox.run("config check").assert_code(0));
}

#[test]
fn check_without_any_file_says_how_to_get_one() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.run("config check").assert_code(0));
}

#[test]
fn other_commands_refuse_a_value_out_of_range_instead_of_using_it() {
    let sandbox = Sandbox::new();
    sandbox.write("tidetable.toml", "[analysis]\nmin_confidence = 7\n");
    insta::assert_snapshot!(sandbox.run("view-detected-patterns").assert_code(1));
}

#[test]
fn what_generate_writes_passes_the_check_and_is_not_overwritten() {
    let sandbox = Sandbox::new();
    sandbox.run("config generate --user").assert_code(0);
    sandbox.run("config check").assert_code(0);
    assert!(sandbox.path(".config/tidetable/config.toml").is_file());
    insta::assert_snapshot!(sandbox.run("config generate --user").assert_code(1));
    sandbox.run("config generate --user --force").assert_code(0);
}

#[test]
fn generate_works_where_the_present_configuration_is_broken() {
    let sandbox = Sandbox::new();
    sandbox.write("tidetable.toml", "no = such\n");
    sandbox.run("config generate --write tidetable.toml --force").assert_code(0);
    sandbox.run("config check").assert_code(0);
}

#[test]
fn a_dry_run_of_generate_writes_nothing() {
    let sandbox = Sandbox::new();
    let answer = sandbox.run("config generate --write new.toml --dry-run").assert_code(0);
    assert!(answer.stdout.starts_with("Would write new.toml"), "{answer}");
    assert!(!sandbox.path("new.toml").exists());
}

#[test]
fn generate_prints_a_file_in_which_everything_is_explained() {
    let sandbox = Sandbox::new();
    let answer = sandbox.run("config generate").assert_code(0);
    assert!(answer.stdout.contains("#min_confidence = 0.7\n"), "{answer}");
    assert_eq!(answer.stderr, "");
}

#[test]
fn check_finds_what_never_counts_with_file_and_line() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "tidetable.toml",
        "[optimize]\nprice_per_kwh = [{ hours = \"0-12\", price = 0.2 }]\n\n\
         [[flexibility]]\ntask_types = [\"root: *\"]\nlater = \"1h\"\n\n\
         [[flexibility]]\ntask_types = [\"root: backup\"]\nlater = \"2h\"\n\n\
         [[blackout]]\nfrom = \"08:00\"\nto = \"18:00\"\n\n\
         [[blackout]]\nfrom = \"08:00\"\nto = \"25:00\"\n",
    );
    insta::assert_snapshot!(sandbox.run("config check").assert_code(1));
}

#[test]
fn check_knows_the_hosts_and_task_types_of_the_store() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "runs.csv",
        "task_type,started_at,host\nroot: backup,2026-02-01T02:00:00Z,forge\nroot: sync,2026-02-01T03:00:00Z,forge\n",
    );
    sandbox.run("import runs.csv").assert_code(0);
    let blackout =
        |host: &str| format!("[[blackout]]\nfrom = \"08:00\"\nto = \"18:00\"\nhosts = [\"{host}\"]\n");
    sandbox.write("tidetable.toml", &blackout("forge"));
    sandbox.run("config check").assert_code(0);
    sandbox.write("tidetable.toml", &blackout("forgge"));
    let misspelt = sandbox.run("config check").assert_code(1);
    assert!(
        misspelt
            .stderr
            .contains("tidetable.toml:1, blackout: entry 1: there is no host \"forgge\"; did you mean")
    );
    let crossing =
        "[[flexibility]]\ntask_types = [\"root: *\"]\n[[flexibility]]\ntask_types = [\"*backup\"]\n";
    sandbox.write("tidetable.toml", &format!("{crossing}{}", blackout("elsewhere")));
    let warned = sandbox.run("config check").assert_code(0);
    assert!(warned.stderr.contains(":5, blackout: entry 1: no run, no [[host]]"), "{warned}");
    assert!(
        warned.stderr.contains(":3, flexibility: entries 1 and 2 are both about 1 task type"),
        "{warned}"
    );
}
