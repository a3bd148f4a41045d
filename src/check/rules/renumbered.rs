//! Under whose number and beside whose reports a stream goes on to the recorder: a client that
//! translates keeps a telephone's, and one that is an endpoint has its own (RFC 7866 section 8.2).

use std::collections::BTreeMap;

use super::rtcp_between::{Source, Told, by_target, sources, told};
use super::session::by_section;
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::evidence::{Flow, Host, RecordingSession, RtpSeen};
use crate::rtp::RtcpPacket;

pub const RULES: &[Rule] = &[
    rule("RFC7866-8.2.1.1-7", |case| each(case, "RFC7866-8.2.1.1-7", keeps_numbers)),
    rule("RFC7866-8.2.3-1", |case| each(case, "RFC7866-8.2.3-1", reports_for_itself)),
];

/// A recording session, its sources, and what its client told the recorder in RTCP.
struct Seen<'b, 'a> {
    client: Host,
    /// Each source, and whether a telephone sent it under this number, or under which other.
    sources: Vec<(Source, Origin)>,
    /// Whether one of the sources says that it is a mixture.
    is_mixed: bool,
    told: Vec<&'b Told<'a>>,
}

/// Where the packets of a source come from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Origin {
    /// From a telephone, under this number.
    Kept,
    /// From a telephone, where they had this other number.
    Renumbered(u32),
    /// From the client.
    Own,
}

/// What is wrong, and in what; nothing, where a row does not speak of it.
type Judged<'b, 'a> = Option<Result<(), (&'b Told<'a>, String)>>;

/// What a row makes of each recording session whose RTCP can be read.
fn each(
    case: &Case<'_>,
    row: &'static str,
    judge: for<'b, 'a> fn(&Case<'_>, &Seen<'b, 'a>) -> Judged<'b, 'a>,
) -> Vec<Verdict> {
    let all = by_target(case);
    let mut marks: BTreeMap<Host, Marks> = BTreeMap::new();
    let mut verdicts = Vec::new();
    for (recording, session) in case.sessions() {
        let targets = || recording.streams.iter().filter_map(|it| it.target);
        if targets().any(|it| case.ports.secret.contains(&it)) {
            continue;
        }
        let told = told(case, &all, (recording, session), true);
        let seen = Seen::of(case, recording, told, &mut marks);
        verdicts.extend(judge(case, &seen).map(|judged| match judged {
            Ok(()) => Verdict::Pass,
            Err((told, what)) => {
                let who = case.timeline.cast().label(told.report.source);
                let what = format!("{who} {what}{}", by_section(row));
                Verdict::fail(row, told.report.at, what).blaming(&who)
            }
        }));
    }
    verdicts
}

/// The source of each packet that came to a client, by number and time.
type Marks = BTreeMap<(u16, u32), u32>;

impl<'b, 'a> Seen<'b, 'a> {
    fn of(
        case: &Case<'_>,
        recording: &RecordingSession<'_>,
        told: Vec<&'b Told<'a>>,
        marks: &mut BTreeMap<Host, Marks>,
    ) -> Self {
        let client = case.host(recording.dialog.caller);
        let with_origin = sources(recording).into_iter().map(|source| {
            let origin = if case.ports.is_relayed(source.ssrc, client) {
                Origin::Kept
            } else {
                let marks = marks.entry(client).or_insert_with(|| marks_of(case, client));
                let flows = recording.streams.get(source.place).map(|it| it.flows.as_slice());
                let packets = flows.unwrap_or_default().iter();
                let packets = packets.flat_map(|flow| flow.nearest_to_receiver());
                let packets = packets.filter(|it| it.ssrc == source.ssrc).take(LOOKED_AT);
                origin(packets, marks)
            };
            (source, origin)
        });
        let sources = with_origin.collect();
        let mut flows = recording.streams.iter().flat_map(|it| &it.flows);
        let is_mixed = flows.any(|flow| !flow.over().contributors.is_empty());
        Self { client, sources, is_mixed, told }
    }
}

fn marks_of(case: &Case<'_>, client: Host) -> Marks {
    let flows = case.timeline.flows().iter();
    let to_it = flows.filter(|it| case.host(it.target) == client && case.host(it.source) != client);
    let packets = to_it.flat_map(Flow::nearest_to_sender);
    packets.map(|it| ((it.sequence, it.timestamp), it.ssrc)).collect()
}

/// Whose packets these are, by their numbers and times.
fn origin<'p>(packets: impl Iterator<Item = &'p RtpSeen>, marks: &Marks) -> Origin {
    let mut found: BTreeMap<u32, usize> = BTreeMap::new();
    for ssrc in packets.filter_map(|it| marks.get(&(it.sequence, it.timestamp))) {
        *found.entry(*ssrc).or_default() += 1;
    }
    let most = found.into_iter().max_by_key(|(_, count)| *count);
    let most = most.filter(|(_, count)| *count >= ENOUGH);
    most.map_or(Origin::Own, |(ssrc, _)| Origin::Renumbered(ssrc))
}

/// Whoever passes on the packets of a telephone and its reports passes both on under its number
/// (section 8.2.1.1).
fn keeps_numbers<'b, 'a>(_: &Case<'_>, seen: &Seen<'b, 'a>) -> Judged<'b, 'a> {
    let sends = |it: &Told<'_>, of: u32| {
        let mut all = it.compound.0.iter();
        all.any(|it| matches!(it, RtcpPacket::SenderReport { ssrc, .. } if *ssrc == of))
    };
    let wrong = seen.sources.iter().find_map(|(source, origin)| {
        let Origin::Renumbered(was) = *origin else { return None };
        let told = seen.told.iter().find(|it| sends(it, was))?;
        let (is, stream) = (source.ssrc, source.place + 1);
        Some((*told, format!("reported on {was}, whose packets stream {stream} has as {is}")))
    });
    let is_kept = seen.sources.iter().any(|(_, origin)| *origin == Origin::Kept);
    match wrong {
        Some(wrong) => Some(Err(wrong)),
        None => is_kept.then_some(Ok(())),
    }
}

/// Whoever sends streams of its own reports for itself, and on nothing of the call (section 8.2.3).
fn reports_for_itself<'b, 'a>(case: &Case<'_>, seen: &Seen<'b, 'a>) -> Judged<'b, 'a> {
    let is_own = !seen.is_mixed && seen.sources.iter().all(|(_, origin)| *origin == Origin::Own);
    let first = seen.sources.iter().map(|(it, _)| it).find(|it| it.count >= MANY)?;
    if !is_own || seen.told.is_empty() {
        return None;
    }
    let of_call = |ssrc: &u32| {
        case.ports.is_relayed(*ssrc, seen.client) && flows_meanwhile(case, seen, *ssrc, first)
    };
    let wrong = seen.told.iter().find_map(|told| {
        let named = told.reports().flat_map(|(by, blocks)| {
            [by].into_iter().chain(blocks.iter().map(|it| it.ssrc)).collect::<Vec<_>>()
        });
        let ssrc = named.into_iter().find(of_call)?;
        Some((*told, format!("sent streams of its own, and a report with {ssrc}, of the call")))
    });
    Some(wrong.map_or(Ok(()), Err))
}

/// Whether a telephone sends while a client sends its own: who is silent may be reported on where
/// the recorder gets music.
fn flows_meanwhile(case: &Case<'_>, seen: &Seen<'_, '_>, ssrc: u32, own: &Source) -> bool {
    let flows = case.timeline.flows().iter();
    let mut to_client = flows.filter(|it| case.host(it.target) == seen.client);
    to_client.any(|flow| {
        let packets = flow.nearest_to_sender().iter();
        let during = packets.filter(|it| it.at >= own.first && it.at <= own.last);
        during.filter(|it| it.ssrc == ssrc).nth(MANY).is_some()
    })
}

/// Fewer packets are hardly a source.
const MANY: usize = 50;
/// How many packets of a source are compared with those of the call.
const LOOKED_AT: usize = 200;
/// Numbers and times that are drawn at random never agree as often.
const ENOUGH: usize = 25;
