//! Crontabs that only a program may read and write: `crontab` and `scrontab`.

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::SchedulerError;
use super::fail_point::reached;

/// How a program takes a new text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Intake {
    /// `crontab -`: from standard input.
    StandardInput,
    /// `scrontab FILE`: it knows no other way.
    File,
}

/// What `PROGRAM -l` tells; `None` where it says that there is no crontab.
pub(super) fn read(program: &str) -> Result<Option<Vec<u8>>, SchedulerError> {
    let output = started(program, Command::new(program).arg("-l").stdin(Stdio::null()).output())?;
    if output.status.success() {
        return Ok(Some(output.stdout));
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    // No other sign tells an empty account from a failure.
    if said.to_ascii_lowercase().contains("no crontab") {
        return Ok(None);
    }
    Err(failed(program, "-l", &said, output.status))
}

/// Replaces the crontab, or removes it.
pub(super) fn replace(program: &str, intake: Intake, bytes: Option<&[u8]>) -> Result<(), SchedulerError> {
    reached("before-rename");
    match (bytes, intake) {
        (None, _) => {
            let output = Command::new(program).arg("-r").stdin(Stdio::null()).output();
            finished(program, "-r", started(program, output)?)?;
        }
        (Some(bytes), Intake::StandardInput) => {
            let child = Command::new(program)
                .arg("-")
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn();
            let mut child = started(program, child)?;
            if let Some(mut input) = child.stdin.take() {
                // A program that refuses the text may close its end early; its exit status tells why.
                let _ = input.write_all(bytes);
            }
            finished(program, "-", started(program, child.wait_with_output())?)?;
        }
        (Some(bytes), Intake::File) => {
            let io = |action: &'static str| {
                move |source| SchedulerError::Io { action, path: std::env::temp_dir(), source }
            };
            let mut file = tempfile::NamedTempFile::new().map_err(io("write to"))?;
            file.write_all(bytes).map_err(io("write to"))?;
            let output = Command::new(program).arg(file.path()).stdin(Stdio::null()).output();
            finished(program, "FILE", started(program, output)?)?;
        }
    }
    reached("after-rename");
    Ok(())
}

fn started<T>(program: &str, result: std::io::Result<T>) -> Result<T, SchedulerError> {
    result.map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => SchedulerError::NoProgram { program: program.to_owned() },
        _ => SchedulerError::Io { action: "run", path: program.into(), source },
    })
}

fn finished(program: &str, option: &str, output: std::process::Output) -> Result<(), SchedulerError> {
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(failed(program, option, &said, output.status))
}

fn failed(program: &str, option: &str, said: &str, status: std::process::ExitStatus) -> SchedulerError {
    let reason = if said.is_empty() { status.to_string() } else { said.replace('\n', "; ") };
    SchedulerError::Failed { command: format!("{program} {option}"), reason }
}
