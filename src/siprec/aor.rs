//! Whether a text can be an address-of-record (RFC 7865 section 6.5.1).

use std::net::IpAddr;

/// Whether it is a URI, the name of a host or an IP address.
pub(super) fn is_address(aor: &str) -> bool {
    let is_scheme = |it: &str| {
        it.starts_with(|it: char| it.is_ascii_alphabetic())
            && it.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    };
    let is_host = || {
        let is_host_char = |byte: u8| byte.is_ascii_alphanumeric() || b".-".contains(&byte);
        aor.contains('.')
            && aor.bytes().all(is_host_char)
            && aor.bytes().any(|byte| byte.is_ascii_alphabetic())
    };
    aor.split_once(':').is_some_and(|(scheme, _)| is_scheme(scheme))
        || is_host()
        || aor.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn an_address_has_a_scheme_or_is_a_host() {
        for aor in [
            "sip:bob@example.com",
            "tel:+12025550101",
            "pbx.example.com",
            "192.0.2.1",
            "2001:db8::1",
        ] {
            assert!(is_address(aor), "{aor}");
        }
        for aor in ["bob@example.com", "2025550101", "+1.202.555.0101", "", "bob", ":x", "1a:b"] {
            assert!(!is_address(aor), "{aor}");
        }
    }
}
