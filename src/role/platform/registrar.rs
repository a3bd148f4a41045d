//! Where each user's telephone is at present (RFC 3261 section 10.3).

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use rand_chacha::ChaCha8Rng;

use super::settings::User;
use crate::packet::Transport;
use crate::sip::Message;
use crate::sip::agent::{Content, Reply};
use crate::sip::digest::{Algorithm, Asked, Credentials, Hash, Qop, Server, Side, Verdict};
use crate::sip::flow::Flow;
use crate::sip::header::Contacts;
use crate::sip::uri::Uri;
use crate::time::Instant;

/// The bindings of all users. One with several telephones is called at the one that registered
/// last.
#[derive(Debug)]
pub struct Registrar {
    /// By number; the one that was made or refreshed last stands last.
    bindings: BTreeMap<String, Vec<Binding>>,
    server: Server,
    rng: ChaCha8Rng,
}

/// Where a telephone is.
#[derive(Clone, Debug)]
pub struct Binding {
    /// What it said that it can be reached at.
    pub contact: Uri,
    /// The path that its registration took: the way through whatever is in between (RFC 5626).
    pub flow: Flow,
    expires: Instant,
}

impl Binding {
    /// Where requests for the telephone go.
    ///
    /// A connection may be gone by the time that somebody calls: then only the Contact tells where
    /// to open another, which works where nothing in between has changed the addresses.
    pub fn way(&self) -> (Transport, SocketAddr) {
        let Flow { transport, remote, .. } = self.flow;
        let contact = self.contact.as_sip().filter(|_| transport.is_reliable());
        let same_host = contact.filter(|uri| uri.host.ip() == Some(remote.ip()));
        let port = same_host.and_then(|uri| uri.port);
        (transport, port.map_or(remote, |port| SocketAddr::new(remote.ip(), port)))
    }
}

impl Registrar {
    /// A registrar of `realm` where nobody is.
    pub fn new(realm: &str, rng: ChaCha8Rng) -> Self {
        let algorithms = [Hash::Sha256, Hash::Md5].map(|hash| Algorithm { hash, session: false });
        let server = Server::new(realm, &algorithms, &[Qop::Auth], NONCE_LIFETIME);
        Self { bindings: BTreeMap::new(), server, rng }
    }

    /// Where the user with this number is.
    pub fn find(&self, number: &str, now: Instant) -> Option<&Binding> {
        self.bindings.get(number)?.iter().rfind(|binding| binding.expires > now)
    }

    /// Answers a REGISTER.
    pub fn register(
        &mut self,
        now: Instant,
        request: &Message,
        flow: Flow,
        users: &[User],
    ) -> Reply {
        let to = request.to().ok().map(|to| to.uri);
        if to.as_ref().is_some_and(|to| to.as_sip().is_none()) {
            // RFC 3261 section 10.2: it is a SIP or SIPS URI (RFC 4475 section 3.3.4).
            return Reply::new(400);
        }
        let Some(user) = to.and_then(|to| user_of(&to, users)) else {
            return Reply::new(404);
        };
        if let Some(password) = &user.password {
            let asked = Asked { method: "REGISTER", body: &request.body };
            let credentials = Credentials::find(request, Side::User, self.server.realm());
            let verdict = credentials.map(|it| self.server.verify(now, &it, asked, password));
            match verdict {
                Some(Verdict::Accepted) => {}
                Some(Verdict::Refused) => return Reply::new(403),
                Some(Verdict::Stale) => return self.challenge(now, true, user.takes_sha256),
                None => return self.challenge(now, false, user.takes_sha256),
            }
        }
        let Ok(contacts) = request.contacts() else { return Reply::new(400) };
        self.bind(now, request, &user.number, contacts, flow);
        self.accepted(now, &user.number)
    }

    /// 200, with every binding that there is now (RFC 3261 section 10.3 step 8).
    fn accepted(&self, now: Instant, number: &str) -> Reply {
        let mut content = Content::none();
        for binding in self.bindings.get(number).into_iter().flatten() {
            let seconds = (binding.expires - now).as_secs();
            let contact = format!("<{}>;expires={seconds}", binding.contact);
            content = content.with_header("Contact", &contact);
        }
        Reply::new(200).with(content)
    }

    /// Asks for proof, by what the telephone knows.
    fn challenge(&mut self, now: Instant, stale: bool, takes_sha256: bool) -> Reply {
        let challenges = self.server.challenge(now, stale, &mut self.rng);
        let known = challenges.iter().filter(|it| takes_sha256 || it.algorithm.hash == Hash::Md5);
        let header = Side::User.challenge_header();
        let headers = known.map(|it| (header.to_owned(), it.to_string()));
        Reply::new(401).with(Content { headers: headers.collect(), body: None })
    }

    fn bind(
        &mut self,
        now: Instant,
        request: &Message,
        number: &str,
        contacts: Contacts,
        flow: Flow,
    ) {
        let asked = request.headers.get("Expires").and_then(|text| text.trim().parse::<u32>().ok());
        let bindings = self.bindings.entry(number.to_owned()).or_default();
        bindings.retain(|binding| binding.expires > now);
        let Contacts::These(list) = contacts else {
            bindings.clear();
            return;
        };
        for contact in list {
            bindings.retain(|binding| binding.contact != contact.uri);
            let seconds = contact.expires().or(asked).unwrap_or(EXPIRES_DEFAULT);
            if seconds == 0 {
                continue;
            }
            if bindings.len() == BINDINGS_MAX {
                bindings.remove(0);
            }
            let expires = now + Duration::from_secs(seconds.min(EXPIRES_MAX).into());
            bindings.push(Binding { contact: contact.uri, flow, expires });
        }
    }
}

/// The user that an address means: whoever has its user part for a number.
pub fn user_of<'a>(uri: &Uri, users: &'a [User]) -> Option<&'a User> {
    let number = uri.user()?;
    users.iter().find(|user| same_number(&user.number, &number))
}

/// Whether two spellings mean one number: visual separators and the plus do not count (RFC 3966
/// section 5.1.1).
fn same_number(one: &str, other: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let (one, other) = (digits(one), digits(other));
    !one.is_empty() && one == other
}

/// How long one challenge may be answered.
const NONCE_LIFETIME: Duration = Duration::from_hours(1);
/// RFC 3261 section 10.2.1.1: an hour is usual.
const EXPIRES_DEFAULT: u32 = 3_600;
/// A day: nobody holds a binding for longer without a word.
const EXPIRES_MAX: u32 = 86_400;
/// A person has fewer telephones; the one that was heard of longest ago makes room.
const BINDINGS_MAX: usize = 8;
