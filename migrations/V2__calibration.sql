-- How often confidences came true in a backtest of this very history: one row for each class of predictions.
CREATE TABLE calibrations (
    class      TEXT PRIMARY KEY,
    outcomes   INTEGER NOT NULL,              -- predictions it was learnt from
    learned_ms INTEGER NOT NULL,
    body       TEXT NOT NULL CHECK (json_valid(body))
) STRICT;

-- More tables of this version go here while it is unreleased.

PRAGMA user_version = 2;
