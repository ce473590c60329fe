-- What analyses remember of the histories they searched, so that the next one searches only what has changed.
-- `profile` names what the search depended on: program, zone, days looked at, how runs were told apart.
CREATE TABLE searched_histories (
    profile TEXT NOT NULL,
    history TEXT NOT NULL,                    -- a task type, or a stream of one
    body    TEXT NOT NULL CHECK (json_valid(body)),
    PRIMARY KEY (profile, history)
) STRICT, WITHOUT ROWID;

-- More tables of this version go here while it is unreleased.

PRAGMA user_version = 3;
