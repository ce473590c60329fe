//! Why a model server gave no answer that could be used.

use std::time::Duration;

/// Why a model server gave no answer that could be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServerError {
    /// Nothing listens there, or its name is unknown.
    #[error("nothing answers at {address}: {reason}")]
    Unreachable {
        /// Where.
        address: String,
        /// What the system says.
        reason: String,
    },
    /// The answer did not come, or not to its end, in time.
    #[error("{address}{path} did not answer within {}", humantime::format_duration(*limit))]
    TimedOut {
        /// Where.
        address: String,
        /// Which call.
        path: String,
        /// How long it had.
        limit: Duration,
    },
    /// The connection ended before the answer did.
    #[error("{address}{path} broke off: {reason}")]
    BrokenOff {
        /// Where.
        address: String,
        /// Which call.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// The answer is longer than any that this call has.
    #[error("{address}{path} answers with more than {} KiB", limit / 1024)]
    TooLong {
        /// Where.
        address: String,
        /// Which call.
        path: String,
        /// Bytes that were allowed.
        limit: u64,
    },
    /// The server refuses, or has no such call.
    #[error("{address}{path} answers {status}{}", said_after(said))]
    Status {
        /// Where.
        address: String,
        /// Which call.
        path: String,
        /// HTTP's status.
        status: u16,
        /// What it says, shortened.
        said: String,
    },
    /// The answer is not what such a server answers.
    #[error("{address}{path} is no answer of {kind}: {reason}")]
    Foreign {
        /// Where.
        address: String,
        /// Which call.
        path: String,
        /// What it was taken for.
        kind: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The key could not be read.
    #[error("the key for {address} cannot be read: {reason}")]
    NoKey {
        /// For which server.
        address: String,
        /// What went wrong, without the key.
        reason: String,
    },
}

fn said_after(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(": {said}") }
}

impl ServerError {
    /// HTTP's status, where the server answered with one that is no success.
    pub fn status(&self) -> Option<u16> {
        match self {
            ServerError::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether it wants a key, or another one.
    pub fn is_about_key(&self) -> bool {
        matches!(self.status(), Some(401 | 403))
    }

    /// Whether the server may have done what it was asked all the same.
    pub fn leaves_open(&self) -> bool {
        matches!(self, ServerError::TimedOut { .. } | ServerError::BrokenOff { .. })
    }

    /// Whether the same call may well succeed a moment later.
    pub(super) fn is_passing(&self) -> bool {
        matches!(self, ServerError::BrokenOff { .. }) || matches!(self.status(), Some(429 | 502 | 503 | 504))
    }
}
