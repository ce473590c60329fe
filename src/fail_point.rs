//! Named moments at which a test kills the process, as a power cut would. Release builds have none.

/// The variable that names the moment: `NAME`, or `NAME:3` for the third time it comes.
#[cfg(debug_assertions)]
const KILL_AT: &str = "TIDETABLE_TEST_KILL_AT";

/// The variable that names a file to which every moment is written as it comes, so that a test misses none.
#[cfg(debug_assertions)]
const TRACE: &str = "TIDETABLE_TEST_TRACE";

/// Dies here, without any clean-up, where a test asked for that.
#[cfg(debug_assertions)]
pub(crate) fn reached(name: &str) {
    use std::io::Write as _;
    use std::sync::atomic::{AtomicU32, Ordering};

    static PASSED: AtomicU32 = AtomicU32::new(0);

    if let Some(path) = std::env::var_os(TRACE) {
        let file = std::fs::File::options().append(true).create(true).open(path);
        // A test that finds the trace empty fails by itself.
        let _ = file.and_then(|mut file| writeln!(file, "{name}"));
    }
    let Ok(wanted) = std::env::var(KILL_AT) else { return };
    let (wanted, time) = wanted.split_once(':').unwrap_or((&wanted, "1"));
    if wanted != name || PASSED.fetch_add(1, Ordering::SeqCst) + 1 != time.parse().unwrap_or(1) {
        return;
    }
    #[cfg(unix)]
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    // Where no such signal is, or it was not delivered.
    std::process::abort();
}

/// Nothing to do: nobody tests here.
#[cfg(not(debug_assertions))]
pub(crate) fn reached(_name: &str) {}
