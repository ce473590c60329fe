-- Every instant is milliseconds since 1970-01-01T00:00:00Z (UTC). NULL is unknown, never zero.
-- Texts that repeat (task types, users, hosts, queues) are interned.

CREATE TABLE task_types (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE users (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE hosts (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE queues (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

-- One row for each import that was committed.
CREATE TABLE imports (
    id            INTEGER PRIMARY KEY,
    source        TEXT NOT NULL,              -- path, or - for standard input
    format        TEXT NOT NULL,
    timezone      TEXT NOT NULL,              -- the zone its local times were read in
    imported_ms   INTEGER NOT NULL,
    records_read  INTEGER NOT NULL,
    added         INTEGER NOT NULL,
    updated       INTEGER NOT NULL,
    already_known INTEGER NOT NULL,
    rejected      INTEGER NOT NULL,
    first_start_ms INTEGER,
    last_start_ms  INTEGER
) STRICT;

-- status: 0 completed, 1 failed, 2 cancelled, 3 timeout, 4 out_of_memory, 5 running.
-- A run's identity is (task_type_id, started_ms, user_id, host_id, external_id, ordinal): ordinal counts runs
-- that one source gives with all the rest equal.
CREATE TABLE runs (
    id             INTEGER PRIMARY KEY,
    task_type_id   INTEGER NOT NULL REFERENCES task_types (id),
    started_ms     INTEGER NOT NULL,
    ended_ms       INTEGER,
    submitted_ms   INTEGER,
    status         INTEGER,
    user_id        INTEGER REFERENCES users (id),
    host_id        INTEGER REFERENCES hosts (id),
    queue_id       INTEGER REFERENCES queues (id),
    exit_code      INTEGER,
    cpu_cores      REAL,
    memory_mib     REAL,
    gpu_count      REAL,
    gpu_memory_mib REAL,
    external_id    TEXT,
    after          TEXT,
    ordinal        INTEGER NOT NULL DEFAULT 0,
    import_id      INTEGER REFERENCES imports (id),
    CHECK (ended_ms IS NULL OR ended_ms >= started_ms),
    CHECK (status IS NULL OR status BETWEEN 0 AND 5)
) STRICT;

CREATE UNIQUE INDEX runs_identity ON runs (
    task_type_id, started_ms, ifnull(user_id, 0), ifnull(host_id, 0), ifnull(external_id, ''), ordinal
);
CREATE INDEX runs_started ON runs (started_ms);

-- Sessions that cron's PAM lines open and close; run_id once the command line that belongs to one is known
-- (it may stand in another log, imported earlier or later).
CREATE TABLE cron_sessions (
    id         INTEGER PRIMARY KEY,
    host       TEXT NOT NULL,
    user       TEXT NOT NULL,
    process_id INTEGER NOT NULL,
    opened_ms  INTEGER NOT NULL,
    closed_ms  INTEGER NOT NULL,
    run_id     INTEGER REFERENCES runs (id) ON DELETE SET NULL,
    import_id  INTEGER REFERENCES imports (id),
    UNIQUE (process_id, opened_ms, host, user)
) STRICT;

CREATE INDEX cron_sessions_waiting ON cron_sessions (opened_ms) WHERE run_id IS NULL;
CREATE INDEX cron_sessions_by_run ON cron_sessions (run_id) WHERE run_id IS NOT NULL;

-- identity: text that stays the same as long as it is the same pattern.
CREATE TABLE activity_patterns (
    id            INTEGER PRIMARY KEY,
    identity      TEXT NOT NULL UNIQUE,
    pattern_type  TEXT NOT NULL,
    confidence    REAL NOT NULL,
    is_active     INTEGER NOT NULL,
    runs          INTEGER NOT NULL,
    first_seen_ms INTEGER NOT NULL,
    last_seen_ms  INTEGER NOT NULL,
    detected_ms   INTEGER NOT NULL,           -- when it was first found
    changed_ms    INTEGER NOT NULL,           -- when what is stored of it last changed
    body          TEXT NOT NULL CHECK (json_valid(body))
) STRICT;

CREATE TABLE pattern_task_types (
    pattern_id   INTEGER NOT NULL REFERENCES activity_patterns (id) ON DELETE CASCADE,
    position     INTEGER NOT NULL,
    task_type_id INTEGER NOT NULL REFERENCES task_types (id),
    PRIMARY KEY (pattern_id, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX pattern_task_types_by_type ON pattern_task_types (task_type_id);

-- source: mined, declared, manual. identity is what makes two rules the same: importing a crontab again or
-- generating again finds the row it made before.
CREATE TABLE scheduling_rules (
    id           INTEGER PRIMARY KEY,
    identity     TEXT NOT NULL UNIQUE,
    task_type_id INTEGER NOT NULL REFERENCES task_types (id),
    source       TEXT NOT NULL,
    pattern_id   INTEGER REFERENCES activity_patterns (id) ON DELETE SET NULL,
    priority     INTEGER NOT NULL,
    confidence   REAL NOT NULL,
    enabled      INTEGER NOT NULL,
    created_ms   INTEGER NOT NULL,
    changed_ms   INTEGER NOT NULL,
    body         TEXT NOT NULL CHECK (json_valid(body))
) STRICT;

-- What was done to a rule, so that it can be read back and undone.
CREATE TABLE rule_actions (
    id        INTEGER PRIMARY KEY,
    rule_id   INTEGER NOT NULL REFERENCES scheduling_rules (id) ON DELETE CASCADE,
    action    TEXT NOT NULL,                  -- created, enabled, disabled, moved, changed
    at_ms     INTEGER NOT NULL,
    before    TEXT CHECK (before IS NULL OR json_valid(before)),
    after     TEXT CHECK (after IS NULL OR json_valid(after)),
    optimization_id INTEGER REFERENCES optimization_results (id) ON DELETE SET NULL
) STRICT;

CREATE INDEX rule_actions_by_rule ON rule_actions (rule_id);

-- One expected run of a task type at an instant, whatever sources expect it. outcome: NULL while open; hit,
-- missed or unobserved once the window has passed. judged_run_id: greatest run id when that was decided, so
-- that a miss is looked at again once more history has come in.
CREATE TABLE predictive_schedules (
    id              INTEGER PRIMARY KEY,
    task_type_id    INTEGER NOT NULL REFERENCES task_types (id),
    predicted_ms    INTEGER NOT NULL,
    window_start_ms INTEGER NOT NULL,
    window_end_ms   INTEGER NOT NULL,
    confidence      REAL NOT NULL,
    pattern_id      INTEGER REFERENCES activity_patterns (id) ON DELETE SET NULL,
    rule_id         INTEGER REFERENCES scheduling_rules (id) ON DELETE SET NULL,
    made_ms         INTEGER NOT NULL,
    outcome         TEXT,
    matched_run_id  INTEGER REFERENCES runs (id) ON DELETE SET NULL,
    judged_run_id   INTEGER,
    body            TEXT NOT NULL CHECK (json_valid(body)),
    UNIQUE (task_type_id, predicted_ms)
) STRICT;

CREATE INDEX predictive_schedules_window ON predictive_schedules (window_start_ms);
CREATE INDEX predictive_schedules_matched ON predictive_schedules (matched_run_id)
    WHERE matched_run_id IS NOT NULL;
CREATE INDEX predictive_schedules_unfulfilled ON predictive_schedules (window_end_ms)
    WHERE outcome IS NOT 'hit';

-- Stretches of time that predictions were made for; task_types: names asked for as a JSON array, NULL for all.
CREATE TABLE prediction_horizons (
    id         INTEGER PRIMARY KEY,
    start_ms   INTEGER NOT NULL,
    end_ms     INTEGER NOT NULL,
    task_types TEXT CHECK (task_types IS NULL OR json_valid(task_types))
) STRICT;

CREATE TABLE optimization_results (
    id          INTEGER PRIMARY KEY,
    strategy    TEXT NOT NULL,
    status      TEXT NOT NULL,
    created_ms  INTEGER NOT NULL,
    applied_ms  INTEGER,
    body        TEXT NOT NULL CHECK (json_valid(body))
) STRICT;

CREATE TABLE user_behavior_profiles (
    user_id     INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    runs        INTEGER NOT NULL,
    changed_ms  INTEGER NOT NULL,
    body        TEXT NOT NULL CHECK (json_valid(body))
) STRICT;

-- Readings of a resource on a host, between runs as well as during them.
CREATE TABLE samples (
    id       INTEGER PRIMARY KEY,
    at_ms    INTEGER NOT NULL,
    host_id  INTEGER REFERENCES hosts (id),
    resource TEXT NOT NULL,
    value    REAL NOT NULL
) STRICT;

CREATE INDEX samples_at ON samples (at_ms);

-- "TIDE": marks the file as ours; in the migration's own transaction, so that no half-made store exists.
PRAGMA application_id = 1414087749;
PRAGMA user_version = 1;
