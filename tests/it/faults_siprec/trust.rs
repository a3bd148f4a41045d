//! Faults of who believes whom, as the two of a recording session meet over TLS.

use tallylight::evidence::Script;
use tallylight::packet::{Ending, Flaw, Handshake, Shown};

use super::edit::Change::Do;
use super::{Fault, TALK};

/// See [`Fault`].
pub const FAULTS: &[Fault] = &[
    Fault {
        what: "a client that has no certificate for who asks",
        of: TALK,
        by: &[Do(|script| {
            meet(script, Shown::Sound, Some(Shown::Nothing), Ending::RefusedByServer);
        })],
        breaks: &["RFC7866-12.1-1"],
        also: &[],
    },
    Fault {
        what: "a recorder that signed for itself is believed",
        of: TALK,
        by: &[Do(|script| {
            meet(script, Shown::Flawed(Flaw::UnknownIssuer), None, Ending::Opened);
        })],
        breaks: &["RFC7866-12.1-2"],
        also: &[],
    },
    Fault {
        what: "a client whose time is over is let in",
        of: TALK,
        by: &[Do(|script| {
            let expired = Some(Shown::Flawed(Flaw::Expired));
            meet(script, Shown::Sound, expired, Ending::Opened);
        })],
        breaks: &["RFC7866-12.1-3"],
        also: &[],
    },
];

/// The client and the recorder meet as the invitation leaves.
fn meet(script: &mut Script, by_server: Shown, by_client: Option<Shown>, end: Ending) {
    let invite = super::edit::places(script, "rs INVITE")[0];
    let line = &script.messages[invite];
    let (client, server) = (line.packet.source, line.packet.target);
    let seen = Handshake { client, server, by_server: Some(by_server), by_client, end };
    script.handshakes.push((line.left.unwrap(), seen));
}
