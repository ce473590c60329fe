//! What `restore` answers.
