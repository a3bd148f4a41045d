//! Why a driver cannot do what it was asked for.

use std::io;
use std::net::{IpAddr, SocketAddr};

use crate::packet::Transport;

/// Why a driver cannot be set up. Each reads well after "cannot".
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An address cannot be opened: the port is in use, or the address is not this machine's.
    #[error("listen on {transport} {address}: {}", reason(cause))]
    Listen {
        /// What should have been listened for.
        transport: Transport,
        /// Where.
        address: SocketAddr,
        /// What the system said.
        cause: io::Error,
    },
    /// Every pair of ports of a range is taken.
    #[error("find two free UDP ports on {ip} between {first} and {last}")]
    Ports {
        /// Where.
        ip: IpAddr,
        /// The first port of the range.
        first: u16,
        /// The last port of the range.
        last: u16,
    },
    /// The threads and the event queue of the wire cannot be had.
    #[error("start the network threads: {cause}")]
    Start {
        /// What the system said.
        cause: io::Error,
    },
    /// The certificates do not make a TLS identity.
    #[error("set up TLS: {cause}")]
    Tls {
        /// What the library or the certificate's reader said.
        cause: String,
    },
}

/// The two mistakes that people make, in words; the system's own words for the rest.
fn reason(cause: &io::Error) -> String {
    match cause.kind() {
        io::ErrorKind::AddrInUse => "the port is in use".to_owned(),
        io::ErrorKind::AddrNotAvailable => "this machine does not have that address".to_owned(),
        io::ErrorKind::PermissionDenied => {
            "not permitted (ports below 1024 are reserved)".to_owned()
        }
        _ => cause.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_is_told_with_transport_address_and_cause() {
        let error = Error::Listen {
            transport: Transport::Tcp,
            address: "192.0.2.1:5060".parse().unwrap(),
            cause: io::ErrorKind::AddrInUse.into(),
        };
        assert_eq!(error.to_string(), "listen on TCP 192.0.2.1:5060: the port is in use");
    }
}
