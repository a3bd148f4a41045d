use serde_json::json;

use super::*;
use crate::http::{Message, Request, StatusCode, json as answer_with};
use crate::role::{answer, asked};

/// A portal, and whoever answers it.
struct Desk {
    portal: Portal,
    now: Instant,
}

impl Desk {
    fn new() -> Self {
        let portal = Portal::new(Settings {
            api: API.into(),
            from: (0..4).map(|port| ([203, 0, 113, 200], 12_000 + port).into()).collect(),
            listens: Some(([203, 0, 113, 200], 8_080).into()),
            region: "sandbox".to_owned(),
            client: ("portal".to_owned(), "secret".to_owned()),
            people: vec![("Kim".to_owned(), "kim@acme.example".to_owned(), "word".to_owned())],
        });
        Self { portal, now: Instant::START }
    }

    fn visit(&mut self, errand: Errand) {
        let visit = Visit { who: "Kim".to_owned(), errand };
        self.portal.handle_input(self.now, Input::Command(Command::Visit(visit)));
    }

    /// What is asked by now, or once it is time: method and path, and the packet.
    fn asked(&mut self) -> Vec<(String, Packet)> {
        let mut packets = Vec::new();
        loop {
            match self.portal.poll_output() {
                Output::Transmit(packet) => packets.push(packet),
                Output::Timeout(Some(due)) if packets.is_empty() && due < self.patience() => {
                    self.now = self.now.max(due);
                    self.portal.handle_input(self.now, Input::Timeout);
                }
                Output::Timeout(_) => break,
            }
        }
        let title = |packet: Packet| {
            let request = asked(&packet).unwrap();
            (format!("{} {}", request.method(), request.uri()), packet)
        };
        packets.into_iter().map(title).collect()
    }

    /// Nobody waits longer for the next question.
    fn patience(&self) -> Instant {
        self.now + Duration::from_secs(2)
    }

    /// One question has to come, and is answered.
    fn answer(&mut self, title: &str, status: u16, body: &Value) {
        let asked = self.asked();
        let titles: Vec<_> = asked.iter().map(|(title, _)| title.as_str()).collect();
        assert_eq!(titles, [title]);
        let status = StatusCode::from_u16(status).unwrap();
        let reply = answer(&asked[0].1, answer_with(status, body));
        self.portal.handle_input(self.now, Input::Packet(reply));
    }

    fn sign_in(&mut self) {
        self.answer(
            "POST /sandbox/v1/token",
            200,
            &json!({ "access_token": "t", "expires_in": 60 }),
        );
        let account = json!({ "account": "http://recorder/sandbox/v1/accounts/7" });
        self.answer("GET /sandbox/v1/profile", 200, &account);
    }

    /// The recorder sends the program a message.
    fn tell(&mut self, secret: &str, id: &str) -> u16 {
        let body = json!({ "notification": id }).to_string();
        let request = Request::post("/told").header("X-Hook-Secret", secret).body(body.into());
        let packet = Packet {
            transport: Transport::Http,
            source: API.into(),
            target: ([203, 0, 113, 200], 8_080).into(),
            payload: Message::Request(request.unwrap()).to_bytes(),
        };
        self.portal.handle_input(self.now, Input::Packet(packet));
        let Output::Transmit(reply) = self.portal.poll_output() else { panic!("no answer") };
        let Ok(Message::Response(response)) = Message::read(&reply.payload) else { panic!() };
        response.status().as_u16()
    }
}

#[test]
fn one_question_follows_the_other_and_not_too_soon() {
    let mut desk = Desk::new();
    desk.visit(Errand::Look);
    desk.sign_in();
    let before = desk.now;
    desk.answer("GET /sandbox/v1/accounts/7/recordings", 200, &json!({ "recordings": [] }));
    assert_eq!(desk.now.since(before), PACE);
    assert!(desk.asked().is_empty());
    desk.visit(Errand::Page(3));
    desk.answer("GET /sandbox/v1/profile", 401, &json!({}));
    assert!(desk.asked().is_empty(), "who is refused goes away");
}

#[test]
fn a_secret_is_given_back_whenever_it_comes() {
    for comes_first in [true, false] {
        let mut desk = Desk::new();
        desk.visit(Errand::Subscribe);
        desk.sign_in();
        if comes_first {
            assert_eq!(desk.tell("s", "5"), 200);
        }
        let made = json!({ "self": "http://recorder/sandbox/v1/notifications/5" });
        desk.answer("POST /sandbox/v1/accounts/7/notifications", 201, &made);
        if !comes_first {
            assert!(desk.asked().is_empty());
            assert_eq!(desk.tell("s", "5"), 200);
        }
        let asked = desk.asked();
        assert_eq!(asked[0].0, "POST /sandbox/v1/notifications/5/activate");
        assert!(asked[0].1.payload.ends_with(br#"{"secret":"s"}"#));
    }
}

#[test]
fn whoever_waits_for_a_secret_in_vain_gives_way() {
    let mut desk = Desk::new();
    desk.visit(Errand::Subscribe);
    desk.sign_in();
    let made = json!({ "self": "http://recorder/sandbox/v1/notifications/5" });
    desk.answer("POST /sandbox/v1/accounts/7/notifications", 201, &made);
    assert!(desk.asked().is_empty());
    desk.visit(Errand::Look);
    desk.answer("GET /sandbox/v1/profile", 404, &json!({}));
}

#[test]
fn a_program_that_is_away_takes_nothing() {
    let mut desk = Desk::new();
    desk.visit(Errand::Away(true));
    assert_eq!(desk.tell("s", "5"), 503);
    desk.visit(Errand::Away(false));
    assert_eq!(desk.tell("s", "5"), 200);
}

#[test]
fn rubbish_ends_a_visit_and_nothing_else() {
    let rubbish = [json!(null), json!([]), json!({ "access_token": 1 }), json!({ "account": "?" })];
    for body in &rubbish {
        let mut desk = Desk::new();
        desk.visit(Errand::Listen);
        desk.answer("POST /sandbox/v1/token", 200, body);
        desk.visit(Errand::Look);
        desk.sign_in();
        desk.answer("GET /sandbox/v1/accounts/7/recordings", 200, body);
        assert!(desk.asked().is_empty());
    }
}

const API: ([u8; 4], u16) = ([203, 0, 113, 10], 8_080);
