//! The plainest sender that keeps time: one thread, one socket, absolute deadlines. Its row is
//! what this machine allows.

use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::time::{Duration, Instant};

use crate::sender::{Running, Sender, start_this_program_as};

/// See the room's first line.
pub struct Plain;

impl Sender for Plain {
    fn name(&self) -> &'static str {
        NAME
    }

    fn start(&self, streams: usize, target: SocketAddrV4) -> Result<Running, String> {
        start_this_program_as(NAME, streams, target)
    }
}

/// Sends until killed, and for half a minute at most. The streams are spread over slots of 1 ms.
pub fn send(streams: usize, target: SocketAddrV4) {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback is there");
    let start = Instant::now();
    for slot in 0..LONGEST_RUN_IN_SLOTS {
        // A slot that is late is sent at once, and the schedule does not move.
        let left = (start + SLOT * slot).saturating_duration_since(Instant::now());
        std::thread::sleep(left);
        let turn = slot / SLOTS;
        for stream in (0..u32::try_from(streams).unwrap_or(u32::MAX))
            .skip((slot % SLOTS) as usize)
            .step_by(SLOTS as usize)
        {
            let mut packet = [0xFF; 12 + 160];
            packet[..2].copy_from_slice(&[0x80, 0]);
            packet[2..4].copy_from_slice(&turn.to_be_bytes()[2..]);
            packet[4..8].copy_from_slice(&(turn * 160).to_be_bytes());
            packet[8..12].copy_from_slice(&stream.to_be_bytes());
            // A packet that cannot be sent is missing at the receiver.
            let _ = socket.send_to(&packet, target);
        }
    }
}

/// Its name in the table.
pub const NAME: &str = "plain loop";

const SLOT: Duration = Duration::from_millis(1);

/// Slots in the time of a packet.
const SLOTS: u32 = 20;

const LONGEST_RUN_IN_SLOTS: u32 = 30_000;
