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

-- Revisions: who changed rules or plans, when and with which command; one row for each transaction that changed any.
-- They replace rule_actions, which knew neither, and forgot a rule with its row.
CREATE TABLE revisions (
    id          INTEGER PRIMARY KEY,
    at_ms       INTEGER NOT NULL,
    user        TEXT,
    host        TEXT,
    command     TEXT,                 -- NULL: not kept before schema 5
    plan_id     INTEGER REFERENCES optimization_results (id) ON DELETE SET NULL,
    plan_event  TEXT,                 -- proposed, applied, taken_back
    returned_to INTEGER,              -- the revision whose rules this one brought back
    CHECK ((plan_id IS NULL) OR (plan_event IS NOT NULL))
) STRICT;

CREATE INDEX revisions_by_plan ON revisions (plan_id) WHERE plan_id IS NOT NULL;

-- What a revision did to each rule. identity: of the rule's row, so that one that was removed can come back.
CREATE TABLE revision_rules (
    revision_id INTEGER NOT NULL REFERENCES revisions (id) ON DELETE CASCADE,
    position    INTEGER NOT NULL,
    rule_id     INTEGER NOT NULL,     -- no reference: what was removed has a history, too
    identity    TEXT NOT NULL,
    action      TEXT NOT NULL,        -- created, enabled, disabled, moved, changed, removed
    before      TEXT CHECK (before IS NULL OR json_valid(before)),
    after       TEXT CHECK (after IS NULL OR json_valid(after)),
    PRIMARY KEY (revision_id, position),
    CHECK (before IS NOT NULL OR after IS NOT NULL)
) STRICT, WITHOUT ROWID;

CREATE INDEX revision_rules_by_rule ON revision_rules (rule_id);

-- What one command did bears one instant and one plan; the first action names the revision.
INSERT INTO revisions (id, at_ms, plan_id, plan_event)
    SELECT min(id), at_ms, optimization_id, CASE WHEN optimization_id IS NOT NULL THEN 'applied' END
    FROM rule_actions GROUP BY at_ms, optimization_id;

INSERT INTO revision_rules (revision_id, position, rule_id, identity, action, before, after)
    SELECT revisions.id, row_number() OVER (PARTITION BY revisions.id ORDER BY rule_actions.id) - 1, rule_id,
           scheduling_rules.identity, action, before, after
    FROM rule_actions
    JOIN revisions ON revisions.at_ms = rule_actions.at_ms AND revisions.plan_id IS rule_actions.optimization_id
    JOIN scheduling_rules ON scheduling_rules.id = rule_actions.rule_id
    WHERE before IS NOT NULL OR after IS NOT NULL;

DROP TABLE rule_actions;

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

-- Signatures: for each pattern the vector that others are compared with, as 32-bit little-endian floats. No JSON is
-- read to search. version is that of the components' meaning: older ones are made anew.
CREATE TABLE pattern_signatures (
    pattern_id INTEGER PRIMARY KEY REFERENCES activity_patterns (id) ON DELETE CASCADE,
    version    INTEGER NOT NULL,
    vector     BLOB NOT NULL
) STRICT;

-- What a model said of a text, so that it is asked once. model names the server and the model.
CREATE TABLE text_embeddings (
    id     INTEGER PRIMARY KEY,
    model  TEXT NOT NULL,
    text   TEXT NOT NULL,
    vector BLOB NOT NULL,
    UNIQUE (model, text)
) STRICT;

-- What a search filters by, without a look at the patterns' bodies.
CREATE INDEX activity_patterns_facts ON activity_patterns (pattern_type, confidence, is_active);

-- Unreleased: sections may still be added above the last line until this version is released.
PRAGMA user_version = 5;
