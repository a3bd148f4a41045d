//! How often reports come, and in which order what else they bring (RFC 3550 section 6.2, RFC 4585,
//! RFC 5104); which name a source has beside another (RFC 7022), and what time it is (RFC 6341).

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use super::exchange::{Exchange, Half};
use super::rtcp::{broken, clear, reports, seconds};
use super::session::Session;
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::evidence::{Host, ReportSeen};
use crate::rtp::{Compound, RtcpPacket};
use crate::sdp::Kind;
use crate::siprec::Metadata;
use crate::time::Instant;

pub const RULES: &[Rule] = &[
    rule("RFC3550-6.2-1", reports_take_their_time),
    rule("RFC4585-3.1-1", feedback_comes_last),
    rule("RFC5104-7-1", only_agreed_commands),
    rule("RFC6341-5-REQ022", media_and_metadata_have_one_clock),
    rule("RFC7022-4.1-1", what_is_synchronised_has_one_name),
];

/// The smallest interval between reports is 5 s, or for a telephone's bandwidth little less, half as
/// long and half as long again by chance (RFC 3550 sections 6.2 and 6.3.1). What is faster on
/// average is too fast; what is slower may be lost, or have less bandwidth.
fn reports_take_their_time(case: &Case<'_>) -> Vec<Verdict> {
    let slow = plain_audio(case);
    let mut told: BTreeMap<(SocketAddr, u32), Vec<&ReportSeen>> = BTreeMap::new();
    for (report, compound) in reports(case) {
        let Some(compound) = compound.filter(|_| slow.contains(&report.target)) else { continue };
        let leaves = compound.0.iter().any(|it| matches!(it, RtcpPacket::Goodbye { .. }));
        let Some((ssrc, _)) = compound.0.first().and_then(RtcpPacket::report) else { continue };
        let own = told.entry((report.target, ssrc)).or_default();
        // What the network doubled is one report.
        if !leaves && own.iter().rev().take(COPIES).all(|it| it.bytes != report.bytes) {
            own.push(report);
        }
    }
    let mut verdicts = Vec::new();
    for own in told.values() {
        for some in own.windows(FEW) {
            let (Some(first), Some(last)) = (some.first(), some.last()) else { continue };
            let spans = f64::from(u32::try_from(some.len() - 1).unwrap_or(u32::MAX));
            let mean = last.at.since(first.at).as_secs_f64() / spans;
            let what = format!("every {mean:.1} s, {FEW} times in a row");
            verdicts.push(if mean >= FAST {
                Verdict::Pass
            } else {
                broken(case, "RFC3550-6.2-1", last, &what)
            });
        }
    }
    verdicts
}

/// Where reports on audio go that is telephone sound, by the profile without feedback, and of which
/// no bandwidth was said.
fn plain_audio(case: &Case<'_>) -> BTreeSet<SocketAddr> {
    let (mut plain, mut other) = (BTreeSet::new(), BTreeSet::new());
    for stream in &case.streams {
        for it in &stream.exchanges {
            let is_plain = is_plain(it.caller) && is_plain(it.callee);
            for half in [it.caller, it.callee] {
                let list = if is_plain { &mut plain } else { &mut other };
                list.extend(half.medium.addresses());
            }
        }
    }
    plain.difference(&other).copied().collect()
}

fn is_plain(half: Half<'_>) -> bool {
    let text = String::from_utf8_lossy(half.description.as_bytes());
    let narrow = half.medium.formats.iter().all(|format| {
        format.codec.as_ref().is_some_and(|codec| codec.clock <= 8_000 && codec.channels <= 1)
    });
    let is_audio = half.medium.kind == Kind::Audio && half.medium.proto == "RTP/AVP";
    is_audio && narrow && !text.lines().any(|line| line.starts_with("b="))
}

/// Feedback comes behind the report and the description (RFC 4585 section 3.1).
fn feedback_comes_last(case: &Case<'_>) -> Vec<Verdict> {
    let judged = reports(case).filter_map(|(report, compound)| {
        let all = &compound?.0;
        let place = |is: &dyn Fn(&RtcpPacket) -> bool| all.iter().position(is);
        let feedback = place(&|it| kind(it).is_some())?;
        // Where one of them is missing altogether, the compound as a whole is wrong.
        let before = place(&|it| it.report().is_some())?;
        let named = place(&|it| matches!(it, RtcpPacket::Description(_)))?;
        Some(if feedback > before && feedback > named {
            Verdict::Pass
        } else {
            broken(case, "RFC4585-3.1-1", report, "with feedback before its report or its name")
        })
    });
    judged.collect()
}

/// The type of a packet of feedback, and its format.
pub(super) fn kind(packet: &RtcpPacket) -> Option<(u8, u8)> {
    match packet {
        RtcpPacket::Other { packet_type: packet_type @ (205 | 206), bytes } => {
            Some((*packet_type, bytes.first()? & 31))
        }
        _ => None,
    }
}

/// The name in SDP of a command to a codec (RFC 5104 sections 4.2, 4.3 and 7.1).
fn command(packet: &RtcpPacket) -> Option<&'static str> {
    match kind(packet)? {
        (205, 3 | 4) => Some("tmmbr"),
        (206, 4) => Some("fir"),
        (206, 5 | 6) => Some("tstr"),
        (206, 7) => Some("vbcm"),
        _ => None,
    }
}

/// The commands that one side takes.
fn commands(half: Half<'_>) -> BTreeSet<String> {
    let lines = half.medium.attributes.iter().filter(|it| it.name == "rtcp-fb");
    let words = lines.filter_map(|it| {
        let mut words = it.value.as_deref()?.split_ascii_whitespace().skip(1);
        words.next().filter(|word| *word == "ccm")?;
        words.next().map(str::to_ascii_lowercase)
    });
    words.collect()
}

/// An answer takes commands out, and adds none, and none is sent that one side does not take (RFC
/// 5104 section 7.2).
fn only_agreed_commands(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC5104-7-1";
    let mut verdicts = Vec::new();
    for stream in &case.streams {
        for it in stream.exchanges.iter().filter(|it| it.is_open()) {
            let (offered, answered) =
                (commands(it.half(it.by_caller)), commands(it.half(!it.by_caller)));
            if !answered.is_empty() {
                let added: Vec<_> = answered.difference(&offered).map(String::as_str).collect();
                verdicts.push(case.require(added.is_empty(), row, case.at(it.answered), || {
                    format!("with {} for a codec, which was not offered", added.join(" and "))
                }));
            }
        }
    }
    let agreed = agreed(case);
    for (report, compound) in clear(case) {
        let Some(known) = agreed.get(&report.target) else { continue };
        for name in compound.iter().flat_map(|it| &it.0).filter_map(command) {
            verdicts.push(if known.contains(name) {
                Verdict::Pass
            } else {
                broken(case, row, report, &format!("with {name}, which was not agreed on"))
            });
        }
    }
    verdicts
}

/// Where RTCP is wanted, and the commands that both sides take there.
pub(super) fn agreed(case: &Case<'_>) -> BTreeMap<SocketAddr, BTreeSet<String>> {
    let mut agreed: BTreeMap<SocketAddr, BTreeSet<String>> = BTreeMap::new();
    for it in case.streams.iter().flat_map(|stream| &stream.exchanges) {
        let (caller, callee) = (commands(it.caller), commands(it.callee));
        let both: BTreeSet<_> = caller.intersection(&callee).cloned().collect();
        for medium in [it.caller.medium, it.callee.medium] {
            for address in medium.addresses() {
                agreed.entry(address).or_default().extend(both.clone());
            }
        }
    }
    agreed
}

/// Whether both sides of a recording session take this kind of feedback.
pub(super) fn agreed_on(session: &Session<'_>, what: &str) -> bool {
    let takes = |by_client: bool| {
        let own = session.said.iter().filter(move |said| said.by_client == by_client);
        let media = own.filter_map(|said| said.sdp).flat_map(|it| &it.media);
        media.flat_map(|it| &it.attributes).any(|it| {
            it.name == "rtcp-fb" && it.value.as_deref().is_some_and(|it| it.contains(what))
        })
    };
    takes(true) && takes(false)
}

/// The name that each source of a host gave last.
fn names(case: &Case<'_>) -> BTreeMap<(Host, u32), String> {
    let mut names = BTreeMap::new();
    for (report, compound) in clear(case) {
        for chunk in compound.into_iter().flat_map(Compound::chunks) {
            if let Some(name) = chunk.cname() {
                names.insert((case.host(report.source), chunk.ssrc), name.to_owned());
            }
        }
    }
    names
}

/// Streams that are called one group for synchronisation have one name (RFC 7022 section 4.1).
fn what_is_synchronised_has_one_name(case: &Case<'_>) -> Vec<Verdict> {
    let names = names(case);
    let mut groups: BTreeMap<(usize, bool, Vec<String>), BTreeMap<usize, String>> = BTreeMap::new();
    for stream in &case.streams {
        for from_caller in [true, false] {
            let sources = stream.lanes(case, from_caller).flat_map(|lane| {
                let host = case.host(lane.flow.source);
                lane.sources.iter().map(move |(ssrc, _)| (host, *ssrc))
            });
            let mut own = sources.rev().filter_map(|it| names.get(&it));
            let Some(name) = own.next() else { continue };
            for group in stream.exchanges.iter().filter_map(|it| group(it, from_caller)) {
                let key = (stream.talk, from_caller, group);
                groups.entry(key).or_default().insert(stream.medium, name.clone());
            }
        }
    }
    let judged = groups.into_iter().filter(|(_, names)| names.len() > 1);
    let judged = judged.map(|((talk, ..), names)| {
        let different: BTreeSet<_> = names.values().map(String::as_str).collect();
        let said = case.talks[talk].confirmed.or(case.talks[talk].said.first().copied());
        let at = said.map(|place| case.at(place).at).unwrap_or_default();
        Verdict::require(different.len() == 1, "RFC7022-4.1-1", at, || {
            let names: Vec<_> = different.iter().copied().collect();
            format!("streams that are to be synchronised are of {}", names.join(" and "))
        })
    });
    judged.collect()
}

/// The group for lip synchronisation that one side says a stream is in (RFC 5888 section 7).
fn group(it: &Exchange<'_>, of_caller: bool) -> Option<Vec<String>> {
    let half = it.half(of_caller);
    let own = half.medium.attribute("mid")?.value.as_deref()?.trim();
    let groups = half.description.attributes.iter().filter(|it| it.name == "group");
    let mut lists = groups.filter_map(|it| it.value.as_deref()?.trim().strip_prefix("LS "));
    let list = lists.find(|it| it.split_ascii_whitespace().any(|mid| mid == own))?;
    Some(list.split_ascii_whitespace().map(str::to_owned).collect())
}

/// By the clock of a client's reports nothing in its metadata is yet to come (RFC 6341 section 5,
/// REQ-022): else the one cannot be put beside the other.
fn media_and_metadata_have_one_clock(case: &Case<'_>) -> Vec<Verdict> {
    let reports: Vec<_> = clear(case).collect();
    let mut verdicts = Vec::new();
    for (recording, session) in case.sessions() {
        let client = case.host(recording.dialog.caller);
        let to: BTreeSet<_> = recording.streams.iter().filter_map(|it| it.target).collect();
        let is_there = |at: SocketAddr| to.iter().any(|it| it.ip() == at.ip());
        let own = reports.iter().filter(|(report, _)| {
            let until = recording.dialog.over().unwrap_or(case.end);
            let within = report.at >= recording.dialog.invited && report.at <= until;
            within && is_there(report.target) && case.host(report.source) == client
        });
        let mut clocks =
            own.filter_map(|(report, compound)| match compound.as_ref()?.0.first()? {
                // Who has no clock says so with a zero (RFC 3550 section 6.4.1). What is passed on has
                // the clock of a telephone.
                RtcpPacket::SenderReport { ssrc, info, .. }
                    if info.ntp != 0 && !case.ports.is_relayed(*ssrc, client) =>
                {
                    Some(apart(info.ntp, case.timeline.epoch().ntp(report.at)))
                }
                _ => None,
            });
        let Some(clock) = clocks.next() else { continue };
        for told in session.told() {
            let ahead = times(told.document).into_iter().filter_map(|time| {
                let ahead = seconds_after(case, time, told.said.at())? - clock;
                Some((time, ahead))
            });
            let ahead: Vec<_> = ahead.collect();
            let wrong = ahead.iter().find(|(_, ahead)| *ahead > AHEAD);
            if !ahead.is_empty() {
                verdicts.push(case.held(
                    wrong.is_none(),
                    "RFC6341-5-REQ022",
                    told.said.sighting,
                    || {
                        let (time, ahead) = wrong.copied().unwrap_or_default();
                        format!("spoke of {time}, {ahead:.1} s later than its reports say it is")
                    },
                ));
            }
        }
    }
    verdicts
}

/// Every time in a document.
fn times(metadata: &Metadata) -> Vec<&str> {
    let sessions = metadata.sessions.iter().flat_map(|it| [&it.start_time, &it.stop_time]);
    let recordings = metadata.session_recordings.iter().map(|it| &it.interval);
    let people = metadata.participant_sessions.iter().map(|it| &it.interval);
    let streams = metadata.participant_streams.iter().map(|it| &it.interval);
    let intervals = recordings.chain(people).chain(streams);
    let intervals = intervals.flat_map(|it| [&it.associate_time, &it.disassociate_time]);
    sessions.chain(intervals).filter_map(Option::as_deref).collect()
}

/// By how many seconds a time is after a moment; nothing, if it cannot be read, or was before we
/// looked.
fn seconds_after(case: &Case<'_>, time: &str, moment: Instant) -> Option<f64> {
    let time = case.timeline.epoch().moment(time)?;
    Some(if time >= moment {
        time.since(moment).as_secs_f64()
    } else {
        -moment.since(time).as_secs_f64()
    })
}

/// By how many seconds one NTP time is after another.
fn apart(one: u64, other: u64) -> f64 {
    let ahead = one.wrapping_sub(other);
    if ahead < 1 << 63 { seconds(ahead) } else { -seconds(other.wrapping_sub(one)) }
}

/// So many reports show a habit.
const FEW: usize = 6;
/// In seconds. With 288 kbit/s the smallest interval is 1.25 s (RFC 3550 section 6.2), and about
/// 1.03 s on average (section 6.3.1): no telephone sound has as much.
const FAST: f64 = 1.0;
/// How far back the network's copy of a report is looked for.
const COPIES: usize = 8;
/// What two clocks of one client may be apart by, in seconds.
const AHEAD: f64 = 0.5;
