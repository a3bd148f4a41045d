//! The server's side: asks for proof and judges it.

use std::collections::VecDeque;
use std::time::Duration;

use rand_chacha::rand_core::Rng;

use super::hash::hex;
use super::{Algorithm, Asked, Challenge, Credentials, Protection, Qop};
use crate::time::Instant;

/// A server that asks for proof and remembers what it asked.
///
/// ACK and CANCEL must not be challenged (RFC 3261 section 22.1): do not ask it about them.
#[derive(Debug)]
pub struct Server {
    realm: String,
    algorithms: Vec<Algorithm>,
    qop: Vec<Qop>,
    lifetime: Duration,
    issued: VecDeque<Issued>,
}

/// What a proof is worth.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// The client knows the password.
    Accepted,
    /// The client knows the password, but the nonce is too old, unknown, or was used before: ask
    /// again, saying so.
    Stale,
    /// The client does not know the password, or proves it in a way that was not asked for.
    Refused,
}

#[derive(Debug)]
struct Issued {
    nonce: String,
    at: Instant,
    /// The highest count that was accepted.
    count: u32,
    /// The client's nonce of the first proof, which begins a session.
    session_cnonce: Option<String>,
}

impl Server {
    /// A server for a realm. `algorithms` are offered in this order (RFC 8760 section 2.3), with
    /// `qop` in each; a nonce is good for `lifetime`.
    pub fn new(realm: &str, algorithms: &[Algorithm], qop: &[Qop], lifetime: Duration) -> Self {
        Self {
            realm: realm.to_owned(),
            algorithms: algorithms.to_vec(),
            qop: qop.to_vec(),
            lifetime,
            issued: VecDeque::new(),
        }
    }

    /// The realm.
    pub fn realm(&self) -> &str {
        &self.realm
    }

    /// Asks for proof: one challenge for each algorithm, the most preferred first, all with one
    /// fresh nonce.
    pub fn challenge(&mut self, now: Instant, stale: bool, rng: &mut impl Rng) -> Vec<Challenge> {
        let mut nonce = [0; NONCE_BYTES];
        rng.fill_bytes(&mut nonce);
        let nonce = hex(&nonce);
        if self.issued.len() == NONCES_MAX {
            self.issued.pop_front();
        }
        self.issued.push_back(Issued {
            nonce: nonce.clone(),
            at: now,
            count: 0,
            session_cnonce: None,
        });
        let challenge = |&algorithm: &Algorithm| Challenge {
            realm: self.realm.clone(),
            nonce: nonce.clone(),
            opaque: None,
            algorithm,
            qop: self.qop.clone(),
            stale,
        };
        self.algorithms.iter().map(challenge).collect()
    }

    /// Judges a proof by the password of its user.
    pub fn verify(
        &mut self,
        now: Instant,
        credentials: &Credentials,
        asked: Asked<'_>,
        password: &str,
    ) -> Verdict {
        if !self.asked_for(credentials) {
            return Verdict::Refused;
        }
        let lifetime = self.lifetime;
        let issued = self.issued.iter_mut().find(|issued| issued.nonce == credentials.nonce);
        let own_cnonce = credentials.protection.as_ref().map(|p| p.cnonce.as_str());
        let first_cnonce = issued.as_ref().and_then(|issued| issued.session_cnonce.as_deref());
        let session_cnonce = first_cnonce.or(own_cnonce).unwrap_or_default();
        let proof = credentials.proof(password, session_cnonce, asked);
        if !credentials.response.eq_ignore_ascii_case(&proof) {
            return Verdict::Refused;
        }
        match issued {
            Some(issued) if now.since(issued.at) <= lifetime => {
                issued.accept(credentials.protection.as_ref())
            }
            _ => Verdict::Stale,
        }
    }

    /// Whether it is a proof of the kind that was offered: of the realm, by an algorithm and with
    /// a `qop` from the offer. A client of RFC 2069 knows no `qop` (RFC 8760 section 2.6, 8).
    fn asked_for(&self, credentials: &Credentials) -> bool {
        credentials.realm == self.realm
            && self.algorithms.contains(&credentials.algorithm)
            && credentials.protection.as_ref().is_none_or(|used| self.qop.contains(&used.qop))
    }
}

impl Issued {
    fn accept(&mut self, protection: Option<&Protection>) -> Verdict {
        let Some(Protection { cnonce, count, .. }) = protection else {
            return Verdict::Accepted;
        };
        // RFC 7616 section 3.4: a count that does not grow is a replay.
        if *count <= self.count {
            return Verdict::Stale;
        }
        self.count = *count;
        self.session_cnonce.get_or_insert_with(|| cnonce.clone());
        Verdict::Accepted
    }
}

/// 128 bits.
const NONCE_BYTES: usize = 16;

/// A server remembers so many challenges; to the oldest beyond them the answer is stale.
const NONCES_MAX: usize = 1_024;

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng as _;

    use super::*;
    use crate::sip::digest::{Account, Session};

    const ASKED: Asked<'_> = Asked { method: "INVITE", body: b"v=0" };
    const LIFETIME: Duration = Duration::from_mins(1);

    struct Pair {
        server: Server,
        session: Session,
        account: Account,
        rng: ChaCha8Rng,
    }

    fn pair(algorithm: Algorithm, qop: &[Qop]) -> Pair {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let mut server = Server::new("example.com", &[algorithm], qop, LIFETIME);
        let asked = server.challenge(Instant::START, false, &mut rng).remove(0);
        let read = Challenge::parse(&asked.to_string()).unwrap().unwrap();
        let session = Session::new(read, &mut rng);
        let account = Account { username: "alice".into(), password: "secret".into() };
        Pair { server, session, account, rng }
    }

    impl Pair {
        fn answer(&mut self) -> Credentials {
            let credentials = self.session.answer(&self.account, "sip:bob@example.com", ASKED);
            Credentials::parse(&credentials.to_string()).unwrap().unwrap()
        }

        fn judge(&mut self, now: Instant, credentials: &Credentials) -> Verdict {
            self.server.verify(now, credentials, ASKED, "secret")
        }
    }

    #[test]
    fn who_knows_the_password_is_accepted_by_every_algorithm() {
        for hash in ["MD5", "SHA-256", "SHA-512-256"] {
            for session in ["", "-sess"] {
                for qop in [&[Qop::Auth][..], &[Qop::AuthInt]] {
                    let algorithm = Algorithm::parse(&format!("{hash}{session}")).unwrap();
                    let mut pair = pair(algorithm, qop);
                    for _ in 0..3 {
                        let credentials = pair.answer();
                        let verdict = pair.judge(Instant::START, &credentials);
                        assert_eq!(verdict, Verdict::Accepted, "{algorithm} {qop:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_client_without_qop_is_accepted() {
        let mut pair = pair(Algorithm::MD5, &[]);
        let credentials = pair.answer();
        assert_eq!(credentials.protection, None);
        assert_eq!(pair.judge(Instant::START, &credentials), Verdict::Accepted);
    }

    #[test]
    fn a_wrong_password_body_or_method_is_refused() {
        let mut pair = pair(Algorithm::SHA_256, &[Qop::AuthInt]);
        let credentials = pair.answer();
        let server = &mut pair.server;
        let mut verify =
            |asked, password| server.verify(Instant::START, &credentials, asked, password);
        assert_eq!(verify(ASKED, "guess"), Verdict::Refused);
        assert_eq!(verify(Asked { body: b"v=1", ..ASKED }, "secret"), Verdict::Refused);
        assert_eq!(verify(Asked { method: "BYE", ..ASKED }, "secret"), Verdict::Refused);
        assert_eq!(verify(ASKED, "secret"), Verdict::Accepted);
    }

    #[test]
    fn a_proof_that_was_not_asked_for_is_refused() {
        let mut pair = pair(Algorithm::SHA_256, &[Qop::Auth]);
        let good = pair.answer();
        for bad in [
            Credentials { algorithm: Algorithm::MD5, ..good.clone() },
            Credentials { realm: "elsewhere".into(), ..good.clone() },
            Credentials { response: String::new(), ..good },
        ] {
            assert_eq!(pair.judge(Instant::START, &bad), Verdict::Refused);
        }
    }

    #[test]
    fn a_nonce_that_is_old_used_or_forgotten_is_stale() {
        let mut pair = pair(Algorithm::MD5, &[Qop::Auth]);
        let one = pair.answer();
        assert_eq!(pair.judge(Instant::START, &one), Verdict::Accepted);
        assert_eq!(pair.judge(Instant::START, &one), Verdict::Stale);
        let two = pair.answer();
        let late = Instant::START + LIFETIME + Duration::from_nanos(1);
        assert_eq!(pair.judge(late, &two), Verdict::Stale);
        for _ in 0..NONCES_MAX {
            pair.server.challenge(Instant::START, true, &mut pair.rng);
        }
        assert_eq!(pair.server.issued.len(), NONCES_MAX);
        assert_eq!(pair.judge(Instant::START, &two), Verdict::Stale);
    }
}
