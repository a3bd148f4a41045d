//! Answering 401 and 407 with credentials (RFC 3261 section 22, RFC 8760).

use super::core::{Core, Sent};
use super::event::RequestId;
use crate::sip::digest::{Asked, Challenge, Credentials, Session, Side};
use crate::sip::{Message, Method};
use crate::time::Instant;

/// The challenges that the agent is answering, one for each realm.
#[derive(Debug, Default)]
pub(super) struct Keyring {
    sessions: Vec<(Side, Session)>,
}

/// The realms that asked for credentials on one path: a call's, or a registration's. Others are
/// not told.
#[derive(Clone, Debug, Default)]
pub(super) struct Challenged {
    realms: Vec<(Side, String)>,
}

impl Challenged {
    fn add(&mut self, side: Side, realm: &str) {
        let known =
            self.realms.iter().any(|(known, name)| (*known, name.as_str()) == (side, realm));
        if !known && self.realms.len() < REALMS_MAX {
            self.realms.push((side, realm.to_owned()));
        }
    }
}

impl Core {
    /// Puts credentials into a request for everybody who asked for them.
    pub(super) fn prove(&mut self, request: &mut Message, challenged: &Challenged) {
        let Some(account) = &self.settings.credentials else { return };
        let method = request.method().map(Method::to_string).unwrap_or_default();
        let (uri, body) = (request.uri_text().to_owned(), request.body.clone());
        let asked = Asked { method: &method, body: &body };
        for (side, realm) in &challenged.realms {
            let session = self
                .keyring
                .sessions
                .iter_mut()
                .find(|(known, session)| known == side && session.challenge().realm == *realm);
            if let Some((_, session)) = session {
                let credentials = session.answer(account, &uri, asked);
                request.headers.push(side.credentials_header(), credentials.to_string());
            }
        }
    }

    /// Whether a refusal of our request can be answered with credentials, which are noted in
    /// `challenged` then.
    pub(super) fn learn(
        &mut self,
        id: RequestId,
        response: &Message,
        challenged: &mut Challenged,
    ) -> bool {
        let side = match response.code() {
            Some(401) => Side::User,
            Some(407) => Side::Proxy,
            _ => return false,
        };
        let Some(sent) = self.sent(id) else { return false };
        if self.settings.credentials.is_none() || sent.retries >= RETRIES_MAX {
            return false;
        }
        let challenges = Challenge::all(response, side);
        if challenges.is_empty() || challenges.iter().any(|asked| was_refused(sent, side, asked)) {
            return false;
        }
        let mut seen: Vec<&str> = Vec::new();
        for challenge in &challenges {
            // RFC 8760 section 2.4: the topmost of a realm.
            if seen.contains(&challenge.realm.as_str()) {
                continue;
            }
            seen.push(&challenge.realm);
            let session = Session::new(challenge.clone(), self.ids.rng());
            self.keyring.insert(side, session);
            challenged.add(side, &challenge.realm);
        }
        true
    }

    /// Makes a request again with credentials.
    pub(super) fn send_proven(
        &mut self,
        now: Instant,
        id: RequestId,
        number: u32,
        challenged: &Challenged,
    ) {
        let Some(sent) = self.sent(id) else { return };
        let mut request = sent.request.clone();
        for side in [Side::User, Side::Proxy] {
            request.headers.remove(side.credentials_header());
        }
        self.prove(&mut request, challenged);
        self.send_again(now, id, number, |again| again.headers = request.headers);
    }
}

impl Keyring {
    fn insert(&mut self, side: Side, session: Session) {
        let realm = &session.challenge().realm;
        self.sessions.retain(|(known, old)| *known != side || old.challenge().realm != *realm);
        if self.sessions.len() >= REALMS_MAX {
            self.sessions.remove(0);
        }
        self.sessions.push((side, session));
    }
}

/// Whether the credentials in a request were those that this challenge asks for: then the password
/// is wrong, and asking again would not help (RFC 3261 section 22.1). They were not if they
/// answered an older challenge than the one before this.
fn was_refused(sent: &Sent, side: Side, challenge: &Challenge) -> bool {
    let told = Credentials::find(&sent.request, side, &challenge.realm);
    told.is_some() && !challenge.stale && sent.retries > 0
}

/// More realms than there are on any path.
const REALMS_MAX: usize = 16;

/// A proxy, a server, and a stale nonce of each.
const RETRIES_MAX: u8 = 4;
