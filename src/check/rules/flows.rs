//! Whole calls: in which order things happen, and that media follows (RFC 3665, RFC 6341, RFC 7245,
//! and what the field has got wrong).

use std::time::Duration;

use super::{Case, Lane, Rule, Said, Talk, rule};
use crate::check::Verdict;
use crate::evidence::{Kind, What};
use crate::sdp::Direction;
use crate::sip::Method;
use crate::siprec::{BroadWorks, DataMode};
use crate::time::Instant;

pub const RULES: &[Rule] = &[
    rule("RFC3665-3.1-1", |case| leaves_too_early(case, "RFC3665-3.1-1")),
    rule("RFC3665-3.2-1", whoever_stays_on_the_way_is_asked),
    rule("RFC3665-3.7-1", media_moves_with_its_address),
    rule("RFC6341-5-REQ001", recordings_are_sessions),
    rule("RFC7245-3.2.3-1", recorders_may_pause),
    rule("INT-ANS-1", recorders_answer_plainly),
    rule("INT-BW-4", the_vendor_says_all),
    rule("INT-HOLD-1", a_held_call_stays_recorded),
    rule("INT-ROB-1", a_refusal_is_survived),
];

/// The called side does not end a call before it was acknowledged (RFC 3665 section 3.1, RFC 3261
/// section 15).
pub(super) fn leaves_too_early(case: &Case<'_>, row: &'static str) -> Vec<Verdict> {
    let judged = case.talks.iter().filter_map(|talk| {
        let answer = case.at(talk.confirmed?);
        let bye = case.at(talk.ended?);
        let asked = &case.asked[answer.asked?];
        let acknowledged = case.all(&asked.acks).filter_map(|it| it.arrived).min();
        let by_callee = !talk.is_from_caller(bye);
        let given_up = bye.at.since(answer.at) > GIVE_UP;
        let early = by_callee && !given_up && acknowledged.is_none_or(|ack| ack > bye.at);
        Some(case.require(!early, row, bye, || {
            format!("before its answer (message {}) was acknowledged", answer.number)
        }))
    });
    judged.collect()
}

/// With two proxies on the way that recorded themselves, what follows goes past both (RFC 3665
/// section 3.2).
fn whoever_stays_on_the_way_is_asked(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for talk in &case.talks {
        let Some(answer) = talk.confirmed.map(|place| case.at(place)) else { continue };
        let recorded = answer.message.headers.all("Record-Route").count();
        if recorded < 2 {
            continue;
        }
        let later = case.all(&talk.said).filter(|it| {
            let own = it.message.headers.all("Via").count() == 1;
            it.is_request() && own && it.number > answer.number && it.to_tag.is_some()
        });
        verdicts.extend(later.map(|it| {
            let routes = it.message.headers.all("Route").count();
            case.require(routes > 0, "RFC3665-3.2-1", it, || {
                format!("past none of the {recorded} proxies that are to be asked")
            })
        }));
    }
    verdicts
}

/// Media follows when somebody gives another address (RFC 3665 section 3.7).
fn media_moves_with_its_address(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for lane in &case.lanes {
        for (place, agreed) in agreed(case, lane) {
            let Some(wanted) = agreed.receiver.rtp_address() else { continue };
            let until = until(case, lane, place);
            if wanted == lane.flow.target {
                verdicts.push(Verdict::Pass);
                continue;
            }
            let stray = lane.between(agreed.since + SETTLED, until).first();
            verdicts.push(stray.map_or(Verdict::Pass, |packet| {
                let (who, old) = (case.timeline.cast().label(lane.flow.source), lane.flow.target);
                let seen = format!(
                    "{who} sent RTP (number {}) to {old}, and {wanted} had been given since",
                    packet.sequence
                );
                Verdict::fail("RFC3665-3.7-1", packet.at, seen)
            }));
        }
    }
    verdicts
}

fn agreed<'a>(case: &Case<'a>, lane: &Lane<'a>) -> Vec<(usize, super::Agreed<'a>)> {
    lane.agreed(&case.said, &case.talks[lane.talk]).into_iter().enumerate().collect()
}

/// When an agreement on a lane is over.
fn until(case: &Case<'_>, lane: &Lane<'_>, place: usize) -> Option<Instant> {
    let talk = &case.talks[lane.talk];
    let next = lane.agreed(&case.said, talk).get(place + 1).map(|next| next.since);
    next.or(talk.ended.map(|ended| case.at(ended).at))
}

/// What a recorder gets was agreed on by SIP (RFC 6341 section 5, REQ-001).
fn recordings_are_sessions(case: &Case<'_>) -> Vec<Verdict> {
    let to_recorder = case
        .timeline
        .flows()
        .iter()
        .filter(|flow| case.timeline.cast().is(flow.target, Kind::Recorder));
    let judged = to_recorder.filter_map(|flow| {
        let first = flow.nearest_to_sender().first()?;
        let is_given = case.ports.rtp.contains(&flow.target);
        let who = case.timeline.cast().label(flow.source);
        Some(Verdict::require(is_given, "RFC6341-5-REQ001", first.at, || {
            format!("{who} sent media to {}, which no session has", flow.target)
        }))
    });
    judged.collect()
}

/// A recorder may pause what it gets: the client stops (RFC 7245 section 3.2.3).
fn recorders_may_pause(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for lane in case.lanes.iter().filter(|lane| case.talks[lane.talk].recording) {
        let talk = &case.talks[lane.talk];
        let to_recorder = case.timeline.cast().is(lane.flow.target, Kind::Recorder);
        for (place, agreed) in agreed(case, lane) {
            let is_paused = agreed.receiver.direction == Direction::Inactive && to_recorder;
            let by_recorder = talk.offers.iter().filter(|it| it.answer.is_some()).nth(place);
            if !is_paused || by_recorder.is_none_or(|it| it.by_caller == lane.from_caller) {
                continue;
            }
            let more = lane.between(agreed.since + SETTLED, until(case, lane, place));
            verdicts.push(more.first().map_or(Verdict::Pass, |packet| {
                let who = case.timeline.cast().label(lane.flow.source);
                let seen = format!(
                    "{who} sent RTP (number {}), although the recorder had paused",
                    packet.sequence
                );
                Verdict::fail("RFC7245-3.2.3-1", packet.at, seen)
            }));
        }
    }
    verdicts
}

/// A recorder that has nothing else to say answers with a description alone: more breaks clients.
fn recorders_answer_plainly(case: &Case<'_>) -> Vec<Verdict> {
    let answers = case.said.iter().filter(|it| {
        let of_recorder = case.timeline.cast().is(it.source(), Kind::Recorder);
        of_recorder && it.method == Method::Invite && it.is_answer(200, 299)
    });
    let judged = answers.map(|it| {
        let kind = it.message.content_type().ok().flatten();
        let several = kind.is_some_and(|kind| kind.kind.eq_ignore_ascii_case("multipart"));
        case.require(!several, "INT-ANS-1", it, || "in several parts".to_owned())
    });
    judged.collect()
}

/// What the vendor adds to the metadata is whole.
fn the_vendor_says_all(case: &Case<'_>) -> Vec<Verdict> {
    let documents = case.recordings.iter().flat_map(|session| &session.documents);
    let whole = documents.filter(|(_, document)| document.mode == DataMode::Complete);
    let judged = whole.filter_map(|(at, document)| {
        let vendor = document.extensions.iter().find_map(BroadWorks::read)?;
        let fields = [
            ("extTrackingID", vendor.tracking_id.is_some()),
            ("serviceProviderID", vendor.service_provider.is_some()),
            ("groupID", vendor.group.is_some()),
            ("userID", vendor.user.is_some()),
            ("callID", vendor.call_id.is_some()),
            ("callType", vendor.call.is_some()),
            ("recordingType", vendor.recording_type.is_some()),
        ];
        let missing = fields.iter().find(|(_, is_there)| !is_there);
        Some(missing.map_or(Verdict::Pass, |(name, _)| {
            let seen = format!("the platform sent metadata of the vendor's without {name}");
            Verdict::fail("INT-BW-4", *at, seen)
        }))
    });
    judged.collect()
}

/// A recording does not end because nobody is heard for a while: only the call's end ends it, or
/// somebody's wish.
fn a_held_call_stays_recorded(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for talk in case.talks.iter().filter(|talk| talk.recording) {
        let Some(bye) = talk.ended.map(|place| case.at(place)) else { continue };
        if !case.timeline.cast().is(bye.source(), Kind::Platform) {
            continue;
        }
        let lasts = |call: &&Talk<'_>| {
            let began = call.confirmed.is_some_and(|place| case.at(place).at < bye.at);
            let ended = call.ended.is_some_and(|place| case.at(place).at < bye.at + ENDING);
            !call.recording && began && !ended && is_held(case, call, bye.at)
        };
        let held = case.talks.iter().find(lasts);
        // Somebody may have wanted it so.
        let wished = case.timeline.deeds().iter().any(|deed| {
            let is_wish = |what: &String| WISHES.iter().any(|wish| what.contains(wish));
            let what = matches!(&deed.what, What::Act(what) if is_wish(what));
            what && deed.at <= bye.at && bye.at.since(deed.at) < WISH
        });
        // Somebody else may have left, so that what was recorded is over.
        let left = case.said.iter().any(|it| {
            let near = it.at + ENDING >= bye.at && it.at <= bye.at + ENDING;
            it.is(&Method::Bye) && it.call_id != bye.call_id && near && !is_recording(case, it)
        });
        if wished || left {
            continue;
        }
        let others = case.talks.iter().filter(|other| !other.recording).count();
        let lasting = held.filter(|_| bye.at + ENDING < case.end && others > 0);
        verdicts.push(case.require(lasting.is_none(), "INT-HOLD-1", bye, || {
            "to the recorder, and the call that it records is on hold and lasts".to_owned()
        }));
    }
    verdicts
}

fn is_recording(case: &Case<'_>, said: &Said<'_>) -> bool {
    let ends = [said.source(), said.target()];
    ends.into_iter().any(|end| case.timeline.cast().is(end, Kind::Recorder))
}

fn is_held(case: &Case<'_>, talk: &Talk<'_>, at: Instant) -> bool {
    let done = talk.offers.iter().filter_map(|it| Some((it, it.answer?)));
    let last = done.rev().find(|(_, (_, place))| case.at(*place).at < at);
    last.is_some_and(|(offered, (answer, _))| {
        let all = offered.offer.media.iter().chain(&answer.media);
        all.filter(|it| !it.is_disabled()).any(|it| it.direction != Direction::SendRecv)
    })
}

/// A client whose change was refused goes on living.
fn a_refusal_is_survived(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for talk in case.talks.iter().filter(|talk| talk.recording) {
        for refusal in case.all(&talk.said).filter(|it| it.is_answer(300, 699)) {
            let of_recorder = case.timeline.cast().is(refusal.source(), Kind::Recorder);
            let asked = refusal.asked.map(|asked| case.asked[asked].request(case));
            let within = asked.is_some_and(|it| it.to_tag.is_some());
            let Some(told) = refusal.arrived.filter(|_| within && of_recorder) else { continue };
            let host = case.host(refusal.target());
            let lives = case.said.iter().any(|it| it.at >= told && case.host(it.source()) == host);
            if lives || told + GIVE_UP < case.end {
                let who = case.timeline.cast().label(refusal.target());
                let verdict = case.require(lives, "INT-ROB-1", refusal, || {
                    format!("and {who} never said anything again")
                });
                verdicts.push(verdict.blaming(&who));
            }
        }
    }
    verdicts
}

/// Until what was under way has arrived.
const SETTLED: Duration = Duration::from_millis(500);
/// 64 times T1 (RFC 3261 section 17), and a little.
const GIVE_UP: Duration = Duration::from_secs(33);
/// All that belongs to a call ends within this time.
const ENDING: Duration = Duration::from_secs(2);
/// What somebody wanted comes true within this time.
const WISH: Duration = Duration::from_secs(10);
/// What people do who want a recording to end.
const WISHES: [&str; 4] = ["recording", "presses", "dials", "calls *"];
