//! What `search` answers.
