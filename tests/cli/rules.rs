//! `rules` from the outside.
