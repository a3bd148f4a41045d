//! The recorder on the network as a service: it answers over HTTP, and tells those who want to
//! be told.

use std::net::SocketAddr;

use bytes::Bytes;

use super::Recorder;
use super::api::Delivery;
use super::{Fault, provisioning};
use crate::http::{Request, Response, Uri, header};
use crate::packet::Packet;
use crate::role::{Failed, answer, asked};
use crate::time::Instant;

impl Recorder {
    /// Takes a packet of HTTP: a question, or the answer to one of ours.
    pub(super) fn handle_web(&mut self, now: Instant, packet: &Packet) {
        if self.asker.is_ours(packet) {
            if let Some((delivery, came)) = self.asker.handle_packet(packet) {
                self.delivered(now, delivery, came);
            }
            return;
        }
        let response = match asked(packet) {
            Ok(request) if provisioning::is_asked(&request) => {
                let takes_any = self.settings.fault == Some(Fault::TakeAnyEmail);
                Some(self.service.provision(now, &request, takes_any))
            }
            Ok(request) => Some(self.service.handle(now, &request)),
            Err(response) => response,
        };
        self.packets.extend(response.map(|response| answer(packet, response)));
    }

    /// A packet of ours found nobody.
    pub(super) fn handle_web_undeliverable(&mut self, now: Instant, packet: &Packet) {
        if let Some((delivery, why)) = self.asker.handle_undeliverable(packet) {
            self.delivered(now, delivery, Err(why));
        }
    }

    /// Removes what is due, and sends what is.
    pub(super) fn serve_what_is_due(&mut self, now: Instant) {
        self.service.purge(now);
        while let Some((delivery, why)) = self.asker.handle_timeout(now) {
            self.delivered(now, delivery, Err(why));
        }
        self.deliver(now);
    }

    /// Sends the messages that are due, one after the other: each is sent, or fails until later.
    pub(super) fn deliver(&mut self, now: Instant) {
        while let Some(delivery) = self.service.poll_delivery(now) {
            let Some(target) = address_of(&delivery.post_url) else {
                let why = "find that host: only addresses are known here".to_owned();
                self.service.delivered(now, delivery, Err(why));
                continue;
            };
            let asked = self.asker.ask(now, target, message(&delivery), delivery);
            if let Err((delivery, why)) = asked {
                self.service.delivered(now, delivery, Err(why.to_string()));
            }
        }
    }

    fn delivered(
        &mut self,
        now: Instant,
        delivery: Delivery,
        came: Result<Response<Bytes>, Failed>,
    ) {
        let came = match came {
            Ok(response) if response.status().is_success() => Ok(()),
            Ok(response) => Err(format!("deliver it: the answer is {}", response.status())),
            Err(why) => Err(why.to_string()),
        };
        self.service.delivered(now, delivery, came);
    }
}

fn message(delivery: &Delivery) -> Request<Bytes> {
    let path = delivery.post_url.parse::<Uri>().ok();
    let path = path.as_ref().and_then(Uri::path_and_query).map_or("/", |path| path.as_str());
    let mut request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
    if let Some(secret) = &delivery.secret {
        request = request.header("X-Hook-Secret", secret);
    }
    request.body(delivery.body.to_string().into()).expect("the path was read, the secret is ours")
}

/// Where a URL leads, if it names an address: there are no names in this network.
fn address_of(url: &str) -> Option<SocketAddr> {
    let uri = url.parse::<Uri>().ok()?;
    let host = uri.host()?.trim_start_matches('[').trim_end_matches(']').parse().ok()?;
    Some(SocketAddr::new(host, uri.port_u16().unwrap_or(HTTP)))
}

/// RFC 9110 section 4.2.1.
const HTTP: u16 = 80;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_leads_to_an_address_or_nowhere() {
        let to = |url| address_of(url).map(|address| address.to_string());
        assert_eq!(to("http://192.0.2.1/hook").as_deref(), Some("192.0.2.1:80"));
        assert_eq!(to("http://[2001:db8::1]:8080/").as_deref(), Some("[2001:db8::1]:8080"));
        assert_eq!(to("http://hook.example/"), None);
    }
}
