//! Our wire driver: a socket for each stream, and a moment of its own within the 20 ms, as
//! telephones that answered at different times have; or all streams gathered in slots of 1 ms.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::time::Duration;

use rtp_rs::{RtpPacketBuilder, Seq};
use tallylight::driver::wire::{Priority, WireSettings};
use tallylight::driver::{Driver, Listen, Wire};
use tallylight::packet::{Packet, Transport};
use tallylight::time::Instant;

use crate::sender::{Running, Sender, start_this_program_as};

/// When the streams send.
#[derive(Clone, Copy)]
pub enum Ours {
    /// Spread evenly: a thousand streams wake the driver every 20 microseconds.
    AtAnyMoment,
    /// The same, with real-time priority.
    InRealTime,
    /// In twenty groups.
    InSlots,
}

impl Sender for Ours {
    fn name(&self) -> &'static str {
        match self {
            Self::AtAnyMoment => ANY_MOMENT,
            Self::InRealTime => REAL_TIME,
            Self::InSlots => SLOTS,
        }
    }

    fn start(&self, streams: usize, target: SocketAddrV4) -> Result<Running, String> {
        start_this_program_as(self.name(), streams, target)
    }
}

impl Ours {
    /// How long after the start of each 20 ms a stream sends.
    fn offset(self, stream: u32, streams: u32) -> Duration {
        let spread = PACKET_TIME * stream / streams;
        match self {
            Self::AtAnyMoment | Self::InRealTime => spread,
            Self::InSlots => Duration::from_millis(u64::try_from(spread.as_millis()).unwrap_or(0)),
        }
    }

    fn priority(self) -> Priority {
        match self {
            Self::AtAnyMoment | Self::InSlots => Priority::Ordinary,
            Self::InRealTime => Priority::RealTime,
        }
    }

    /// Sends until killed, and for half a minute at most.
    pub fn send(self, streams: usize, target: SocketAddrV4) {
        let streams = u32::try_from(streams).expect("a number of streams that one machine sends");
        let settings = WireSettings { priority: self.priority(), ..WireSettings::default() };
        let mut wire = Wire::open(&settings).expect("the driver can be started");
        let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let sources: Vec<SocketAddr> = (0..streams)
            .map(|_| wire.listen(Transport::Udp, any_port).expect("there is a port for it"))
            .collect();
        let start = wire.now();
        wait_until(&mut wire, start);
        if let Some(why) = wire.refused_priority() {
            eprintln!("no real-time priority: {why}");
        }
        for turn in 0..LONGEST_RUN_IN_PACKETS {
            for (stream, source) in (0..streams).zip(&sources) {
                let due = start + PACKET_TIME * turn + self.offset(stream, streams);
                wait_until(&mut wire, due);
                wire.send(Packet {
                    transport: Transport::Udp,
                    source: *source,
                    target: target.into(),
                    payload: packet(stream, turn).into(),
                });
            }
        }
    }
}

/// Lets time pass, as the testbed does.
fn wait_until(wire: &mut Wire, due: Instant) {
    // What arrives is nothing to a stream that only sends.
    while wire.wait(due).is_some() {}
}

fn packet(stream: u32, turn: u32) -> Vec<u8> {
    let sequence = u16::try_from(turn & 0xFFFF).expect("sixteen bits");
    RtpPacketBuilder::new()
        .payload_type(0)
        .ssrc(stream)
        .sequence(Seq::from(sequence))
        .timestamp(turn.wrapping_mul(160))
        .payload(&[0xFF; 160])
        .build()
        .expect("a packet with everything it needs")
}

/// Its name when its streams send at any moment.
pub const ANY_MOMENT: &str = "ours";

/// Its name when it has real-time priority.
pub const REAL_TIME: &str = "ours, fifo";

/// Its name when they send in slots.
pub const SLOTS: &str = "ours, slots";

const PACKET_TIME: Duration = Duration::from_millis(20);

const LONGEST_RUN_IN_PACKETS: u32 = 1_500;
