//! Crontabs that only a program may read and write: `crontab` and `scrontab`.

use std::io::{Read, Write as _};
use std::process::{Child, Command, Output, Stdio};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use super::SchedulerError;
use crate::fail_point::reached;

/// A program that takes longer has hung, on a file server or a prompt; nobody may wait for it forever.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// How often to look whether a program has ended.
const POLL: Duration = Duration::from_millis(5);

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
    let output = run(program, Command::new(program).arg("-l"), b"", TIME_LIMIT)?;
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
            finished(program, "-r", run(program, Command::new(program).arg("-r"), b"", TIME_LIMIT)?)?;
        }
        (Some(bytes), Intake::StandardInput) => {
            finished(program, "-", run(program, Command::new(program).arg("-"), bytes, TIME_LIMIT)?)?;
        }
        (Some(bytes), Intake::File) => {
            let io = |action: &'static str| {
                move |source| SchedulerError::Io { action, path: std::env::temp_dir(), source }
            };
            let mut file = tempfile::NamedTempFile::new().map_err(io("write to"))?;
            file.write_all(bytes).map_err(io("write to"))?;
            let output = run(program, Command::new(program).arg(file.path()), b"", TIME_LIMIT)?;
            finished(program, "FILE", output)?;
        }
    }
    reached("after-rename");
    Ok(())
}

/// Runs a program to its end, or kills it after `limit`. What it reads and writes goes through threads: a pipe that
/// nobody empties would stop it.
fn run(
    program: &str,
    command: &mut Command,
    input: &[u8],
    limit: Duration,
) -> Result<Output, SchedulerError> {
    let begun = Instant::now();
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = started(program, child)?;
    if let Some(mut end) = child.stdin.take() {
        let input = input.to_vec();
        // A program that refuses the text may close its end early; its exit status tells why.
        spawn(move || end.write_all(&input));
    }
    let (stdout, stderr) = (child.stdout.take().map(drained), child.stderr.take().map(drained));
    let hung = |child: &mut Child| {
        let _ = child.kill();
        let _ = child.wait();
        SchedulerError::Hung { program: program.to_owned(), limit }
    };
    let status = loop {
        if let Some(status) = started(program, child.try_wait())? {
            break status;
        }
        if begun.elapsed() >= limit {
            return Err(hung(&mut child));
        }
        sleep(POLL);
    };
    // Something that it started may hold the pipes open after it.
    let is_open = |pipe: &Option<Drained>| pipe.as_ref().is_some_and(|thread| !thread.is_finished());
    while is_open(&stdout) || is_open(&stderr) {
        if begun.elapsed() >= limit {
            return Err(hung(&mut child));
        }
        sleep(POLL);
    }
    let bytes = |pipe: Option<Drained>| match pipe.map(JoinHandle::join) {
        Some(Ok(read)) => started(program, read),
        _ => Ok(Vec::new()),
    };
    Ok(Output { status, stdout: bytes(stdout)?, stderr: bytes(stderr)? })
}

type Drained = JoinHandle<std::io::Result<Vec<u8>>>;

fn drained(mut pipe: impl Read + Send + 'static) -> Drained {
    spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).map(|_| bytes)
    })
}

fn started<T>(program: &str, result: std::io::Result<T>) -> Result<T, SchedulerError> {
    result.map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => SchedulerError::NoProgram { program: program.to_owned() },
        _ => SchedulerError::Io { action: "run", path: program.into(), source },
    })
}

fn finished(program: &str, option: &str, output: Output) -> Result<(), SchedulerError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_never_ends_is_killed() {
        let begun = Instant::now();
        let limit = Duration::from_millis(50);
        let hung = run("sleep", Command::new("sleep").arg("60"), b"", limit);
        assert!(matches!(hung, Err(SchedulerError::Hung { .. })), "{hung:?}");
        assert!(begun.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn more_than_a_pipe_holds_goes_through_both_ways() {
        let input = vec![b'x'; 1 << 20];
        let output = run("cat", &mut Command::new("cat"), &input, TIME_LIMIT).unwrap();
        assert!(output.status.success() && output.stdout == input);
    }
}
