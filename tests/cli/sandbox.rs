//! A folder of its own for each test: an empty HOME, a store inside it, a fixed clock and zone.

use std::fmt;
use std::path::{Path, PathBuf};

use assert_cmd::Command;

/// The instant that `--now` names in every test that does not choose another.
pub const NOW: &str = "2026-03-01T12:00:00Z";

/// A throw-away home.
pub struct Sandbox {
    folder: tempfile::TempDir,
}

/// What came back.
pub struct Transcript {
    /// Exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    folder: PathBuf,
    arguments: String,
}

impl Sandbox {
    /// An empty home.
    pub fn new() -> Sandbox {
        Sandbox { folder: tempfile::tempdir().expect("temporary folder") }
    }

    /// A path inside.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file inside.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).expect("file written");
        path
    }

    /// The program with an empty HOME, UTC, no terminal and the fixed clock.
    pub fn command(&self) -> Command {
        let mut command = Command::cargo_bin("tidetable").expect("binary built");
        command
            .env_clear()
            .env("HOME", self.folder.path())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("TZ", "UTC")
            .env("TIDETABLE_DB", self.path("store.db"))
            .current_dir(self.folder.path());
        command
    }

    /// Runs `tidetable ARGUMENTS --now NOW`; arguments are split at blanks (use `run_args` for others).
    pub fn run(&self, arguments: &str) -> Transcript {
        self.run_args(&arguments.split_whitespace().collect::<Vec<_>>())
    }

    /// Runs `tidetable ARGUMENTS`, with `--now NOW` unless they name another instant.
    pub fn run_args(&self, arguments: &[&str]) -> Transcript {
        let mut command = self.command();
        command.args(arguments);
        if !arguments.contains(&"--now") {
            command.args(["--now", NOW]);
        }
        let output = command.output().expect("program started");
        Transcript {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
            folder: self.folder.path().to_owned(),
            arguments: arguments.join(" "),
        }
    }
}

impl Transcript {
    /// Standard output as the one JSON document it must be.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("no JSON document ({error}): {self}"))
    }

    /// Fails with the whole transcript unless the exit code is `code`.
    #[track_caller]
    pub fn assert_code(self, code: i32) -> Transcript {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }
}

/// The transcript with the sandbox's folder written as `HOME`.
impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let folder = self.folder.to_string_lossy();
        let clean = |text: &str| text.replace(folder.as_ref(), "HOME");
        writeln!(f, "$ tidetable {}", clean(&self.arguments))?;
        writeln!(f, "exit {}", self.code.map_or("by signal".to_owned(), |code| code.to_string()))?;
        writeln!(f, "--- stdout\n{}", clean(&self.stdout))?;
        writeln!(f, "--- stderr\n{}", clean(&self.stderr))
    }
}

/// A file of the shared trace collection; says that the test is skipped where there is none.
pub fn trace(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/traces").join(name);
    if path.exists() {
        Some(path)
    } else {
        eprintln!("skipped: no ../shared/traces/{name}");
        None
    }
}
