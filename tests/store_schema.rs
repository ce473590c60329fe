//! The store on disk: every released schema opens, a newer or foreign file is refused, one writes at a time.

use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tidetable::domain::calendar::{CronEntry, Schedule, Zone, parse_cron};
use tidetable::domain::patterns::ResourceProfile;
use tidetable::domain::rules::{Flexibility, PlanEvent, Revision, RevisionId, Rule, RuleSource};
use tidetable::domain::time::Timestamp;
use tidetable::store::{APPLICATION_ID, LockHolder, SCHEMA_VERSION, Store, StoreError, WriterOptions};

fn options(command: &str, lock_timeout: Duration) -> WriterOptions {
    let holder = LockHolder { process_id: Some(4711), command: command.to_owned(), since: None };
    WriterOptions { lock_timeout, holder }
}

fn quick() -> WriterOptions {
    options("tidetable import", Duration::from_millis(50))
}

/// The dump of a version; before any test reads one, the newest is written anew when asked to.
fn fixture(version: u32) -> PathBuf {
    static UPDATE: Once = Once::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/schema");
    UPDATE.call_once(|| {
        if std::env::var_os("UPDATE_GENERATED").is_some() {
            std::fs::create_dir_all(&folder).expect("folder made");
            std::fs::write(folder.join(format!("v{SCHEMA_VERSION}.sql")), dump_of_fresh_store())
                .expect("dump written");
        }
    });
    folder.join(format!("v{version}.sql"))
}

fn dump_of_fresh_store() -> String {
    let folder = tempfile::tempdir().expect("temporary folder");
    let path = folder.path().join("store.db");
    drop(Store::open_writer(&path, &quick()).expect("store made"));
    dump(&Connection::open(&path).expect("store opened"))
}

/// Makes a store in `folder` from the dump of a released version.
fn store_of_version(version: u32, folder: &Path) -> PathBuf {
    let path = folder.join("store.db");
    let dump = std::fs::read_to_string(fixture(version)).expect("dump read");
    Connection::open(&path).and_then(|connection| connection.execute_batch(&dump)).expect("dump loaded");
    path
}

/// A database as SQL that makes it again: what marks it, its tables and indexes, and which migrations it had.
fn dump(connection: &Connection) -> String {
    let pragma =
        |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).expect("pragma read");
    let mut text = format!(
        "-- The schema of a fresh store of version {}. UPDATE_GENERATED=1 writes this file while its version is\n\
         -- unreleased; afterwards it never changes again.\nPRAGMA application_id = {};\nPRAGMA user_version = {};\n",
        pragma("user_version"),
        pragma("application_id"),
        pragma("user_version")
    );
    let mut statement = connection
        .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type = 'index', rowid")
        .expect("schema read");
    let statements = statement.query_map([], |row| row.get::<_, String>(0)).expect("schema read");
    for sql in statements {
        text.push_str(&format!("\n{};\n", sql.expect("statement read")));
    }
    let mut statement = connection
        .prepare("SELECT version, name, checksum FROM refinery_schema_history ORDER BY version")
        .expect("migrations read");
    let rows = statement
        .query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?)))
        .expect("migrations read");
    for row in rows {
        let (version, name, checksum) = row.expect("migration read");
        // When a migration ran differs from store to store.
        text.push_str(&format!(
            "\nINSERT INTO refinery_schema_history (version, name, applied_on, checksum)\n    \
             VALUES ({version}, '{name}', '2026-01-01T00:00:00Z', '{checksum}');\n"
        ));
    }
    text
}

#[test]
fn the_dump_of_the_newest_version_is_that_of_a_fresh_store() {
    let fresh = dump_of_fresh_store();
    let fixture = fixture(SCHEMA_VERSION);
    let kept = std::fs::read_to_string(&fixture).unwrap_or_default().replace("\r\n", "\n");
    assert_eq!(
        kept,
        fresh,
        "{} differs from a fresh store; a released schema changes only by a new migration, an unreleased one \
         is written anew by UPDATE_GENERATED=1 cargo test --test store_schema",
        fixture.display()
    );
}

#[test]
fn a_store_of_every_released_version_can_be_read_and_written() {
    for version in 1..=SCHEMA_VERSION {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = store_of_version(version, folder.path());
        let store = Store::open_reader(&path, &quick()).expect("store read").expect("a store");
        let now = Timestamp::parse_rfc3339("2026-03-01T00:00:00Z").expect("an instant");
        assert_eq!(store.overview(now).expect("counted").runs, 0, "version {version}");
        drop(store);
        drop(Store::open_writer(&path, &quick()).expect("store opened for writing"));
        let connection = Connection::open(&path).expect("store opened");
        let found: u32 =
            connection.pragma_query_value(None, "user_version", |row| row.get(0)).expect("version read");
        assert_eq!(found, SCHEMA_VERSION, "brought up from version {version}");
    }
}

/// Before schema 5 each rule had actions of its own, without an author.
#[test]
fn what_was_done_to_rules_before_revisions_is_still_told() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let path = store_of_version(4, folder.path());
    let rule = |hour: u32| {
        let Ok(CronEntry::Calendar(calendar)) = parse_cron(&format!("0 {hour} * * *")) else {
            panic!("{hour}")
        };
        Rule {
            name: "backup".to_owned(),
            task_type: "backup".to_owned(),
            schedule: Schedule::Calendar(calendar),
            zone: Zone::UTC,
            command: None,
            user: None,
            host: None,
            source: RuleSource::Manual,
            priority: 5,
            flexibility: Flexibility::default(),
            confidence: 1.0,
            enabled: true,
            shift_minutes: 0,
            resources: ResourceProfile::default(),
        }
    };
    let body = |hour: u32| serde_json::to_string(&rule(hour)).expect("document");
    let connection = Connection::open(&path).expect("store opened");
    connection
        .execute_batch(&format!(
            "INSERT INTO task_types (id, name) VALUES (1, 'backup');
             INSERT INTO scheduling_rules VALUES (7, 'manual', 1, 'manual', NULL, 5, 1.0, 1, 1000, 2000, '{0}');
             INSERT INTO optimization_results VALUES (3, 'peak', 'optimal', 2000, 2000, '{{}}');
             INSERT INTO rule_actions VALUES (1, 7, 'created', 1000, NULL, '{1}', NULL),
                                             (2, 7, 'moved', 2000, '{1}', '{0}', 3);",
            body(3),
            body(2)
        ))
        .expect("rows of schema 4");
    drop(connection);
    let store = Store::open_writer(&path, &quick()).expect("store brought up");
    let revisions = store.revisions_after(RevisionId(0)).expect("history");
    let kind = |revision: &Revision| revision.steps[0].kind.as_str();
    let told: Vec<_> = revisions
        .iter()
        .map(|revision| (revision.author.at.millis(), revision.plan, kind(revision)))
        .collect();
    assert_eq!(told, [(1000, None, "created"), (2000, Some((3, PlanEvent::Applied)), "moved")]);
    assert!(revisions.iter().all(|revision| revision.author.command.is_none() && revision.steps.len() == 1));
    let plan = store.latest_applied_plan().expect("read").expect("a plan");
    assert_eq!((plan.moves[0].before.clone(), plan.moves[0].after.clone()), (rule(2), rule(3)));
}

#[test]
fn a_store_of_a_newer_version_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let path = store_of_version(SCHEMA_VERSION, folder.path());
    let connection = Connection::open(&path).expect("store opened");
    connection.pragma_update(None, "user_version", SCHEMA_VERSION + 1).expect("version set");
    drop(connection);
    let before = std::fs::read(&path).expect("file read");
    let is_newer = |error: &StoreError| {
        matches!(error, StoreError::NewerSchema { found, known, .. }
            if *found == SCHEMA_VERSION + 1 && *known == SCHEMA_VERSION)
    };
    assert!(is_newer(&Store::open_reader(&path, &quick()).expect_err("refused")));
    assert!(is_newer(&Store::open_writer(&path, &quick()).expect_err("refused")));
    assert!(is_newer(&Store::open_scratch(&path, &quick()).expect_err("refused")));
    assert_eq!(std::fs::read(&path).expect("file read"), before);
}

#[test]
fn a_file_of_another_program_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let database = folder.path().join("other.db");
    let connection = Connection::open(&database).expect("database made");
    connection.execute_batch("CREATE TABLE tasks (id INTEGER PRIMARY KEY)").expect("table made");
    drop(connection);
    let marked = folder.path().join("marked.db");
    let connection = Connection::open(&marked).expect("database made");
    connection.pragma_update(None, "application_id", APPLICATION_ID + 1).expect("mark set");
    drop(connection);
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "not a database, but long enough to have a header\n".repeat(20))
        .expect("file written");
    for path in [database, marked, text] {
        let before = std::fs::read(&path).expect("file read");
        for refused in [
            Store::open_reader(&path, &quick()).err(),
            Store::open_writer(&path, &quick()).err(),
            Store::open_scratch(&path, &quick()).err(),
        ] {
            assert!(matches!(refused, Some(StoreError::NotAStore { .. })), "{}: {refused:?}", path.display());
        }
        assert_eq!(std::fs::read(&path).expect("file read"), before, "{}", path.display());
    }
}

#[test]
fn a_second_writer_waits_and_then_says_who_holds_the_store() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let path = folder.path().join("store.db");
    let first = Store::open_writer(&path, &options("tidetable import", Duration::ZERO)).expect("store made");
    let timeout = Duration::from_millis(120);
    let began = Instant::now();
    let error = Store::open_writer(&path, &options("tidetable predict", timeout)).expect_err("busy");
    assert!(began.elapsed() >= timeout, "gave up after {:?}", began.elapsed());
    let StoreError::Busy { holder, waited, .. } = &error else { panic!("{error:?}") };
    assert_eq!((holder.command.as_str(), holder.process_id), ("tidetable import", Some(4711)));
    assert_eq!(*waited, timeout);
    let message = error.to_string();
    assert!(message.contains("`tidetable import` (process 4711)") && message.contains("120ms"), "{message}");
    assert!(Store::open_reader(&path, &quick()).expect("reading goes on").is_some());
    drop(first);
    Store::open_writer(&path, &options("tidetable predict", Duration::ZERO)).expect("free again");
}
