//! What `gpu` answers.
