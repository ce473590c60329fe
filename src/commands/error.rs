//! What a subcommand itself may object to.

/// A request that cannot be met as it stands.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// Arguments that do not fit together or to the data; exit 2.
    #[error("{message}")]
    Usage {
        /// What does not fit.
        message: String,
        /// What to do.
        hint: String,
    },
    /// Data or a request that a person can put right; exit 1.
    #[error("{message}")]
    Refused {
        /// What is wrong.
        message: String,
        /// What to do.
        hint: String,
    },
    /// Something this machine lacks; exit 3.
    #[error("{message}")]
    Lacking {
        /// What is missing.
        message: String,
        /// What to do.
        hint: String,
    },
    /// Ctrl-C or a termination signal; exit 130.
    #[error("interrupted; {0}")]
    Interrupted(&'static str),
}
