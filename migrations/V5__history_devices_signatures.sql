-- Unreleased: sections may still be added above the last line until this version is released.
PRAGMA user_version = 5;
