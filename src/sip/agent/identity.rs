//! How an agent introduces itself: Contact, Allow, Supported, Accept, User-Agent.

use super::content::Content;
use super::settings::{Reliability, Settings};
use crate::packet::Transport;
use crate::sip::flow::Flow;
use crate::sip::{Host, Message, Method, SipUri};

/// What an agent says of itself, in the words in which it says it.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    user_agent: Option<String>,
    allow: String,
    supported: Vec<String>,
    accept: String,
    contact_user: Option<String>,
    contact_params: String,
}

impl Identity {
    pub(super) fn new(settings: &Settings) -> Self {
        let mut identity = Self {
            user_agent: settings.user_agent.clone(),
            allow: settings.allow.iter().map(Method::as_str).collect::<Vec<_>>().join(", "),
            supported: settings.supported.clone(),
            accept: settings.accept.join(", "),
            contact_user: settings.contact_user.clone(),
            contact_params: settings.contact_params.clone(),
        };
        if settings.reliable_provisional != Reliability::Never {
            identity.support("100rel");
        }
        if settings.session_timer.is_some() {
            identity.support("timer");
        }
        identity
    }

    /// Supports an option from now on.
    pub(super) fn support(&mut self, tag: &str) {
        if !self.supported.iter().any(|known| known.eq_ignore_ascii_case(tag)) {
            self.supported.push(tag.to_owned());
        }
    }

    /// The option tags that we support.
    pub(super) fn supported(&self) -> &[String] {
        &self.supported
    }

    /// The methods that we allow.
    pub(super) fn allow(&self) -> &str {
        &self.allow
    }

    /// The media types that we accept.
    pub(super) fn accept(&self) -> &str {
        &self.accept
    }

    /// The value of Contact for messages along `flow`. `secure` asks for `sips` (RFC 3261 section
    /// 12.1.1), `user` and `params` fill what the settings leave open or replace it.
    pub(super) fn contact(
        &self,
        flow: Flow,
        secure: bool,
        user: Option<&str>,
        params: Option<&str>,
    ) -> String {
        let user = self.contact_user.as_deref().or(user);
        let mut uri = SipUri::new(user, Host::from(flow.local.ip()));
        uri.port = Some(flow.local.port());
        uri.secure = secure;
        match flow.transport {
            Transport::Tcp => uri.params.set("transport", "tcp"),
            Transport::Tls if !secure => uri.params.set("transport", "tls"),
            Transport::Udp | Transport::Tls | Transport::Http => {}
        }
        let params = params.unwrap_or(&self.contact_params).trim_start_matches(';');
        if params.is_empty() { format!("<{uri}>") } else { format!("<{uri}>;{params}") }
    }

    /// Adds what a message says that may make or change a dialog (RFC 3261 section 13.2.1).
    pub(super) fn introduce(&self, message: &mut Message, contact: &str) {
        message.headers.push("Contact", contact);
        message.headers.push("Allow", &self.allow);
        // RFC 3261 section 13.2.1: worth saying where it is more than everybody expects.
        if message.method() == Some(&Method::Invite) && self.accept != "application/sdp" {
            message.headers.push("Accept", &self.accept);
        }
        self.sign(message);
    }

    /// Adds what every message says.
    pub(super) fn sign(&self, message: &mut Message) {
        let is_plain = !matches!(message.method(), Some(Method::Ack | Method::Cancel));
        // RFC 4028 section 7.1: in each request except ACK.
        if is_plain && !self.supported.is_empty() {
            message.headers.push("Supported", self.supported.join(", "));
        }
        if let Some(user_agent) = &self.user_agent {
            let name = if message.is_request() { "User-Agent" } else { "Server" };
            message.headers.push(name, user_agent);
        }
    }
}

/// Puts the owner's header fields and body into a message.
pub(super) fn fill(message: &mut Message, content: &Content) {
    for (name, _) in &content.headers {
        if REPLACED.iter().any(|own| own.eq_ignore_ascii_case(name)) {
            message.headers.remove(name);
        }
    }
    for (name, value) in &content.headers {
        message.headers.push(name, value);
    }
    // RFC 4028 section 7.1: who does not say that it knows timers asks for none.
    let knows_timers = message.headers.all("Supported").flat_map(|list| list.split(','));
    let knows_timers = knows_timers.map(str::trim).any(|tag| tag.eq_ignore_ascii_case("timer"));
    if message.is_request() && !knows_timers {
        message.headers.remove("Session-Expires");
        message.headers.remove("Min-SE");
    }
    if let Some(body) = &content.body {
        for (name, value) in &body.headers {
            message.headers.push(name, value);
        }
        message.headers.push("Content-Type", &body.content_type);
        message.headers.remove("Content-Length");
        message.body = body.bytes.clone();
    }
}

/// What the owner may say in our place.
const REPLACED: &[&str] = &[
    "Accept",
    "Allow",
    "Contact",
    "Max-Forwards",
    "Min-SE",
    "Server",
    "Session-Expires",
    "Supported",
    "User-Agent",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sip::agent::Body;

    fn flow(transport: Transport) -> Flow {
        Flow {
            transport,
            local: "192.0.2.1:5070".parse().unwrap(),
            remote: "192.0.2.2:5060".parse().unwrap(),
        }
    }

    #[test]
    fn a_contact_names_the_address_the_transport_and_the_features() {
        let settings = Settings { contact_params: "+sip.src".into(), ..Settings::default() };
        let identity = Identity::new(&settings);
        let contact = |transport, secure, params| {
            identity.contact(flow(transport), secure, Some("alice"), params)
        };
        assert_eq!(contact(Transport::Udp, false, None), "<sip:alice@192.0.2.1:5070>;+sip.src");
        let tcp = contact(Transport::Tcp, false, Some(";src"));
        assert_eq!(tcp, "<sip:alice@192.0.2.1:5070;transport=tcp>;src");
        let tls = contact(Transport::Tls, false, Some(""));
        assert_eq!(tls, "<sip:alice@192.0.2.1:5070;transport=tls>");
        assert_eq!(contact(Transport::Tls, true, Some("")), "<sips:alice@192.0.2.1:5070>");
    }

    #[test]
    fn the_owner_replaces_what_is_single_and_adds_the_rest() {
        let identity = Identity::new(&Settings::default());
        let mut message = Message::request(Method::Invite, "sip:b@192.0.2.2");
        message.headers.push("Max-Forwards", "70");
        message.headers.push("Require", "100rel");
        identity.introduce(&mut message, "<sip:a@192.0.2.1>");
        let content = Content::from(Body::new("text/plain", "hi"))
            .with_header("max-forwards", "10")
            .with_header("Contact", "<sip:x@192.0.2.3>")
            .with_header("Require", "siprec");
        fill(&mut message, &content);
        assert_eq!(message.headers.all("Max-Forwards").collect::<Vec<_>>(), ["10"]);
        assert_eq!(message.headers.all("Contact").collect::<Vec<_>>(), ["<sip:x@192.0.2.3>"]);
        assert_eq!(message.headers.all("Require").collect::<Vec<_>>(), ["100rel", "siprec"]);
        assert_eq!(message.body, "hi");
    }
}
