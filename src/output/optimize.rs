//! What `optimize` answers.
