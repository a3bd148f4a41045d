//! From what a network card saw to an IP packet.

/// What is below IP in a packet, taken off.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Below<'a> {
    /// An IP packet, of either version.
    Ip(&'a [u8]),
    /// ARP and its kin.
    Else,
    /// A link layer that we do not read.
    Unknown,
}

/// Takes the link layer off (tcpdump.org/linktypes.html).
pub(super) fn strip(link: u32, bytes: &[u8]) -> Below<'_> {
    let stripped = match link {
        // BSD loopback: the family in the byte order of the machine, or of the network.
        0 | 108 => bytes.get(4..).map(ip),
        1 => bytes.get(12..).map(ethernet),
        // Raw IP, under the names that systems give it.
        12 | 14 | 101 | 228 | 229 => Some(ip(bytes)),
        // Linux cooked capture.
        113 => bytes.get(14..).map(ethernet),
        // The same, version 2: the protocol comes first.
        276 => bytes.get(0..2).zip(bytes.get(20..)).map(|(kind, rest)| typed(kind, rest)),
        _ => return Below::Unknown,
    };
    stripped.unwrap_or(Below::Else)
}

/// From the type on.
fn ethernet(mut bytes: &[u8]) -> Below<'_> {
    for _ in 0..TAGS_MAX {
        match bytes {
            // IEEE 802.1Q and 802.1ad, and what came before it: a tag, and the type again.
            [0x81 | 0x91, 0x00, _, _, rest @ ..] | [0x88, 0xA8, _, _, rest @ ..] => bytes = rest,
            _ => break,
        }
    }
    match bytes {
        [a, b, rest @ ..] => typed(&[*a, *b], rest),
        _ => Below::Else,
    }
}

fn typed<'a>(kind: &[u8], rest: &'a [u8]) -> Below<'a> {
    match (kind, rest) {
        // Inside of version 2 of the cooked capture.
        ([0x81, 0x00] | [0x88, 0xA8], [_, _, rest @ ..]) => ethernet(rest),
        // IP itself, or PPP over Ethernet (RFC 2516 section 4): its header, and the protocol of PPP.
        ([0x08, 0x00] | [0x86, 0xDD], rest)
        | ([0x88, 0x64], [_, _, _, _, _, _, 0x00, 0x21 | 0x57, rest @ ..]) => ip(rest),
        _ => Below::Else,
    }
}

fn ip(bytes: &[u8]) -> Below<'_> {
    match bytes.first().map(|first| first >> 4) {
        Some(4 | 6) => Below::Ip(bytes),
        _ => Below::Else,
    }
}

/// Two are in use.
const TAGS_MAX: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    const IP: &[u8] = &[0x45, 1, 2, 3];

    fn framed(head: &[u8]) -> Vec<u8> {
        [head, IP].concat()
    }

    #[test]
    fn ip_is_found_below_every_link_layer_that_captures_have() {
        let mac = [0; 12];
        let cooked = [0; 14];
        let cooked_2 = [&[0x08, 0x00][..], &[0; 18]].concat();
        for (link, head) in [
            (0, vec![2, 0, 0, 0]),
            (1, [&mac[..], &[0x08, 0x00]].concat()),
            (1, [&mac[..], &[0x81, 0x00, 0, 5, 0x08, 0x00]].concat()),
            (1, [&mac[..], &[0x88, 0xA8, 0, 5, 0x81, 0x00, 0, 6, 0x08, 0x00]].concat()),
            (101, vec![]),
            (113, [&cooked[..], &[0x08, 0x00]].concat()),
            (276, cooked_2),
        ] {
            assert_eq!(strip(link, &framed(&head)), Below::Ip(IP), "{link} {head:?}");
        }
    }

    #[test]
    fn what_is_no_ip_is_told_from_what_we_cannot_read() {
        let arp = [&[0; 12][..], &[0x08, 0x06, 0, 1]].concat();
        assert_eq!(strip(1, &arp), Below::Else);
        assert_eq!(strip(1, &[]), Below::Else);
        assert_eq!(strip(147, IP), Below::Unknown);
    }
}
