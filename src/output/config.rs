//! What `config` answers.
