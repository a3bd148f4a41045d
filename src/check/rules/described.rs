//! Descriptions line by line, and what is made of what they say (RFC 3264, RFC 8866).

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::case::unless;
use super::tolerance::taken;
use super::{Case, Rule, Said, Talk, rule};
use crate::check::Verdict;
use crate::evidence::{ReportSeen, Side};
use crate::sdp::{Description, MediaDescription};
use crate::sip::Method;
use crate::time::Instant;

pub const RULES: &[Rule] = &[
    rule("RFC3264-6-4", |case| case.each("RFC3264-6-4", refuses_without_a_format)),
    rule("RFC3264-8.1-1", new_streams_come_last),
    rule("RFC3264-8.4-2", nothing_goes_to_the_null_address),
    rule("RFC3264-9-1", what_is_known_opens_nothing),
    rule("RFC8866-5-1", what_is_unknown_is_passed_over),
    rule("RFC8866-5.8-1", |case| {
        taken(case, "RFC8866-5.8-1", "a bandwidth of an unknown kind", has_a_strange_bandwidth)
    }),
    rule("RFC8866-5.2-1", |case| case.each("RFC8866-5.2-1", has_another_origin)),
    rule("RFC8866-5.14-1", reports_go_where_they_were_told),
];

/// The lines of the description in a message, also of one that nobody can read.
fn lines<'s>(said: &'s Said<'_>) -> impl Iterator<Item = &'s [u8]> {
    let all = said.message.body.split(|it| *it == b'\n').map(<[u8]>::trim_ascii_end);
    all.skip_while(|line| *line != b"v=0").take_while(|line| !line.starts_with(b"--"))
}

/// A stream that is refused or gone keeps a format (RFC 3264 section 6).
fn refuses_without_a_format(said: &Said<'_>) -> Option<Result<(), String>> {
    let words = |line: &[u8]| line.split(|it| *it == b' ').filter(|it| !it.is_empty()).count();
    let streams = lines(said).filter_map(|line| line.strip_prefix(b"m="));
    let is_refused = |line: &&[u8]| line.split(|it| *it == b' ').nth(1) == Some(b"0");
    let mut refused = streams.filter(is_refused).peekable();
    refused.peek()?;
    let bare = refused.find(|line| words(line) < WORDS_LEAST);
    Some(unless(bare.is_some(), || {
        let line = String::from_utf8_lossy(bare.unwrap_or_default());
        format!("refusing a stream without any format: m={line}")
    }))
}

/// An origin has six words, with one blank between each two (RFC 8866 section 5.2).
fn has_another_origin(said: &Said<'_>) -> Option<Result<(), String>> {
    let origin = lines(said).find_map(|line| line.strip_prefix(b"o="))?;
    let words: Vec<_> = origin.split(|it| *it == b' ').collect();
    let is_whole = words.len() == ORIGIN_WORDS && words.iter().all(|it| !it.is_empty());
    Some(unless(!is_whole, || {
        let origin = String::from_utf8_lossy(origin);
        format!("with the origin {origin:?}, which is not of six words")
    }))
}

/// What is added to a session stands below what was there, or where something is gone (RFC 3264
/// section 8.1).
fn new_streams_come_last(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for talk in &case.talks {
        for of_caller in [true, false] {
            for pair in talk.descriptions(of_caller).windows(2) {
                let [(before, _), (next, place)] = pair else { continue };
                let (before, next) = (&before.media, &next.media);
                if next.len() <= before.len() {
                    continue;
                }
                let moved = (0..before.len()).find(|place| has_moved(before, next, *place));
                let said = case.at(*place);
                verdicts.push(case.require(moved.is_none(), "RFC3264-8.1-1", said, || {
                    let moved = moved.unwrap_or_default();
                    format!("with a new stream where stream {moved} was, which stands below it now")
                }));
            }
        }
    }
    verdicts
}

/// Whether a stream that is open stands further below, and something else in its place.
fn has_moved(before: &[MediaDescription], next: &[MediaDescription], place: usize) -> bool {
    let old = &before[place];
    let is_old =
        |it: &MediaDescription| it.kind == old.kind && it.port == old.port && it.label == old.label;
    let keeps_label = next[place].label.is_some() && next[place].label == old.label;
    let keeps_port = next[place].kind == old.kind && next[place].port == old.port;
    let stays = keeps_label || keeps_port;
    !old.is_disabled() && !stays && next[place + 1..].iter().any(is_old)
}

/// Who gives 0.0.0.0 as an address is legal, and is sent nothing (RFC 3264 section 8.4).
fn nothing_goes_to_the_null_address(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC3264-8.4-2";
    let mut verdicts = taken(case, row, "the null address", |said| {
        let media = said.sighting.description().map(|(_, it)| it.media.iter());
        media.into_iter().flatten().any(MediaDescription::has_null_address)
    });
    for lane in &case.lanes {
        let talk = &case.talks[lane.talk];
        // With ICE the address of the description is where nobody has to look.
        if uses_ice(talk) {
            continue;
        }
        let agreed = lane.agreed(&case.said, talk);
        for (place, own) in agreed.iter().enumerate() {
            if own.receiver.is_disabled() || !own.receiver.has_null_address() {
                continue;
            }
            let ended = talk.ended.map(|ended| case.at(ended).at);
            let until = agreed.get(place + 1).map(|next| next.open).or(ended);
            let stray = lane.between(own.since + SETTLED, until).first();
            verdicts.push(stray.map_or(Verdict::Pass, |packet| {
                let cast = case.timeline.cast();
                let (who, whom) = (cast.label(lane.flow.source), cast.label(lane.flow.target));
                let seen = format!(
                    "{who} sent RTP (number {}) to {whom}, whose address was 0.0.0.0 by then",
                    packet.sequence
                );
                Verdict::fail(row, packet.at, seen).blaming(&who)
            }));
        }
    }
    verdicts
}

fn uses_ice(talk: &Talk<'_>) -> bool {
    let mut all = [true, false].into_iter().flat_map(|of_caller| talk.descriptions(of_caller));
    let speaks = |it: &Description| {
        let media = it.media.iter().flat_map(|medium| &medium.attributes);
        it.attributes.iter().chain(media).any(|attribute| attribute.name == "ice-ufrag")
    };
    all.any(|(description, _)| speaks(description))
}

/// A description in an answer to OPTIONS tells what is known: none of its streams is open, and it is
/// of no time (RFC 3264 section 9).
fn what_is_known_opens_nothing(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.requests_of(Method::Options).filter_map(|(_, asked)| {
        let answer = asked.outcome(case).filter(|it| it.is_answer(200, 299))?;
        let (_, description) = answer.sighting.description()?;
        let is_open = description.media.iter().any(|it| !it.is_disabled());
        let is_timed = description.times.iter().any(|it| (it.start, it.stop) != (0, 0));
        Some(case.require(!is_open && !is_timed, "RFC3264-9-1", answer, || {
            let what = if is_open { "a stream that is open" } else { "a time" };
            format!("with {what} in a description of what it knows")
        }))
    });
    judged.collect()
}

/// An attribute that nobody knows is no reason to refuse a description; one with a letter that there
/// is not is refused, or as good as not there (RFC 8866 section 5).
fn what_is_unknown_is_passed_over(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC8866-5-1";
    let mut verdicts = taken(case, row, "an attribute that nobody knows", has_a_strange_attribute);
    for offered in case.talks.iter().flat_map(|talk| &talk.offers) {
        let Some(letter) = offered.offer.strange_letter() else { continue };
        let Some((_, place)) = offered.answer else { continue };
        let seen =
            format!("with an answer to a description that has {letter}=, which there is not");
        verdicts.push(case.broken(row, case.at(place), seen));
    }
    verdicts
}

fn has_a_strange_attribute(said: &Said<'_>) -> bool {
    let Some((_, description)) = said.sighting.description() else { return false };
    let media = description.media.iter().flat_map(|it| &it.attributes);
    let mut all = description.attributes.iter().chain(media);
    all.any(|it| !ATTRIBUTES.contains(&it.name.as_str()))
}

/// Whether it speaks of bandwidth in words that nobody knows (RFC 8866 section 5.8).
fn has_a_strange_bandwidth(said: &Said<'_>) -> bool {
    let bandwidths = lines(said).filter_map(|line| line.strip_prefix(b"b="));
    let mut kinds = bandwidths.filter_map(|it| it.split(|byte| *byte == b':').next());
    kinds.any(|kind| !BANDWIDTHS.iter().any(|known| kind.eq_ignore_ascii_case(known)))
}

/// RTCP goes to the port above that of RTP, to the same, or to the one that was told (RFC 8866
/// section 5.14, RFC 3605), or back to where its peer's comes from. Judged are reports on a stream that goes to the same host: by their
/// source they are its own.
fn reports_go_where_they_were_told(case: &Case<'_>) -> Vec<Verdict> {
    let lanes = case.lanes.iter().filter(|lane| !uses_ice(&case.talks[lane.talk]));
    let mut streams: BTreeMap<(IpAddr, IpAddr, u32), Instant> = BTreeMap::new();
    for lane in lanes {
        let ends = (lane.flow.source.ip(), lane.flow.target.ip());
        for (ssrc, packets) in &lane.sources {
            let first = packets.first().map(|it| it.at).unwrap_or_default();
            streams.entry((ends.0, ends.1, *ssrc)).or_insert(first);
        }
    }
    let given = given(case);
    let reports = case.timeline.reports();
    let sent: BTreeSet<_> =
        reports.iter().filter(|it| it.side == Side::Sent).map(|it| it.source).collect();
    let sources = sources(case);
    let own = reports.iter().filter(|it| it.side == Side::Sent || !sent.contains(&it.source));
    let judged = own.filter_map(|report| {
        let key = (report.source.ip(), report.target.ip(), source(report)?);
        streams.get(&key).filter(|since| **since <= report.at)?;
        let met = given.contains(&report.target) || sources.contains(&report.target);
        let who = case.timeline.cast().label(report.source);
        Some(if met {
            Verdict::Pass
        } else {
            let seen = format!("{who} sent RTCP to {}, which nobody had told", report.target);
            Verdict::fail("RFC8866-5.14-1", report.at, seen).blaming(&who)
        })
    });
    judged.collect()
}

/// Wherever RTCP comes from, and the ports of RTP that is sent, with those above: behind a NAT an
/// answer goes back there, whatever was told.
fn sources(case: &Case<'_>) -> BTreeSet<SocketAddr> {
    let media = case.timeline.flows().iter().flat_map(|it| [it.source, above(it.source)]);
    media.chain(case.timeline.reports().iter().map(|it| it.source)).collect()
}

fn above(rtp: SocketAddr) -> SocketAddr {
    SocketAddr::new(rtp.ip(), rtp.port().saturating_add(1))
}

/// Wherever RTP or RTCP is wanted by what anybody said.
fn given(case: &Case<'_>) -> BTreeSet<SocketAddr> {
    let described = case.said.iter().filter_map(|it| it.sighting.description());
    let media = described.flat_map(|(_, description)| &description.media);
    let addresses = media.flat_map(|medium| {
        let rtp = medium.rtp_address();
        [rtp, rtp.map(above), medium.rtcp_address()]
    });
    addresses.flatten().collect()
}

/// Whose report it is: that stands in the open in secret ones too (RFC 3711 section 3.4).
fn source(report: &ReportSeen) -> Option<u32> {
    let bytes = report.bytes.get(4..8)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

/// What a stream is, its port, its protocol, and a format.
const WORDS_LEAST: usize = 4;
/// Who, two numbers, and where: the network, the kind of address, and the address.
const ORIGIN_WORDS: usize = 6;
/// What was under way has arrived by then, and whoever has to stop has.
const SETTLED: Duration = Duration::from_millis(500);
/// The kinds of bandwidth that there are (RFC 8866, RFC 3556, RFC 3890).
const BANDWIDTHS: &[&[u8]] = &[b"CT", b"AS", b"RS", b"RR", b"TIAS"];
/// The attributes of every day.
const ATTRIBUTES: &[&str] = &[
    "rtpmap",
    "fmtp",
    "ptime",
    "maxptime",
    "sendrecv",
    "sendonly",
    "recvonly",
    "inactive",
    "label",
    "rtcp",
    "rtcp-mux",
    "rtcp-fb",
    "rtcp-rsize",
    "rtcp-xr",
    "record",
    "recordpref",
    "crypto",
    "setup",
    "fingerprint",
    "connection",
    "candidate",
    "remote-candidates",
    "end-of-candidates",
    "ice-ufrag",
    "ice-pwd",
    "ice-options",
    "ice-lite",
    "ice-mismatch",
    "mid",
    "group",
    "msid",
    "ssrc",
    "ssrc-group",
    "extmap",
    "extmap-allow-mixed",
    "silenceSupp",
    "tool",
    "charset",
    "lang",
    "sdplang",
    "type",
    "cat",
    "keywds",
    "orient",
    "framerate",
    "quality",
    "curr",
    "des",
    "conf",
    "content",
    "key-mgmt",
    "acap",
    "tcap",
    "pcfg",
    "acfg",
    "csup",
    "creq",
    "bundle-only",
    "range",
    "control",
    "floorctrl",
    "confid",
    "userid",
    "floorid",
    "imageattr",
    "rid",
    "simulcast",
    "sctp-port",
    "max-message-size",
    "T38FaxVersion",
    "T38MaxBitRate",
    "T38FaxRateManagement",
    "T38FaxMaxBuffer",
    "T38FaxMaxDatagram",
    "T38FaxUdpEC",
];
