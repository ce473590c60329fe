//! `man` from the outside.
