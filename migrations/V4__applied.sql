-- What `rules apply` put into schedulers, with what stood there before. A row is written before the scheduler is
-- touched, so that a process killed at any moment leaves a record to finish or to take back from.
-- state: begun, applied, abandoned (nothing was changed), undo_begun, undone, unclear (edited by hand meanwhile).
CREATE TABLE applied_changes (
    id            INTEGER PRIMARY KEY,
    batch         INTEGER NOT NULL,           -- the same for all changes of one call
    target        TEXT NOT NULL,              -- crontab, systemd, slurm
    place         TEXT NOT NULL,              -- file:PATH, crontab:USER, scrontab:USER
    state         TEXT NOT NULL,
    begun_ms      INTEGER NOT NULL,
    settled_ms    INTEGER,                    -- when its state last changed
    user          TEXT,
    host          TEXT,
    command       TEXT NOT NULL,
    before        BLOB,                       -- NULL: nothing was there
    before_sha256 TEXT,
    after         BLOB,                       -- NULL: nothing is there afterwards
    after_sha256  TEXT,
    CHECK ((before IS NULL) = (before_sha256 IS NULL)),
    CHECK ((after IS NULL) = (after_sha256 IS NULL))
) STRICT;

CREATE INDEX applied_changes_by_place ON applied_changes (place);

-- The rules that a change carried. before, after: the schedule in the scheduler, NULL where it was not there.
CREATE TABLE applied_rules (
    change_id INTEGER NOT NULL REFERENCES applied_changes (id) ON DELETE CASCADE,
    position  INTEGER NOT NULL,
    rule_id   INTEGER REFERENCES scheduling_rules (id) ON DELETE SET NULL,
    before    TEXT CHECK (before IS NULL OR json_valid(before)),
    after     TEXT CHECK (after IS NULL OR json_valid(after)),
    PRIMARY KEY (change_id, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX applied_rules_by_rule ON applied_rules (rule_id) WHERE rule_id IS NOT NULL;

PRAGMA user_version = 4;
