//! Finds a flow by its two addresses: done twice for every packet of media.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

/// From two addresses to the number of the flow between them.
#[derive(Debug)]
pub(super) struct Between {
    all: BTreeMap<Ends, usize>,
    /// Those that were asked for last, each in a place that its addresses give.
    lately: Vec<Option<(Ends, usize)>>,
}

/// Where a flow comes from, and where it goes.
type Ends = (SocketAddr, SocketAddr);

impl Between {
    pub(super) fn new() -> Self {
        Self { all: BTreeMap::new(), lately: vec![None; LATELY] }
    }

    /// The flow between these.
    pub(super) fn get(&mut self, ends: Ends) -> Option<usize> {
        let lately = &mut self.lately[place(ends)];
        if let Some((known, flow)) = lately
            && *known == ends
        {
            return Some(*flow);
        }
        let flow = *self.all.get(&ends)?;
        *lately = Some((ends, flow));
        Some(flow)
    }

    /// Between these there is this flow from now on.
    pub(super) fn insert(&mut self, ends: Ends, flow: usize) {
        self.all.insert(ends, flow);
    }

    pub(super) fn clear(&mut self) {
        *self = Self::new();
    }
}

/// A place that depends on the ends alone. Flows that share one only cost each other a search.
fn place((source, target): Ends) -> usize {
    let half = |end: SocketAddr| {
        let [.., a, b, c, d] = match end.ip() {
            IpAddr::V4(ip) => ip.to_ipv6_mapped().octets(),
            IpAddr::V6(ip) => ip.octets(),
        };
        let host = u32::from_be_bytes([a, b, c, d]);
        u64::from(host) << 16 | u64::from(end.port())
    };
    let mixed = (half(source).wrapping_mul(SPREAD) ^ half(target)).wrapping_mul(SPREAD);
    usize::try_from(mixed >> 52).expect("twelve bits")
}

/// Two to the power of the bits that [`place`] keeps: six flows for each of hundreds of calls.
const LATELY: usize = 1 << 12;
/// 2^64 divided by the golden ratio.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;
