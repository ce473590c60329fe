//! Keys of servers: from a file or a program, never shown.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::process_table::ancestors;

/// The longest key that is read, bytes: longer is another file.
const LONGEST: u64 = 8 << 10;

/// How long a program that prints a key may take: it may have to ask a keyring.
const PROGRAM_LIMIT: Duration = Duration::from_secs(10);

/// Where a key comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// A file that holds nothing else.
    File(PathBuf),
    /// A program and its arguments; what it prints first is the key. No shell is involved.
    Program(Vec<String>),
}

/// A key. It can be sent and cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// What to send.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }

    /// The key with a word before it.
    pub(super) fn after(&self, word: &str) -> Secret {
        Secret(format!("{word} {}", self.0))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl SecretSource {
    /// Where everybody on this machine may read the key: what to tell its owner.
    pub fn exposure(&self) -> Option<String> {
        let SecretSource::File(path) = self else { return None };
        let mode = std::fs::metadata(path).ok()?.permissions().mode();
        (mode & 0o004 != 0).then(|| {
            let path = path.display();
            format!("{path} holds a key, and everybody on this machine may read it; `chmod 600 {path}`")
        })
    }

    /// The key, or why there is none; what is said never holds the key.
    pub fn read(&self) -> Result<Secret, String> {
        let bytes = match self {
            SecretSource::File(path) => {
                let mut bytes = Vec::new();
                File::open(path)
                    .and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes))
                    .map_err(|error| format!("{}: {error}", path.display()))?;
                bytes
            }
            SecretSource::Program(words) => printed_by(words, PROGRAM_LIMIT)?,
        };
        if bytes.len() as u64 > LONGEST {
            return Err(format!("it is longer than {LONGEST} bytes"));
        }
        let text = String::from_utf8(bytes).map_err(|_| "it is no text".to_owned())?;
        let key = text.lines().next().unwrap_or_default().trim();
        match key {
            "" => Err("it is empty".to_owned()),
            // Anything else would not be one header of HTTP.
            key if key.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(Secret(key.to_owned())),
            _ => Err("it holds blanks or characters that no key has".to_owned()),
        }
    }
}

/// What a program prints, read aside: one that never ends, or whose children keep the pipe open, is killed.
fn printed_by(words: &[String], limit: Duration) -> Result<Vec<u8>, String> {
    let (program, arguments) = words.split_first().ok_or("no program is named")?;
    let told = |error: std::io::Error| format!("{program}: {error}");
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(told)?;
    let pipe = child.stdout.take();
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = pipe.map_or(Ok(0), |pipe| pipe.take(LONGEST + 1).read_to_end(&mut bytes));
        // Nobody listens any more once the time is over.
        let _ = sender.send(read.map(|_| bytes));
    });
    let Ok(read) = receiver.recv_timeout(limit) else {
        // It may have ended by itself in this moment, with what it started.
        for pid in descendants(child.id()) {
            let _ = kill_process(pid, Signal::KILL);
        }
        let _ = child.kill();
        let _ = child.wait();
        return Err(format!("{program} did not end within {}", humantime::format_duration(limit)));
    };
    let bytes = read.map_err(told)?;
    if bytes.len() as u64 > LONGEST {
        // It would wait for ever for somebody to read the rest.
        let _ = child.kill();
    }
    let status = child.wait().map_err(told)?;
    if status.success() || bytes.len() as u64 > LONGEST {
        Ok(bytes)
    } else {
        Err(format!("{program}: {status}"))
    }
}

/// What a program has started. It is no group of its own: then it could ask nobody at the terminal.
fn descendants(program: u32) -> Vec<Pid> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let started = pids.filter(|pid| ancestors(*pid).contains(&program));
    started.filter_map(|pid| Pid::from_raw(i32::try_from(pid).ok()?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(words: &[&str]) -> SecretSource {
        SecretSource::Program(words.iter().map(|word| (*word).to_owned()).collect())
    }

    #[test]
    fn a_key_comes_from_a_file_or_a_program_and_is_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, "sk-1\n").unwrap();
        let file = SecretSource::File(path.clone());
        let key = file.read().unwrap();
        for (mode, is_exposed) in [(0o600, false), (0o640, false), (0o644, true)] {
            std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
            assert_eq!(file.exposure().is_some(), is_exposed, "{mode:o}");
        }
        assert_eq!(key.reveal(), "sk-1");
        assert_eq!(program(&["echo", "sk-1"]).read(), Ok(key.clone()));
        assert!(!format!("{key:?}").contains("sk"));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_program_that_hangs_is_ended_with_what_it_started() {
        // A number of seconds that nobody else sleeps for.
        let seconds = format!("{}", 100_000 + std::process::id());
        let words = ["sh", "-c", &format!("sleep {seconds}; true")].map(str::to_owned);
        let told = printed_by(&words, Duration::from_millis(300)).unwrap_err();
        assert_eq!(told, "sh did not end within 300ms");
        let is_left = || {
            let processes = std::fs::read_dir("/proc").unwrap().flatten();
            let mut commands = processes.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
            commands.any(|command| command == format!("sleep\0{seconds}\0").into_bytes())
        };
        let deadline = std::time::Instant::now() + Duration::from_secs(10);
        while is_left() {
            assert!(std::time::Instant::now() < deadline, "what it started is left behind");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    #[test]
    fn what_is_no_key_says_so_without_telling_it() {
        assert_eq!(program(&["true"]).read(), Err("it is empty".to_owned()));
        let blanks = program(&["echo", "my secret"]).read().unwrap_err();
        assert!(!blanks.contains("secret"), "{blanks}");
        assert!(program(&["false"]).read().is_err());
        assert!(program(&["head", "-c", "100000", "/dev/zero"]).read().is_err());
        assert!(program(&["no-such-program-here"]).read().unwrap_err().starts_with("no-such-program-here"));
        assert!(SecretSource::File("/no/such/file".into()).read().is_err());
    }
}
