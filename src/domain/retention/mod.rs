//! Which copies to keep, with reasons.
