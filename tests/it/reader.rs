//! A program on the simulated network that asks over HTTP, for tests of those who answer.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use tallylight::evidence::{Kind, Member, Name};
use tallylight::http::{Message, Request, Response};
use tallylight::packet::{Packet, Transport};
use tallylight::role::{Command, Input, Output, Role};
use tallylight::testbed::{Home, Testbed};
use tallylight::time::Instant;

/// A program that sends what it is told to, and keeps what comes back.
#[derive(Clone, Default)]
pub struct Reader {
    packets: Arc<Mutex<Vec<Packet>>>,
    came: Arc<Mutex<Option<Response<Bytes>>>>,
    port: u16,
}

impl Role for Reader {
    fn handle_input(&mut self, _: Instant, input: Input) {
        if let Input::Packet(packet) = input
            && let Ok(Message::Response(response)) = Message::read(&packet.payload)
        {
            *self.came.lock().unwrap() = Some(response);
        }
    }

    fn poll_output(&mut self) -> Output {
        let packet = self.packets.lock().unwrap().pop();
        packet.map_or(Output::Timeout(None), Output::Transmit)
    }
}

impl Reader {
    /// Takes its place in a testbed.
    pub fn join(testbed: &mut Testbed) -> Self {
        let reader = Self { port: 40_000, ..Self::default() };
        let name = Name::from("reader");
        let member = Member { name, kind: Kind::Phone, number: None, real: false };
        let home = Home { hosts: vec![HOST.into()], sockets: Vec::new() };
        testbed.add(member, &home, Box::new(reader.clone()));
        reader
    }

    /// Asks whoever is at this host, and waits for the answer.
    pub fn send(
        &mut self,
        testbed: &mut Testbed,
        host: [u8; 4],
        request: Request<Bytes>,
    ) -> Response<Bytes> {
        self.port += 1;
        let packet = Packet {
            transport: Transport::Http,
            source: SocketAddr::from((HOST, self.port)),
            target: SocketAddr::from((host, 8_080)),
            payload: Message::Request(request).to_bytes(),
        };
        self.packets.lock().unwrap().push(packet);
        testbed.tell("reader", Command::Answer);
        testbed.pass(Duration::from_millis(100));
        self.came.lock().unwrap().take().expect("it is answered within 100 ms")
    }
}

const HOST: [u8; 4] = [192, 0, 2, 200];
