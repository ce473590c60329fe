//! What `man` answers.
