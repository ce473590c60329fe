//! `restore` from the outside.
