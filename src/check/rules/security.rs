//! A recording is no worse protected than the call (RFC 7866 section 12).

use std::net::IpAddr;

use super::recording::is_secure;
use super::session::Session;
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::evidence::{Dialog, Flow, RecordingSession};
use crate::packet::Transport;
use crate::sdp::MediaDescription;

pub const RULES: &[Rule] = &[
    rule("RFC7866-12-4", recordings_are_as_safe_as_calls),
    rule("RFC7866-12.2-4", shared_keys_are_as_safe),
    rule("RFC7866-12.2-5", new_streams_have_new_keys),
    rule("RFC7866-12.2-6", keys_are_as_long),
    rule("RFC7866-12.3-1", metadata_is_not_open_to_all),
];

/// The legs of the call that a recording is of.
fn legs<'c, 'a>(case: &'c Case<'a>, recording: &RecordingSession<'_>) -> Vec<&'c Dialog<'a>> {
    let own = recording.dialog.call_id;
    let call = case.call_of(own);
    let is_recording =
        |dialog: &Dialog<'_>| case.recordings.iter().any(|it| it.dialog.call_id == dialog.call_id);
    let legs = case.dialogs.iter().filter(|dialog| {
        let is_leg = call.is_some_and(|call| call.call_ids.contains(dialog.call_id));
        is_leg && dialog.answered.is_some() && !is_recording(dialog)
    });
    legs.collect()
}

fn is_over_tls(dialog: &Dialog<'_>) -> bool {
    dialog.sightings().all(|sighting| sighting.transport == Transport::Tls)
}

/// Every stream that a dialog's sides described.
fn media(dialog: &Dialog<'_>) -> Vec<MediaDescription> {
    let both = dialog.exchanges().iter().flat_map(|it| {
        let answer = it.answer.as_ref().map(|(_, answer)| answer);
        [Some(&it.offer), answer].into_iter().flatten()
    });
    both.flat_map(|it| &it.media).filter(|medium| !medium.is_disabled()).cloned().collect()
}

/// Where all of a call is secure, its signalling or its media, so is the recording (section 12).
fn recordings_are_as_safe_as_calls(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC7866-12-4";
    case.each_session(|recording, session| {
        let legs = legs(case, recording);
        let Some(invite) = session.invite().filter(|_| !legs.is_empty()) else { return Vec::new() };
        let own = media(&recording.dialog);
        let is_safe = |dialog: &&Dialog<'_>| {
            let media = media(dialog);
            !media.is_empty() && media.iter().all(is_secure)
        };
        let wrong =
            if legs.iter().all(|dialog| is_over_tls(dialog)) && !is_over_tls(&recording.dialog) {
                Some("records over an open connection a call that was set up over TLS")
            } else if legs.iter().all(is_safe) && !own.iter().all(is_secure) {
                Some("records as RTP a call in SRTP")
            } else {
                None
            };
        vec![
            case.held(wrong.is_none(), row, invite.sighting, || {
                wrong.unwrap_or_default().to_owned()
            }),
        ]
    })
}

/// The suite and the key of each crypto line.
fn keys(media: &[MediaDescription]) -> Vec<(String, String)> {
    let lines = media.iter().flat_map(MediaDescription::crypto);
    let key = lines.filter_map(|line| {
        let mut words = line.split_ascii_whitespace();
        let suite = words.nth(1)?;
        let key = words.next()?.strip_prefix("inline:")?;
        Some((suite.to_owned(), key.split('|').next()?.to_owned()))
    });
    key.collect()
}

/// What each recording with keys of its own says of them, and which those of the call are.
fn each_keyed(
    case: &Case<'_>,
    row: &'static str,
    wrong: fn(&Case<'_>, &RecordingSession<'_>, &Keys, &[&Dialog<'_>]) -> Option<&'static str>,
) -> Vec<Verdict> {
    case.each_session(|recording, session: &Session<'_>| {
        let legs = legs(case, recording);
        let own: Vec<_> =
            session.said.iter().filter(|it| it.by_client).filter_map(|it| it.sdp).collect();
        let own: Vec<_> = own.iter().flat_map(|it| it.media.clone()).collect();
        let keys = Keys {
            own: keys(&own),
            calls: legs.iter().flat_map(|leg| keys(&media(leg))).collect(),
        };
        let Some(invite) =
            session.invite().filter(|_| !keys.own.is_empty() && !keys.calls.is_empty())
        else {
            return Vec::new();
        };
        let wrong = wrong(case, recording, &keys, &legs);
        vec![
            case.held(wrong.is_none(), row, invite.sighting, || {
                wrong.unwrap_or_default().to_owned()
            }),
        ]
    })
}

struct Keys {
    own: Vec<(String, String)>,
    calls: Vec<(String, String)>,
}

impl Keys {
    fn are_shared(&self) -> bool {
        self.own.iter().any(|(_, key)| self.calls.iter().any(|(_, other)| key == other))
    }
}

/// Keys of the call that are used again travel as safely as they did there (section 12.2).
fn shared_keys_are_as_safe(case: &Case<'_>) -> Vec<Verdict> {
    each_keyed(case, "RFC7866-12.2-4", |_, recording, keys, legs| {
        let was_safe =
            legs.iter().any(|leg| is_over_tls(leg) && !self::keys(&media(leg)).is_empty());
        let is_worse = keys.are_shared() && was_safe && !is_over_tls(&recording.dialog);
        is_worse.then_some("sent keys in the open that the call had only over TLS")
    })
}

/// Who encrypts again does so with another key (section 12.2): a stream that is not that of a
/// telephone, packet by packet, was encrypted again.
fn new_streams_have_new_keys(case: &Case<'_>) -> Vec<Verdict> {
    each_keyed(case, "RFC7866-12.2-5", |case, recording, keys, _| {
        let own = recording.streams.iter().flat_map(|stream| &stream.flows);
        let own: Vec<_> = own.flat_map(|flow| flow.nearest_to_receiver()).collect();
        let recorder =
            recording.streams.iter().filter_map(|stream| stream.target).collect::<Vec<_>>();
        let others = case.timeline.flows().iter().filter(|flow| !recorder.contains(&flow.target));
        let others: Vec<_> = others.flat_map(Flow::nearest_to_receiver).collect();
        let is_same = own.first().is_some_and(|own| {
            others.iter().any(|it| (it.ssrc, it.payload_type) == (own.ssrc, own.payload_type))
        });
        let is_again = !own.is_empty() && !is_same;
        (is_again && keys.are_shared())
            .then_some("encrypts the recording anew with a key of the call")
    })
}

/// The keys of a recording are no shorter than those of the call (section 12.2).
fn keys_are_as_long(case: &Case<'_>) -> Vec<Verdict> {
    each_keyed(case, "RFC7866-12.2-6", |_, _, keys, _| {
        let longest = keys.calls.iter().map(|(suite, _)| bits(suite)).max()?;
        let shortest = keys.own.iter().map(|(suite, _)| bits(suite)).min()?;
        (shortest < longest).then_some("records with shorter keys than the call had")
    })
}

/// The length of a key of a suite (RFC 4568 section 6.2, RFC 6188, RFC 7714).
fn bits(suite: &str) -> u16 {
    let suite = suite.to_ascii_uppercase();
    [256, 192].into_iter().find(|bits| suite.contains(&bits.to_string())).unwrap_or(128)
}

/// Metadata does not cross a public network in the open (section 12.3). On a private one it may be
/// protected otherwise, which nobody can see.
fn metadata_is_not_open_to_all(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC7866-12.3-1";
    case.each_session(|_, session| {
        let told = session.said.iter().filter(|said| said.by_client && said.document.is_some());
        let judged = told.filter_map(|said| {
            let sighting = said.sighting;
            let is_open = sighting.transport != Transport::Tls;
            let is_public = [sighting.source, sighting.target].iter().all(|it| is_public(it.ip()));
            // On a private network there is nothing to be said for or against it.
            (!is_open || is_public).then(|| {
                case.held(!is_open, row, sighting, || {
                    format!(
                        "sent metadata over {} from one public address to another",
                        sighting.transport
                    )
                })
            })
        });
        judged.collect()
    })
}

/// Whether an address is one of the public network, as far as is easily told: not private, not on
/// this link or machine, and not for examples.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let shared = address.octets()[0] == 100 && address.octets()[1] & 0xC0 == 64;
            let trial = address.octets()[0] == 198 && address.octets()[1] & 0xFE == 18;
            let is_special = address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_documentation()
                || address.is_unspecified();
            !is_special && !shared && !trial
        }
        IpAddr::V6(address) => {
            let first = address.segments()[0];
            first & 0xE000 == 0x2000 && !(first == 0x2001 && address.segments()[1] == 0x0DB8)
        }
    }
}
