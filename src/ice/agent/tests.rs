use super::*;

fn at(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn agent(host: u8, mode: Mode) -> Agent {
    let local = |port| SocketAddr::from(([192, 0, 2, host], port));
    Agent::new([local(4_000), local(4_001)], mode, u64::from(host))
}

fn remote(agent: &Agent) -> Remote {
    let lines = agent.lines();
    let lines = lines.iter().map(|(name, value)| (*name, value.as_deref()));
    let lite = agent.is_lite().then_some(("ice-lite", None));
    Remote::read(lines.chain(lite), Some(agent.components[0].local)).unwrap()
}

fn introduce(offerer: &mut Agent, answerer: &mut Agent) {
    let (one, other) = (remote(offerer), remote(answerer));
    offerer.begin(other, Side::Offerer);
    answerer.begin(one, Side::Answerer);
}

/// Lets time pass on a network that loses nothing and takes none, until nobody wants anything;
/// `lets` says what passes. How many datagrams passed, and when the last did.
fn play(agents: [&mut Agent; 2], lets: impl Fn(Instant, &Datagram) -> bool) -> (usize, Instant) {
    let (mut now, mut passed, mut last) = (Instant::START, 0, Instant::START);
    let [one, other] = agents;
    for _ in 0..1_000 {
        for agent in [&mut *one, &mut *other] {
            agent.handle_timeout(now);
        }
        let out: Vec<_> =
            std::iter::from_fn(|| one.poll_transmit().or(other.poll_transmit())).collect();
        for datagram in out.iter().filter(|datagram| lets(now, datagram)) {
            let (source, target, bytes) = datagram;
            let is_one = one.components.iter().any(|component| component.local == *target);
            if is_one { &mut *one } else { &mut *other }.handle(*source, *target, bytes);
            (passed, last) = (passed + 1, now);
        }
        if !out.is_empty() {
            continue;
        }
        let due = [one.next_deadline(), other.next_deadline()].into_iter().flatten().min();
        match due {
            Some(due) => now = due.max(now),
            None => return (passed, last),
        }
    }
    panic!("they never come to an end");
}

#[test]
fn both_find_the_way_whoever_checks() {
    for modes in
        [[Mode::Full; 2], [Mode::Full, Mode::Lite], [Mode::Lite, Mode::Full], [Mode::Lite; 2]]
    {
        let (mut one, mut other) = (agent(1, modes[0]), agent(2, modes[1]));
        introduce(&mut one, &mut other);
        play([&mut one, &mut other], |_, _| true);
        for (component, port) in [(0, 4_000), (1, 4_001)] {
            let way = |host| Some(SocketAddr::from(([192, 0, 2, host], port)));
            assert_eq!(one.selected(component), way(2), "{modes:?}");
            assert_eq!(other.selected(component), way(1), "{modes:?}");
        }
    }
}

#[test]
fn what_is_lost_is_asked_again() {
    let (mut one, mut other) = (agent(1, Mode::Full), agent(2, Mode::Full));
    introduce(&mut one, &mut other);
    play([&mut one, &mut other], |now, _| now >= Instant::from_millis(700));
    assert!(one.selected(0).is_some() && other.selected(0).is_some());
}

#[test]
fn where_nothing_passes_no_way_is_found_and_they_give_up() {
    let (mut one, mut other) = (agent(1, Mode::Full), agent(2, Mode::Full));
    introduce(&mut one, &mut other);
    assert_eq!(play([&mut one, &mut other], |_, _| false), (0, Instant::START));
    assert!(one.selected(0).is_none() && other.selected(0).is_none());
}

#[test]
fn checks_leave_at_a_pace() {
    let (mut one, mut other) = (agent(1, Mode::Full), agent(2, Mode::Lite));
    introduce(&mut one, &mut other);
    // Two components, each checked and nominated: four checks, 50 ms apart.
    let (passed, last) = play([&mut one, &mut other], |_, _| true);
    assert_eq!((passed, last), (8, Instant::from_millis(150)));
}

#[test]
fn two_that_both_want_to_control_come_to_terms() {
    let (mut one, mut other) = (agent(1, Mode::Full), agent(2, Mode::Full));
    introduce(&mut one, &mut other);
    other.controls = true;
    play([&mut one, &mut other], |_, _| true);
    assert_ne!(one.controls, other.controls);
    assert!(one.selected(0).is_some() && other.selected(0).is_some());
}

/// RFC 8445 section 7.2.5.1.
#[test]
fn who_is_told_of_a_conflict_draws_anew() {
    let (mut one, mut other) = (agent(1, Mode::Full), agent(2, Mode::Full));
    introduce(&mut one, &mut other);
    other.controls = true;
    (one.tie_breaker, other.tie_breaker) = (1, u64::MAX);
    let asks = |bytes: &[u8]| Message::read(bytes).is_ok_and(|it| it.class == Class::Request);
    let home = other.components.each_ref().map(|it| it.local);
    play([&mut one, &mut other], |now, (local, _, bytes)| {
        now >= Instant::from_millis(400) || !home.contains(local) || !asks(bytes)
    });
    assert!(!one.controls && one.tie_breaker != 1);
    assert!(other.controls && other.tie_breaker == u64::MAX);
    assert!(one.selected(0).is_some() && other.selected(0).is_some());
}

#[test]
fn who_does_not_know_the_password_is_refused_and_changes_nothing() {
    let (mut one, other) = (agent(1, Mode::Lite), agent(2, Mode::Full));
    one.begin(remote(&other), Side::Answerer);
    let stranger = at("198.51.100.9:9");
    let username = Some(format!("{}:x", one.own.fragment));
    let request =
        Message { username, use_candidate: true, ..Message::new(Class::Request, [7; 12]) };
    let local = one.components[0].local;
    one.handle(stranger, local, &request.to_bytes("a guess"));
    let (_, target, refusal) = one.poll_transmit().unwrap();
    assert_eq!((target, Message::read(&refusal).unwrap().error), (stranger, Some(401)));
    one.handle(stranger, local, &Message::new(Class::Request, [7; 12]).to_bytes("x"));
    let (_, _, refusal) = one.poll_transmit().unwrap();
    assert_eq!(Message::read(&refusal).unwrap().error, Some(400));
    assert_eq!(one.selected(0), None);
}

#[test]
fn addresses_that_checks_come_from_are_bounded() {
    let (mut one, other) = (agent(1, Mode::Full), agent(2, Mode::Full));
    one.begin(remote(&other), Side::Answerer);
    let username = Some(format!("{}:x", one.own.fragment));
    let request = Message { username, ..Message::new(Class::Request, [7; 12]) };
    let request = request.to_bytes(&one.own.password);
    for port in 1..10_000 {
        let local = one.components[0].local;
        one.handle(SocketAddr::from(([198, 51, 100, 9], port)), local, &request);
    }
    assert_eq!(one.components[0].pairs.len(), PAIRS_MAX);
    assert_eq!(one.out.len(), OUT_MAX);
}

#[test]
fn rubbish_is_harmless() {
    let (mut one, mut other) = (agent(1, Mode::Full), agent(2, Mode::Full));
    introduce(&mut one, &mut other);
    let local = one.components[0].local;
    let source = other.components[0].local;
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    for length in 0..2_000 {
        let mut bytes = vec![0; length];
        rng.fill_bytes(&mut bytes);
        // Every other one looks like STUN.
        if let (Some(head), 0) = (bytes.first_chunk_mut::<8>(), length % 2) {
            let [high, low] = u16::try_from(length.saturating_sub(20)).unwrap().to_be_bytes();
            *head = [1, 1, high, low, 0x21, 0x12, 0xA4, 0x42];
        }
        one.handle(source, local, &bytes);
    }
    assert!(one.poll_transmit().is_none() && one.selected(0).is_none());
    play([&mut one, &mut other], |_, _| true);
    assert_eq!(one.selected(0), Some(source));
}
