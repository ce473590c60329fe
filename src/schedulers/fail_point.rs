//! Named moments at which a test kills the process, as a power cut would. Release builds have none.

/// The variable that names the moment.
#[cfg(debug_assertions)]
const VARIABLE: &str = "TIDETABLE_TEST_KILL_AT";

/// Dies here, without any clean-up, where a test asked for that.
#[cfg(debug_assertions)]
pub(super) fn reached(name: &str) {
    if std::env::var_os(VARIABLE).is_some_and(|wanted| wanted == name) {
        std::process::abort();
    }
}

/// Nothing to do: nobody tests here.
#[cfg(not(debug_assertions))]
pub(super) fn reached(_name: &str) {}
