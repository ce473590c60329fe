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
