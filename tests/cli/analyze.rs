//! `analyze` from the outside.
