//! What the field sends, refused by a recorder.

use tallylight::evidence::Script;

use super::super::edit::Edit::{self, Act, Swap};
use super::super::edit::rewrite;
use super::{REFUSED, fault, spoil};
use crate::rules::Fault;

const fn invitation(swaps: &'static [(&'static str, &'static str)]) -> Edit {
    Swap("INVITE platform recorder", swaps)
}

/// The recorder does not like it.
const DISLIKED: Edit = Swap("503 INVITE recorder platform", &[("SIP/2.0 503", "SIP/2.0 500")]);

pub const FAULTS: &[Fault] = &[
    fault(
        REFUSED,
        "the metadata of the drafts is refused",
        &[
            invitation(&[
                (
                    "<recording xmlns=\"urn:ietf:params:xml:ns:recording:1\">",
                    "<recording_metadata xmlns=\"urn:ietf:params:xml:ns:siprec\">",
                ),
                ("</recording>", "</recording_metadata>"),
            ]),
            DISLIKED,
        ],
        &["INT-BW-1"],
        &[],
    ),
    fault(
        REFUSED,
        "the tag of the drafts is refused",
        &[invitation(&[("+sip.src", "src")]), DISLIKED],
        &["INT-BW-2"],
        &[("RFC3840-9-2", "it has no plus")],
    ),
    fault(
        REFUSED,
        "metadata first is refused",
        &[Act(spoil::metadata_first), DISLIKED],
        &["INT-BW-3"],
        &[],
    ),
    fault(
        REFUSED,
        "a namespace without version is refused",
        &[invitation(&[("ns:recording:1", "ns:recording")]), DISLIKED],
        &["INT-AC-1"],
        &[],
    ),
    fault(
        REFUSED,
        "an early spelling is refused",
        &[invitation(&[("<datamode>", "<dataMode>"), ("</datamode>", "</dataMode>")]), DISLIKED],
        &["INT-ORA-1"],
        &[],
    ),
    fault(
        REFUSED,
        "one stream of all is refused",
        &[Act(one_stream), DISLIKED],
        &["INT-MIX-1"],
        &[],
    ),
    fault(
        REFUSED,
        "a time of old clients is refused",
        &[invitation(&[("Z</associate-time>", "+0000</associate-time>")]), DISLIKED],
        &["INT-OSS-1"],
        &[],
    ),
];

/// The INVITE to the recorder offers one stream, and does not say which way it goes.
fn one_stream(script: &mut Script) {
    for line in &mut script.messages {
        if !line.text().contains("<recording ") {
            continue;
        }
        rewrite(line, |text| {
            let (first, rest) = text.split_once("a=sendonly\r\na=label:1\r\n").unwrap();
            let (_, after) = rest.split_once("a=label:2\r\n").unwrap();
            format!("{first}a=label:1\r\n{after}")
        });
    }
}
