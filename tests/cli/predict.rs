//! `predict` from the outside.
