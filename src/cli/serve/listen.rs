//! Where to listen, as an argument says it: an address, perhaps with a port.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

/// `127.0.0.1`, `127.0.0.1:5060`, `::1` or `[::1]:5060`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Place {
    /// The address.
    pub address: IpAddr,
    /// The platform's port for UDP and TCP; TLS is at the next one.
    pub port: Option<u16>,
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(address) = text.parse() {
            return Ok(Self { address, port: None });
        }
        match text.parse::<SocketAddr>() {
            // The port above is for TLS.
            Ok(socket) if (1..u16::MAX).contains(&socket.port()) => {
                Ok(Self { address: socket.ip(), port: Some(socket.port()) })
            }
            Ok(_) => Err("a port lies between 1 and 65534".to_owned()),
            Err(_) => Err("an address, such as 127.0.0.1 or 127.0.0.1:5060".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_an_address_and_perhaps_a_port() {
        let place = |text: &str| text.parse::<Place>().map(|it| (it.address.to_string(), it.port));
        assert_eq!(place("127.0.0.1"), Ok(("127.0.0.1".to_owned(), None)));
        assert_eq!(place("192.0.2.1:5070"), Ok(("192.0.2.1".to_owned(), Some(5_070))));
        assert_eq!(place("[::1]:5060"), Ok(("::1".to_owned(), Some(5_060))));
        assert_eq!(place("::1"), Ok(("::1".to_owned(), None)));
        for bad in ["", "localhost", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65535", "5060"] {
            assert!(place(bad).is_err(), "{bad}");
        }
    }
}
