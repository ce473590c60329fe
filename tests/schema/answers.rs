//! What the program really prints: every subcommand on an empty store, on the bundled sample, and where it fails.

use std::path::Path;
use std::sync::OnceLock;

use serde_json::Value;

use crate::model_servers::model_server_answers;
use crate::sandbox::{Sandbox, Transcript};

/// Names: schema, part of it that the data is, arguments.
pub type Step<'a> = (&'static str, &'static str, &'a str);

/// A document with the schema that tells of it.
pub struct Answer {
    /// What was asked.
    pub arguments: String,
    /// The schema's name.
    pub schema: &'static str,
    /// Which of its `$defs` the data is.
    pub part: &'static str,
    /// Standard output.
    pub document: Value,
}

/// A machine too small for the sample, so that there are conflicts and spikes to tell of.
const SMALL_MACHINE: &str = "[capacity]\ncpu_cores = 12\nmemory_mib = 32768\ngpu_count = 1\ngpu_memory_mib = 24576\n\
     [optimize]\nprice_per_kwh = [{ hours = \"22-6\", price = 0.2 }, { hours = \"6-22\", price = 0.35 }]\n\
     [[host]]\nname = \"elsewhere\"\ncpu_cores = 4\n\
     [[blackout]]\nname = \"lunch\"\nfrom = \"12:00\"\nto = \"12:30\"\ndays = [\"sat\"]\nhosts = [\"elsewhere\"]\n\
     [[flexibility]]\ntask_types = [\"night\"]\nearlier = \"10m\"\nlater = \"20m\"\n\
     [[exclusion]]\ntag = \"tape\"\ntask_types = [\"backup*\", \"restore\"]\n\
     [[model_server]]\nkind = \"jupyter\"\naddress = \"http://127.0.0.1:1\"\nkey_file = \"absent\"\n\
     [[model_server]]\nkind = \"vllm\"\nkey_command = [\"pass\", \"vllm\"]\n\
     [[preload]]\ntask_types = [\"night\"]\nmodel = \"phi3:mini\"\nserver = \"ollama\"\n";

/// Days on which one task type follows another that has no schedule of its own: at the first `--now` of the story,
/// the last such run has ended and its follower is still to come.
fn chain() -> String {
    let mut text = String::from("task_type,started_at,ended_at\n");
    for day in 0..40_i64 {
        let start = 1_772_409_600 + 86_400 * day + 7_919 * (day * day * day + 5 * day) % 72_000; // from 2026-03-02
        let end = start + 600 + 31 * (day % 7);
        text.push_str(&format!("fetch,{start},{end}\nconvert,{},{}\n", end + 240, end + 1_500));
    }
    text.push_str("fetch,2026-04-11T05:48:00Z,2026-04-11T05:59:00Z\n");
    text
}

/// Rejected lines, and a schedule that somebody declared.
const RUNS: &str =
    "task_type,started_at,ended_at\nbackup,2026-02-01T02:00:00Z,2026-02-01T02:10:00Z\nbackup,never,\n";
const CRONTAB: &str = "0 3 * * * /usr/bin/rotate --all\n*/10 * * * * /usr/bin/poll\n";

/// Two rules that are wanted at once, of which one host holds only one.
const INSTANCE: &str = r#"{"format":"sched-opt/1","name":"two","slot_minutes":5,"horizon_slots":12,"resources":["cpu"],
"hosts":[{"id":"one","capacity":[4]}],"target_util_pct":75,"price":[30,30,30,30,30,30,30,30,30,30,30,30],
"rules":[{"id":"a","wanted":[0],"earliest":0,"latest":4,"duration":2,"demand":[3],"host":0,"hosts":[0]},
{"id":"b","wanted":[0],"earliest":0,"latest":4,"duration":2,"demand":[3],"host":0,"hosts":[0]}],
"precedences":[{"before":0,"after":1,"lag":0}]}"#;

const EMPTY: [Step<'_>; 17] = [
    ("view-detected-patterns", "data", "view-detected-patterns"),
    ("analyze-activity-patterns", "data", "analyze-activity-patterns"),
    ("generate-scheduling-rules", "data", "generate-scheduling-rules"),
    ("rules", "list", "rules list"),
    ("rules", "export", "rules export --target crontab"),
    ("rules", "apply", "rules apply --target crontab"),
    ("rules", "undo", "rules undo"),
    ("predict", "data", "predict"),
    ("predict-evaluate", "data", "predict evaluate"),
    ("backtest", "data", "backtest"),
    ("optimize-resource-schedule", "data", "optimize-resource-schedule --balance-load"),
    ("search-similar-patterns", "data", "search-similar-patterns --pattern-type interval"),
    ("search-similar-patterns", "clusters", "search-similar-patterns --cluster"),
    ("backup", "list", "backup list"),
    ("backup", "verify", "backup verify"),
    ("backup", "prune", "backup prune"),
    ("doctor", "data", "doctor"),
];

const WITHOUT_STORE: [Step<'_>; 9] = [
    ("config", "show", "config show"),
    ("config", "check", "config check"),
    ("config", "generate", "config generate"),
    ("config", "generate", "config generate --write made.toml"),
    ("completions", "data", "completions fish"),
    ("man", "page", "man"),
    ("man", "folder", "man --dir pages"),
    ("man", "folder", "man --dir others --dry-run"),
    ("demo", "data", "demo"),
];

/// On recorded readings, one after the other, in the same store.
const GPUS: [Step<'_>; 10] = [
    ("gpu", "watch", "gpu watch --replay filling.json --now 2026-03-01T12:00:00Z"),
    ("gpu", "watch", "gpu watch --replay two-gpus.json --once --now 2026-03-01T12:02:30Z"),
    ("import", "data", "import gpu-runs.csv"),
    ("gpu", "status", "gpu status --replay two-gpus.json"),
    ("gpu", "status", "gpu status --replay filling.json --fits 4GiB,2 --now 2026-03-01T12:02:30Z"),
    ("gpu", "processes", "gpu processes --replay filling.json --now 2026-03-01T12:02:30Z"),
    ("gpu", "processes", "gpu processes --replay two-gpus.json"),
    ("gpu", "clear", "gpu clear --replay two-gpus.json --idle-for 0 --user 4242 --need 5000MiB --force"),
    ("gpu", "clear", "gpu clear --replay two-gpus.json --idle-for 0 --user 4242 --need 5000MiB --yes"),
    ("gpu", "clear", "gpu clear --replay two-gpus.json"),
];

/// Runs of what the recorded readings show.
const GPU_RUNS: &str = "task_type,user,started_at,ended_at,gpu_count,gpu_memory_mib\n\
     python3 train.py --epochs 40,ada,2026-02-26T11:58:00Z,2026-02-26T13:00:00Z,1,23500\n\
     python3 train.py --epochs 40,ada,2026-03-01T11:58:10Z,,1,\n";

/// A machine that nobody configured, where one task type waits for the end of another: one after the other.
const ORDERED: [Step<'_>; 3] = [
    ("import", "data", "import ordered.csv"),
    ("analyze-activity-patterns", "data", "analyze-activity-patterns --now 2026-03-28T06:00:00Z"),
    (
        "optimize-resource-schedule",
        "data",
        "optimize-resource-schedule --peak-mitigation --time-limit 50ms --explain --now 2026-03-28T06:00:00Z",
    ),
];

/// Copies that begin some minutes after dumps end, which last now long, now short; and a run of more cores than any
/// machine of these tests has.
fn ordered() -> String {
    let mut text = String::from("task_type,started_at,ended_at,cpu_cores\n");
    for day in 0..26_i64 {
        let start = 1_772_409_600 + 86_400 * day; // from 2026-03-02T00:00:00Z, 01:00 in Berlin
        let end = start + 300 + 977 * day % 1_800;
        let copied = end + 240 + 11 * (day % 5);
        text.push_str(&format!("dump,{start},{end},1\ncopy,{copied},{},1\n", copied + 300));
    }
    text.push_str("simulation,2026-03-20T12:00:00Z,2026-03-20T13:00:00Z,100000\n");
    text
}

/// One after the other, in the same store.
const STORY: [Step<'_>; 76] = [
    ("import", "data", "import sample.csv.gz --dry-run"),
    ("import", "data", "import sample.csv.gz"),
    ("import", "data", "import runs.csv absent.csv"),
    ("import", "data", "import chain.csv"),
    ("import", "data", "import mine.crontab --format crontab"),
    ("import", "data", "import runs.csv sample.csv.gz --strict"),
    ("analyze-activity-patterns", "data", "analyze-activity-patterns --days 90 --now 2026-04-11T06:00:00Z"),
    (
        "analyze-activity-patterns",
        "data",
        "analyze-activity-patterns --no-save-patterns --min-confidence 0.98",
    ),
    ("predict", "data", "predict --look-ahead-hours 30 --now 2026-04-11T06:00:00Z"),
    ("predict-evaluate", "data", "predict evaluate"),
    ("predict", "data", "predict --min-confidence 0.97"),
    ("predict", "data", "predict --min-confidence 0 --look-ahead-hours 168"),
    ("predict-evaluate", "data", "predict evaluate"),
    ("backtest", "data", "backtest --folds 2 --save"),
    ("view-detected-patterns", "data", "view-detected-patterns"),
    ("view-detected-patterns", "data", "view-detected-patterns --pattern-id 1"),
    ("generate-scheduling-rules", "data", "generate-scheduling-rules --auto-enable --max-rules 30 --dry-run"),
    (
        "generate-scheduling-rules",
        "data",
        "generate-scheduling-rules --min-confidence 0.97 --conflict-strategy merge --dry-run",
    ),
    (
        "generate-scheduling-rules",
        "data",
        "generate-scheduling-rules --auto-enable --max-rules 30 --conflict-strategy disable-lower --dry-run",
    ),
    ("generate-scheduling-rules", "data", "generate-scheduling-rules --auto-enable --max-rules 9"),
    ("generate-scheduling-rules", "data", "generate-scheduling-rules --auto-enable --max-rules 9"),
    ("rules", "add", "rules add --task-type night --cron @daily --command true"),
    ("rules", "list", "rules list"),
    ("rules", "show", "rules show 1"),
    ("rules", "change", "rules disable 1 2"),
    ("rules", "change", "rules enable 1 2 3"),
    ("rules", "change", "rules remove 2 --dry-run"),
    ("rules", "export", "rules export --target crontab"),
    ("rules", "export", "rules export --target systemd"),
    ("rules", "export", "rules export --target json"),
    (
        "optimize-resource-schedule",
        "data",
        "optimize-resource-schedule --balance-load --time-limit 200ms --explain",
    ),
    (
        "optimize-resource-schedule",
        "data",
        "optimize-resource-schedule --resource-efficiency --time-limit 200ms",
    ),
    (
        "optimize-resource-schedule",
        "data",
        "optimize-resource-schedule --conflict-resolution --time-limit 200ms",
    ),
    (
        "optimize-resource-schedule",
        "data",
        "optimize-resource-schedule --peak-mitigation --time-limit 200ms --auto-apply",
    ),
    (
        "optimize-resource-schedule",
        "data",
        "optimize-resource-schedule --peak-mitigation --time-limit 200ms --instance two.json --explain",
    ),
    ("optimize-resource-schedule", "effect", "optimize-resource-schedule --verify-applied"),
    ("optimize-resource-schedule", "taken_back", "optimize-resource-schedule --undo --dry-run"),
    ("rules", "history", "rules history"),
    ("rules", "return", "rules undo --to 1 --dry-run"),
    ("rules", "show", "rules show 3"),
    ("rules", "export", "rules export --target slurm"),
    ("rules", "export", "rules export --target kubernetes --image jobs:1"),
    ("rules", "apply", "rules apply --target crontab --file mine.crontab --dry-run"),
    ("rules", "apply", "rules apply --target crontab --file mine.crontab --yes"),
    ("rules", "undo", "rules undo --dry-run"),
    ("rules", "undo", "rules undo --yes"),
    ("rules", "apply", "rules apply --target systemd --units-dir units --yes"),
    ("rules", "undo", "rules undo --yes"),
    ("backtest", "replay", "backtest --plan latest"),
    ("backtest", "replay", "backtest --plan 1 --cut 2026-04-08"),
    (
        "optimize-resource-schedule",
        "data",
        "optimize-resource-schedule --balance-load --time-limit 50ms --look-ahead-hours 24 --learn-windows --explain \
         --report plan.html",
    ),
    ("predict", "data", "predict"),
    ("search-similar-patterns", "data", "search-similar-patterns --pattern-id 1 --similarity 0"),
    ("search-similar-patterns", "data", "search-similar-patterns --all-pairs --similarity 0.5"),
    (
        "search-similar-patterns",
        "clusters",
        "search-similar-patterns --cluster --similarity 0.6 --min-members 2",
    ),
    ("search-similar-patterns", "vectors", "search-similar-patterns --vectors rows.npy --max-results 1"),
    ("search-similar-patterns", "vectors", "search-similar-patterns --vectors rows.npy --similarity 0.5"),
    ("search-similar-patterns", "data", "search-similar-patterns --pattern-type interval"),
    ("backup", "plan", "backup --dry-run"),
    ("backup", "create", "backup"),
    ("backup", "create", "backup --reason again --now 2026-05-20T06:00:00Z"),
    ("backup", "list", "backup list"),
    ("backup", "verify", "backup verify"),
    ("backup", "drill", "backup drill"),
    ("backup", "create", "backup --archive-format tar.gz --now 2026-05-20T06:30:00Z"),
    ("backup", "prune", "backup prune --keep-days 10 --now 2026-05-20T07:00:00Z"),
    ("doctor", "data", "doctor"),
    ("doctor", "data", "doctor --repair"),
    ("doctor", "data", "doctor --repair --yes"),
    ("restore", "data", "restore 20260520T060000Z --dry-run"),
    ("restore", "data", "restore 20260520T060000Z --yes"),
    ("restore", "data", "restore 20260520T060000Z --target other.db --dry-run"),
    ("restore", "data", "restore 20260520T060000Z --target other.db --yes"),
    ("restore", "data", "restore --undo --yes"),
    ("config", "show", "config show"),
    ("config", "check", "config check"),
];

/// Runs `arguments` with what every document is asked for with.
fn ask(sandbox: &Sandbox, arguments: &str) -> Transcript {
    let mut all = format!("{arguments} --output-format json --timezone Europe/Berlin");
    if !arguments.contains("--now") {
        all.push_str(" --now 2026-04-13T06:00:00Z");
    }
    sandbox.run(&all)
}

pub fn answer(sandbox: &Sandbox, (schema, part, arguments): Step<'_>) -> Answer {
    let transcript = ask(sandbox, arguments);
    // 4: partly done, as when one of two files is absent.
    assert!(matches!(transcript.code, Some(0 | 4)), "{transcript}");
    Answer { arguments: arguments.to_owned(), schema, part, document: transcript.json() }
}

/// Three rows of two values in NumPy's format.
fn rows_file() -> Vec<u8> {
    let mut header = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }".to_owned();
    while !(10 + header.len() + 1).is_multiple_of(64) {
        header.push(' ');
    }
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.bytes());
    [1.0_f32, 0.0, 0.6, 0.8, 0.0, 1.0].iter().for_each(|value| bytes.extend(value.to_le_bytes()));
    bytes
}

fn with_sample() -> Sandbox {
    let sandbox = Sandbox::new();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample.csv.gz");
    std::fs::copy(sample, sandbox.path("sample.csv.gz")).expect("sample copied");
    sandbox.write("tidetable.toml", SMALL_MACHINE);
    sandbox.write("runs.csv", RUNS);
    sandbox.write("chain.csv", &chain());
    sandbox.write("mine.crontab", CRONTAB);
    sandbox.write("two.json", INSTANCE);
    std::fs::write(sandbox.path("rows.npy"), rows_file()).expect("rows written");
    for name in ["backups", "units"] {
        std::fs::create_dir(sandbox.path(name)).expect("folder");
    }
    sandbox.write("backups/20260101T000000Z.db.zst", "no archive");
    sandbox
}

fn with_gpus() -> Sandbox {
    let sandbox = Sandbox::new();
    for name in ["filling.json", "two-gpus.json"] {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/gpu").join(name);
        std::fs::copy(from, sandbox.path(name)).expect("replay copied");
    }
    sandbox.write("tidetable.toml", "[models]\ndiscover = false\n");
    sandbox.write("gpu-runs.csv", GPU_RUNS);
    sandbox
}

/// Every document, made once for all tests.
pub fn answers() -> &'static [Answer] {
    static ANSWERS: OnceLock<Vec<Answer>> = OnceLock::new();
    ANSWERS.get_or_init(|| {
        let (empty, free, full) = (Sandbox::new(), Sandbox::new(), with_sample());
        let mut answers: Vec<Answer> = EMPTY.iter().map(|step| answer(&empty, *step)).collect();
        let gpus = with_gpus();
        answers.extend(GPUS.iter().map(|step| answer(&gpus, *step)));
        answers.extend(WITHOUT_STORE.iter().map(|step| answer(&free, *step)));
        answers.extend(model_server_answers());
        let ordered_world = Sandbox::new();
        ordered_world.write("ordered.csv", &ordered());
        for (task_type, cron) in [("dump", "0 1 * * *"), ("copy", "40 1 * * *")] {
            let rule = ["rules", "add", "--task-type", task_type, "--cron", cron];
            ordered_world.run_args(&[&rule[..], &["--timezone", "Europe/Berlin"]].concat()).assert_code(0);
        }
        answers.extend(ORDERED.iter().map(|step| answer(&ordered_world, *step)));
        answers.extend(STORY.iter().map(|step| answer(&full, *step)));
        answers
    })
}

/// Failures of every kind that can be brought about from outside.
pub fn failures() -> Vec<Transcript> {
    let sandbox = Sandbox::new();
    sandbox.write("text.db", "no store at all, but long enough to be looked at as one");
    let mut failures: Vec<Transcript> = [
        ("view-detected-patterns --pattern-id 9", 1),
        ("import absent.csv", 1),
        ("rules show 9", 1),
        ("restore 20260101T000000Z --yes", 1),
        ("rules list --db text.db", 1),
        ("predict --min-confidence 2", 2),
        ("no-such-command", 2),
        ("optimize-resource-schedule --balance-load --peak-mitigation", 2),
        ("analyze-activity-patterns --days 0", 2),
        ("predict --config absent.toml", 2),
    ]
    .into_iter()
    .map(|(arguments, code)| ask(&sandbox, arguments).assert_code(code))
    .collect();
    sandbox.write("runs.csv", RUNS);
    ask(&sandbox, "import runs.csv");
    let store = rusqlite::Connection::open(sandbox.path("store.db")).expect("store");
    store.execute_batch("BEGIN IMMEDIATE").expect("write lock");
    failures
        .push(ask(&sandbox, "rules add --task-type x --cron @daily --lock-timeout 100ms").assert_code(10));
    failures
}
