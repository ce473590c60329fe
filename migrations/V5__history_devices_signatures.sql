-- GPUs as `gpu watch` read them: the last readings of each. last_xid: a critical error heard since the reading before.
CREATE TABLE gpu_samples (
    id                  INTEGER PRIMARY KEY,
    at_ms               INTEGER NOT NULL,
    gpu_uuid            TEXT NOT NULL,
    memory_total_mib    REAL,
    memory_used_mib     REAL,
    unattributed_mib    REAL,
    utilization         REAL,
    temperature_celsius REAL,
    power_watts         REAL,
    last_xid            INTEGER
) STRICT;

CREATE INDEX gpu_samples_by_gpu ON gpu_samples (gpu_uuid, at_ms);

-- One row for each process seen on a GPU: since when it is idle (NULL: not known to be), its peak, and how long after
-- its start that came. start_ticks tells it from others of the same number.
CREATE TABLE gpu_processes (
    id            INTEGER PRIMARY KEY,
    gpu_uuid      TEXT NOT NULL,
    pid           INTEGER NOT NULL,
    start_ticks   INTEGER NOT NULL,
    command       TEXT NOT NULL,
    task_type_id  INTEGER REFERENCES task_types (id) ON DELETE SET NULL,
    started_ms    INTEGER,
    first_seen_ms INTEGER NOT NULL,
    last_seen_ms  INTEGER NOT NULL,
    idle_since_ms INTEGER,
    memory_mib    REAL,
    peak_mib      REAL,
    peak_after_ms INTEGER,
    UNIQUE (gpu_uuid, pid, start_ticks)
) STRICT;

CREATE INDEX gpu_processes_seen ON gpu_processes (last_seen_ms);
CREATE INDEX gpu_processes_by_type ON gpu_processes (task_type_id) WHERE task_type_id IS NOT NULL;

-- Unreleased: sections may still be added above the last line until this version is released.
-- Model servers: what they were seen to hold, and what was asked of them.

-- The last look at each model of each server; last_used_ms and use_mark tell of use that the server does not tell.
CREATE TABLE model_sightings (
    id            INTEGER PRIMARY KEY,
    server        TEXT NOT NULL,
    address       TEXT NOT NULL,
    model         TEXT NOT NULL,
    first_seen_ms INTEGER NOT NULL,
    last_seen_ms  INTEGER NOT NULL,
    last_used_ms  INTEGER,
    use_mark      TEXT,
    most_mib      REAL,
    is_held       INTEGER NOT NULL CHECK (is_held IN (0, 1)),
    UNIQUE (server, address, model)
) STRICT;

-- Written before a server is asked, taken away again when it refused; what bears the same at_ms is undone together.
CREATE TABLE model_changes (
    id        INTEGER PRIMARY KEY,
    at_ms     INTEGER NOT NULL,
    server    TEXT NOT NULL,
    address   TEXT NOT NULL,
    model     TEXT NOT NULL,
    change    TEXT NOT NULL,
    reason    TEXT NOT NULL,
    undone_ms INTEGER
) STRICT;

CREATE INDEX model_changes_open ON model_changes (at_ms) WHERE undone_ms IS NULL;

PRAGMA user_version = 5;
