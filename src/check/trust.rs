//! Whether the platform and the recorder made sure of each other before anything was said.

use super::Verdict;
use crate::evidence::{Kind, Timeline};
use crate::packet::{Ending, Handshake, Shown};
use crate::time::Instant;

/// Each was shown a good certificate by the other one, and they talked (RFC 7866 section 12.1).
pub fn know_each_other(timeline: &Timeline) -> Verdict {
    judged(timeline, "RFC7866-12.1-1", |handshake| {
        let shown = [handshake.by_server, handshake.by_client];
        shown == [Some(Shown::Sound); 2] && handshake.end == Ending::Opened
    })
}

/// The platform turned away each recorder that it connected to.
pub fn recorder_is_turned_away(timeline: &Timeline) -> Verdict {
    judged(timeline, "RFC7866-12.1-2", |handshake| handshake.end == Ending::RefusedByClient)
}

/// The recorder turned away each platform that connected to it.
pub fn platform_is_turned_away(timeline: &Timeline) -> Verdict {
    judged(timeline, "RFC7866-12.1-3", |handshake| handshake.end == Ending::RefusedByServer)
}

fn judged(timeline: &Timeline, row: &'static str, is_met: fn(&Handshake) -> bool) -> Verdict {
    let mut handshakes = to_recorders(timeline).peekable();
    if handshakes.peek().is_none() {
        let why = "no TLS connection from the platform to a recorder was seen";
        return Verdict::Inconclusive(why.to_owned());
    }
    Verdict::of_all(handshakes.map(|(at, handshake)| {
        Verdict::require(is_met(handshake), row, *at, || handshake.to_string())
    }))
}

/// The connections that platforms opened to recorders, or tried to.
pub(super) fn to_recorders(timeline: &Timeline) -> impl Iterator<Item = &(Instant, Handshake)> {
    let cast = timeline.cast();
    timeline.handshakes().iter().filter(move |(_, handshake)| {
        cast.is(handshake.client, Kind::Platform) && cast.is(handshake.server, Kind::Recorder)
    })
}
