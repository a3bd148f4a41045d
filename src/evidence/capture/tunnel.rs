//! Packets in packets: what tunnels, and switches that mirror a port to somewhere else, wrap up.

use super::link::{Below, strip};

/// The IP packet that the payload of another one wraps up; `None`, if it wraps none.
///
/// IP in IP (RFC 2003, RFC 4213), GRE (RFC 2784, RFC 2890), and VXLAN (RFC 7348), the latter two also with
/// whole frames of Ethernet, as mirrored ports have them (ERSPAN, types I and II).
pub(super) fn inside(protocol: u8, payload: &[u8]) -> Option<&[u8]> {
    let below = match (protocol, payload) {
        (IPV4 | IPV6, _) => strip(RAW, payload),
        (GRE, [flags, version, a, b, rest @ ..]) if version % 8 == 0 => {
            // A checksum, a key and a number, four bytes each, where they are said to be there.
            let words = [0x80, 0x20, 0x10].iter().filter(|flag| flags & **flag != 0).count();
            let rest = rest.get(4 * words..)?;
            match (u16::from_be_bytes([*a, *b]), flags & 0x10 != 0) {
                (0x0800 | 0x86DD, _) => strip(RAW, rest),
                (0x6558, _) | (0x88BE, false) => strip(ETHERNET, rest),
                (0x88BE, true) => strip(ETHERNET, rest.get(8..)?),
                _ => return None,
            }
        }
        // The ports, the length and the checksum of UDP; the flags and the number of the network.
        (UDP, [_, _, 0x12, 0xB5, _, _, _, _, 0x08, 0, 0, 0, _, _, _, 0, frame @ ..]) => {
            strip(ETHERNET, frame)
        }
        _ => return None,
    };
    match below {
        Below::Ip(packet) => Some(packet),
        Below::Else | Below::Unknown => None,
    }
}

const IPV4: u8 = 4;
const UDP: u8 = 17;
const IPV6: u8 = 41;
const GRE: u8 = 47;
/// Link types.
const ETHERNET: u32 = 1;
const RAW: u32 = 101;

#[cfg(test)]
mod tests {
    use super::*;

    const IP: &[u8] = &[0x45, 1, 2, 3];

    fn ethernet() -> Vec<u8> {
        [&[0; 12][..], &[0x08, 0x00], IP].concat()
    }

    #[test]
    fn ip_is_found_in_every_tunnel_that_is_read() {
        let vxlan = [0xC0, 0, 0x12, 0xB5, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 7, 0];
        for (protocol, wrapped) in [
            (4, IP.to_vec()),
            (41, IP.to_vec()),
            (47, [&[0, 0, 0x08, 0x00], IP].concat()),
            (47, [&[0xB0, 0, 0x08, 0x00][..], &[0; 12], IP].concat()),
            (47, [&[0, 0, 0x65, 0x58][..], &ethernet()].concat()),
            (47, [&[0, 0, 0x88, 0xBE][..], &ethernet()].concat()),
            (47, [&[0x10, 0, 0x88, 0xBE][..], &[0; 12], &ethernet()].concat()),
            (17, [&vxlan[..], &ethernet()].concat()),
        ] {
            assert_eq!(inside(protocol, &wrapped), Some(IP), "{protocol} {wrapped:?}");
            for length in 0..wrapped.len() - IP.len() {
                assert_eq!(inside(protocol, &wrapped[..length]), None, "{protocol} {length}");
            }
        }
    }

    #[test]
    fn what_is_no_tunnel_wraps_nothing() {
        let sip = [0x13, 0xC4, 0x13, 0xC4, 0, 12, 0, 0, 0x45, 0, 0, 0, 0, 0, 0, 0, 0x45];
        assert_eq!(inside(17, &sip), None);
        assert_eq!(inside(6, IP), None);
        assert_eq!(inside(47, &[0, 1, 0x08, 0x00, 0x45]), None, "another version of GRE");
    }
}
