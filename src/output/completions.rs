//! What `completions` answers.
