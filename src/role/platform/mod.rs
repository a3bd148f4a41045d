//! The calling platform: registers telephones, bridges their calls, and as the session recording
//! client (RFC 7866) sends both sides of a recorded user's calls to the recorder.

mod announce;
mod attendance;
mod bridge;
mod call_record;
mod calls;
mod change;
mod control;
mod course;
mod ear;
mod failure;
mod fault;
mod flaw;
mod follow;
mod forward;
mod heartbeat;
mod identity;
mod indication;
mod invitation;
mod leaving;
mod leg;
mod mailbox;
mod media;
mod metadata;
mod modify;
mod mouth;
mod newcomer;
mod obey;
mod offers;
mod overlay;
mod pause;
mod player;
mod prompts;
pub mod provisioning;
mod record;
mod recording;
mod registrar;
mod remind;
mod room;
mod settings;
pub mod settings_api;
mod snapshot;
mod splice;
mod spoil;
mod tell;
mod transfer;
mod ways;
mod wish;

pub use call_record::{CallRecord, CallResult};
pub use control::{Refusal, State};
pub use failure::Failing;
pub use fault::Fault;
pub use flaw::Flaw;
pub use forward::Diversions;
pub use identity::{EXTERNAL_GROUP, SERVICE_PROVIDER, external_identifier};
pub use prompts::{Placement, Prompts, Telling, is_language, language};
pub use settings::{Dialect, Settings, User};

use std::collections::{BTreeMap, VecDeque};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::{Input, Output, Role, SESSION_TIMER};
use crate::packet::{Packet, Transport};
use crate::sip::Method;
use crate::sip::agent::{CallId, Event, Reply, Settings as AgentSettings, UserAgent};
use crate::time::Instant;
use bridge::{Bridge, End};
use call_record::CallRecords;
use heartbeat::Pulse;
use player::Player;
use provisioning::Directory;
use registrar::Registrar;
use room::{Room, RoomId};
use settings_api::Desk;
use spoil::{Spoiler, spoil_message};

/// The calling platform.
#[derive(Debug)]
pub struct Platform {
    settings: Settings,
    agent: UserAgent,
    registrar: Registrar,
    /// Who may be recorded, and what is set for them.
    directory: Directory,
    /// Where settings are asked for.
    desk: Desk,
    bridges: BTreeMap<BridgeId, Bridge>,
    /// What each call of the agent is there for.
    places: BTreeMap<CallId, Place>,
    rooms: BTreeMap<RoomId, Room>,
    rooms_begun: RoomId,
    /// How each recorder is, by its place in the list.
    pulses: BTreeMap<usize, Pulse>,
    next_beat: Option<Instant>,
    /// Those who leave, and until when they may take their time.
    leaving: BTreeMap<CallId, Instant>,
    /// Which bridge has each media port, for RTP and for RTCP.
    ports: BTreeMap<u16, BridgeId>,
    /// What is played on each bridge.
    players: BTreeMap<BridgeId, Player>,
    bridges_begun: u64,
    /// When a bridge or a recording wants something next. Media changes nothing about it.
    due: Option<Instant>,
    records: CallRecords,
    rng: ChaCha8Rng,
    spoiler: Spoiler,
    packets: VecDeque<Packet>,
}

/// The running number of a bridge.
type BridgeId = u64;

/// What a call of the agent is there for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Place {
    /// One leg of a bridge.
    Leg(BridgeId, End),
    /// A recording session: the bridge, and which of its recordings.
    Recording(BridgeId, usize),
    /// Whoever is called to take the place of somebody in a bridge.
    Heir(BridgeId),
    /// Somebody who has handed a call on, and will hang up.
    Leaving,
}

impl Platform {
    /// A platform at which no telephone has registered yet.
    pub fn new(mut settings: Settings) -> Self {
        if let (Some(Fault::StayOnUdp), Some((transport, _))) =
            (settings.fault, &mut settings.recorder)
        {
            *transport = Transport::Udp;
        }
        let agent = UserAgent::new(
            AgentSettings {
                listen: settings.listen.clone(),
                user_agent: Some("Tallylight platform".to_owned()),
                contact_user: Some("platform".to_owned()),
                session_timer: Some(SESSION_TIMER),
                allow: allowed(),
                large_requests_to_tcp: settings.large_requests_to_tcp
                    && settings.fault != Some(Fault::StayOnUdp),
                accept: ACCEPTED.map(str::to_owned).to_vec(),
                ..AgentSettings::default()
            },
            settings.seed,
        );
        let mut rng = ChaCha8Rng::seed_from_u64(settings.seed);
        rng.set_stream(1);
        let registrar = Registrar::new(&settings.domain, rng.clone());
        rng.set_stream(3);
        let directory = Directory::new(&settings.provisioning, &mut rng.clone(), &settings.users);
        rng.set_stream(2);
        Self {
            directory,
            desk: Desk::new(&settings.provisioning),
            spoiler: Spoiler::new(settings.fault),
            settings,
            agent,
            registrar,
            bridges: BTreeMap::new(),
            places: BTreeMap::new(),
            rooms: BTreeMap::new(),
            rooms_begun: 0,
            pulses: BTreeMap::new(),
            next_beat: None,
            leaving: BTreeMap::new(),
            ports: BTreeMap::new(),
            players: BTreeMap::new(),
            bridges_begun: 0,
            due: None,
            records: CallRecords::default(),
            rng,
            packets: VecDeque::new(),
        }
    }

    /// What is still held on to, and how many pairs of media ports are free: once all calls are
    /// over and their timers have run out, nothing and all.
    pub fn leftovers(&self) -> (Vec<String>, usize) {
        let Self { bridges, places, ports, players, .. } = self;
        let mut left = self.agent.leftovers();
        for (name, count) in [
            ("bridges", bridges.len()),
            ("places", places.len()),
            ("ports", ports.len()),
            ("players", players.len()),
        ] {
            if count > 0 {
                left.push(format!("{count} {name}"));
            }
        }
        (left, self.settings.ports.free())
    }

    /// What was written down of the recordings of the last calls, the oldest first.
    pub fn call_records(&self) -> impl Iterator<Item = &CallRecord> {
        self.records.iter()
    }

    fn has(&self, fault: Fault) -> bool {
        self.settings.fault == Some(fault)
    }

    /// Does what follows from an input, and looks what is due next.
    fn settle(&mut self, now: Instant) {
        self.drain_events(now);
        self.tend_ways(now);
        let due = [
            self.ringing_deadline(),
            self.leaving_deadline(),
            self.recording_deadline(),
            self.beat_deadline(),
            self.mailbox_deadline(),
            self.mixing_deadline(),
            self.prompt_deadline(),
            self.ways_deadline(),
        ];
        self.due = due.into_iter().flatten().min();
    }

    fn drain_events(&mut self, now: Instant) {
        while let Some(event) = self.agent.poll_event() {
            self.handle_event(now, event);
        }
    }

    fn handle_event(&mut self, now: Instant, event: Event) {
        match event {
            Event::Incoming { call, request } => self.incoming(now, call, &request),
            Event::Request { id, call: None, request, flow }
                if request.method() == Some(&Method::Register) =>
            {
                let reply = self.registrar.register(now, &request, flow, &self.settings.users);
                let _ = self.agent.respond(now, id, reply);
            }
            Event::Request { id, call: Some(call), request, .. }
                if request.method() == Some(&Method::Refer) =>
            {
                match self.places.get(&call).copied() {
                    Some(Place::Leg(bridge, end)) => self.refer(now, bridge, end, id, &request),
                    _ => {
                        let _ = self.agent.respond(now, id, Reply::new(403));
                    }
                }
            }
            Event::Request { id, .. } => {
                let _ = self.agent.respond(now, id, Reply::new(501));
            }
            Event::Progress { call, .. }
            | Event::Answered { call, .. }
            | Event::Acknowledged { call, .. }
            | Event::Failed { call, .. }
            | Event::Modify { call, .. }
            | Event::Modified { call, .. }
            | Event::ModifyFailed { call, .. }
            | Event::ModifyStale { call, .. }
            | Event::Info { call, .. }
            | Event::Ended { call, .. } => match self.places.get(&call).copied() {
                Some(Place::Leg(bridge, end)) => self.handle_leg(now, bridge, end, event),
                Some(Place::Recording(bridge, index)) => {
                    self.handle_recording(now, bridge, index, event);
                }
                Some(Place::Heir(bridge)) => self.handle_heir(now, bridge, event),
                Some(Place::Leaving) => self.handle_leaving(now, &event),
                None => {}
            },
            Event::Response { id, call: None, response, .. } => {
                self.beaten(now, id, response.as_ref());
            }
            Event::Response { .. }
            | Event::Registered { .. }
            | Event::Unregistered { .. }
            | Event::RegistrationFailed { .. } => {}
        }
    }

    /// Forgets bridges of which nothing is left.
    fn sweep(&mut self) {
        let used: std::collections::BTreeSet<_> = self
            .places
            .values()
            .filter_map(|place| match place {
                Place::Leg(bridge, _) | Place::Recording(bridge, _) | Place::Heir(bridge) => {
                    Some(*bridge)
                }
                Place::Leaving => None,
            })
            .collect();
        let gone: Vec<_> =
            self.bridges.keys().copied().filter(|bridge| !used.contains(bridge)).collect();
        for id in gone {
            self.players.remove(&id);
            let Some(bridge) = self.bridges.remove(&id) else { continue };
            let users = &self.settings.users;
            self.records.write(&bridge, |number| {
                let user = users.iter().find(|user| user.number == number);
                user.map(|user| user.recording).unwrap_or_default()
            });
            let legs = bridge.legs.iter().map(|leg| leg.local);
            let streams = bridge.recordings.iter().flat_map(|recording| &recording.streams);
            for address in legs.chain(streams.map(|stream| stream.local)) {
                self.release_port(address);
            }
        }
    }
}

impl Role for Platform {
    fn handle_input(&mut self, now: Instant, input: Input) {
        match input {
            Input::Packet(packet) if packet.transport == Transport::Http => {
                self.handle_http(now, &packet);
            }
            Input::Packet(packet) => match self.ports.get(&packet.target.port()) {
                Some(bridge) if self.is_media(&packet) => {
                    let bridge = *bridge;
                    if !self.find_way(bridge, &packet) {
                        return self.relay(now, bridge, &packet);
                    }
                }
                _ => self.agent.handle_packet(now, &packet),
            },
            Input::Command(command) => self.obey(now, command),
            Input::Undeliverable(packet) if packet.transport == Transport::Http => {
                self.recorder_unreachable(&packet);
            }
            Input::Undeliverable(packet) if self.is_media(&packet) => {}
            Input::Undeliverable(packet) => self.agent.handle_undeliverable(now, &packet),
            Input::Timeout => {
                if self.agent.next_deadline().is_some_and(|due| due <= now) {
                    self.agent.handle_timeout(now);
                }
                self.recorder_silent(now);
                if self.due.is_none_or(|due| due <= now) {
                    self.beat(now);
                    self.speak_for_mailboxes(now);
                    self.mix(now);
                    self.end_ringing(now);
                    self.see_off(now);
                    self.begin_due_recordings(now);
                    self.play_due(now);
                }
                self.spoiler.release(now, &mut self.packets);
                while let Some(call) = self.spoiler.ended(now) {
                    let _ = self.agent.hang_up(now, call, Vec::new());
                }
            }
        }
        self.settle(now);
    }

    fn poll_output(&mut self) -> Output {
        if let Some(packet) = self.packets.pop_front().or_else(|| self.agent.poll_transmit()) {
            return Output::Transmit(spoil_message(self.settings.fault, packet));
        }
        if let Some(packet) = self.desk.sharing.poll_transmit() {
            return Output::Transmit(packet);
        }
        let deadlines = [
            self.agent.next_deadline(),
            self.due,
            self.spoiler.next_deadline(),
            self.desk.sharing.next_deadline(),
        ];
        Output::Timeout(deadlines.into_iter().flatten().min())
    }
}

/// What a registrar and a bridge take.
fn allowed() -> Vec<Method> {
    let mut methods = AgentSettings::default().allow;
    methods.extend([Method::Register, Method::Refer, Method::Notify]);
    methods
}

/// What telephones and recorders may put into INVITE and UPDATE.
const ACCEPTED: [&str; 4] = [
    "application/sdp",
    "multipart/mixed",
    "application/rs-metadata+xml",
    "application/rs-metadata",
];
