//! Whether a server runs on this machine.

use std::net::{IpAddr, ToSocketAddrs as _, UdpSocket};

/// Whether what answers at `address` (`http://HOST[:PORT]`) runs on this machine: its host is the loopback, or an address
/// that one of our own interfaces has. A tunnel to another machine looks like this machine.
pub(super) fn is_here(address: &str) -> bool {
    let host = address.trim_start_matches("http://").split('/').next().unwrap_or_default();
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let with_port = if has_port { host.to_owned() } else { format!("{host}:80") };
    let Ok(found) = with_port.to_socket_addrs() else { return false };
    found.map(|address| address.ip()).any(is_own)
}

/// Only an address of our own can be listened on. No packet is sent for that.
fn is_own(address: IpAddr) -> bool {
    address.is_loopback() || address.is_unspecified() || UdpSocket::bind((address, 0)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loopback_is_here_and_an_address_of_nobody_is_not() {
        for here in
            ["http://127.0.0.1:11434", "http://127.9.9.9", "http://[::1]:8000", "http://localhost:80/x"]
        {
            assert!(is_here(here), "{here}");
        }
        // Addresses that documentation is written with.
        for elsewhere in ["http://192.0.2.7:11434", "http://198.51.100.1", "http://no-such-host.invalid:1"] {
            assert!(!is_here(elsewhere), "{elsewhere}");
        }
    }
}
