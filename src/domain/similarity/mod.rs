//! Vectors that say how a pattern behaves, and the search for others like it.
