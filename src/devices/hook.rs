//! A person's own program, called when a GPU's memory becomes critical: without a shell, with a time limit, and with
//! what it should know in its environment.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::fs::{Access, access};
use rustix::process::{Pid, Signal, kill_process_group};

/// A hook that takes longer is ended: it must not keep the watch from watching.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// How often to look whether it has ended.
const LOOK: Duration = Duration::from_millis(10);

/// What became of a hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HookOutcome {
    /// It ended with this exit code; `None` when a signal ended it.
    Ended(Option<i32>),
    /// It took too long and was ended.
    TooLong(Duration),
    /// It could not be started.
    NotStarted(String),
}

/// Why `program` could not be started: it is nowhere, or not executable. A name without a slash is looked for in `PATH`,
/// as starting it does.
pub fn check_hook(program: &Path) -> Result<(), String> {
    let is_bare = program.components().count() == 1 && !program.to_string_lossy().contains('/');
    let folders = std::env::var_os("PATH").filter(|_| is_bare);
    let places: Vec<PathBuf> = match &folders {
        Some(folders) => std::env::split_paths(folders).map(|folder| folder.join(program)).collect(),
        None => vec![program.to_owned()],
    };
    let files: Vec<&PathBuf> = places.iter().filter(|place| place.is_file()).collect();
    if files.iter().any(|file| access(file.as_path(), Access::EXEC_OK).is_ok()) {
        return Ok(());
    }
    Err(match (files.first(), places.iter().find(|place| place.exists()), is_bare) {
        (Some(file), _, _) => format!("{} is not executable", file.display()),
        (None, Some(place), false) => format!("{} is no file", place.display()),
        (_, _, false) => format!("{} is not there", program.display()),
        (_, _, true) => format!("{} is in no folder of PATH", program.display()),
    })
}

/// Runs `program` with `variables` added to our environment. It gets no arguments, nothing to read, and what it writes to
/// standard output is thrown away: that is ours.
pub fn run_hook(
    program: &Path,
    variables: &[(&str, String)],
    is_interrupted: &dyn Fn() -> bool,
) -> HookOutcome {
    run_within(program, variables, TIME_LIMIT, is_interrupted)
}

fn run_within(
    program: &Path,
    variables: &[(&str, String)],
    limit: Duration,
    is_interrupted: &dyn Fn() -> bool,
) -> HookOutcome {
    let started = Command::new(program)
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        // A group of its own, so that it can be ended with all that it started.
        .process_group(0)
        .spawn();
    let mut child = match started {
        Ok(child) => child,
        Err(error) => return HookOutcome::NotStarted(error.to_string()),
    };
    let begun = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return HookOutcome::Ended(status.code()),
            Ok(None) if begun.elapsed() < limit && !is_interrupted() => sleep(LOOK),
            _ => {
                end(&mut child);
                return HookOutcome::TooLong(begun.elapsed());
            }
        }
    }
}

/// Ends it with its group. It may have ended meanwhile; either way it is not left behind.
fn end(child: &mut Child) {
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by another process: one of ours that is just being started would still have it open for writing.
    fn script(folder: &Path, text: &str) -> std::path::PathBuf {
        let path = folder.join("hook");
        let write = "printf '#!/bin/sh\\n%s\\n' \"$1\" > \"$2\" && chmod 755 \"$2\"";
        let status =
            Command::new("sh").args(["-c", write, "sh", text]).arg(&path).status().expect("shell started");
        assert!(status.success());
        path
    }

    #[test]
    fn a_hook_is_told_what_happened_and_its_exit_code_is_kept() {
        let folder = tempfile::tempdir().expect("folder");
        let hook = script(folder.path(), "[ \"$LEVEL\" = critical ] && exit 7");
        let outcome = run_hook(&hook, &[("LEVEL", "critical".to_owned())], &|| false);
        assert_eq!(outcome, HookOutcome::Ended(Some(7)));
    }

    #[test]
    fn a_hook_that_never_ends_is_ended() {
        let folder = tempfile::tempdir().expect("folder");
        let hook = script(folder.path(), "exec sleep 600");
        let outcome = run_within(&hook, &[], Duration::from_millis(50), &|| false);
        assert!(matches!(outcome, HookOutcome::TooLong(_)), "{outcome:?}");
    }

    #[test]
    fn what_could_not_be_started_is_known_before() {
        let folder = tempfile::tempdir().expect("folder");
        let hook = script(folder.path(), "exit 0");
        assert_eq!(check_hook(&hook), Ok(()));
        assert_eq!(check_hook(Path::new("sh")), Ok(()), "in PATH");
        std::fs::write(folder.path().join("text"), "exit 0\n").expect("written");
        for (program, why) in [
            (folder.path().join("text"), "is not executable"),
            (folder.path().to_owned(), "is no file"),
            (folder.path().join("absent"), "is not there"),
            (PathBuf::from("no-such-program-anywhere"), "is in no folder of PATH"),
            (PathBuf::from(""), "is"),
        ] {
            let refused = check_hook(&program).expect_err("refused");
            assert!(refused.contains(why), "{refused}");
        }
    }

    #[test]
    fn a_text_for_a_shell_is_no_program() {
        let outcome = run_hook(Path::new("echo a; echo b"), &[], &|| false);
        assert!(matches!(outcome, HookOutcome::NotStarted(_)), "{outcome:?}");
    }
}
