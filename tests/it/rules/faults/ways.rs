//! ICE that goes wrong on the way between Alice and the platform.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tallylight::evidence::{Script, ScriptLine};
use tallylight::ice::stun::{Class, Message, TransactionId};
use tallylight::packet::{Packet, Transport};
use tallylight::time::Instant;

use super::super::edit::Edit::{self, Act, Over, SwapAll};
use super::super::edit::{put, rewrite};
use super::{CALL, describe_anew, fault};
use crate::rules::Fault;

/// What ICE adds is too much for a datagram (RFC 3261 section 18.1.1).
const TLS: Edit = Over(Transport::Tls);
const ICE: Edit = Act(with_ice);

pub const FAULTS: &[Fault] = &[
    fault(
        CALL,
        "media beside its way",
        &[TLS, ICE, Act(|script| check(script, 1, |_| ()))],
        &["RFC8445-12.1-1"],
        &[],
    ),
    fault(
        CALL,
        "a way that is not kept open",
        &[TLS, ICE, Act(|script| check(script, 0, |_| ())), Act(wait_long)],
        &["RFC8445-11-1"],
        &[],
    ),
    fault(
        CALL,
        "a check without a priority",
        &[TLS, ICE, Act(|script| check(script, 0, |it| it.priority = None))],
        &["RFC8445-7.1-1"],
        &[],
    ),
    fault(
        CALL,
        "a second way is chosen",
        &[TLS, ICE, Act(|script| check(script, 0, |_| ())), Act(|script| check(script, 1, |_| ()))],
        &["RFC8445-8.1.1-1"],
        &[],
    ),
    fault(
        CALL,
        "whoever called is controlled",
        &[TLS, ICE, Act(|script| check(script, 0, controlled))],
        &["RFC8445-6.1.1-1"],
        &[],
    ),
    fault(
        CALL,
        "a lite agent makes checks",
        &[TLS, ICE, Act(be_lite), Act(|script| check(script, 0, |_| ()))],
        &["RFC8839-4.2.1.4-1"],
        &[("RFC8445-6.1.1-1", "whoever is called is to control")],
    ),
    fault(
        CALL,
        "a name of three characters",
        &[TLS, ICE, SwapAll("a=ice-ufrag:alic\r\n", "a=ice-ufrag:ali\r\n")],
        &["RFC8445-5.3-1"],
        &[],
    ),
    fault(
        CALL,
        "another password under the same name",
        &[
            TLS,
            ICE,
            Act(|script| {
                describe_anew(script, |it| it.replace("a=ice-pwd:alice", "a=ice-pwd:other"));
            }),
        ],
        &["RFC8839-4.4.1.1.1-1"],
        &[],
    ),
    fault(CALL, "a check again at once", &[TLS, ICE, Act(check_at_once)], &["RFC8445-14.2-1"], &[]),
    fault(
        CALL,
        "a conflict that nobody settles",
        &[TLS, ICE, Act(keep_the_part)],
        &["RFC8445-7.2.5.1-1"],
        &[],
    ),
    fault(
        CALL,
        "candidates for what does not match",
        &[
            TLS,
            ICE,
            Act(|script| {
                describe_anew(script, |it| {
                    it.replace("a=candidate:1", "a=ice-mismatch\r\na=candidate:1")
                });
            }),
        ],
        &["RFC8839-4.2.5-1"],
        &[],
    ),
    fault(
        CALL,
        "an offer that was asked for begins nothing",
        &[TLS, ICE, Act(ask_for_an_offer)],
        &["RFC8839-7.5-1"],
        &[],
    ),
];

const ALICE: [u8; 4] = [192, 0, 2, 10];
const PLATFORM: [u8; 4] = [198, 51, 100, 10];
/// How far the second way of each is from the first.
const ASIDE: u16 = 600;

/// Alice and the platform speak ICE, with two ways each.
fn with_ice(script: &mut Script) {
    for line in &mut script.messages {
        let (from, to) = (line.packet.source.ip(), line.packet.target.ip());
        let own = [IpAddr::from(ALICE), IpAddr::from(PLATFORM)];
        if !(own.contains(&from) && own.contains(&to) && line.text().contains("m=audio ")) {
            continue;
        }
        let name = if from == own[0] { "alic" } else { "plat" };
        let password = password(from);
        rewrite(line, |text| {
            let port = text.split("m=audio ").nth(1).unwrap().split(' ').next().unwrap();
            let port: u16 = port.parse().unwrap();
            let aside = port + ASIDE;
            let more = format!(
                "a=ptime:20\r\na=ice-ufrag:{name}\r\na=ice-pwd:{password}\r\na=ice-options:ice2\r\n\
                 a=candidate:1 1 UDP 2130706431 {from} {port} typ host\r\n\
                 a=candidate:2 1 UDP 2130706175 {from} {aside} typ host\r\n"
            );
            text.replace("a=ptime:20\r\n", &more)
        });
    }
}

fn password(of: IpAddr) -> String {
    (if of == IpAddr::from(ALICE) { "alice" } else { "admin" }).repeat(6)
}

/// Alice checks a way, the first or the second, and chooses it at once; `change` is what is odd
/// about that.
fn check(script: &mut Script, nth: u16, change: fn(&mut Message)) {
    let ends = ends(script, nth);
    let mut request = request(u8::try_from(nth).unwrap() + 1);
    change(&mut request);
    let at = Instant::from_millis(2_049 + 20 * u64::from(nth));
    ask(script, at, ends, &request);
    agree(script, at + Duration::from_millis(6), ends, request.id);
}

/// Where Alice and the platform are on a way.
fn ends(script: &mut Script, nth: u16) -> [SocketAddr; 2] {
    let flow = super::spoil::flow(script, ALICE);
    let mut ends = [flow.source, flow.target];
    for it in &mut ends {
        it.set_port(it.port() + nth * ASIDE);
    }
    ends
}

/// A check of Alice's that chooses its way.
fn request(number: u8) -> Message {
    let mut request = Message::new(Class::Request, [number; 12]);
    request.username = Some("plat:alic".to_owned());
    request.priority = Some(1 << 24);
    request.use_candidate = true;
    request.controlling = Some(7);
    request
}

fn ask(script: &mut Script, at: Instant, [alice, platform]: [SocketAddr; 2], request: &Message) {
    send(script, at, (alice, platform), request, &password(platform.ip()));
}

/// The platform answers that there is a way.
fn agree(script: &mut Script, at: Instant, [alice, platform]: [SocketAddr; 2], id: TransactionId) {
    let mut success = Message::new(Class::Success, id);
    success.mapped = Some(alice);
    send(script, at, (platform, alice), &success, &password(platform.ip()));
}

/// Alice makes a check again after a fifth of a second.
fn check_at_once(script: &mut Script) {
    let (ends, request) = (ends(script, 0), request(1));
    ask(script, Instant::from_millis(2_049), ends, &request);
    ask(script, Instant::from_millis(2_249), ends, &request);
    agree(script, Instant::from_millis(2_255), ends, request.id);
}

/// Alice controls, is told that the platform does, and goes on to.
fn keep_the_part(script: &mut Script) {
    let (ends, first, second) = (ends(script, 0), request(1), request(2));
    let mut error = Message::new(Class::Error, first.id);
    error.error = Some(487);
    ask(script, Instant::from_millis(2_049), ends, &first);
    let at = Instant::from_millis(2_055);
    send(script, at, (ends[1], ends[0]), &error, &password(ends[1].ip()));
    ask(script, Instant::from_millis(2_600), ends, &second);
    agree(script, Instant::from_millis(2_606), ends, second.id);
}

/// The platform asks Alice for an offer, where it made one, and answers what she offers with that.
fn ask_for_an_offer(script: &mut Script) {
    let mut own = script.messages.iter_mut().filter(|line| {
        let ends = (line.packet.source.ip(), line.packet.target.ip());
        ends == (IpAddr::from(PLATFORM), IpAddr::from(ALICE))
    });
    let invite = own.find(|line| line.text().starts_with("INVITE ")).unwrap();
    let body = invite.text().split_once("\r\n\r\n").unwrap().1.to_owned();
    let kind = "Content-Type: application/sdp\r\n";
    rewrite(invite, |text| text.replace(&body, "").replace(kind, ""));
    let ack = own.find(|line| line.text().starts_with("ACK ")).unwrap();
    rewrite(ack, |text| {
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        format!("{}\r\n\r\n{body}", head.replacen("\r\n", &format!("\r\n{kind}"), 1))
    });
}

fn send(
    script: &mut Script,
    at: Instant,
    (source, target): (SocketAddr, SocketAddr),
    message: &Message,
    key: &str,
) {
    let payload = message.to_bytes(key);
    let packet = Packet { transport: Transport::Udp, source, target, payload };
    let arrived = Some(at + Duration::from_millis(5));
    put(script, ScriptLine { left: Some(at), arrived, packet });
}

/// It chooses no way: only whoever controls does.
fn controlled(it: &mut Message) {
    (it.controlling, it.controlled, it.use_candidate) = (None, Some(7), false);
}

/// Alice says that she is lite.
fn be_lite(script: &mut Script) {
    for line in script.messages.iter_mut().filter(|it| it.packet.source.ip() == IpAddr::from(ALICE))
    {
        rewrite(line, |text| text.replace("t=0 0\r\n", "t=0 0\r\na=ice-lite\r\n"));
    }
}

/// Alice hangs up more than a minute later; nobody says anything until then.
fn wait_long(script: &mut Script) {
    let from = Instant::from_millis(11_900);
    for line in &mut script.messages {
        for at in [&mut line.left, &mut line.arrived].into_iter().flatten() {
            if *at > from {
                *at += Duration::from_secs(70);
            }
        }
    }
}
