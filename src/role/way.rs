//! The way of what is said to one peer: straight there, or once ICE has found where, and once the
//! platform has set its copying up.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use super::ports::rtcp_of;
use crate::ice::{Agent, Line, Mode, Remote, Side};
use crate::packet::{Packet, Transport};
use crate::sdp::{Attribute, Description};
use crate::time::Instant;

/// The way of what is said to one peer.
///
/// What is said before it is open waits, and goes out at once when it is: nothing is lost.
#[derive(Debug, Default)]
pub struct Way {
    agent: Option<Agent>,
    /// Whether checks are under way, and none has shown where media goes.
    searches: bool,
    /// How long it takes to set up what comes after the search.
    set_up: Duration,
    /// It opens no sooner.
    opens: Option<Instant>,
    waiting: VecDeque<Packet>,
    /// Whether it loses what it should keep: a fault.
    pub forgets: bool,
}

impl Way {
    /// Speaks ICE from now on, unless it does already.
    pub fn seek(&mut self, local: SocketAddr, mode: Mode, seed: u64) {
        self.agent.get_or_insert_with(|| Agent::new([local, rtcp_of(local)], mode, seed));
    }

    /// What to say of the stream in offer and answer: nothing, if it does not speak ICE.
    pub fn lines(&self) -> Vec<Attribute> {
        let lines = self.agent.iter().flat_map(Agent::lines);
        lines.map(|(name, value): Line| Attribute { name: name.to_owned(), value }).collect()
    }

    /// What to say of the session: a lite agent says so there (RFC 8839 section 5.3).
    pub fn session_lines(&self) -> Option<Attribute> {
        self.agent.as_ref().filter(|agent| agent.is_lite()).map(|_| Attribute::flag("ice-lite"))
    }

    /// Both sides have spoken, and this is what the other one said. Without ICE in it there is none.
    pub fn agree(&mut self, heard: &Description, side: Side) {
        let Some(agent) = &mut self.agent else { return };
        match remote_of(heard) {
            Some(remote) => {
                agent.begin(remote, side);
                self.searches = agent.selected(0).is_none();
            }
            // A held stream may have lost its address: what was found is not lost with it.
            None if agent.has_begun() => {}
            None => self.agent = None,
        }
    }

    /// Whether checks were agreed on.
    pub fn is_checked(&self) -> bool {
        self.agent.is_some()
    }

    /// Media is to be copied on this way, which takes so long to set up: after the search, unless
    /// `at_once`.
    pub fn set_up(&mut self, now: Instant, span: Duration, at_once: bool) {
        if self.searches && !at_once {
            self.set_up = span;
        } else {
            self.opens = Some(now + span);
        }
    }

    /// Where ICE found that RTP goes, or RTCP.
    pub fn found(&self, is_rtcp: bool) -> Option<SocketAddr> {
        self.agent.as_ref()?.selected(usize::from(is_rtcp))
    }

    /// Sends a packet of media on its way, or lets it wait.
    pub fn send(&mut self, is_rtcp: bool, mut packet: Packet, packets: &mut VecDeque<Packet>) {
        if self.agent.is_some() {
            match self.found(is_rtcp) {
                Some(found) => packet.target = found,
                // The next report says more than this one.
                None if is_rtcp => return,
                None => {}
            }
        }
        if is_rtcp || self.is_open() {
            packets.push_back(packet);
        } else if !self.forgets {
            if self.waiting.len() == WAITING_MAX {
                self.waiting.pop_front();
            }
            self.waiting.push_back(packet);
        }
    }

    /// Takes a check, or an answer to one.
    pub fn handle_stun(&mut self, packet: &Packet) {
        if let Some(agent) = &mut self.agent {
            agent.handle(packet.source, packet.target, &packet.payload);
        }
    }

    /// Does what is due, and lets go what waited once the way is open.
    pub fn tend(&mut self, now: Instant, packets: &mut VecDeque<Packet>) {
        if let Some(agent) = &mut self.agent {
            agent.handle_timeout(now);
            while let Some((source, target, payload)) = agent.poll_transmit() {
                packets.push_back(Packet { transport: Transport::Udp, source, target, payload });
            }
            if self.searches && agent.selected(0).is_some() {
                self.searches = false;
                if !self.set_up.is_zero() {
                    self.opens = Some(now + std::mem::take(&mut self.set_up));
                }
            }
        }
        self.opens = self.opens.filter(|opens| *opens > now);
        if self.is_open() {
            let found = self.found(false);
            packets.extend(self.waiting.drain(..).map(|packet| {
                let target = found.unwrap_or(packet.target);
                Packet { target, ..packet }
            }));
        }
    }

    /// When to [tend](Self::tend) to it.
    pub fn next_deadline(&self) -> Option<Instant> {
        let agent = self.agent.as_ref().and_then(Agent::next_deadline);
        agent.into_iter().chain(self.opens).min()
    }

    fn is_open(&self) -> bool {
        !self.searches && self.opens.is_none()
    }
}

/// What somebody says of their ICE in a description, if they say anything.
pub fn remote_of(description: &Description) -> Option<Remote> {
    let medium = description.media.iter().find(|medium| !medium.is_disabled())?;
    let attributes = medium.attributes.iter().chain(&description.attributes);
    let lines = attributes.map(|it| (it.name.as_str(), it.value.as_deref()));
    Remote::read(lines, medium.rtp_address())
}

/// Whether an attribute is one of [`Way::lines`] or [`Way::session_lines`].
pub fn is_line(attribute: &Attribute) -> bool {
    attribute.name == "candidate" || attribute.name.starts_with("ice-")
}

/// Ten seconds of one stream: whoever has found no way by then has none.
const WAITING_MAX: usize = 500;
