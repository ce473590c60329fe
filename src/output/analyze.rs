//! What `analyze` answers.
