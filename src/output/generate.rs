//! What `generate` answers.
