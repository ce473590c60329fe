//! What `predict` answers.
