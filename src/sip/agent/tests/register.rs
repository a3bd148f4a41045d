//! Registrations and digests, with a registrar at Bob's.

use super::*;
use crate::sip::agent::{Outside, Registration, RegistrationId};
use crate::sip::digest::{Account, Algorithm, Asked, Credentials, Qop, Server, Side, Verdict};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

struct Registrar {
    server: Server,
    rng: ChaCha8Rng,
    expires: u32,
    least: u32,
    seen: Vec<String>,
}

fn registrar(algorithm: &str, lifetime: u64) -> Registrar {
    let algorithm = Algorithm::parse(algorithm).unwrap();
    Registrar {
        server: Server::new(
            "example.com",
            &[algorithm],
            &[Qop::Auth],
            Duration::from_secs(lifetime),
        ),
        rng: ChaCha8Rng::seed_from_u64(5),
        expires: 600,
        least: 0,
        seen: Vec::new(),
    }
}

impl Registrar {
    fn reply(&mut self, now: Instant, request: &Message) -> Reply {
        let verdict = match Credentials::find(request, Side::User, "example.com") {
            None => None,
            Some(credentials) => {
                let method = request.method().unwrap().to_string();
                let asked = Asked { method: &method, body: &request.body };
                Some(self.server.verify(now, &credentials, asked, "secret"))
            }
        };
        self.seen.push(format!("{verdict:?}"));
        let asked = request.expires().unwrap().unwrap_or(600);
        match verdict {
            Some(Verdict::Accepted) if asked > 0 && asked < self.least => Reply::new(423)
                .with(Content::none().with_header("Min-Expires", &self.least.to_string())),
            Some(Verdict::Accepted) => {
                let contact = request.contact().unwrap().unwrap();
                let expires = asked.min(self.expires);
                let contact = format!("{contact};expires={expires}");
                Reply::new(200).with(Content::none().with_header("Contact", &contact))
            }
            verdict => {
                let stale = verdict == Some(Verdict::Stale);
                let challenge = &self.server.challenge(now, stale, &mut self.rng)[0];
                let value = challenge.to_string();
                Reply::new(401).with(Content::none().with_header("WWW-Authenticate", &value))
            }
        }
    }

    fn serve(&mut self, pair: &mut Pair, millis: u64) {
        for _ in 0..millis {
            pair.run(1);
            while let Some(event) = pair.bob.events.pop_front() {
                let Event::Request { id, request, .. } = event else { panic!("{event:?}") };
                let reply = self.reply(pair.now, &request);
                pair.bob.agent.respond(pair.now, id, reply).unwrap();
            }
        }
        pair.run(0);
    }
}

fn pair(password: &str) -> Pair {
    let account = Account { username: "alice".into(), password: password.into() };
    let mut settings = Settings { credentials: Some(account), ..Settings::default() };
    settings.allow.extend([Method::Register, Method::Message]);
    Pair::new(settings)
}

fn register(pair: &mut Pair, expires: u64) -> RegistrationId {
    let registration = Registration {
        registrar: Uri::parse("sip:192.0.2.2").unwrap(),
        aor: NameAddr::parse("<sip:alice@example.com>").unwrap(),
        expires: Duration::from_secs(expires),
        outbound: None,
        content: Content::none(),
    };
    pair.alice.agent.register(pair.now, registration).unwrap()
}

#[track_caller]
fn registered(pair: &mut Pair) -> u64 {
    match pair.alice.event() {
        Event::Registered { expires, .. } => expires.as_secs(),
        event => panic!("{event:?}"),
    }
}

#[test]
fn an_address_is_bound_with_every_digest_and_refreshed_without_a_new_challenge() {
    for algorithm in ["MD5", "SHA-256", "SHA-512-256", "MD5-sess"] {
        let (mut pair, mut registrar) = (pair("secret"), registrar(algorithm, 10_000));
        let id = register(&mut pair, 3_600);
        registrar.serve(&mut pair, 100);
        assert_eq!(registered(&mut pair), 600);
        pair.run(539_000);
        registrar.serve(&mut pair, 2_000);
        assert_eq!(registered(&mut pair), 600);
        let seen = ["None", "Some(Accepted)", "Some(Accepted)"];
        assert_eq!(registrar.seen, seen, "{algorithm}");
        let register = pair.last("REGISTER");
        assert_eq!(register.cseq().unwrap().number, 3);
        assert_eq!(register.headers.get("Contact"), Some("<sip:alice@192.0.2.1:5060>"));
        pair.alice.agent.unregister(pair.now, id).unwrap();
        registrar.serve(&mut pair, 100);
        assert!(matches!(pair.alice.event(), Event::Unregistered { .. }));
        assert_eq!(pair.last("REGISTER").expires(), Ok(Some(0)));
        pair.finish();
    }
}

#[test]
fn a_stale_nonce_is_answered_with_the_new_one() {
    let (mut pair, mut registrar) = (pair("secret"), registrar("SHA-256", 60));
    register(&mut pair, 600);
    registrar.serve(&mut pair, 100);
    pair.run(539_000);
    registrar.serve(&mut pair, 2_000);
    let seen = ["None", "Some(Accepted)", "Some(Stale)", "Some(Accepted)"];
    assert_eq!(registrar.seen, seen);
    assert_eq!((registered(&mut pair), registered(&mut pair)), (600, 600));
}

#[test]
fn a_wrong_password_is_tried_once() {
    let (mut pair, mut registrar) = (pair("guess"), registrar("MD5", 600));
    register(&mut pair, 600);
    registrar.serve(&mut pair, 1_000);
    assert_eq!(registrar.seen, ["None", "Some(Refused)"]);
    assert!(matches!(pair.alice.event(), Event::RegistrationFailed { code: 401, .. }));
    // Later it is tried again, in case somebody has corrected it there.
    pair.run(59_000);
    registrar.serve(&mut pair, 1_000);
    assert!(matches!(pair.alice.event(), Event::RegistrationFailed { code: 401, .. }));
}

#[test]
fn without_credentials_a_challenge_is_a_refusal() {
    let mut pair = pair("secret");
    pair.alice = Party::new("alice", "192.0.2.1", Settings::default(), 1);
    let mut registrar = registrar("MD5", 600);
    register(&mut pair, 600);
    registrar.serve(&mut pair, 1_000);
    assert!(matches!(pair.alice.event(), Event::RegistrationFailed { code: 401, .. }));
    assert_eq!(registrar.seen, ["None"]);
}

#[test]
fn a_time_that_is_too_short_is_raised() {
    let (mut pair, mut registrar) = (pair("secret"), registrar("MD5", 600));
    registrar.least = 300;
    register(&mut pair, 60);
    registrar.serve(&mut pair, 100);
    assert_eq!(registered(&mut pair), 300);
    assert_eq!(pair.last("REGISTER").cseq().unwrap().number, 3);
}

#[test]
fn an_absent_registrar_is_asked_again_later() {
    let mut pair = pair("secret").with_fate(|_| Fate::Drop);
    register(&mut pair, 600);
    pair.run(33_000);
    match pair.alice.event() {
        Event::RegistrationFailed { code: 408, response: None, .. } => {}
        event => panic!("{event:?}"),
    }
    pair = pair.with_fate(|_| Fate::Deliver);
    pair.run(58_000);
    registrar("MD5", 600).serve(&mut pair, 2_000);
    assert_eq!(registered(&mut pair), 600);
}

#[test]
fn unregistering_waits_for_the_answer_to_the_registration() {
    let (mut pair, mut registrar) = (pair("secret"), registrar("MD5", 600));
    let id = register(&mut pair, 600);
    pair.alice.agent.unregister(pair.now, id).unwrap();
    registrar.serve(&mut pair, 200);
    assert_eq!(registered(&mut pair), 600);
    assert!(matches!(pair.alice.event(), Event::Unregistered { .. }));
    pair.finish();
}

#[test]
fn a_request_outside_any_call_is_sent_answered_and_proven() {
    let (mut pair, mut registrar) = (pair("secret"), registrar("SHA-256", 600));
    let request = Outside {
        method: Method::Message,
        uri: Uri::parse("sip:bob@192.0.2.2").unwrap(),
        from: NameAddr::parse("<sip:alice@example.com>").unwrap(),
        to: NameAddr::parse("<sip:bob@example.com>").unwrap(),
        outbound: None,
        content: Body::new("text/plain", "hello").into(),
    };
    let id = pair.alice.agent.request(pair.now, &request).unwrap();
    pair.run(20);
    let Event::Request { id: theirs, request, .. } = pair.bob.event() else { panic!("none") };
    assert_eq!(request.body, "hello");
    let reply = registrar.reply(pair.now, &request);
    pair.bob.agent.respond(pair.now, theirs, reply).unwrap();
    pair.run(20);
    let Event::Request { id: theirs, request, .. } = pair.bob.event() else { panic!("none") };
    assert_eq!(request.cseq().unwrap().number, 2);
    let value = Credentials::find(&request, Side::User, "example.com").unwrap();
    assert_eq!((value.uri.as_str(), value.username.as_str()), ("sip:bob@192.0.2.2", "alice"));
    pair.bob.agent.respond(pair.now, theirs, Reply::new(202)).unwrap();
    pair.run(20);
    match pair.alice.event() {
        Event::Response { id: told, code: 202, call: None, .. } => assert_eq!(told, id),
        event => panic!("{event:?}"),
    }
    pair.finish();
}

#[test]
fn a_challenge_to_a_call_that_was_hung_up_is_not_answered() {
    let mut pair = pair("secret");
    let call = pair.invite();
    pair.run(20);
    let theirs = pair.bob.incoming();
    pair.alice.agent.hang_up(pair.now, call, Vec::new()).unwrap();
    let challenge =
        registrar("MD5", 600).server.challenge(pair.now, false, &mut ChaCha8Rng::seed_from_u64(1))
            [0]
        .to_string();
    let content = Content::none().with_header("WWW-Authenticate", &challenge);
    pair.bob.agent.reject(pair.now, theirs, &Reply::new(401).with(content)).unwrap();
    pair.finish();
    assert_eq!(pair.messages(), ["alice INVITE", "bob 401 INVITE", "alice ACK"]);
    assert_eq!(pair.alice.ended(), Why::HungUpHere);
}

#[test]
fn a_challenged_call_repeats_its_credentials_in_ack_cancel_and_bye() {
    let mut pair = pair("secret");
    let call = pair.invite();
    pair.run(20);
    let theirs = pair.bob.incoming();
    let mut server = registrar("MD5", 600);
    let challenge = server.server.challenge(pair.now, false, &mut server.rng)[0].to_string();
    let content = Content::none().with_header("Proxy-Authenticate", &challenge);
    pair.bob.agent.reject(pair.now, theirs, &Reply::new(407).with(content)).unwrap();
    pair.run(0);
    assert_eq!(pair.bob.ended(), Why::HungUpHere);
    pair.run(40);
    let theirs = pair.bob.incoming();
    assert_eq!(pair.last("INVITE").cseq().unwrap().number, 2);
    pair.bob.agent.answer(pair.now, theirs, answer().into()).unwrap();
    pair.run(20);
    pair.alice.agent.hang_up(pair.now, call, Vec::new()).unwrap();
    pair.finish();
    let proof = |what| {
        let message = pair.last(what);
        Credentials::find(&message, Side::Proxy, "example.com").unwrap()
    };
    assert_eq!(proof("ACK"), proof("INVITE"));
    assert_eq!(proof("BYE").protection.unwrap().count, 2);
    assert!(matches!(pair.alice.event(), Event::Answered { .. }));
    assert_eq!(pair.alice.ended(), Why::HungUpHere);
}
