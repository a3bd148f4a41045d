//! Whatever the network does to the packets, every call ends, and nothing is left behind.

use super::*;
use crate::sip::agent::{Reliability, SessionTimer};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What the two do is drawn from a seed, and so is what becomes of their packets.
struct Play {
    pair: Pair,
    rng: ChaCha8Rng,
    /// The calls that have begun, and those that have ended, on either side.
    begun: usize,
    ended: usize,
}

fn play(seed: u64) -> Play {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut settings = Settings {
        reliable_provisional: match rng.next_u32() % 3 {
            0 => Reliability::Never,
            1 => Reliability::WhenRequired,
            _ => Reliability::WhenSupported,
        },
        session_timer: (rng.next_u32() % 2 == 0).then_some(SessionTimer {
            interval: Some(Duration::from_secs(90)),
            least: Duration::from_secs(90),
            refresher: None,
        }),
        ..Settings::default()
    };
    settings.allow.push(Method::Message);
    let (mut network, loss) = (ChaCha8Rng::seed_from_u64(seed + 1), rng.next_u32() % 30);
    let pair = Pair::new(settings).with_fate(move |_| match network.next_u32() % 100 {
        draw if draw < loss => Fate::Drop,
        draw if draw < loss + 5 => Fate::Twice,
        draw if draw < loss + 25 => {
            Fate::Late(Duration::from_millis((network.next_u32() % 900).into()))
        }
        _ => Fate::Deliver,
    });
    Play { pair, rng, begun: 0, ended: 0 }
}

impl Play {
    fn draw(&mut self, of: u32) -> u32 {
        self.rng.next_u32() % of
    }

    /// Both react to what they are told.
    fn react(&mut self) {
        while let Some((is_alice, event)) = self.next_event() {
            let draw = self.draw(10);
            let now = self.pair.now;
            let agent =
                if is_alice { &mut self.pair.alice.agent } else { &mut self.pair.bob.agent };
            match event {
                Event::Incoming { call, .. } => {
                    self.begun += 1;
                    let _ = match draw {
                        0 => agent.reject(now, call, &Reply::new(486)),
                        1 => Ok(()),
                        2..5 => agent
                            .ring(now, call, 183, answer().into())
                            .and_then(|()| agent.ring(now, call, 180, Content::none()))
                            .and_then(|()| agent.answer(now, call, answer().into())),
                        _ => agent
                            .ring(now, call, 180, Content::none())
                            .and_then(|()| agent.answer(now, call, answer().into())),
                    };
                }
                Event::Progress { call, offer: true, .. }
                | Event::Answered { call, offer: true, .. }
                | Event::Modified { call, offer: true, .. } => {
                    let _ = agent.acknowledge(now, call, &answer().into());
                }
                Event::Modify { id, .. } | Event::Info { id, .. } | Event::Request { id, .. } => {
                    let _ = match draw {
                        0 => agent.respond(now, id, Reply::new(488)),
                        1 => Ok(()),
                        _ => agent.respond(now, id, Reply::new(200).with(answer())),
                    };
                }
                Event::Failed { .. } | Event::Ended { .. } => self.ended += 1,
                _ => {}
            }
            self.pair.collect();
        }
    }

    fn next_event(&mut self) -> Option<(bool, Event)> {
        let alice = self.pair.alice.events.pop_front().map(|event| (true, event));
        alice.or_else(|| self.pair.bob.events.pop_front().map(|event| (false, event)))
    }

    /// One of the two does something of its own accord.
    fn act(&mut self) {
        let (draw, is_alice, now) = (self.draw(8), self.draw(2) == 0, self.pair.now);
        let agent = if is_alice { &mut self.pair.alice.agent } else { &mut self.pair.bob.agent };
        let Some(call) = agent.calls.keys().next_back().copied() else { return };
        let _ = match draw {
            0 | 1 => agent.reinvite(now, call, offer().into()).map(drop),
            2 => agent.reinvite(now, call, Content::none()).map(drop),
            3 => agent.update(now, call, offer().into()).map(drop),
            4 => agent.update(now, call, Content::none()).map(drop),
            5 => agent.info(now, call, &Content::none()).map(drop),
            6 => agent.hang_up(now, call, Vec::new()),
            _ => Ok(()),
        };
        self.pair.collect();
    }

    fn run(&mut self) {
        for _ in 0..3 {
            self.begun += 1;
            let draw = self.draw(3);
            self.pair.invite_with(if draw == 0 { Content::none() } else { offer().into() });
            for _ in 0..self.draw(12) {
                let millis = self.draw(5_000).into();
                self.wait(millis);
                self.act();
            }
            if self.draw(2) == 0 {
                self.wait(100_000);
            }
        }
        // In the end everybody hangs up.
        for _ in 0..4 {
            let now = self.pair.now;
            for agent in [&mut self.pair.alice.agent, &mut self.pair.bob.agent] {
                for call in agent.calls.keys().copied().collect::<Vec<_>>() {
                    let _ = agent.hang_up(now, call, Vec::new());
                }
            }
            self.wait(200_000);
        }
    }

    fn wait(&mut self, millis: u64) {
        let end = self.pair.now + Duration::from_millis(millis);
        self.pair.collect();
        self.react();
        while self.pair.step(end) {
            self.react();
        }
        self.pair.now = end;
    }
}

#[test]
fn every_call_ends_once_and_leaves_nothing_behind() {
    for seed in 0..400 {
        let mut play = play(seed);
        play.run();
        for party in [&play.pair.alice, &play.pair.bob] {
            assert_eq!(party.agent.leftovers(), NOTHING, "{} with seed {seed}", party.name);
        }
        assert_eq!(play.ended, play.begun, "with seed {seed}");
    }
}

#[test]
fn the_same_seed_gives_the_same_play() {
    let ladder = |seed| {
        let mut play = play(seed);
        play.run();
        play.pair.ladder
    };
    assert_eq!(ladder(17), ladder(17));
}

#[test]
fn rubbish_neither_stops_nor_fills_an_agent() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut play = play(5);
    play.run();
    let packets = mem::take(&mut play.pair.packets);
    let mut pair = Pair::new(Settings { transactions_max: 50, ..Settings::default() });
    for round in 0..40 {
        for packet in &packets {
            let mut bytes = packet.payload.to_vec();
            for _ in 0..=rng.next_u32() % 4 {
                let at = rng.next_u32() as usize % bytes.len();
                match rng.next_u32() % 3 {
                    0 => bytes[at] = rng.next_u32().to_le_bytes()[0],
                    1 => bytes.truncate(at + 1),
                    _ => bytes.insert(at, b";,<>\" \r\n:="[rng.next_u32() as usize % 10]),
                }
            }
            let packet = Packet { payload: bytes.into(), ..packet.clone() };
            pair.bob.agent.handle_packet(pair.now, &packet);
            pair.alice.agent.handle_packet(pair.now, &packet);
            pair.alice.agent.handle_undeliverable(pair.now, &packet);
            for agent in [&mut pair.alice.agent, &mut pair.bob.agent] {
                while agent.poll_transmit().is_some() {}
                while agent.poll_event().is_some() {}
                assert!(agent.core.layer.len() <= 50, "in round {round}");
            }
        }
        pair.run(1_000);
    }
}
