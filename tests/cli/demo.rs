//! `demo` from the outside.
