//! The two requests that are made from an INVITE: ACK and CANCEL.

use crate::sip::{CSeq, Message, Method};

/// The ACK to a final response other than 2xx (RFC 3261 section 17.1.1.3).
pub(super) fn ack(invite: &Message, response: &Message) -> Message {
    let mut ack = same_path(invite, Method::Ack);
    if let Some(to) = response.headers.get("To") {
        ack.headers.set("To", to);
    }
    ack
}

/// The CANCEL of an INVITE (RFC 3261 section 9.1).
pub(super) fn cancel(invite: &Message, headers: &[(String, String)]) -> Message {
    let mut cancel = same_path(invite, Method::Cancel);
    for (name, value) in headers {
        cancel.headers.push(name, value);
    }
    cancel
}

/// A request of this method with the Request-URI, the top Via, the Route and the identity of
/// `invite`, as both sections ask for.
fn same_path(invite: &Message, method: Method) -> Message {
    let mut derived = Message::request(method.clone(), invite.uri_text());
    if let Some(via) = invite.headers.first("Via") {
        derived.headers.push("Via", via);
    }
    for route in invite.headers.all("Route") {
        derived.headers.push("Route", route);
    }
    derived.headers.push("Max-Forwards", "70");
    for name in ["From", "To", "Call-ID"] {
        if let Some(value) = invite.headers.get(name) {
            derived.headers.push(name, value);
        }
    }
    if let Ok(cseq) = invite.cseq() {
        derived.headers.push("CSeq", CSeq { number: cseq.number, method }.to_string());
    }
    // RFC 3261 section 22.1: the ACK to a challenged INVITE repeats its credentials.
    for name in ["Authorization", "Proxy-Authorization"] {
        for value in invite.headers.all(name) {
            derived.headers.push(name, value);
        }
    }
    derived
}
