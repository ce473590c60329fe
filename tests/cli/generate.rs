//! `generate` from the outside.
