//! Commands killed with SIGKILL at every named moment and at random ones: afterwards the store opens, passes every
//! check, and is that before the command or that after it, never a third one.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tidetable::store::backup::{BackupFolder, Contents, settle_restore};
use tidetable::store::{LockHolder, Store, WriterOptions};

use crate::backup::add_runs;
use crate::generate::move_rule;
use crate::rules_apply::with_odd_crontab;
use crate::sandbox::{NOW, Sandbox};

/// Kills at random moments of each command, besides those at named ones.
const RANDOM_KILLS: u64 = 30;

/// A command, and the home that it is called in.
struct Scene {
    name: &'static str,
    arguments: &'static [&'static str],
    home: Sandbox,
}

/// A child that is to be killed.
#[derive(Clone, Debug)]
enum Death {
    /// At a named moment, such as `transaction-written:2`.
    At(String),
    /// After this long.
    After(Duration),
}

/// What is compared: the rows of the store, and what stands in the crontab.
#[derive(Clone, Debug, PartialEq, Eq)]
struct State {
    rows: Contents,
    crontab: Option<Vec<u8>>,
}

fn scenes() -> Vec<Scene> {
    let backed_up = |runs: i64| {
        let home = Sandbox::new();
        add_runs(&home, "nightly", runs);
        home.run("backup").assert_code(0);
        home
    };
    let restoring = backed_up(200);
    add_runs(&restoring, "sync", 150);
    let importing = backed_up(40);
    let rows: String = (0..60)
        .map(|day| format!("weekly,{},{}\n", 1_770_000_000 + day * 7_200, 1_770_000_900 + day * 7_200))
        .collect();
    importing.write("more.csv", &format!("task_type,started_at,ended_at\n{rows}"));
    let pruning = backed_up(40);
    pruning.run_args(&["backup", "--now", "2026-02-20T12:00:00Z"]).assert_code(0);
    let applying = with_odd_crontab();
    move_rule(&applying, 1, 20);
    let migrating = Sandbox::new();
    let dump = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/schema/v3.sql");
    let dump = fs::read_to_string(dump).expect("dump read");
    let connection = rusqlite::Connection::open(migrating.path("store.db")).expect("store");
    connection.execute_batch(&dump).expect("dump loaded");
    connection.execute("INSERT INTO task_types (name) VALUES ('nightly')", []).expect("row");
    drop(connection);
    let scene = |name, arguments, home| Scene { name, arguments, home };
    vec![
        scene("backup", &["backup", "--reason", "again"], backed_up(300)),
        scene("backup as tar.gz", &["backup", "--archive-format", "tar.gz"], backed_up(60)),
        scene("restore", &["restore", "20260301T120000Z", "--yes"], restoring),
        scene("import", &["import", "more.csv"], importing),
        scene("analyze", &["analyze-activity-patterns", "--save-patterns"], backed_up(400)),
        scene("rules apply", &["rules", "apply", "--target", "crontab", "--yes"], applying),
        scene("prune", &["backup", "prune", "--keep-last", "1"], pruning),
        scene("drill", &["backup", "drill"], backed_up(60)),
        scene("migration", &["rules", "list"], migrating),
    ]
}

/// A copy of a folder, file by file.
fn copied(from: &Path) -> tempfile::TempDir {
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).expect("folder");
        for entry in fs::read_dir(from).expect("folder read") {
            let path = entry.expect("entry").path();
            let target = to.join(path.file_name().expect("named"));
            match path.is_dir() {
                true => copy(&path, &target),
                false => drop(fs::copy(&path, &target).expect("copied")),
            }
        }
    }
    let folder = tempfile::tempdir().expect("temporary folder");
    copy(from, folder.path());
    folder
}

fn command(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidetable"));
    command
        .args(arguments)
        .args(["--now", NOW])
        .env_clear()
        .env("HOME", home)
        .env("TZ", "UTC")
        .env("TIDETABLE_DB", home.join("store.db"))
        // What a killed process leaves in the folder of temporary files goes with the test.
        .env("TMPDIR", home)
        .current_dir(home)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn options() -> WriterOptions {
    WriterOptions { lock_timeout: Duration::from_secs(20), holder: LockHolder::unknown() }
}

/// The rows that a scene is about, without what tells when: a change of a scheduler notes of itself how far it came,
/// and the next one settles it; migrations note the hour they ran.
fn state(home: &Path) -> State {
    let store = home.join("store.db");
    // What any command does first.
    settle_restore(&store, &options()).expect("settled");
    Contents::of_store(&store).expect("the store passes every check");
    let look = tempfile::tempdir().expect("temporary folder");
    let copy = look.path().join("store.db");
    let connection = rusqlite::Connection::open(&store).expect("store");
    connection.execute("VACUUM INTO ?1", [copy.to_string_lossy()]).expect("copied");
    let connection = rusqlite::Connection::open(&copy).expect("copy");
    connection.execute_batch("UPDATE refinery_schema_history SET applied_on = ''").expect("cleared");
    let crontab = fs::read(home.join("jobs")).ok();
    if crontab.is_some() {
        connection.execute_batch("DELETE FROM applied_rules; DELETE FROM applied_changes").expect("cleared");
    }
    drop(connection);
    State { rows: Contents::of_store(&copy).expect("a store"), crontab }
}

/// Every copy that is listed is good, and nothing is found that was a copy once.
fn check_copies(home: &Path, case: &str) {
    let folder = BackupFolder::new(home.join("backups"));
    let catalog = folder.catalog().expect("catalog");
    for manifest in &catalog.backups {
        assert_eq!(folder.verify(manifest).expect("read"), Ok(()), "{case}: {}", manifest.id);
    }
    let damaged: Vec<_> = catalog.debris.iter().filter(|debris| debris.is_damaged_copy).collect();
    assert!(damaged.is_empty(), "{case}: {damaged:?}");
}

/// Runs a scene to its end: every named moment in the order it came, and how long it took.
fn traced(scene: &Scene) -> (Vec<String>, Duration, State) {
    let home = copied(&scene.home.path(""));
    let trace = home.path().join("trace");
    let began = Instant::now();
    let status =
        command(home.path(), scene.arguments).env("TIDETABLE_TEST_TRACE", &trace).status().expect("started");
    let took = began.elapsed();
    assert_eq!(status.code(), Some(0), "{}", scene.name);
    let mut times: BTreeMap<String, u32> = BTreeMap::new();
    let trace = fs::read_to_string(&trace).unwrap_or_default();
    let moments = trace.lines().map(|name| {
        let time = times.entry(name.to_owned()).or_default();
        *time += 1;
        format!("{name}:{time}")
    });
    let moments = moments.collect();
    (moments, took, state(home.path()))
}

/// Kills a scene and holds what is left to what was before and what would have come; whether it was killed.
fn kill(scene: &Scene, death: &Death, before: &State, after: &State) -> bool {
    let case = format!("{} killed {death:?}", scene.name);
    let home = copied(&scene.home.path(""));
    let mut command = command(home.path(), scene.arguments);
    let status = match death {
        Death::At(moment) => command.env("TIDETABLE_TEST_KILL_AT", moment).status().expect("started"),
        Death::After(wait) => {
            let mut child = command.spawn().expect("started");
            std::thread::sleep(*wait);
            // It may have ended by itself.
            let _ = child.kill();
            child.wait().expect("reaped")
        }
    };
    let was_killed = status.code().is_none();
    if let Death::At(_) = death {
        assert!(was_killed, "{case}: it ended by itself, {status}");
    }
    let found = state(home.path());
    let is_one = |states: &[&State]| states.iter().any(|state| state.rows == found.rows);
    assert!(is_one(&[before, after]), "{case}: a third state\n{found:?}\nbefore {before:?}\nafter {after:?}");
    assert!([&before.crontab, &after.crontab].contains(&&found.crontab), "{case}: a third crontab");
    check_copies(home.path(), &case);
    assert!(Store::open_reader(&home.path().join("store.db"), &options()).is_ok(), "{case}: it opens");
    let left: Vec<PathBuf> = fs::read_dir(home.path())
        .expect("folder")
        .map(|entry| entry.expect("entry").path())
        .filter(|path| path.to_string_lossy().contains(".restore"))
        // What tells `restore --undo` how the last restore ended is there to stay.
        .filter(|path| !path.ends_with(".store.db.restored.json"))
        .collect();
    assert!(left.is_empty(), "{case}: {left:?}");
    // What was killed works when it is called again, and leads where it would have led.
    if let Death::At(_) = death {
        let again = self::command(home.path(), scene.arguments).status().expect("started");
        assert_eq!(again.code(), Some(0), "{case}: again");
        assert_eq!(state(home.path()).crontab, after.crontab, "{case}: again");
        check_copies(home.path(), &case);
    }
    was_killed
}

#[test]
fn killed_at_any_moment_the_store_is_as_before_or_as_after() {
    if !cfg!(debug_assertions) {
        eprintln!("skipped: a release build has no moments to be killed at");
        return;
    }
    let scenes = scenes();
    let told: Vec<_> =
        scenes.iter().map(|scene| (state(copied(&scene.home.path("")).path()), traced(scene))).collect();
    let mut cases = Vec::new();
    let mut seed = 7_u64;
    for (index, (_, (moments, took, _))) in told.iter().enumerate() {
        assert!(!moments.is_empty(), "{} passes no named moment", scenes[index].name);
        cases.extend(moments.iter().map(|moment| (index, Death::At(moment.clone()))));
        for _ in 0..RANDOM_KILLS {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let share = (seed >> 40) as f64 / (1_u64 << 24) as f64;
            cases.push((index, Death::After(took.mul_f64(share))));
        }
    }
    let (next, killed) = (AtomicUsize::new(0), Mutex::new(BTreeMap::<&str, u32>::new()));
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while let Some((index, death)) = cases.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let (before, (_, _, after)) = &told[*index];
                    if kill(&scenes[*index], death, before, after) {
                        *killed.lock().expect("unpoisoned").entry(scenes[*index].name).or_default() += 1;
                    }
                }
            });
        }
    });
    let killed = killed.into_inner().expect("unpoisoned");
    let all: u32 = killed.values().sum();
    eprintln!("{all} kills: {killed:?}");
    assert!(all >= 200, "only {all} were killed: {killed:?}");
    assert!(killed.len() == scenes.len(), "{killed:?}");
}
