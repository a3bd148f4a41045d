//! Who is who in a capture: told by who asks whom to record, and who calls whom.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};

use crate::evidence::cast::{Cast, Kind, Member};
use crate::evidence::exchange::description_of;
use crate::evidence::recordings::{Asker, asks_to_record};
use crate::packet::Packet;
use crate::sip::{Message, Method, NameAddr};

/// What a first look at captures tells.
#[derive(Debug, Default)]
pub struct Survey {
    /// Sockets that are one part, each with another one of it; the last stands for itself.
    same: BTreeMap<SocketAddr, SocketAddr>,
    invites: Vec<Invite>,
    /// Where media is wanted: by whom, and from whom.
    media: BTreeMap<SocketAddr, (SocketAddr, SocketAddr)>,
    /// Whose media comes from where nobody wants any.
    sources: BTreeMap<SocketAddr, SocketAddr>,
    /// How many messages went from one socket to another.
    ways: BTreeMap<(SocketAddr, SocketAddr), u64>,
    /// How many messages there were.
    pub messages: u64,
}

/// A call as it was begun, on one hop.
#[derive(Debug)]
struct Invite {
    call_id: String,
    from: SocketAddr,
    to: SocketAddr,
    recording: Option<Asker>,
    caller: Option<Person>,
    callee: Option<Person>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Person {
    name: String,
    user: String,
}

impl Survey {
    /// Looks at a message of signalling.
    pub fn message(&mut self, packet: &Packet) {
        self.messages += 1;
        let (source, target) = (packet.source, packet.target);
        if self.ways.len() < LIST_MAX {
            *self.ways.entry((source, target)).or_default() += 1;
        }
        let Ok(message) = Message::parse(&packet.payload) else { return };
        if message.is_request() {
            self.via(source, &message);
        }
        if message.method() == Some(&Method::Invite) {
            self.invite(source, target, &message);
        }
        let Some((_, description)) = description_of(&message) else { return };
        for medium in description.media.iter().take(MEDIA_MAX) {
            for address in medium.addresses() {
                if self.media.len() < LIST_MAX && !address.ip().is_unspecified() {
                    self.media.entry(address).or_insert((source, target));
                }
            }
        }
    }

    /// Looks at a datagram that is no signalling.
    pub fn datagram(&mut self, packet: &Packet) {
        let Some((_, peer)) = self.media.get(&packet.target) else { return };
        if !self.media.contains_key(&packet.source) && self.sources.len() < LIST_MAX {
            self.sources.insert(packet.source, *peer);
        }
    }

    /// Whether a datagram goes where media is wanted, or comes from there.
    pub fn is_media(&self, packet: &Packet) -> bool {
        [packet.source, packet.target].iter().any(|address| self.media.contains_key(address))
    }

    /// Whether a machine sent or was sent any message.
    pub fn speaks(&self, ip: IpAddr) -> bool {
        self.ways.keys().any(|(source, target)| source.ip() == ip || target.ip() == ip)
    }

    /// Whether anybody was called at all.
    pub fn has_calls(&self) -> bool {
        !self.invites.is_empty()
    }

    /// Who takes part, and where they live.
    pub fn cast(&self) -> Cast {
        let kinds = self.kinds();
        let mut cast = Cast::default();
        let mut hosts: BTreeMap<IpAddr, BTreeSet<SocketAddr>> = BTreeMap::new();
        for part in kinds.keys() {
            hosts.entry(part.ip()).or_default().insert(*part);
        }
        for (part, kind) in &kinds {
            let person = (*kind == Kind::Phone).then(|| self.person(*part)).flatten();
            let name = match (kind, &person) {
                (Kind::Platform, _) => "platform".to_owned(),
                (Kind::Recorder, _) => "recorder".to_owned(),
                (Kind::Phone, Some(person)) => person.name.clone(),
                (Kind::Phone | Kind::Admin | Kind::Portal, _) => part.to_string(),
            };
            let taken = |name: &str| cast.named(name).is_some();
            let name = (1..=kinds.len())
                .map(|number| if number == 1 { name.clone() } else { format!("{name} {number}") })
                .find(|name| !taken(name))
                .unwrap_or(name);
            let number = person.map(|person| person.user);
            // Whoever is alone on a machine has all of it.
            let is_alone = hosts.get(&part.ip()).is_some_and(|parts| parts.len() == 1);
            let host = is_alone.then(|| part.ip());
            let member = Member { name: name.as_str().into(), kind: *kind, number, real: false };
            cast.add(member, host.as_slice(), &self.sockets(*part));
        }
        cast
    }

    /// What is missing in the captures so that little can be judged.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let mut parts: BTreeMap<(SocketAddr, SocketAddr), u64> = BTreeMap::new();
        for ((source, target), count) in &self.ways {
            *parts.entry((self.part(*source), self.part(*target))).or_default() += count;
        }
        for ((source, target), count) in &parts {
            if !parts.contains_key(&(*target, *source)) && notes.len() < NOTES_MAX {
                notes.push(format!(
                    "only one direction was captured between {source} and {target}: {count} \
                     messages that way and none back; capture both"
                ));
            }
        }
        notes
    }

    /// Whether some messages were seen one way and none the other.
    pub fn is_one_way(&self) -> bool {
        !self.notes().is_empty()
    }

    /// A request comes from where its sender listens, or says where that is (RFC 3261 section
    /// 18.1.1); only of the same machine this is believed.
    fn via(&mut self, source: SocketAddr, message: &Message) {
        let Ok(via) = message.via() else { return };
        let Some(ip) = via.host.ip() else { return };
        let listens = SocketAddr::new(ip, via.port.unwrap_or(SIP));
        let (one, other) = (self.part(source), self.part(listens));
        if ip == source.ip() && one != other && self.same.len() < LIST_MAX {
            self.same.insert(one, other);
        }
    }

    fn invite(&mut self, from: SocketAddr, to: SocketAddr, message: &Message) {
        let Ok(call_id) = message.call_id() else { return };
        let known =
            |known: &Invite| known.call_id == call_id && (known.from, known.to) == (from, to);
        if self.invites.len() == INVITES_MAX || self.invites.iter().rev().take(NEAR).any(known) {
            return;
        }
        // A re-INVITE may go the other way; who called whom is known by then, or never.
        if message.to().is_ok_and(|to| to.tag().is_some()) {
            return;
        }
        self.invites.push(Invite {
            call_id: call_id.to_owned(),
            from,
            to,
            recording: asks_to_record(message),
            caller: message.from().ok().and_then(|from| person(&from)),
            callee: message.to().ok().and_then(|to| person(&to)),
        });
    }

    /// The socket that stands for the part which has this one.
    fn part(&self, mut socket: SocketAddr) -> SocketAddr {
        for _ in 0..=self.same.len() {
            match self.same.get(&socket) {
                Some(next) => socket = *next,
                None => break,
            }
        }
        socket
    }

    fn kinds(&self) -> BTreeMap<SocketAddr, Kind> {
        let mut kinds = BTreeMap::new();
        let ends = |invite: &Invite| (self.part(invite.from), self.part(invite.to));
        let recordings: Vec<_> = self
            .invites
            .iter()
            .filter_map(|it| Some((ends(it), &it.call_id, it.recording?)))
            .collect();
        let sent: BTreeSet<_> = recordings.iter().map(|((from, _), id, _)| (*id, *from)).collect();
        for ((from, to), call_id, asked_by) in &recordings {
            let goes_on = sent.contains(&(*call_id, *to));
            let (client, server) = match asked_by {
                Asker::Client => (*from, *to),
                Asker::Server => (*to, *from),
            };
            kinds.insert(client, Kind::Platform);
            // Whoever passes the request on is on the side of whoever sent it.
            let server_kind = if goes_on { Kind::Platform } else { Kind::Recorder };
            kinds.entry(server).or_insert(server_kind);
        }
        let calls: Vec<_> =
            self.invites.iter().filter(|it| it.recording.is_none()).map(ends).collect();
        let is_platform = |part: &SocketAddr| kinds.get(part) == Some(&Kind::Platform);
        if !calls.iter().any(|(from, to)| is_platform(from) || is_platform(to))
            && let Some(hub) = hub(&calls)
        {
            kinds.insert(hub, Kind::Platform);
        }
        for part in calls.iter().flat_map(|(from, to)| [from, to]) {
            kinds.entry(*part).or_insert(Kind::Phone);
        }
        kinds
    }

    fn person(&self, part: SocketAddr) -> Option<Person> {
        let mut calls = self.invites.iter().filter(|invite| invite.recording.is_none());
        calls.find_map(|invite| match () {
            () if self.part(invite.from) == part => invite.caller.clone(),
            () if self.part(invite.to) == part => invite.callee.clone(),
            () => None,
        })
    }

    /// Every socket that a part has, for signalling and for media.
    fn sockets(&self, part: SocketAddr) -> Vec<SocketAddr> {
        let own = |socket: SocketAddr| self.part(socket) == part;
        let same = self.same.keys().copied().filter(|socket| own(*socket));
        let media = self.media.iter().filter(|(_, (by, _))| own(*by)).map(|(at, _)| *at);
        let sources = self.sources.iter().filter(|(_, by)| own(**by)).map(|(at, _)| *at);
        std::iter::once(part).chain(same).chain(media).chain(sources).collect()
    }
}

/// The part in the middle of calls: whoever calls, and is called by somebody else, and has to do
/// with most.
fn hub(calls: &[(SocketAddr, SocketAddr)]) -> Option<SocketAddr> {
    let mut peers: BTreeMap<SocketAddr, [BTreeSet<SocketAddr>; 2]> = BTreeMap::new();
    for (from, to) in calls {
        peers.entry(*from).or_default()[0].insert(*to);
        peers.entry(*to).or_default()[1].insert(*from);
    }
    let both = peers.into_iter().filter(|(_, [called, callers])| {
        !called.is_empty() && !callers.is_empty() && called.union(callers).count() > 1
    });
    both.max_by_key(|(_, [called, callers])| called.union(callers).count()).map(|(part, _)| part)
}

fn person(address: &NameAddr) -> Option<Person> {
    let user = address.uri.user()?;
    let shown = address.display.as_deref().unwrap_or_default().trim();
    let name = if shown.is_empty() { user.clone() } else { shown.to_owned() };
    Some(Person { name, user })
}

/// RFC 3261 section 19.1.2.
const SIP: u16 = 5_060;
/// Sound and picture, and then some.
const MEDIA_MAX: usize = 16;
/// More than a busy hour has.
const LIST_MAX: usize = 200_000;
const INVITES_MAX: usize = 50_000;
/// A request that is sent again comes soon.
const NEAR: usize = 64;
/// The first few show what is wrong.
const NOTES_MAX: usize = 4;
