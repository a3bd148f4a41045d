//! Dialogs: what two user agents remember of each other (RFC 3261 section 12).

use super::flow::Flow;
use super::{CSeq, Malformed, Message, Method, NameAddr, Uri};

/// What tells one dialog from another (RFC 3261 section 12).
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct DialogId {
    /// The Call-ID.
    pub call_id: String,
    /// Our tag.
    pub local_tag: String,
    /// Their tag; empty if they are too old to have one.
    pub remote_tag: String,
}

/// One dialog, early or confirmed.
#[derive(Clone, Debug)]
pub(super) struct Dialog {
    id: DialogId,
    local: NameAddr,
    remote: NameAddr,
    local_cseq: u32,
    remote_cseq: Option<u32>,
    remote_target: Uri,
    route_set: Vec<NameAddr>,
    flow: Flow,
}

impl Dialog {
    /// The dialog that our response to `request`, which came by `flow`, makes (RFC 3261 section
    /// 12.1.1).
    pub(super) fn of_server(
        request: &Message,
        local_tag: &str,
        flow: Flow,
    ) -> Result<Self, Malformed> {
        let (remote, mut local) = (request.from()?, request.to()?);
        local.params.set("tag", local_tag);
        let id = DialogId {
            call_id: request.call_id()?.to_owned(),
            local_tag: local_tag.to_owned(),
            remote_tag: remote.tag().unwrap_or_default().to_owned(),
        };
        Ok(Self {
            id,
            local,
            remote,
            local_cseq: 0,
            remote_cseq: Some(request.cseq()?.number),
            remote_target: remote_target(request)?,
            route_set: route_set(request),
            flow,
        })
    }

    /// The dialog that the `response` to our `request`, which went by `flow`, makes (RFC 3261
    /// section 12.1.2).
    pub(super) fn of_client(
        request: &Message,
        response: &Message,
        flow: Flow,
    ) -> Result<Self, Malformed> {
        let (local, remote) = (request.from()?, response.to()?);
        let id = DialogId {
            call_id: request.call_id()?.to_owned(),
            local_tag: local.tag().unwrap_or_default().to_owned(),
            remote_tag: remote.tag().unwrap_or_default().to_owned(),
        };
        let mut route_set = route_set(response);
        route_set.reverse();
        Ok(Self {
            id,
            local,
            remote,
            local_cseq: request.cseq()?.number,
            remote_cseq: None,
            // RFC 3261 section 13.3.1.1 wants a Contact also in a 1xx; those that have none leave
            // us with the address that we called.
            remote_target: remote_target(response).or_else(|_| request.request_uri())?,
            route_set,
            flow,
        })
    }

    /// Takes what a 2xx says anew of a dialog that was early (RFC 3261 section 13.2.2.4): the
    /// route set and the remote target.
    pub(super) fn confirm(&mut self, response: &Message) {
        self.route_set = route_set(response);
        self.route_set.reverse();
        self.refresh(response);
    }

    /// Takes the Contact of a target refresh request, or of the 2xx to one, as the new remote
    /// target, if there is one (RFC 3261 section 12.2).
    pub(super) fn refresh(&mut self, message: &Message) {
        if let Ok(target) = remote_target(message) {
            self.remote_target = target;
        }
    }

    /// Whether a request of theirs comes in its turn (RFC 3261 section 12.2.2). From then on a
    /// lower number does not.
    pub(super) fn accept(&mut self, cseq: &CSeq) -> bool {
        let in_order = self.remote_cseq.is_none_or(|last| last < cseq.number);
        if in_order {
            self.remote_cseq = Some(cseq.number);
        }
        in_order
    }

    /// The next request of ours (RFC 3261 section 12.2.1.1).
    pub(super) fn request(&mut self, method: Method) -> Message {
        let number = self.next_cseq();
        self.compose(method, number)
    }

    /// The next number of ours, for a request that has to be made again.
    pub(super) fn next_cseq(&mut self) -> u32 {
        self.local_cseq += 1;
        self.local_cseq
    }

    /// The ACK to the 2xx of an INVITE of this number (RFC 3261 section 13.2.2.4).
    pub(super) fn ack(&self, number: u32) -> Message {
        self.compose(Method::Ack, number)
    }

    /// Whether the first hop is a strict router, whose address is in the Request-URI then.
    pub(super) fn is_strict(&self) -> bool {
        self.route_set.first().is_some_and(|route| !is_loose(route))
    }

    /// What tells it from others.
    pub(super) fn id(&self) -> &DialogId {
        &self.id
    }

    /// The path of the messages that made it.
    pub(super) fn flow(&self) -> Flow {
        self.flow
    }

    /// Their side, with its tag.
    pub(super) fn remote(&self) -> &NameAddr {
        &self.remote
    }

    fn compose(&self, method: Method, number: u32) -> Message {
        let strict = self.route_set.first().filter(|route| !is_loose(route));
        let (uri, routes, last) = match strict {
            None => (self.remote_target.to_string(), &self.route_set[..], None),
            Some(strict) => {
                let last = NameAddr::new(self.remote_target.clone());
                (as_request_uri(&strict.uri), &self.route_set[1..], Some(last))
            }
        };
        let mut message = Message::request(method.clone(), uri);
        for route in routes.iter().chain(&last) {
            message.headers.push("Route", route.to_string());
        }
        message.headers.push("Max-Forwards", "70");
        message.headers.push("From", self.local.to_string());
        message.headers.push("To", self.remote.to_string());
        message.headers.push("Call-ID", &self.id.call_id);
        message.headers.push("CSeq", CSeq { number, method }.to_string());
        message
    }
}

/// The Record-Route of a message, first to last, without what cannot be read.
fn route_set(message: &Message) -> Vec<NameAddr> {
    let routes = message.headers.all("Record-Route").take(ROUTES_MAX);
    routes.filter_map(|route| NameAddr::parse(route).ok()).collect()
}

fn remote_target(message: &Message) -> Result<Uri, Malformed> {
    Ok(message.contact()?.ok_or(Malformed::Missing("Contact"))?.uri)
}

fn is_loose(route: &NameAddr) -> bool {
    route.uri.as_sip().is_some_and(super::SipUri::is_loose)
}

/// A URI as it may stand in a start line: without `method` and headers (RFC 3261 sections 12.2.1.1
/// and 19.1.1).
pub(super) fn as_request_uri(uri: &Uri) -> String {
    let mut uri = uri.clone();
    if let Uri::Sip(uri) = &mut uri {
        uri.params.remove("method");
        uri.headers.clear();
    }
    uri.to_string()
}

/// Longer than any path that a request survives: Max-Forwards begins at 70.
const ROUTES_MAX: usize = 70;

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::packet::Transport;

    fn read(text: &str) -> Message {
        Message::parse(&Bytes::from(text.replace('\n', "\r\n"))).unwrap()
    }

    fn flow() -> Flow {
        Flow {
            transport: Transport::Udp,
            local: "192.0.2.1:5060".parse().unwrap(),
            remote: "192.0.2.2:5060".parse().unwrap(),
        }
    }

    fn invite() -> Message {
        read(
            "INVITE sip:bob@example.com SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\n\
             Record-Route: <sip:192.0.2.8;lr>, <sip:192.0.2.9;lr>\n\
             From: \"Alice\" <sip:alice@example.com>;tag=a\nTo: <sip:bob@example.com>\n\
             Call-ID: 7\nCSeq: 5 INVITE\nContact: <sip:alice@192.0.2.1>\n\n",
        )
    }

    fn answer(routes: &str) -> Message {
        let mut response = Message::response_to(&invite(), 200, "");
        response.set_to_tag("b");
        response.headers.push("Record-Route", routes);
        response.headers.push("Contact", "<sip:bob@192.0.2.2>");
        response
    }

    fn head(message: &Message) -> String {
        let routes: Vec<_> = message.headers.all("Route").collect();
        format!("{} | {}", message.uri_text(), routes.join(" | "))
    }

    #[test]
    fn a_caller_takes_the_routes_in_reverse() {
        let response = answer("<sip:192.0.2.8;lr>, <sip:192.0.2.9;lr>");
        let mut dialog = Dialog::of_client(&invite(), &response, flow()).unwrap();
        let bye = dialog.request(Method::Bye);
        assert_eq!(head(&bye), "sip:bob@192.0.2.2 | <sip:192.0.2.9;lr> | <sip:192.0.2.8;lr>");
        assert_eq!(bye.cseq().unwrap().to_string(), "6 BYE");
        assert_eq!(bye.from().unwrap().to_string(), "\"Alice\" <sip:alice@example.com>;tag=a");
        assert_eq!(bye.to().unwrap().tag(), Some("b"));
    }

    #[test]
    fn a_callee_takes_the_routes_in_order_and_counts_from_one() {
        let mut dialog = Dialog::of_server(&invite(), "b", flow()).unwrap();
        let bye = dialog.request(Method::Bye);
        assert_eq!(head(&bye), "sip:alice@192.0.2.1 | <sip:192.0.2.8;lr> | <sip:192.0.2.9;lr>");
        assert_eq!(bye.cseq().unwrap().to_string(), "1 BYE");
        assert_eq!(bye.from().unwrap().tag(), Some("b"));
        assert_eq!(bye.to().unwrap().tag(), Some("a"));
    }

    #[test]
    fn a_strict_router_takes_the_place_of_the_target() {
        let response = answer("<sip:192.0.2.8;lr>, <sip:192.0.2.9;method=INVITE?X=y>");
        let mut dialog = Dialog::of_client(&invite(), &response, flow()).unwrap();
        assert!(dialog.is_strict());
        let bye = dialog.request(Method::Bye);
        assert_eq!(head(&bye), "sip:192.0.2.9 | <sip:192.0.2.8;lr> | <sip:bob@192.0.2.2>");
    }

    #[test]
    fn a_request_with_a_number_that_is_not_higher_is_out_of_order() {
        let mut dialog = Dialog::of_server(&invite(), "b", flow()).unwrap();
        let mut accept = |number| dialog.accept(&CSeq { number, method: Method::Info });
        assert!(!accept(4) && !accept(5));
        assert!(accept(6) && accept(9));
        assert!(!accept(8));
    }

    #[test]
    fn a_contact_moves_the_target_and_no_contact_leaves_it() {
        let mut dialog = Dialog::of_server(&invite(), "b", flow()).unwrap();
        dialog.refresh(&read("UPDATE sip:b SIP/2.0\nContact: <sip:alice@192.0.2.77>\n\n"));
        dialog.refresh(&read("UPDATE sip:b SIP/2.0\n\n"));
        assert_eq!(dialog.request(Method::Bye).uri_text(), "sip:alice@192.0.2.77");
    }

    #[test]
    fn a_confirmed_dialog_takes_the_routes_of_the_2xx() {
        let early = answer("<sip:192.0.2.9;lr>");
        let mut dialog = Dialog::of_client(&invite(), &early, flow()).unwrap();
        dialog.request(Method::Prack);
        dialog.confirm(&answer("<sip:192.0.2.8;lr>"));
        let bye = dialog.request(Method::Bye);
        assert_eq!(head(&bye), "sip:bob@192.0.2.2 | <sip:192.0.2.8;lr>");
        assert_eq!(bye.cseq().unwrap().number, 7);
    }
}
