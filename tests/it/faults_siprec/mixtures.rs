//! Faults of mixtures in a recording session.

use tallylight::evidence::Script;
use tallylight::rtp::RtcpPacket;

use super::edit::Change::Do;
use super::edit::rtcp;
use super::media::{recorder, rename};
use super::{Fault, ROOM};

/// See [`Fault`].
pub const FAULTS: &[Fault] = &[
    Fault {
        what: "a mixture lists nobody",
        of: ROOM,
        by: &[Do(|script| lists(script, Vec::clear))],
        breaks: &["RFC7866-8.1.4-1"],
        also: &[],
    },
    Fault {
        what: "a mixture lists a stranger",
        of: ROOM,
        by: &[Do(|script| lists(script, |csrcs| csrcs[0] = 7))],
        breaks: &["RFC7866-8.2.2-1"],
        also: &[],
    },
    Fault {
        what: "two of a mixture have one number",
        of: ROOM,
        by: &[Do(|script| {
            lists(script, |csrcs| {
                let first = csrcs[0];
                csrcs.fill(first);
            });
        })],
        breaks: &["RFC7866-8.3.2-5"],
        also: &[],
    },
    Fault {
        what: "two of a mixture have one name",
        of: ROOM,
        by: &[Do(|script| rtcp(script, true, rename))],
        breaks: &["RFC7866-8.3.2-3"],
        also: &[("RFC7866-8.3.1-2", "and before they were mixed, on two streams")],
    },
    Fault {
        what: "one of a mixture has two names",
        of: ROOM,
        by: &[Do(rename_later)],
        breaks: &["RFC7866-8.3.2-4"],
        also: &[],
    },
];

/// Every list of those who are in a mixture is another one.
fn lists(script: &mut Script, change: fn(&mut Vec<u32>)) {
    let to = recorder(script);
    for flow in script.flows.iter_mut().filter(|flow| flow.target.ip() == to) {
        for over in [&mut flow.over_sent, &mut flow.over_received] {
            let lists = over.contributors.iter_mut().map(|it| &mut it.csrcs);
            lists.filter(|it| !it.is_empty()).for_each(change);
        }
    }
}

/// Whoever is in a mixture has another name in the last report that has one.
fn rename_later(script: &mut Script) {
    let mut reports = 0;
    let is_of_mixture =
        |packet: &RtcpPacket| matches!(packet, RtcpPacket::Description(chunks) if chunks.len() > 1);
    rtcp(script, true, |packet| reports += usize::from(is_of_mixture(packet)));
    rtcp(script, true, |packet| {
        reports -= usize::from(is_of_mixture(packet));
        if reports == 0
            && let RtcpPacket::Description(chunks) = packet
            && let [_, contributor, ..] = chunks.as_mut_slice()
        {
            "another".clone_into(&mut contributor.items[0].1);
        }
    });
}
