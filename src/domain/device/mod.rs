//! What GPUs and hosts report.
