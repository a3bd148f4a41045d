//! Certificates over the loopback interface: who is believed, who is turned away, and what is told of
//! it.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};

use super::*;
use crate::packet::{Ending, Flaw, Handshake, Shown};

/// Somebody who signs certificates.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate for a name, good until this year.
    fn signs(&self, name: &str, until: i32) -> Identity {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_after = date_time_ymd(until, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Identity::Pem { certificates: certificate.pem(), key: key.serialize_pem() }
    }
}

/// A client and a server that believe one authority, and what each tells of their meeting; a message
/// that did not arrive comes back.
fn meet(authority: &Authority, client: Identity, server: Identity) -> (Vec<Handshake>, bool) {
    let open = |identity, asks_clients| {
        let trust = Trust::Authorities(authority.pem());
        Wire::open(&WireSettings { identity, trust, asks_clients, ..WireSettings::default() })
            .unwrap()
    };
    let (mut client, mut server) = (open(client, false), open(server, true));
    let bob = server.listen(Transport::Tls, ANY).unwrap();
    let alice = client.listen(Transport::Tls, ANY).unwrap();
    client.send(packet(Transport::Tls, alice, bob, INVITE));
    let mut seen = Vec::new();
    let mut came = None;
    let until = soon(&server);
    while came.is_none() || seen.len() < 2 {
        assert!(server.now() < until, "{seen:?} {came:?}");
        for wire in [&mut client, &mut server] {
            let moment = wire.now() + Duration::from_millis(20);
            match wire.wait(moment).map(|arrival| arrival.event) {
                Some(Event::Handshake(handshake)) => seen.push(handshake),
                Some(Event::Packet(_)) => came = Some(true),
                // What was written before the server said no is not given back.
                Some(Event::Undeliverable(_)) => came = Some(false),
                None if seen.iter().any(|it| it.end == Ending::RefusedByServer) => {
                    came = came.or(Some(false));
                }
                None => {}
            }
        }
    }
    (seen, came.unwrap())
}

#[test]
fn two_with_good_certificates_meet() {
    let authority = Authority::new("ours");
    let [alice, bob] = [(); 2].map(|()| authority.signs("127.0.0.1", 4_000));
    let (seen, came) = meet(&authority, alice, bob);
    assert!(came);
    assert!(seen.iter().all(|it| it.end == Ending::Opened), "{seen:?}");
    assert!(seen.iter().all(|it| it.by_server == Some(Shown::Sound)), "{seen:?}");
    assert!(seen.iter().any(|it| it.by_client == Some(Shown::Sound)), "{seen:?}");
}

#[test]
fn a_server_whose_certificate_is_not_good_is_told_nothing() {
    let authority = Authority::new("ours");
    let cases = [
        (authority.signs("127.0.0.1", 2_020), Flaw::Expired),
        (authority.signs("192.0.2.1", 4_000), Flaw::OtherName),
        (Authority::new("nobody we know").signs("127.0.0.1", 4_000), Flaw::UnknownIssuer),
    ];
    for (server, flaw) in cases {
        let (seen, came) = meet(&authority, authority.signs("127.0.0.1", 4_000), server);
        assert!(!came, "{flaw:?}");
        assert!(seen.iter().all(|it| it.end == Ending::RefusedByClient), "{flaw:?}: {seen:?}");
        let shown = Some(Shown::Flawed(flaw));
        assert!(seen.iter().any(|it| it.by_server == shown), "{flaw:?}: {seen:?}");
    }
}

#[test]
fn a_client_whose_certificate_is_not_good_is_not_let_in() {
    let authority = Authority::new("ours");
    let cases = [
        (authority.signs("127.0.0.1", 2_020), Flaw::Expired),
        (Authority::new("nobody we know").signs("127.0.0.1", 4_000), Flaw::UnknownIssuer),
    ];
    for (client, flaw) in cases {
        let (seen, came) = meet(&authority, client, authority.signs("127.0.0.1", 4_000));
        assert!(!came, "{flaw:?}");
        let refused = seen.iter().find(|it| it.end == Ending::RefusedByServer).unwrap();
        assert_eq!(refused.by_client, Some(Shown::Flawed(flaw)));
    }
}

const INVITE: &str = "INVITE sip:bob@calls.example SIP/2.0\r\nContent-Length: 0\r\n\r\n";
