//! Whatever arrives at a media port: nothing may panic, and nothing may grow.

use std::time::Duration;

use bytes::Bytes;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use tallylight::rtp::{
    Chunk, Codec, Compound, Digits, Extension, Header, Interval, Kind, Origin, Packet, Playout,
    ReportBlock, RtcpPacket, Sender, SenderInfo, Session, Settings,
};
use tallylight::time::{Epoch, Instant};

const DATAGRAMS: u64 = 200_000;

/// Everything that a media port leads to.
struct Port {
    session: Session,
    digits: Digits,
    playout: Playout,
    samples: u64,
    read: u64,
}

impl Port {
    fn new() -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let settings = Settings {
            cname: "alice@192.0.2.1".into(),
            epoch: Epoch::SIMULATED,
            interval: Interval::new(80_000),
            probation: 0,
        };
        let sender = Sender::new(Origin::draw(&mut rng), 0, 8_000);
        Self {
            session: Session::new(Instant::START, sender, settings, rng),
            digits: Digits::new(8_000),
            playout: Playout::new(Instant::START, Duration::from_millis(100)),
            samples: 0,
            read: 0,
        }
    }

    fn hears(&mut self, now: Instant, datagram: &[u8]) {
        match Kind::of(datagram) {
            Kind::Rtcp => self.read += u64::from(self.session.handle_rtcp(now, datagram).is_ok()),
            _ => self.hears_media(now, datagram),
        }
        self.session.poll_rtcp(now);
        self.digits.handle_timeout(now);
    }

    fn hears_media(&mut self, now: Instant, datagram: &[u8]) {
        let Ok((packet, _)) = self.session.handle_rtp(now, datagram) else {
            return;
        };
        self.read += 1;
        let Packet { header, extension, payload, .. } = packet;
        extension.iter().flat_map(Extension::elements).for_each(drop);
        self.digits.handle(now, &header, payload);
        let codec = Codec::of_payload_type(header.payload_type).unwrap_or(Codec::Pcma);
        let mut out = Vec::new();
        self.playout.push(now, &header, codec, payload, &mut out);
        self.samples += out.len() as u64;
    }
}

fn draw(rng: &mut ChaCha8Rng, below: usize) -> usize {
    usize::try_from(rng.next_u32()).unwrap() % below
}

/// Lawful datagrams of every kind, to be spoilt.
fn seeds() -> Vec<Bytes> {
    let header =
        Header { payload_type: 8, sequence: 7, timestamp: 99, ssrc: 5, ..Header::default() };
    let contributed = Header { csrcs: vec![1, 2, 3], payload_type: 9, ..header.clone() };
    let extension = Extension { profile: 0xBEDE, data: &[0x12, 1, 2, 3, 0x20, 4, 0, 0] };
    let block = ReportBlock {
        ssrc: 5,
        fraction_lost: 1,
        lost: 2,
        highest: 3,
        jitter: 4,
        last_report: 5,
        delay: 6,
    };
    let info = SenderInfo { ntp: 1 << 60, timestamp: 2, packets: 3, octets: 4 };
    let report = RtcpPacket::SenderReport { ssrc: 5, info, blocks: vec![block; 3] };
    let name = RtcpPacket::Description(vec![Chunk::of_cname(5, "bob"), Chunk::of_cname(6, "")]);
    let goodbye = RtcpPacket::Goodbye { ssrcs: vec![5, 6], reason: Some("hung up".into()) };
    vec![
        header.write(&[0xD5; 160]),
        header.write(&[5, 10, 3, 32, 6, 138, 0, 0]),
        contributed.write_extended(&extension, &[0; 40]),
        Compound(vec![report, name.clone()]).write(),
        Compound(vec![RtcpPacket::ReceiverReport { ssrc: 5, blocks: vec![block] }, name, goodbye])
            .write(),
    ]
}

/// Changes up to eight bytes, and cuts or lengthens one in four.
fn spoil(rng: &mut ChaCha8Rng, datagram: &mut Vec<u8>) {
    for _ in 0..draw(rng, 9) {
        let at = draw(rng, datagram.len().min(48));
        datagram[at] = rng.next_u32().to_le_bytes()[0];
    }
    if draw(rng, 4) == 0 {
        let length = draw(rng, 2 * datagram.len());
        datagram.resize(length.max(1), 0x81);
    }
}

#[test]
fn lawful_datagrams_with_a_few_bytes_changed_are_read_or_refused() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let mut port = Port::new();
    let seeds = seeds();
    for nth in 0..DATAGRAMS {
        let mut datagram = seeds[draw(&mut rng, seeds.len())].to_vec();
        spoil(&mut rng, &mut datagram);
        port.hears(Instant::from_millis(nth), &datagram);
    }
    assert!(port.read > DATAGRAMS / 10, "{} were read", port.read);
    assert!(port.samples <= 8 * DATAGRAMS + 16_000, "{} samples", port.samples);
    assert!(port.session.receiver().sources().len() <= 16);
}

#[test]
fn random_bytes_are_read_or_refused() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut port = Port::new();
    let mut datagram = [0; 256];
    for nth in 0..DATAGRAMS {
        let length = draw(&mut rng, 257);
        rng.fill_bytes(&mut datagram[..length]);
        // Half of them claim to be of version 2, or nearly all would end there.
        if nth % 2 == 0 && length > 0 {
            datagram[0] = datagram[0] & 0x3F | 0x80;
        }
        port.hears(Instant::from_micros(100 * nth), &datagram[..length]);
    }
    assert!(port.read > DATAGRAMS / 10, "{} were read", port.read);
    assert!(port.samples <= 8 * 20_000 + 16_000, "{} samples", port.samples);
}

#[test]
fn what_was_read_is_written_as_it_was() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let seeds = seeds();
    let mut written = 0;
    for _ in 0..20_000 {
        let mut datagram = seeds[draw(&mut rng, 3)].to_vec();
        spoil(&mut rng, &mut datagram);
        let Ok(Packet { header, extension, payload, padding: 0 }) = Packet::read(&datagram) else {
            continue;
        };
        let again = match extension {
            Some(extension) => header.write_extended(&extension, payload),
            None => header.write(payload),
        };
        assert_eq!(again, datagram);
        written += 1;
    }
    assert!(written > 5_000, "{written}");
}
