//! Reads TLS in a capture with the secrets that one of its ends has told (RFC 8446, RFC 5246).

mod hello;
mod seal;
mod secrets;

use self::hello::{Hello, Server};
use self::seal::{Key, Suite};

pub use self::secrets::{BadLine, Secrets};

/// What both directions of a connection have to know of each other.
#[derive(Debug, Default)]
pub(super) struct Session {
    /// The random of the client's hello, by which its secrets are known.
    client: Option<[u8; 32]>,
    server: Option<Server>,
    trouble: Option<Trouble>,
}

/// Why a connection cannot be read.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Trouble {
    /// Nobody told its secrets.
    Locked,
    /// The secrets that were told do not open it.
    Misfit,
    /// Its beginning, or the other direction, was not captured.
    Headless,
    /// It uses a cipher suite that we do not read.
    Suite(u16),
}

/// One direction of a connection.
#[derive(Debug, Default)]
pub(super) struct Direction {
    /// Records that are not whole, or that wait for what the other end says.
    buffer: Vec<u8>,
    state: State,
    /// Bytes were missing: which record comes next is to be found out.
    is_torn: bool,
    /// How many records running could not be opened.
    failures: u32,
}

#[derive(Debug, Default)]
enum State {
    /// Whoever speaks has not said hello; the bytes of the handshake so far.
    #[default]
    Silent,
    /// Hello was said; and something in the clear perhaps.
    Greeted {
        end: End,
        handshake: Vec<u8>,
    },
    /// TLS 1.3: the handshake is sealed by one key, what comes after it by the other.
    Agreed {
        handshake: Option<Box<Key>>,
        after: Box<Key>,
    },
    /// TLS 1.2: sealed from the change of cipher specifications on (RFC 5246 section 7.1).
    Clear(Box<Key>),
    Sealed(Box<Key>),
    /// It cannot be read, now or later.
    Lost,
}

/// Who speaks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum End {
    Client,
    Server,
}

impl Session {
    /// Why the connection cannot be read, if so.
    pub(super) fn trouble(&self) -> Option<Trouble> {
        self.trouble
    }

    fn fail(&mut self, why: Trouble) -> State {
        self.trouble.get_or_insert(why);
        State::Lost
    }

    /// What one end seals with, as soon as both have said hello.
    fn agree(&mut self, end: End, secrets: &Secrets) -> Option<State> {
        let (client, server) = (self.client?, self.server?);
        let Some(suite) = Suite::numbered(server.suite) else {
            return Some(self.fail(Trouble::Suite(server.suite)));
        };
        let state = secrets.of(&client).and_then(|known| {
            if server.is_tls13 {
                let key = |secret| Box::new(Key::of_secret(suite, secret));
                let handshake = known.handshake(end).map(key);
                let after = key(known.traffic(end)?);
                return Some(State::Agreed { handshake, after });
            }
            let randoms = (&client, &server.random);
            let key = Key::of_master(suite, known.master()?, randoms, end)?;
            Some(State::Clear(Box::new(key)))
        });
        Some(state.unwrap_or_else(|| self.fail(Trouble::Locked)))
    }
}

impl Direction {
    /// Takes bytes in their order, and gives what was within them.
    pub(super) fn push(
        &mut self,
        bytes: &[u8],
        session: &mut Session,
        secrets: &Secrets,
    ) -> Vec<u8> {
        let mut plain = Vec::new();
        if self.is_lost() {
            return plain;
        }
        self.buffer.extend_from_slice(bytes);
        let mut read = 0;
        while let Some(rest) = self.buffer.get(read..)
            && let Some((head, _)) = rest.split_first_chunk::<HEAD>()
        {
            let length = usize::from(u16::from_be_bytes([head[3], head[4]]));
            let is_record = matches!(head[0], 20..=23) && head[1] == 3 && length <= RECORD_MAX;
            if !is_record && !self.is_torn {
                self.state = session.fail(Trouble::Misfit);
                break;
            }
            if !is_record {
                read += 1;
                continue;
            }
            let Some(body) = rest.get(HEAD..HEAD + length) else { break };
            let record = Record { head: *head, body: body.to_vec() };
            match self.record(&record, session, secrets, &mut plain) {
                Turn::Next => read += HEAD + length,
                Turn::Elsewhere => read += 1,
                Turn::Wait => break,
            }
        }
        self.buffer.drain(..read.min(self.buffer.len()));
        if self.buffer.len() > WAITING_MAX {
            self.state = session.fail(Trouble::Headless);
        }
        if self.is_lost() {
            self.buffer = Vec::new();
        }
        plain
    }

    /// Bytes are missing before what comes next.
    pub(super) fn tear(&mut self) {
        self.buffer.clear();
        self.is_torn = true;
    }

    /// Whether nothing more can come of it.
    pub(super) fn is_lost(&self) -> bool {
        matches!(self.state, State::Lost)
    }

    /// Why it could not be read, now that nothing more comes.
    pub(super) fn trouble(&self) -> Option<Trouble> {
        match self.state {
            State::Greeted { .. } => (!self.buffer.is_empty()).then_some(Trouble::Headless),
            State::Agreed { .. } | State::Sealed(_) => {
                (self.failures > 0).then_some(Trouble::Misfit)
            }
            State::Silent | State::Clear(_) | State::Lost => None,
        }
    }

    fn record(
        &mut self,
        record: &Record,
        session: &mut Session,
        secrets: &Secrets,
        plain: &mut Vec<u8>,
    ) -> Turn {
        let kind = record.head[0];
        if kind == CHANGE && self.asks_again(session) {
            return Turn::Next;
        }
        if let State::Greeted { end, handshake } = &mut self.state
            && !(kind == HANDSHAKE && said(*end, handshake, &record.body, session))
        {
            match session.agree(*end, secrets) {
                Some(state) => self.state = state,
                None => return Turn::Wait,
            }
        }
        match (&mut self.state, kind) {
            (State::Silent, HANDSHAKE) => {
                self.state = greet(&record.body, session);
                Turn::Next
            }
            (State::Silent, _) => {
                self.state = session.fail(Trouble::Headless);
                Turn::Next
            }
            (State::Clear(_), CHANGE) => {
                if let State::Clear(key) = std::mem::take(&mut self.state) {
                    self.state = State::Sealed(key);
                }
                Turn::Next
            }
            // What is sealed and no data: the end of the handshake, alerts. They count too.
            (State::Agreed { .. } | State::Sealed(_), DATA)
            | (State::Sealed(_), HANDSHAKE | ALERT) => self.open(record, session, plain),
            _ => Turn::Next,
        }
    }

    /// Whether a server asked for another hello, and has not said its own: the change of cipher
    /// specifications after that means nothing (RFC 8446 appendix D.4).
    fn asks_again(&self, session: &Session) -> bool {
        matches!(self.state, State::Greeted { end: End::Server, .. }) && session.server.is_none()
    }

    /// Opens what is sealed.
    fn open(&mut self, record: &Record, session: &mut Session, plain: &mut Vec<u8>) -> Turn {
        let ahead = if self.is_torn { AHEAD_MAX } else { 0 };
        let opened = match &mut self.state {
            State::Agreed { handshake: Some(key), after } => key
                .open(record, 0)
                // The first record after the end of the handshake has a key of its own.
                .or_else(|| after.open(record, ahead).map(Opened::after_the_handshake)),
            State::Agreed { handshake: None, after } => {
                after.open(record, ahead).map(Opened::after_the_handshake)
            }
            State::Sealed(key) => key.open(record, ahead).or_else(|| {
                // RFC 8446 section 7.2: either end may take a new key at any time.
                let mut next = key.next_generation()?;
                let opened = next.open(record, ahead)?;
                **key = next;
                Some(opened)
            }),
            _ => None,
        };
        let Some(opened) = opened else { return self.failed(session) };
        (self.is_torn, self.failures) = (false, 0);
        if opened.is_after_the_handshake
            && let State::Agreed { after, .. } = std::mem::take(&mut self.state)
        {
            self.state = State::Sealed(after);
        }
        if opened.kind == DATA {
            plain.extend(opened.bytes);
        }
        Turn::Next
    }

    /// A record that does not open: of early data, or of something that was no record.
    fn failed(&mut self, session: &mut Session) -> Turn {
        self.failures += 1;
        if self.failures > FAILURES_MAX {
            self.state = session.fail(Trouble::Misfit);
        }
        if self.is_torn { Turn::Elsewhere } else { Turn::Next }
    }
}

/// One record (RFC 8446 section 5.1).
struct Record {
    head: [u8; HEAD],
    body: Vec<u8>,
}

/// What was within a record.
struct Opened {
    kind: u8,
    bytes: Vec<u8>,
    is_after_the_handshake: bool,
}

impl Opened {
    fn after_the_handshake(self) -> Self {
        Self { is_after_the_handshake: true, ..self }
    }
}

/// How reading goes on.
enum Turn {
    Next,
    /// It was no record: the next one begins somewhere in it.
    Elsewhere,
    Wait,
}

/// Takes the beginning of a handshake.
fn greet(body: &[u8], session: &mut Session) -> State {
    let end = match body.first() {
        Some(&hello::CLIENT) => {
            if session.client.is_some() {
                // Another connection between the same ends.
                *session = Session::default();
            }
            End::Client
        }
        Some(&hello::SERVER) => End::Server,
        _ => return session.fail(Trouble::Headless),
    };
    let mut handshake = Vec::new();
    said(end, &mut handshake, body, session);
    State::Greeted { end, handshake }
}

/// Takes a piece of the handshake in the clear; false once nothing can be learned from it.
fn said(end: End, handshake: &mut Vec<u8>, body: &[u8], session: &mut Session) -> bool {
    let known = match end {
        End::Client => session.client.is_some(),
        End::Server => session.server.is_some(),
    };
    // A second hello of a client is like the first, but for the key that it offers.
    if known || handshake.len() + body.len() > HELLO_MAX {
        return end == End::Client && body.first() == Some(&hello::CLIENT);
    }
    handshake.extend_from_slice(body);
    while let Some((hello, length)) = hello::read(handshake) {
        match hello {
            Hello::Client(random) => session.client = Some(random),
            Hello::Server(server) => session.server = Some(server),
            // RFC 8446 section 4.1.4: the real one follows.
            Hello::Again | Hello::Else => {}
        }
        handshake.drain(..length);
    }
    true
}

const HEAD: usize = 5;
const CHANGE: u8 = 20;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const DATA: u8 = 23;
/// RFC 5246 section 6.2.3: what is sealed may be so much longer than 16 KiB.
const RECORD_MAX: usize = (1 << 14) + 2_048;
/// A hello with the keys of tomorrow's algorithms has two kilobytes.
const HELLO_MAX: usize = 64 * 1024;
/// What one end sends before the other has said hello: early data at most.
const WAITING_MAX: usize = 128 * 1024;
/// Records of early data, which nobody sends over SIP, and of what looks like records and is not.
const FAILURES_MAX: u32 = 32;
/// More records in a row are not missed without the connection being so.
const AHEAD_MAX: u64 = 64;
