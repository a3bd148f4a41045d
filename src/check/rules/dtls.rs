//! Handshakes of DTLS between media ports: who begins, what is agreed on, and that media waits for
//! it (RFC 5763, RFC 5764).

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use super::exchange::{Exchange, Stream};
use super::key_lines::is_over_dtls;
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::evidence::{Content, RtpSeen};
use crate::ice::stun::Class;
use crate::packet::Transport;
use crate::time::Instant;

pub const RULES: &[Rule] = &[
    rule("RFC5763-5-3", the_active_side_begins),
    rule("RFC5763-6.6-1", another_part_begins_anew),
    rule("RFC5763-6.7.2-1", checks_are_answered_without_ice),
    rule("RFC5764-4.1-1", a_profile_is_agreed_on),
    rule("RFC5764-5.1-1", media_waits_for_the_handshake),
];

/// The first word of a client or of a server.
#[derive(Clone, Debug)]
struct Hello {
    at: Instant,
    ends: (SocketAddr, SocketAddr),
    is_client: bool,
    extensions: Extensions,
}

/// What is known of the extensions of a hello.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Extensions {
    /// It came in pieces, or cannot be read.
    Unread,
    Read {
        /// The profiles in `use_srtp`, if it is there.
        profiles: Option<Vec<u16>>,
        /// Whether it is of DTLS 1.3, in which a server says the rest in secret.
        has_version: bool,
    },
}

/// A stream whose keys DTLS agrees on.
struct Secured<'a, 'b> {
    stream: &'b Stream<'a>,
    /// Whether the side that began the dialog is to begin the handshake; nothing, if that changed.
    caller_begins: Option<bool>,
    /// Its hellos while the dialog lasted, each with whether it is of the side that began that.
    hellos: Vec<(bool, Hello)>,
}

fn secured<'a, 'b>(case: &'b Case<'a>) -> Vec<Secured<'a, 'b>> {
    let hellos = hellos(case);
    let is_dtls = |it: &Exchange<'_>| {
        it.is_open() && is_over_dtls(it.caller.medium) && is_over_dtls(it.callee.medium)
    };
    let all = case.streams.iter().filter(|it| it.exchanges.iter().all(is_dtls));
    let each = all.map(|stream| {
        let (from, until) = stream.span(case);
        let own = hellos.iter().filter(|it| it.at >= from && it.at <= until);
        let own =
            own.filter_map(|it| Some((stream.is_from_caller(it.ends.0, it.ends.1)?, it.clone())));
        let hellos = own.collect();
        let mut begins = stream.exchanges.iter().map(caller_begins);
        let first = begins.next().flatten();
        let caller_begins = first.filter(|_| begins.all(|it| it == first));
        Secured { stream, caller_begins, hellos }
    });
    each.collect()
}

/// Who begins is what the answer says (RFC 5763 section 5).
fn caller_begins(it: &Exchange<'_>) -> Option<bool> {
    match it.half(!it.by_caller).value("setup")? {
        "active" => Some(!it.by_caller),
        "passive" => Some(it.by_caller),
        _ => None,
    }
}

/// Every hello that was seen, each as often as it was.
fn hellos(case: &Case<'_>) -> Vec<Hello> {
    let all = case.timeline.signalling().iter().filter_map(|it| {
        let Content::Rubbish(bytes, _) = &it.content else { return None };
        let (is_client, extensions) = hello(bytes).filter(|_| it.transport == Transport::Udp)?;
        Some(Hello { at: it.at, ends: (it.source, it.target), is_client, extensions })
    });
    all.collect()
}

/// Whether a datagram begins with the hello of a client, and not with that of a server, and what it
/// says; nothing, if with neither (RFC 6347 sections 4.1 and 4.2.2).
fn hello(datagram: &[u8]) -> Option<(bool, Extensions)> {
    let mut rest = Reader(datagram);
    let record = rest.take(RECORD)?;
    let is_clear = record[0] == HANDSHAKE && record[1] == 254 && record[3..5] == [0, 0];
    let head = rest.take(FRAGMENT).filter(|_| is_clear)?;
    let is_client = match head[0] {
        1 => true,
        2 => false,
        _ => return None,
    };
    let is_whole = head[6..9] == [0, 0, 0] && head[1..4] == head[9..12];
    let extensions = if is_whole { extensions(&mut rest, is_client) } else { None };
    Some((is_client, extensions.unwrap_or(Extensions::Unread)))
}

fn extensions(rest: &mut Reader<'_>, is_client: bool) -> Option<Extensions> {
    // The version and the random number.
    rest.take(34)?;
    rest.vector(1)?;
    if is_client {
        // The cookie, the suites and the ways to compress.
        rest.vector(1)?;
        rest.vector(2)?;
        rest.vector(1)?;
    } else {
        rest.take(3)?;
    }
    let (mut profiles, mut has_version) = (None, false);
    let mut all = Reader(rest.vector(2).unwrap_or_default());
    while let Some(kind) = all.number() {
        let value = all.vector(2)?;
        match kind {
            USE_SRTP => {
                let list = Reader(value).vector(2)?;
                let each = list.chunks_exact(2).map(|it| u16::from_be_bytes([it[0], it[1]]));
                profiles = Some(each.collect());
            }
            SUPPORTED_VERSIONS => has_version = true,
            _ => {}
        }
    }
    Some(Extensions::Read { profiles, has_version })
}

/// What is left of some bytes.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u16> {
        self.take(2).map(|it| u16::from_be_bytes([it[0], it[1]]))
    }

    /// What follows its length, which takes one byte or two.
    fn vector(&mut self, width: usize) -> Option<&'a [u8]> {
        let length = self.take(width)?.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
        self.take(length)
    }
}

/// The packets of one side of a stream, while its dialog lasted.
fn sent<'a>(case: &Case<'a>, stream: &Stream<'_>, by_caller: bool) -> Vec<&'a RtpSeen> {
    stream.lanes(case, by_caller).flat_map(|lane| lane.packets).collect()
}

/// Whether there was so little rubbish that every hello was kept.
fn has_all_hellos(case: &Case<'_>) -> bool {
    let rubbish = case.timeline.signalling().iter();
    rubbish.filter(|it| matches!(it.content, Content::Rubbish(..))).count() < MUCH
}

/// Whoever is active begins the handshake, and the other side does not (RFC 5763 section 5). Where
/// much was seen that is nothing, a hello may be among what was not kept.
fn the_active_side_begins(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC5763-5-3";
    let is_whole = has_all_hellos(case);
    let mut verdicts = Vec::new();
    for it in secured(case) {
        let Some(caller_begins) = it.caller_begins else { continue };
        let mut clients = it.hellos.iter().filter(|(_, hello)| hello.is_client).peekable();
        if clients.peek().is_some() {
            let wrong = clients.find(|(from_caller, _)| *from_caller != caller_begins);
            verdicts.push(wrong.map_or(Verdict::Pass, |(_, hello)| {
                let who = case.timeline.cast().label(hello.ends.0);
                let seen = format!("{who} began a handshake, and was to wait for it");
                Verdict::fail(row, hello.at, seen).blaming(&who)
            }));
            continue;
        }
        let media = sent(case, it.stream, caller_begins);
        let (Some(first), Some(last)) = (media.first(), media.last()) else { continue };
        if last.at.since(first.at) < LONG || !is_whole || !it.hellos.is_empty() {
            continue;
        }
        let whose = it.stream.lanes(case, caller_begins).next();
        let who = whose.map(|lane| case.timeline.cast().label(lane.flow.source));
        let who = who.unwrap_or_default();
        let seen = format!("{who} was to begin a handshake, and sends media without one");
        verdicts.push(Verdict::fail(row, last.at, seen).blaming(&who));
    }
    verdicts
}

/// Where the two sides change who begins, a handshake follows (RFC 5763 section 6.6): where one was
/// seen before, and media goes on long enough for another.
fn another_part_begins_anew(case: &Case<'_>) -> Vec<Verdict> {
    let is_whole = has_all_hellos(case);
    let mut verdicts = Vec::new();
    for it in secured(case).into_iter().filter(|_| is_whole) {
        for pair in it.stream.exchanges.windows(2) {
            let [before, now] = pair else { continue };
            let (was, is) = (caller_begins(before), caller_begins(now));
            if was.is_none() || is.is_none() || was == is {
                continue;
            }
            let (offer, answer) = (case.at(now.offered), case.at(now.answered));
            let mut clients = it.hellos.iter().filter(|(_, hello)| hello.is_client);
            let was_seen = clients.clone().any(|(_, hello)| hello.at < offer.at);
            let follows = clients.any(|(_, hello)| hello.at >= offer.at);
            let goes_on = [true, false].into_iter().any(|by_caller| {
                let media = sent(case, it.stream, by_caller);
                media.last().is_some_and(|last| last.at > answer.at + LONG)
            });
            if was_seen && (follows || goes_on) {
                verdicts.push(case.require(follows, "RFC5763-6.6-1", answer, || {
                    "with another side to begin, and media went on without a handshake".to_owned()
                }));
            }
        }
    }
    verdicts
}

/// Whoever shakes hands answers a check of STUN meanwhile, although it does not speak ICE (RFC 5763
/// section 6.7.2).
fn checks_are_answered_without_ice(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for it in secured(case) {
        let speaks = |it: &Exchange<'_>| it.caller.ice().is_some() || it.callee.ice().is_some();
        let server = it.hellos.iter().find(|(_, hello)| !hello.is_client);
        let Some((_, server)) = server.filter(|_| !it.stream.exchanges.iter().any(speaks)) else {
            continue;
        };
        let (from, _) = it.stream.span(case);
        let told = || case.timeline.signalling().iter().filter_map(|it| Some((it, it.stun()?)));
        let mut asked = BTreeSet::new();
        for (check, message) in told().filter(|(_, it)| it.class == Class::Request) {
            let is_own = it.stream.is_from_caller(check.source, check.target).is_some();
            let is_early = check.at >= from && check.at <= server.at;
            if !is_own || !is_early || asked.len() >= CHECKS_MAX || !asked.insert(message.id) {
                continue;
            }
            let met = told().any(|(answer, it)| {
                let is_answer = matches!(it.class, Class::Success | Class::Error);
                is_answer && it.id == message.id && answer.source == check.target
            });
            let lives = case.lives(case.host(check.target), check.at + LONG);
            if met || lives && check.at + LONG < case.end {
                let who = case.timeline.cast().label(check.target);
                verdicts.push(Verdict::require(met, "RFC5763-6.7.2-1", check.at, || {
                    format!("{who} did not answer a check while it shook hands")
                }));
            }
        }
    }
    verdicts
}

/// A client offers profiles of SRTP, and the server takes one of them (RFC 5764 section 4.1).
fn a_profile_is_agreed_on(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for it in secured(case) {
        for (place, (from_caller, hello)) in it.hellos.iter().enumerate() {
            let Extensions::Read { profiles, has_version } = &hello.extensions else { continue };
            let wrong = if hello.is_client {
                let offers = profiles.as_ref().is_some_and(|it| !it.is_empty());
                (!offers).then(|| "without offering a profile of SRTP".to_owned())
            } else {
                let before = it.hellos[..place].iter().rev();
                let mut asked = before.filter(|(other, it)| it.is_client && other != from_caller);
                let Some((_, asked)) = asked.next() else { continue };
                let Extensions::Read { profiles: Some(offered), .. } = &asked.extensions else {
                    continue;
                };
                match profiles.as_deref() {
                    None if *has_version => continue,
                    None => Some("without taking a profile of SRTP".to_owned()),
                    Some([one]) if offered.contains(one) => None,
                    Some(taken) => Some(format!("taking {taken:?} of the profiles {offered:?}")),
                }
            };
            let who = case.timeline.cast().label(hello.ends.0);
            verdicts.push(wrong.map_or(Verdict::Pass, |wrong| {
                let seen = format!("{who} sent the hello of a handshake {wrong}");
                Verdict::fail("RFC5764-4.1-1", hello.at, seen).blaming(&who)
            }));
        }
    }
    verdicts
}

/// No media flows before the handshake is over (RFC 5764 section 5.1): least of all before the server
/// has said a word.
fn media_waits_for_the_handshake(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for it in secured(case) {
        let Some((_, hello)) = it.hellos.iter().find(|(_, hello)| !hello.is_client) else {
            continue;
        };
        for lane in [true, false].into_iter().flat_map(|by| it.stream.lanes(case, by)) {
            let early = lane.between(Instant::START, Some(hello.at));
            verdicts.push(early.get(FEW).map_or(Verdict::Pass, |packet| {
                let who = case.timeline.cast().label(lane.flow.source);
                let seen = format!(
                    "{who} sent SRTP (number {}) before the server of the handshake had answered",
                    packet.sequence
                );
                Verdict::fail("RFC5764-5.1-1", packet.at, seen).blaming(&who)
            }));
        }
    }
    verdicts
}

/// The header of a record of DTLS.
const RECORD: usize = 13;
/// The header of a piece of a handshake.
const FRAGMENT: usize = 12;
const HANDSHAKE: u8 = 22;
/// RFC 5764 section 9.
const USE_SRTP: u16 = 14;
/// RFC 8446 section 4.2.1.
const SUPPORTED_VERSIONS: u16 = 43;
/// Media for so long had the time for a handshake.
const LONG: Duration = Duration::from_secs(5);
/// Of more rubbish than this the timeline may not have kept all.
const MUCH: usize = 200;
/// More checks than these are more than there is time for.
const CHECKS_MAX: usize = 16;
/// So many packets may be on their way when the clocks of two captures differ.
const FEW: usize = 3;
