//! `config` from the outside.
