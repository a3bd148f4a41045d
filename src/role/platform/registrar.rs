//! Where each user's telephone is at present (RFC 3261 section 10.3).

use std::collections::BTreeMap;
use std::time::Duration;

use rand_chacha::ChaCha8Rng;

use super::settings::User;
use crate::sip::Message;
use crate::sip::agent::{Content, Reply};
use crate::sip::digest::{Algorithm, Asked, Credentials, Hash, Qop, Server, Side, Verdict};
use crate::sip::flow::Flow;
use crate::sip::header::Contacts;
use crate::sip::uri::Uri;
use crate::time::Instant;

/// The bindings of all users, one each: a new one replaces the one before.
#[derive(Debug)]
pub struct Registrar {
    bindings: BTreeMap<String, Binding>,
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

impl Registrar {
    /// A registrar of `realm` where nobody is.
    pub fn new(realm: &str, rng: ChaCha8Rng) -> Self {
        let algorithms = [Hash::Sha256, Hash::Md5].map(|hash| Algorithm { hash, session: false });
        let server = Server::new(realm, &algorithms, &[Qop::Auth], NONCE_LIFETIME);
        Self { bindings: BTreeMap::new(), server, rng }
    }

    /// Where the user with this number is.
    pub fn find(&self, number: &str, now: Instant) -> Option<&Binding> {
        self.bindings.get(number).filter(|binding| binding.expires > now)
    }

    /// Answers a REGISTER.
    pub fn register(
        &mut self,
        now: Instant,
        request: &Message,
        flow: Flow,
        users: &[User],
    ) -> Reply {
        let Some(user) = request.to().ok().and_then(|to| user_of(&to.uri, users)) else {
            return Reply::new(404);
        };
        if let Some(password) = &user.password {
            let asked = Asked { method: "REGISTER", body: &request.body };
            let credentials = Credentials::find(request, Side::User, self.server.realm());
            let verdict = credentials.map(|it| self.server.verify(now, &it, asked, password));
            match verdict {
                Some(Verdict::Accepted) => {}
                Some(Verdict::Refused) => return Reply::new(403),
                Some(Verdict::Stale) => return self.challenge(now, true),
                None => return self.challenge(now, false),
            }
        }
        let Ok(contacts) = request.contacts() else { return Reply::new(400) };
        self.bind(now, request, &user.number, contacts, flow);
        let Some(binding) = self.find(&user.number, now) else { return Reply::new(200) };
        let seconds = (binding.expires - now).as_secs();
        let contact = format!("<{}>;expires={seconds}", binding.contact);
        Reply::new(200).with(Content::none().with_header("Contact", &contact))
    }

    fn challenge(&mut self, now: Instant, stale: bool) -> Reply {
        let challenges = self.server.challenge(now, stale, &mut self.rng);
        let header = Side::User.challenge_header();
        let headers = challenges.iter().map(|it| (header.to_owned(), it.to_string()));
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
        match contacts {
            Contacts::All => {
                self.bindings.remove(number);
            }
            Contacts::These(list) => {
                for contact in list {
                    let seconds = contact.expires().or(asked).unwrap_or(EXPIRES_DEFAULT);
                    if seconds == 0 {
                        self.bindings.remove(number);
                        continue;
                    }
                    let expires = now + Duration::from_secs(seconds.min(EXPIRES_MAX).into());
                    let binding = Binding { contact: contact.uri, flow, expires };
                    self.bindings.insert(number.to_owned(), binding);
                }
            }
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
