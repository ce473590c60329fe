//! What `demo` answers.
