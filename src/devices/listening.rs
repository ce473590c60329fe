//! Which processes wait for connections, and on which port: what tells a daemon from work that was left behind, and which
//! processes belong to which server.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::domain::device::ProcessFacts;

/// How the kernel spells the state of a socket that listens.
const LISTENING: &str = "0A";

/// Whether process `pid` listens on a TCP port; `None` when we may not look.
pub(super) fn listens(pid: u32) -> Option<bool> {
    listening_ports(pid).map(|ports| !ports.is_empty())
}

/// The TCP ports that process `pid` listens on; `None` when we may not look.
fn listening_ports(pid: u32) -> Option<BTreeSet<u16>> {
    let mut listening: BTreeMap<String, u16> = BTreeMap::new();
    let mut is_seen = false;
    for family in ["tcp", "tcp6"] {
        // A system without one of them has no such sockets.
        let Ok(text) = fs::read_to_string(format!("/proc/{pid}/net/{family}")) else { continue };
        is_seen = true;
        listening.extend(text.lines().filter_map(listening_socket));
    }
    let files = fs::read_dir(format!("/proc/{pid}/fd")).ok()?;
    let links = files.flatten().filter_map(|file| fs::read_link(file.path()).ok());
    let ports = links.filter_map(|link| {
        let link = link.to_string_lossy();
        let inode = link.strip_prefix("socket:[").and_then(|rest| rest.strip_suffix(']'))?;
        listening.get(inode).copied()
    });
    let ports = ports.collect();
    is_seen.then_some(ports)
}

/// The number of the socket in a line of /proc/PID/net/tcp, and its port, if it listens.
fn listening_socket(line: &str) -> Option<(String, u16)> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    if *fields.get(3)? != LISTENING {
        return None;
    }
    let (_, port) = fields.get(1)?.rsplit_once(':')?;
    Some(((*fields.get(9)?).to_owned(), u16::from_str_radix(port, 16).ok()?))
}

/// Those of `processes` that listen on the port of one of `addresses` (`http://HOST[:PORT]`), or descend from one that
/// does, with those in between: by address. Process 1 may listen on behalf of others, and everything descends from it.
pub(super) fn serving<'p>(
    processes: impl Iterator<Item = (u32, &'p ProcessFacts)>,
    addresses: &[&str],
) -> BTreeMap<String, BTreeSet<u32>> {
    let ports: Vec<(&str, u16)> = addresses.iter().map(|address| (*address, port_of(address))).collect();
    let mut known: BTreeMap<u32, BTreeSet<u16>> = BTreeMap::new();
    let mut found: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    for (pid, facts) in processes {
        let line: Vec<u32> =
            std::iter::once(pid).chain(facts.ancestors.iter().copied()).filter(|pid| *pid > 1).collect();
        for (place, candidate) in line.iter().enumerate() {
            let listening =
                known.entry(*candidate).or_insert_with(|| listening_ports(*candidate).unwrap_or_default());
            for (address, _) in ports.iter().filter(|(_, port)| listening.contains(port)) {
                found.entry((*address).to_owned()).or_default().extend(&line[..=place]);
            }
        }
    }
    found
}

fn port_of(address: &str) -> u16 {
    let host = address.trim_start_matches("http://").split('/').next().unwrap_or_default();
    host.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).unwrap_or(80)
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

    #[test]
    fn a_server_is_who_listens_on_its_port_and_what_descends_from_that() {
        use crate::devices::process_table::process_facts;
        let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", port.local_addr().expect("bound"));
        let mut child = std::process::Command::new("sleep").arg("60").spawn().expect("started");
        let facts = process_facts(child.id()).expect("runs");
        let of = |address: &str| serving(std::iter::once((child.id(), &facts)), &[address]);
        let own = std::process::id();
        assert_eq!(of(&address), BTreeMap::from([(address.clone(), BTreeSet::from([own, child.id()]))]));
        assert_eq!(of("http://127.0.0.1:1"), BTreeMap::new());
        child.kill().expect("killed");
        child.wait().expect("reaped");
    }
}
