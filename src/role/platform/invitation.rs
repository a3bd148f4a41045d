//! The invitation to a recorder: an INVITE with both streams and who speaks on which (RFC 7866
//! section 6.1.1), or the product's way of saying so.

use std::net::SocketAddr;

use super::leg::Leg;
use super::settings::Dialect;
use super::{BridgeId, Platform};
use crate::packet::Transport;
use crate::sip::NameAddr;
use crate::sip::agent::{Content, Invite};
use crate::sip::uri::{Host, SipUri, Uri};

impl Platform {
    /// INVITE for a recording session, by the book or as the product writes it.
    pub(super) fn invitation(&mut self, id: BridgeId, index: usize) -> Option<Invite> {
        let place = self.recording(id, index)?.recorder;
        let outbound = *self.recorders().get(place)?;
        let (domain, dialect) = (self.settings.domain.clone(), self.settings.dialect);
        let fault = self.settings.fault;
        let bridge = self.bridges.get_mut(&id)?;
        let formats: Vec<_> = bridge.legs.iter().map(Leg::formats).collect();
        let user = bridge.recordings.get(index)?.user;
        let from = match dialect {
            Dialect::Rfc => NameAddr::new(Uri::sip("platform", Host::Name(domain))),
            Dialect::Webex => self.identity(self.bridges.get(&id)?.leg(user)),
        };
        let tracking_id = self.bridges.get(&id)?.tracking_id.clone();
        let recording = self.recording(id, index)?;
        let formats = |end| formats.get(end as usize).cloned().unwrap_or_default();
        let offer = recording.offer(formats, fault);
        let body = recording.script.body(&offer, dialect, fault);
        let uri = recorder_uri(outbound);
        let headers = match dialect {
            // RFC 7866 section 6.1.1.
            Dialect::Rfc => vec![
                ("Require".to_owned(), "siprec".to_owned()),
                ("Accept".to_owned(), "application/sdp, application/rs-metadata+xml".to_owned()),
            ],
            Dialect::Webex => webex_headers(&tracking_id, &recording.script.session_id_header()),
        };
        Some(Invite {
            uri: uri.clone(),
            from,
            to: NameAddr::new(uri),
            outbound: Some(outbound),
            contact_params: Some(contact_params(dialect).to_owned()),
            content: Content { headers, body: Some(body) },
        })
    }
}

/// The address of a recorder as RFC 3261 section 19.1.1 writes it.
pub(super) fn recorder_uri((transport, address): (Transport, SocketAddr)) -> Uri {
    let mut uri = SipUri::new(None, Host::from(address.ip()));
    uri.port = Some(address.port());
    uri.params.set("transport", &transport.to_string().to_lowercase());
    Uri::Sip(uri)
}

/// The feature tag of a recording client: RFC 7866 section 6.1.1, or as the product writes it.
fn contact_params(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Rfc => "+sip.src",
        Dialect::Webex => "src",
    }
}

/// The header fields of the product's INVITE to a recorder (appendix A.1 of its facts).
fn webex_headers(tracking_id: &str, session_id: &str) -> Vec<(String, String)> {
    [
        ("Session-ID", session_id),
        ("X-BroadWorks-Correlation-Info", tracking_id),
        (
            "Accept",
            "application/media_control+xml,application/sdp,application/x-broadworks-call-center+xml",
        ),
        ("Supported", ""),
        ("Recv-Info", ""),
        ("Privacy", "none"),
        ("MIME-Version", "1.0"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}
