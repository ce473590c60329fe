//! `optimize` from the outside.
