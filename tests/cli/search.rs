//! `search` from the outside.
