//! Law 3: the same features on real sockets, and large requests on every transport.

use tallylight::evidence::Kind;
use tallylight::packet::Transport;
use tallylight::sip::Method;
use tallylight::steps::world::{Kept, World};
use tallylight::steps::{Job, Played};

use crate::stage::{self, Came};

/// Real time passes here: about fifteen seconds, whatever the number of examples, since they are
/// played side by side. The budget for gaps is that of a machine on which everything else is
/// tested at the same time.
#[test]
fn the_same_examples_pass_over_udp_tcp_and_tls_sockets() {
    let mut jobs = Vec::new();
    for platform in [
        "transport: udp, large requests: stay on udp",
        "transport: udp",
        "transport: tcp",
        "transport: tls, dialect: webex",
    ] {
        let loopback = stage::scenario_text("loopback");
        let text = stage::with(&loopback, "transport: tcp", platform);
        let text = stage::with(&text, "gap: 100 ms", "gap: 400 ms");
        // What is too large for UDP is sent over it on purpose.
        let text = stage::with(&text, "profile: rfc-strict", "profile: webex-calling");
        let scenario = stage::scenario_of(&text);
        for name in ["The first words", "The called party hangs up", "The call is declined"] {
            jobs.push(stage::job(&stage::example(name), &scenario, 1));
        }
        if platform == "transport: tcp" {
            let sounds = stage::example("Alice listens to both sides");
            jobs.push(stage::job(&sounds, &scenario, 1));
        }
    }
    let office = stage::scenario_text("loopback_office");
    let office = stage::scenario_of(&stage::with(&office, "gap: 100 ms", "gap: 400 ms"));
    for name in [
        "The terms are accepted again",
        "A call from before recording was switched off",
        "A recording is paused with an app",
    ] {
        jobs.push(stage::job(&stage::example(name), &office, 1));
    }
    let ice = stage::scenario_text("loopback_ice");
    let ice = stage::scenario_of(&stage::with(&ice, "gap: 100 ms", "gap: 400 ms"));
    for name in ["What they say to each other", "What they say to the recorder"] {
        jobs.push(stage::job(&stage::example(name), &ice, 1));
    }
    let failures = stage::play_on_the_wire(&jobs, |job, played| {
        let came = Came::of(&played);
        let scenario = job.setting.scenario.source.text();
        let notes = played.kept.map(|kept| kept.notes).unwrap_or_default();
        let name = &job.example.name;
        (came != Came::Passed).then(|| format!("{name}: {came:?} {notes:?} on\n{scenario}"))
    });
    let failures: Vec<_> = failures.into_iter().flatten().collect();
    stage::assert_none(&failures, jobs.len());
}

#[test]
fn an_invite_of_three_kilobytes_crosses_each_transport_in_one_of_the_scenarios() {
    let invites = |name| {
        let scenario = stage::scenario(name);
        let example = stage::example("A two-party call");
        stage::play(&[stage::job(&example, &scenario, scenario.seed)], 1, invite_to_recorder)
    };
    for (name, transport) in [
        ("bad_network", Transport::Udp),
        ("quiet_office", Transport::Tcp),
        ("long_distance", Transport::Tls),
    ] {
        let (crossed, bytes) = invites(name)[0];
        assert_eq!(crossed, transport, "{name}");
        assert!((LARGE..4_500).contains(&bytes), "{bytes} bytes on {name}");
    }
}

#[test]
fn an_invite_that_is_too_large_for_udp_moves_to_tcp() {
    let poor = stage::scenario_text("bad_network");
    let scenario = stage::scenario_of(&stage::with(&poor, ", large requests: stay on udp", ""));
    let job = stage::job(&stage::example("A two-party call"), &scenario, scenario.seed);
    let (crossed, _) = stage::play(&[job], 1, invite_to_recorder)[0];
    assert_eq!(crossed, Transport::Tcp);
}

/// What carried the first INVITE to the recorder, and how long it was.
fn invite_to_recorder(job: &Job<World>, played: Played<Kept>) -> (Transport, usize) {
    let timeline = played.kept.and_then(|kept| kept.timeline).expect("it was played");
    let mut invites = timeline.signalling().iter().filter_map(|sighting| {
        let to_recorder = timeline.cast().is(sighting.target, Kind::Recorder);
        let message = sighting
            .message()
            .filter(|message| to_recorder && message.method() == Some(&Method::Invite))?;
        Some((sighting.transport, message.to_bytes().len()))
    });
    invites.next().unwrap_or_else(|| panic!("no recording in {}", job.example.name))
}

/// Over 1,300 bytes a request has to leave UDP (RFC 3261 section 18.1.1); those of recording
/// clients have more than twice as many.
const LARGE: usize = 2_700;
