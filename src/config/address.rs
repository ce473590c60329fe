//! What every address of a server must fulfil, whatever is spoken there.

/// Says what is wrong with the host and port of `address`; what it says never holds a password.
pub(super) fn check_authority(address: &str, instead: &str) -> Result<(), String> {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(format!(
            "the address holds a user or a password, which is shown where it is used; {instead}"
        ));
    }
    // The colons inside brackets are those of an address of IPv6.
    let after_host = authority.rsplit_once(']').map_or(authority, |(_, after)| after);
    match after_host.rsplit_once(':') {
        Some((_, port)) if port.parse::<u16>().map_or(true, |port| port == 0) => {
            Err(format!("\"{address}\": a port is a number from 1 to 65535"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_a_number_of_sixteen_bits() {
        for right in ["http://host", "http://host:65535/v1", "http://[::1]", "http://[::1]:80/api", "host:1"]
        {
            assert_eq!(check_authority(right, ""), Ok(()), "{right}");
        }
        for wrong in
            ["http://host:65536", "http://host:0", "http://host:", "http://host:port/v1", "http://[::1]:x"]
        {
            assert!(check_authority(wrong, "").is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_password_is_refused_and_not_told() {
        for wrong in ["http://me:secret@host", "me:secret@host:70000", "ftp://secret@host/x"] {
            let told = check_authority(wrong, "name a key file").unwrap_err();
            assert!(!told.contains("secret") && told.ends_with("name a key file"), "{told}");
        }
    }
}
