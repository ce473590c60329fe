//! Which processes wait for connections: what tells a daemon from work that was left behind.

use std::collections::BTreeSet;
use std::fs;

/// How the kernel spells the state of a socket that listens.
const LISTENING: &str = "0A";

/// Whether process `pid` listens on a TCP port; `None` when we may not look.
pub(super) fn listens(pid: u32) -> Option<bool> {
    let mut listening = BTreeSet::new();
    let mut is_seen = false;
    for family in ["tcp", "tcp6"] {
        // A system without one of them has no such sockets.
        let Ok(text) = fs::read_to_string(format!("/proc/{pid}/net/{family}")) else { continue };
        is_seen = true;
        listening.extend(text.lines().filter_map(listening_inode));
    }
    let files = fs::read_dir(format!("/proc/{pid}/fd")).ok()?;
    let mut links = files.flatten().filter_map(|file| fs::read_link(file.path()).ok());
    let is_listening = links.any(|link| {
        let link = link.to_string_lossy();
        let inode = link.strip_prefix("socket:[").and_then(|rest| rest.strip_suffix(']'));
        inode.is_some_and(|inode| listening.contains(inode))
    });
    is_seen.then_some(is_listening)
}

/// The socket's number in a line of /proc/PID/net/tcp, if it listens.
fn listening_inode(line: &str) -> Option<String> {
    let mut fields = line.split_whitespace().skip(3);
    if fields.next()? != LISTENING {
        return None;
    }
    fields.nth(5).map(str::to_owned)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_waits_for_connections_is_told_from_one_that_does_not() {
        let child = std::process::Command::new("sleep").arg("60").spawn();
        let mut child = child.expect("started");
        assert_eq!(listens(child.id()), Some(false));
        child.kill().expect("killed");
        child.wait().expect("reaped");
        let _port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        assert_eq!(listens(std::process::id()), Some(true));
        assert_eq!(listens(u32::MAX), None);
    }
}
