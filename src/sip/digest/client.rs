//! The client's side: answers challenges.

use rand_chacha::rand_core::Rng;

use super::hash::hex;
use super::{Algorithm, Asked, Challenge, Credentials, Protection, Qop};

/// A user and the password.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Account {
    /// The user.
    pub username: String,
    /// The password.
    pub password: String,
}

/// A challenge that is being answered, for as many requests as its nonce lasts.
#[derive(Clone, Debug)]
pub struct Session {
    challenge: Challenge,
    cnonce: String,
    count: u32,
}

impl Session {
    /// Begins to answer a challenge.
    pub fn new(challenge: Challenge, rng: &mut impl Rng) -> Self {
        let mut cnonce = [0; CNONCE_BYTES];
        rng.fill_bytes(&mut cnonce);
        Self { challenge, cnonce: hex(&cnonce), count: 0 }
    }

    /// The challenge.
    pub fn challenge(&self) -> &Challenge {
        &self.challenge
    }

    /// The proof for one more request to `uri`, its Request-URI.
    pub fn answer(&mut self, account: &Account, uri: &str, asked: Asked<'_>) -> Credentials {
        self.count += 1;
        let challenge = &self.challenge;
        let mut credentials = Credentials {
            username: account.username.clone(),
            realm: challenge.realm.clone(),
            nonce: challenge.nonce.clone(),
            uri: uri.to_owned(),
            response: String::new(),
            algorithm: challenge.algorithm,
            opaque: challenge.opaque.clone(),
            protection: self.protection(),
        };
        credentials.response = credentials.proof(&account.password, &self.cnonce, asked);
        credentials
    }

    fn protection(&self) -> Option<Protection> {
        let offered = &self.challenge.qop;
        let qop = [Qop::Auth, Qop::AuthInt].into_iter().find(|qop| offered.contains(qop))?;
        // RFC 7616 section 3.4.2: the client's nonce of a session must stay the same.
        Some(Protection { qop, cnonce: self.cnonce.clone(), count: self.count })
    }
}

impl Challenge {
    /// Which of several challenges to answer: the topmost, unless `allowed` forbids its algorithm
    /// (RFC 8760 section 2.4).
    pub fn choose(challenges: &[Self], allowed: impl Fn(Algorithm) -> bool) -> Option<&Self> {
        challenges.iter().find(|challenge| allowed(challenge.algorithm))
    }
}

/// 64 bits: nobody guesses them, and headers stay short.
const CNONCE_BYTES: usize = 8;

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng as _;

    use super::*;

    fn challenge(text: &str) -> Challenge {
        Challenge::parse(text).unwrap().unwrap()
    }

    #[test]
    fn the_topmost_challenge_that_is_allowed_is_answered() {
        let all = [
            challenge("Digest realm=x, nonce=1, algorithm=SHA-256"),
            challenge("Digest realm=x, nonce=1"),
        ];
        assert_eq!(Challenge::choose(&all, |_| true), Some(&all[0]));
        assert_eq!(Challenge::choose(&all, |algorithm| algorithm == Algorithm::MD5), Some(&all[1]));
        assert_eq!(Challenge::choose(&all, |_| false), None);
    }

    #[test]
    fn each_answer_counts_one_more() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let account = Account { username: "alice".into(), password: "secret".into() };
        let asked = Asked { method: "REGISTER", body: b"" };
        let mut session = Session::new(challenge("Digest realm=x,nonce=1,qop=\"auth\""), &mut rng);
        let one = session.answer(&account, "sip:x", asked);
        let two = session.answer(&account, "sip:x", asked);
        let count = |credentials: &Credentials| credentials.protection.as_ref().unwrap().count;
        assert_eq!((count(&one), count(&two)), (1, 2));
        assert_ne!(one.response, two.response);
    }
}
