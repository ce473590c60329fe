//! Expected runs: when, with what confidence, needing what.
