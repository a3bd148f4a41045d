//! Whether a user gets what they may have, and nothing else.

use super::deeds::{dials_code, wishes};
use super::modes::{end, modes};
use super::streams::each_recording;
use super::{Finding, Id, Verdict};
use crate::evidence::{Dialog, Kind, Side, Timeline, dialogs};
use crate::sip::Method;
use crate::siprec::BroadWorks;
use crate::time::Instant;

/// Media goes on flowing in every recording of the last call after `since`, to the end of what was
/// seen.
pub fn goes_on(timeline: &Timeline, since: Option<Instant>) -> Verdict {
    let since = since.unwrap_or_default();
    let rule = rule(timeline);
    each_recording(timeline, |session| {
        if let Some(ended) = session.dialog.ended {
            return Verdict::fail(rule, ended, "the recording ended");
        }
        let flows = session.streams.iter().flat_map(|stream| &stream.flows);
        let later = flows.flat_map(|flow| flow.nearest_to_sender()).filter(|it| it.at > since);
        if later.count() >= FEW {
            return Verdict::Pass;
        }
        Verdict::Fail(Finding {
            requirement: Id(rule),
            at: since,
            seen: "the recorder was sent nothing any more".to_owned(),
            never: Some("platform -> recorder  RTP".to_owned()),
            by: None,
        })
    })
}

/// Every recording of the last call is over.
pub fn is_over(timeline: &Timeline) -> Verdict {
    each_recording(timeline, |session| match session.dialog.ended {
        Some(_) => Verdict::Pass,
        None => Verdict::Fail(Finding {
            requirement: Id("WXC-MODE-2"),
            at: end(timeline),
            seen: "the recording goes on".to_owned(),
            never: Some("platform -> recorder  BYE".to_owned()),
            by: None,
        }),
    })
}

/// The recorder was told to keep every recording of the last call, or of none of them.
pub fn is_kept(timeline: &Timeline, wanted: bool) -> Verdict {
    each_recording(timeline, |session| {
        let said = session.metadata().and_then(|metadata| {
            let read = metadata.extensions.iter().find_map(BroadWorks::read);
            read.and_then(|extension| extension.recording_type)
        });
        let Some(said) = said else {
            let why = "the metadata does not say whether the recording is to be kept";
            return Verdict::Inconclusive(why.to_owned());
        };
        let at = session.documents.last().map_or(session.dialog.invited, |(at, _)| *at);
        Verdict::require((said == KEPT) == wanted, "WXC-MODE-2", at, || {
            format!("the recorder was told last that the recording is of type `{said}`")
        })
    })
}

/// The last wish of somebody was refused, in so many words.
pub fn is_refused(timeline: &Timeline, who: &str) -> Verdict {
    let wishes = wishes(timeline);
    let Some(wish) = wishes.iter().rfind(|wish| wish.who == who) else {
        return Verdict::Inconclusive(format!("{who} asked for nothing"));
    };
    let Some((at, code)) = answer_to_wish(timeline, who, wish.at) else {
        return Verdict::Inconclusive(format!("nobody answered what {who} asked for"));
    };
    Verdict::require(code >= 400, rule(timeline), at, || {
        format!("what {who} asked for was granted with {code}")
    })
}

/// The final answer to a code that was dialled, to an INFO, or to an app, as it came to the telephone.
fn answer_to_wish(timeline: &Timeline, who: &str, since: Instant) -> Option<(Instant, u16)> {
    let dialogs = dialogs(timeline);
    let own = |dialog: &&Dialog<'_>| {
        let caller = timeline.cast().at(dialog.caller);
        caller.is_some_and(|member| member.name.as_str() == who) && dialog.invited >= since
    };
    if let Some(code) = dialogs.iter().filter(own).find(|dialog| dials_code(dialog.invite)) {
        let answered = code.answered.map(|answered| (answered.known(), 200));
        return code.refused.or(answered);
    }
    let later = timeline.signalling().iter().filter(|sighting| sighting.at >= since);
    let to_phone = later.filter(|sighting| {
        sighting.side == Side::Received && timeline.cast().is(sighting.target, Kind::Phone)
    });
    let mut answers = to_phone.filter_map(|sighting| {
        if let Some(response) = sighting.http().and_then(|it| it.response()) {
            // An app asks which calls there are, before it asks for something.
            let code = response.status().as_u16();
            return (code != 200).then_some((sighting.at, code));
        }
        let message = sighting.message()?;
        let is_info = message.cseq().is_ok_and(|cseq| cseq.method == Method::Info);
        Some((sighting.at, message.code()?)).filter(|_| is_info)
    });
    answers.next()
}

/// The row of the catalogue for the mode that is in force.
fn rule(timeline: &Timeline) -> &'static str {
    match modes(timeline).last() {
        Some((_, "always with pause and resume")) => "WXC-MODE-7",
        Some((_, "always")) => "WXC-MODE-6",
        Some((_, "on demand" | "kept on demand")) => "WXC-MODE-2",
        _ => "WXC-MODE-1",
    }
}

/// The only type of recording that anybody has seen, and so what is kept.
const KEPT: &str = "on";
/// A fifth of a second of one side.
const FEW: usize = 10;
