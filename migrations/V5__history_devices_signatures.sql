-- Unreleased: sections may still be added above the last line until this version is released.
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

PRAGMA user_version = 5;
