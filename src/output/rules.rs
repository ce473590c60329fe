//! What `rules` answers.
