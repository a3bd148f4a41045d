//! Parts of what a call costs: the loop without evidence, with RTP in it, and with speech.

use std::hint::black_box;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use tallylight::audio::Voice;
use tallylight::driver::sim::{Sim, SimSettings};
use tallylight::driver::{Driver, Listen};
use tallylight::evidence::{Kind, Member, Name, Timeline};
use tallylight::packet::{Packet, Transport};
use tallylight::role::{Input, Output, Role};
use tallylight::rtp::{Codec, Origin, Sender};
use tallylight::testbed::{AnyDriver, Home, Testbed};
use tallylight::time::{Epoch, Instant};

/// Four flows of equal datagrams on the simulated network: nobody reads them, nothing is kept.
pub fn bare(span: Duration) {
    let mut sim = Sim::new(SimSettings::default());
    let addresses: Vec<_> = (0..FLOWS).map(address).collect();
    for address in &addresses {
        sim.listen(Transport::Udp, *address).expect("the port is free");
    }
    let payload = Bytes::from_static(&[0xFF; 172]);
    let mut next = Instant::START;
    while next <= Instant::START + span {
        for (flow, source) in addresses.iter().enumerate() {
            let target = addresses[(flow + 1) % FLOWS];
            let payload = payload.clone();
            sim.send(Packet { transport: Transport::Udp, source: *source, target, payload });
        }
        next += FRAME;
        while let Some(arrival) = sim.wait(next) {
            black_box(arrival);
        }
    }
}

/// The same four flows as RTP between parts on a testbed, so that each packet is read and
/// remembered twice; in a codec that nobody listens to.
pub fn rtp(span: Duration) {
    talk(span, DYNAMIC, |_| |_, payload: &mut Vec<u8>| payload.extend([0xFF; 160]));
}

/// The same with speech: made, coded in G.711, and listened to.
pub fn speech(span: Duration) {
    talk(span, 0, |flow| {
        let voice = Voice::of_person(flow).expect("there are more voices than flows");
        let mut encoder = Codec::Pcmu.encoder();
        move |moment, payload: &mut Vec<u8>| encoder.encode(&voice.speak(moment), payload)
    });
}

fn talk<S>(span: Duration, payload_type: u8, says: impl Fn(u8) -> S)
where
    S: FnMut(u32, &mut Vec<u8>) + Send + 'static,
{
    let mut sim = Sim::new(SimSettings::default());
    for flow in 0..FLOWS {
        sim.listen(Transport::Udp, address(flow)).expect("the port is free");
    }
    let mut testbed = Testbed::new(AnyDriver::Sim(sim), Timeline::new(Epoch::SIMULATED));
    for flow in 0..FLOWS {
        let mut rng = ChaCha8Rng::seed_from_u64(flow as u64);
        let talker = Talker {
            flow,
            sender: Sender::new(Origin::draw(&mut rng), payload_type, 8_000),
            say: says(u8::try_from(flow).expect("four")),
            moment: 0,
            next: Instant::START,
            payload: Vec::new(),
            ready: None,
        };
        let home = Home { hosts: vec![address(flow).ip()], sockets: Vec::new() };
        let name = Name::from(format!("talker {flow}").as_str());
        let member = Member { name, kind: Kind::Phone, number: None, real: false };
        testbed.add(member, &home, Box::new(talker));
    }
    testbed.pass(span);
    black_box(testbed);
}

/// Says something every 20 ms to the next of its kind.
struct Talker<S> {
    flow: usize,
    sender: Sender,
    say: S,
    moment: u32,
    next: Instant,
    payload: Vec<u8>,
    ready: Option<Packet>,
}

impl<S: FnMut(u32, &mut Vec<u8>) + Send> Role for Talker<S> {
    fn handle_input(&mut self, now: Instant, _: Input) {
        if self.next > now {
            return;
        }
        self.payload.clear();
        (self.say)(self.moment, &mut self.payload);
        self.ready = Some(Packet {
            transport: Transport::Udp,
            source: address(self.flow),
            target: address((self.flow + 1) % FLOWS),
            payload: self.sender.next(self.next, &self.payload),
        });
        self.next += FRAME;
        self.moment += 1;
    }

    fn poll_output(&mut self) -> Output {
        self.ready.take().map_or(Output::Timeout(Some(self.next)), Output::Transmit)
    }
}

fn address(flow: usize) -> SocketAddr {
    let last = u8::try_from(flow + 1).expect("four");
    SocketAddr::from((Ipv4Addr::new(192, 0, 2, last), 20_000))
}

const FLOWS: usize = 4;
const FRAME: Duration = Duration::from_millis(20);
/// A payload type without a meaning of its own (RFC 3551 section 6).
const DYNAMIC: u8 = 96;
