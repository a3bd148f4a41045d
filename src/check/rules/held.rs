//! The recording of a call that is on hold: its client may pause it or leave it as it is, and the
//! recorder lives with either (RFC 7866 section 7.1.1.1).

use std::time::Duration;

use super::legs::{Leg, legs};
use super::reoffers::{is_of_same_media, taken};
use super::session::{Offered, Session};
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::evidence::RecordingSession;
use crate::sdp::{Description, MediaDescription};
use crate::sip::Method;
use crate::time::Instant;

pub const RULES: &[Rule] = &[
    rule("RFC7866-7.1.1.1-7", |case| each(case, may_pause)),
    rule("RFC7866-7.1.1.1-8", |case| each(case, may_go_on)),
];

/// A time in which somebody on a recorded call did not send or did not receive.
struct Hold<'c, 'a> {
    recording: &'c RecordingSession<'a>,
    session: &'c Session<'a>,
    /// All that was offered in the recording.
    offers: &'c [Offered<'a, 'c>],
    from: Instant,
    /// Until when, if it ever ended.
    until: Option<Instant>,
}

fn each(case: &Case<'_>, judge: fn(&Case<'_>, &Hold<'_, '_>) -> Option<Verdict>) -> Vec<Verdict> {
    let legs = legs(case);
    let mut verdicts = Vec::new();
    for (recording, session) in case.sessions() {
        let Some(call) = case.call_of(recording.dialog.call_id) else { continue };
        let offers = session.offers();
        for leg in legs.iter().filter(|leg| call.call_ids.contains(leg.dialog.call_id)) {
            let holds = holds(leg).into_iter().map(|(from, until)| Hold {
                recording,
                session,
                offers: &offers,
                from,
                until,
            });
            verdicts.extend(holds.filter_map(|hold| judge(case, &hold)));
        }
    }
    verdicts
}

/// From when to when a telephone that had sent and received did not do both.
fn holds(leg: &Leg<'_, '_>) -> Vec<(Instant, Option<Instant>)> {
    let mut holds = Vec::new();
    let mut was_up = false;
    let mut open = None;
    for (at, (sends, receives)) in leg.ways() {
        if sends && receives {
            holds.extend(open.take().map(|from| (from, Some(at))));
            was_up = true;
        } else if was_up {
            open = open.or(Some(at));
        }
    }
    holds.extend(open.map(|from| (from, leg.to)));
    holds
}

/// That a client pauses a stream then is not refused. What tells something at the same time may be
/// refused for that.
fn may_pause(case: &Case<'_>, hold: &Hold<'_, '_>) -> Option<Verdict> {
    let by = hold.until.map_or(hold.from + SOON, |until| until.min(hold.from + SOON));
    let start = hold.offers.partition_point(|it| it.offer.at() < hold.from);
    let (before, since) = hold.offers.split_at_checked(start)?;
    let mut known = before.iter().rev().find_map(|it| it.sides().0)?;
    for offered in since.iter().take_while(|it| it.offer.at() <= by) {
        let Some(now) = offered.sides().0 else { continue };
        let stops = |(before, now): (&MediaDescription, &MediaDescription)| {
            is_flowing(before) && now.is_still() && !now.is_disabled()
        };
        let is_alone = offered.offer.by_client && offered.offer.parts.metadata.is_none();
        let is_pause = known.media.iter().zip(&now.media).any(stops);
        if is_alone && is_pause && is_of_same_media(known, now) {
            let what = "to pause the recording of a call that is on hold";
            return taken(case, "RFC7866-7.1.1.1-7", hold.session, offered, what);
        }
        known = now;
    }
    None
}

/// That it leaves a stream as it is, on which nothing comes then, is no reason to end the recording.
fn may_go_on(case: &Case<'_>, hold: &Hold<'_, '_>) -> Option<Verdict> {
    let by = hold.from + SOON;
    let lasts = |until: Option<Instant>| until.is_none_or(|until| until > by);
    let is_up = hold.recording.dialog.answered.is_some_and(|it| it.known() < hold.from);
    let is_over = !lasts(hold.until) || !lasts(hold.recording.dialog.over()) || case.end < by;
    if !is_up || is_over || !is_offered(hold, by) {
        return None;
    }
    let bye = hold.session.said.iter().find(|it| it.asks(&Method::Bye));
    let early = bye.filter(|bye| {
        let is_within = bye.at() > by && hold.until.is_none_or(|until| bye.at() < until);
        is_within && !bye.by_client && is_offered(hold, bye.at()) && is_silent(hold, bye.at())
    });
    Some(early.map_or(Verdict::Pass, |bye| {
        let seen = "ended the recording of a call that is on hold, in which a stream is still sent";
        case.blame("RFC7866-7.1.1.1-8", bye.sighting, seen)
    }))
}

/// Whether the client said last that it sends some stream.
fn is_offered(hold: &Hold<'_, '_>, at: Instant) -> bool {
    let end = hold.offers.partition_point(|it| it.offer.at() <= at);
    let last: Option<&Description> = hold.offers.iter().take(end).rev().find_map(|it| it.sides().0);
    last.is_some_and(|it| it.media.iter().any(is_flowing))
}

fn is_flowing(medium: &MediaDescription) -> bool {
    !medium.is_disabled() && !medium.is_still() && medium.direction.sends()
}

/// Whether nothing had come for a while.
fn is_silent(hold: &Hold<'_, '_>, at: Instant) -> bool {
    let flows = hold.recording.streams.iter().flat_map(|stream| &stream.flows);
    let mut packets = flows.filter_map(|flow| {
        let packets = flow.nearest_to_receiver();
        packets.iter().take(packets.partition_point(|it| it.at <= at)).next_back()
    });
    !packets.any(|packet| packet.at + SOON > at)
}

/// A client does what it does about a hold by then.
const SOON: Duration = Duration::from_secs(3);
