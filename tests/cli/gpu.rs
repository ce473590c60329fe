//! `gpu` from the outside.
