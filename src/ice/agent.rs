//! One end of a stream that looks for its way (RFC 8445).

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::description::{self, Credentials, Line, Remote};
use super::pair::{Check, Pair, State};
use super::stun::{Class, Message, TransactionId};
use crate::time::Instant;

/// Whether an agent checks, or only answers checks (RFC 8445 section 2.5).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// It checks.
    Full,
    /// It answers, and uses what it is told to.
    Lite,
}

/// Who made the offer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    /// This agent.
    Offerer,
    /// The other one.
    Answerer,
}

/// One end of a stream: RTP and RTCP.
///
/// After everything that is asked of it, [`poll_transmit`](Self::poll_transmit) gives what to send
/// and [`next_deadline`](Self::next_deadline) when to call
/// [`handle_timeout`](Self::handle_timeout).
#[derive(Debug)]
pub struct Agent {
    mode: Mode,
    own: Credentials,
    remote: Option<Remote>,
    /// RFC 8445 section 6.1.1: whoever controls says which pair is used.
    controls: bool,
    tie_breaker: u64,
    components: [Component; 2],
    /// When the next check may leave.
    next_check: Instant,
    out: VecDeque<Datagram>,
    rng: ChaCha8Rng,
}

/// What to send: from, to, what.
pub type Datagram = (SocketAddr, SocketAddr, Bytes);

/// RTP, or RTCP.
#[derive(Debug)]
struct Component {
    local: SocketAddr,
    pairs: Vec<Pair>,
    selected: Option<SocketAddr>,
}

impl Agent {
    /// An agent that gathered these addresses for RTP and RTCP, and knows nobody yet.
    pub fn new(locals: [SocketAddr; 2], mode: Mode, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let own = Credentials { fragment: word(&mut rng, 8), password: word(&mut rng, 24) };
        Self {
            mode,
            own,
            remote: None,
            controls: false,
            tie_breaker: rng.next_u64(),
            components: locals.map(|local| Component { local, pairs: Vec::new(), selected: None }),
            next_check: Instant::START,
            out: VecDeque::new(),
            rng,
        }
    }

    /// What to say of the stream in offer and answer.
    pub fn lines(&self) -> Vec<Line> {
        let [rtp, rtcp] = &self.components;
        description::lines(&self.own, [rtp.local, rtcp.local])
    }

    /// Whether to say `ice-lite` of the session (RFC 8839 section 5.3).
    pub fn is_lite(&self) -> bool {
        self.mode == Mode::Lite
    }

    /// Both have spoken: the checks begin. Nothing changes if the other side says what it said
    /// before; if not, it begins anew (RFC 8445 section 9), and goes on as before meanwhile.
    pub fn begin(&mut self, remote: Remote, side: Side) {
        if self.remote.as_ref() == Some(&remote) {
            return;
        }
        self.controls = match (self.mode, remote.is_lite) {
            (Mode::Full, true) => true,
            (Mode::Lite, false) => false,
            _ => side == Side::Offerer,
        };
        for (number, component) in (1_u8..).zip(&mut self.components) {
            let is_restart = self.remote.is_some();
            component.pairs.retain(|_| !is_restart);
            for (_, address) in remote.candidates.iter().filter(|(own, _)| *own == number) {
                // Of one foundation the first component is checked first (RFC 8445 section 6.1.2.6).
                let state = if number == 1 { State::Waiting } else { State::Frozen };
                component.pair(*address, state);
            }
            if self.mode == Mode::Lite && remote.is_lite {
                // Nobody checks, and there is but one pair (RFC 8445 section 8.2).
                component.selected = remote.default_of(number);
            }
        }
        self.remote = Some(remote);
    }

    /// Whether the other side has spoken.
    pub fn has_begun(&self) -> bool {
        self.remote.is_some()
    }

    /// Where the media of a component goes; `None` while no way is known. RTP is 0, RTCP is 1.
    pub fn selected(&self, component: usize) -> Option<SocketAddr> {
        self.components.get(component).and_then(|component| component.selected)
    }

    /// Takes a datagram that came to one of our addresses, if it [is STUN](super::stun::is_stun).
    pub fn handle(&mut self, source: SocketAddr, target: SocketAddr, datagram: &[u8]) {
        let component = self.components.iter().position(|component| component.local == target);
        let (Some(component), Ok(message)) = (component, Message::read(datagram)) else { return };
        // RFC 8445 section 7.1: a check has a fingerprint. Without one it is somebody else's.
        if !message.has_fingerprint {
            return;
        }
        match message.class {
            Class::Request => self.asked(component, source, &message, datagram),
            Class::Success | Class::Error => self.answered(component, source, &message, datagram),
            Class::Indication => {}
        }
    }

    /// Sends what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        for component in 0..self.components.len() {
            for index in 0..self.components[component].pairs.len() {
                self.repeat(now, component, index);
            }
        }
        if self.next_check <= now
            && let Some((component, index)) = self.next_pair()
        {
            self.next_check = now + PACE;
            self.check(now, component, index);
        }
    }

    /// What to send now.
    pub fn poll_transmit(&mut self) -> Option<Datagram> {
        self.out.pop_front()
    }

    /// When to call [`handle_timeout`](Self::handle_timeout).
    pub fn next_deadline(&self) -> Option<Instant> {
        let pairs = self.components.iter().flat_map(|component| &component.pairs);
        let repeats = pairs.filter_map(|pair| Some(pair.check()?.due)).min();
        self.next_pair().map(|_| self.next_check).into_iter().chain(repeats).min()
    }

    /// A check of theirs (RFC 8445 section 7.3).
    fn asked(&mut self, number: usize, source: SocketAddr, request: &Message, datagram: &[u8]) {
        let answer = |class| Message { mapped: None, ..Message::new(class, request.id) };
        let local = self.components[number].local;
        let refuse = |error| {
            let refusal = Message { error: Some(error), ..answer(Class::Error) };
            (local, source, refusal.to_unsigned_bytes())
        };
        let asked = request.username.as_ref().and_then(|name| name.split_once(':'));
        // RFC 8489 section 9.1.3.
        let Some((asked, _)) = asked else { return self.send(refuse(400)) };
        if asked != self.own.fragment || !request.is_signed(datagram, &self.own.password) {
            return self.send(refuse(401));
        }
        if self.is_conflict(request) {
            let refusal = Message { error: Some(487), ..answer(Class::Error) };
            return self.send((local, source, refusal.to_bytes(&self.own.password)));
        }
        let success = Message { mapped: Some(source), ..answer(Class::Success) };
        self.send((local, source, success.to_bytes(&self.own.password)));
        let (mode, controls) = (self.mode, self.controls);
        let component = &mut self.components[number];
        let Some(pair) = component.pair(source, State::Waiting) else { return };
        let uses = request.use_candidate && !controls;
        pair.is_wanted |= uses;
        match pair.state {
            // What works for a lite agent is for the other side to say.
            _ if mode == Mode::Lite => {
                pair.state = State::Succeeded;
                component.selected =
                    component.selected.filter(|_| !uses).or(uses.then_some(source));
            }
            State::Succeeded if uses => component.selected = Some(source),
            State::Succeeded | State::InProgress(_) => {}
            // RFC 8445 section 7.3.1.4: a triggered check.
            State::Frozen | State::Waiting | State::Failed => {
                pair.state = State::Waiting;
                pair.is_urgent = true;
            }
        }
    }

    /// Both want to control, or neither (RFC 8445 section 7.3.1.1). Returns whether they are to
    /// give way.
    fn is_conflict(&mut self, request: &Message) -> bool {
        let theirs = if self.controls { request.controlling } else { request.controlled };
        let Some(theirs) = theirs.filter(|_| self.mode == Mode::Full && self.remote.is_some())
        else {
            return false;
        };
        let is_ours = self.tie_breaker >= theirs;
        if is_ours != self.controls {
            self.controls = !self.controls;
            return false;
        }
        true
    }

    /// The answer to a check of ours (RFC 8445 section 7.2.5).
    fn answered(&mut self, number: usize, source: SocketAddr, answer: &Message, datagram: &[u8]) {
        let Some(remote) = &self.remote else { return };
        let is_signed = answer.is_signed(datagram, &remote.credentials.password);
        let component = &mut self.components[number];
        let asked = |pair: &&mut Pair| pair.check().is_some_and(|check| check.id == answer.id);
        let Some(pair) = component.pairs.iter_mut().find(asked).filter(|_| is_signed) else {
            return;
        };
        let Some(check) = pair.check().cloned() else { return };
        if answer.class == Class::Error {
            pair.state = if answer.error == Some(487) { State::Waiting } else { State::Failed };
            if answer.error == Some(487) && self.controls == check.controls {
                self.controls = !check.controls;
                // RFC 8445 section 7.2.5.1.
                self.tie_breaker = self.rng.next_u64();
            }
            return;
        }
        // RFC 8445 section 7.2.5.2.1: it has to come from where the check went.
        if source != pair.remote {
            pair.state = State::Failed;
            return;
        }
        pair.state = State::Succeeded;
        if check.nominates || pair.is_wanted && !self.controls {
            component.selected = Some(source);
        } else if self.controls && component.selected.is_none() {
            // The first that works is used: there is little to choose among hosts.
            pair.is_urgent = true;
            pair.is_wanted = true;
        }
        // RFC 8445 section 7.2.5.3.3.
        let frozen = self.components.iter_mut().flat_map(|component| &mut component.pairs);
        for pair in frozen.filter(|pair| pair.state == State::Frozen) {
            pair.state = State::Waiting;
        }
    }

    /// Whose turn it is (RFC 8445 section 6.1.4.2): what they checked, or what is nominated, then
    /// what waits, and what is frozen where nothing else is to be done.
    fn next_pair(&self) -> Option<(usize, usize)> {
        self.remote.as_ref().filter(|_| self.mode == Mode::Full)?;
        let all = || {
            let numbered = self.components.iter().enumerate();
            numbered.flat_map(|(number, component)| {
                component.pairs.iter().enumerate().map(move |(index, pair)| ((number, index), pair))
            })
        };
        let find = |fits: fn(&Pair) -> bool| all().find(|(_, pair)| fits(pair)).map(|(it, _)| it);
        let is_idle = || all().all(|(_, pair)| pair.check().is_none());
        find(|pair| pair.is_urgent && pair.check().is_none())
            .or_else(|| find(|pair| pair.state == State::Waiting))
            .or_else(|| find(|pair| pair.state == State::Frozen).filter(|_| is_idle()))
    }

    /// Checks a pair; one that works is nominated by whoever controls (RFC 8445 section 8.1.1).
    fn check(&mut self, now: Instant, number: usize, index: usize) {
        let id = self.draw();
        let controls = self.controls;
        let pair = &mut self.components[number].pairs[index];
        let nominates = controls && pair.is_wanted && pair.state == State::Succeeded;
        pair.is_urgent = false;
        let check = Check { id, nominates, controls, sent: 0, due: now };
        pair.state = State::InProgress(check);
        self.repeat(now, number, index);
    }

    /// Sends a check that is due, for the first time or again, or gives it up.
    fn repeat(&mut self, now: Instant, number: usize, index: usize) {
        let Some(remote) = &self.remote else { return };
        let component = &mut self.components[number];
        let Some(pair) = component.pairs.get_mut(index) else { return };
        let State::InProgress(check) = &mut pair.state else { return };
        if check.due > now {
            return;
        }
        if !check.resend(now) {
            pair.state = State::Failed;
            return;
        }
        let tie = Some(self.tie_breaker);
        let own = &self.own.fragment;
        let number = u8::try_from(number + 1).unwrap_or(u8::MAX);
        let request = Message {
            username: Some(format!("{}:{own}", remote.credentials.fragment)),
            // RFC 8445 section 7.1.1: that of a candidate which the other side would find.
            priority: Some(description::priority(number) - (16 << 24)),
            use_candidate: check.nominates,
            controlling: tie.filter(|_| check.controls),
            controlled: tie.filter(|_| !check.controls),
            ..Message::new(Class::Request, check.id)
        };
        let datagram = request.to_bytes(&remote.credentials.password);
        let ends = (component.local, pair.remote, datagram);
        self.send(ends);
    }

    fn send(&mut self, datagram: Datagram) {
        if self.out.len() < OUT_MAX {
            self.out.push_back(datagram);
        }
    }

    fn draw(&mut self) -> TransactionId {
        let mut id = TransactionId::default();
        self.rng.fill_bytes(&mut id);
        id
    }
}

impl Component {
    /// The pair with this address, which is made if there is room.
    fn pair(&mut self, remote: SocketAddr, state: State) -> Option<&mut Pair> {
        let known = self.pairs.iter().position(|pair| pair.remote == remote);
        if known.is_none() && self.pairs.len() < PAIRS_MAX {
            self.pairs.push(Pair::new(remote, state));
        }
        self.pairs.iter_mut().find(|pair| pair.remote == remote)
    }
}

/// RFC 8839 section 5.4: letters and digits, and two more, of six bits each.
fn word(rng: &mut ChaCha8Rng, length: usize) -> String {
    let mut letter = || char::from(LETTERS[(rng.next_u32() % 64) as usize]);
    (0..length).map(|_| letter()).collect()
}

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// RFC 8445 section 14.2: Ta.
const PACE: Duration = Duration::from_millis(50);
/// RFC 8445 section 6.1.2.5 has a hundred for a whole session; a telephone has one or two.
const PAIRS_MAX: usize = 16;
/// Every input is followed by a full drain: this is never reached but by a mistake of ours.
const OUT_MAX: usize = 64;

#[cfg(test)]
mod tests;
