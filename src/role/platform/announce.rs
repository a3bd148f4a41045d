//! What people are told of a recording, and when: announcements, beeps, and the tone that reminds
//! them (the product's facts, sections 3.2 and 3.5).

use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::bridge::{Bridge, End};
use super::change::{By, Change};
use super::overlay::Sound;
use super::player::{Item, Player, Then};
use super::prompts::language;
use super::settings::{Dialect, User};
use super::{BridgeId, Fault, Platform};
use crate::audio::{Message, Prompt};
use crate::role::{Failure, Notice, Notices, Signal, Surface};
use crate::siprec::{Method, Occasion};
use crate::time::Instant;

impl Platform {
    /// People have to be told of a call that is up now, whatever becomes of its recording.
    pub(super) fn notice_call(&mut self, now: Instant, id: BridgeId) {
        let Some(bridge) = self.bridges.get(&id) else { return };
        let [caller, callee] = End::BOTH.map(|end| self.is_outside(bridge, end));
        let compliance = self.settings.prompts.compliance;
        let due = match (caller, callee) {
            (true, false) if compliance.inbound => Some(now),
            (false, true) => compliance.outbound.map(|delay| now + delay),
            _ => None,
        };
        let is_ignored = self.has(Fault::SkipCompliance);
        let due = due.map(|due| if self.has(Fault::HurryCompliance) { now } else { due });
        if let Some(due) = due.filter(|_| !is_ignored) {
            let player = self.player(id);
            player.compliance = Some(due);
            player.has_complied = true;
        }
        if self.announces_calls() {
            let users = End::BOTH.into_iter().find(|user| self.announces(id, *user));
            if users.is_some() {
                self.announce(now, id, Occasion::Start, Message::Started, Then::GoOn);
            }
        }
    }

    /// People have to be told what became of a recording.
    pub(super) fn notice(&mut self, now: Instant, id: BridgeId, index: usize, change: Change) {
        let Some(user) = self.recording(id, index).map(|recording| recording.user) else { return };
        let player = self.player(id);
        let was_running = !player.running.is_empty();
        if player.keeps_for_later(index, change) {
            // The product records nothing on hold; by the book the side that is heard is recorded.
            if change == Change::Resumed && self.settings.dialect == Dialect::Rfc {
                self.player(id).running.insert(index);
            }
            return self.remind(now, id);
        }
        match change {
            Change::Started | Change::Resumed => player.running.insert(index),
            _ => player.running.remove(&index),
        };
        match change {
            Change::Started if !self.announces_calls() => {
                self.notice_start(now, id, user, was_running);
            }
            Change::Paused => {
                self.notice_pause(now, id, user, Occasion::Pause, Message::Paused);
            }
            Change::Resumed => {
                self.notice_pause(now, id, user, Occasion::Resume, Message::Resumed);
            }
            Change::Refused if self.has(Fault::AnnounceRefused) => {
                self.notice_start(now, id, user, false);
            }
            Change::Failed if self.goes_on_elsewhere(id, index, change) => {}
            Change::Failed | Change::Refused => self.notice_failure(now, id),
            Change::Stopped(By::User) => self.notice_stop(now, id, user, index),
            _ => {}
        }
        self.remind(now, id);
    }

    /// A user has dialled a code, for which telephones put the call on hold: nobody would hear now
    /// what is to be told of it.
    pub(super) fn await_taking_up(&mut self, now: Instant, id: BridgeId) {
        if self.is_held(id) {
            let until = now + TAKING_UP;
            self.player(id).dialling = Some(until);
            self.wake(until);
        }
    }

    /// The call is no longer on hold, or was for too long: people are told what became of its
    /// recordings meanwhile.
    pub(super) fn tell_untold(&mut self, now: Instant, id: BridgeId) {
        let Some(player) = self.players.get_mut(&id) else { return };
        if player.dialling.take().is_some() {
            for (index, change) in std::mem::take(&mut player.untold) {
                self.notice(now, id, index, change);
            }
            self.indicate(now, id);
        }
    }

    /// The call cannot be recorded: people are told, and the call ends afterwards, as was chosen.
    fn notice_failure(&mut self, now: Instant, id: BridgeId) {
        let (message, then) = match self.settings.prompts.failure {
            _ if self.has(Fault::FailSilently) => return,
            Failure::GoOn => return,
            Failure::GoOnAndSay => (Message::FailedAndProceeds, Then::GoOn),
            Failure::EndAndSay => (Message::FailedAndEnds, Then::EndCall),
        };
        // Of two recordings that fail one is enough to tell of.
        if !std::mem::replace(&mut self.player(id).has_failed, true) {
            self.announce(now, id, Occasion::Failure, message, then);
        }
    }

    /// The stop of a recording is announced before the recorder is let go, so that it can be told.
    pub(super) fn has_last_words(&self, id: BridgeId, index: usize) -> bool {
        self.players.get(&id).is_some_and(|player| player.parting.contains(&index))
    }

    fn notice_start(&mut self, now: Instant, id: BridgeId, user: End, was_running: bool) {
        let is_late = self.has(Fault::AnnounceLate);
        // Whoever was told that the call is recorded need not be told that it is recorded twice.
        let was_told = was_running && !self.has(Fault::AnnounceEach);
        if was_told || !self.announces(id, user) {
            return;
        }
        if is_late {
            self.player(id).late_start = Some(now + LATE);
        } else {
            self.announce(now, id, Occasion::Start, Message::Started, Then::GoOn);
        }
    }

    fn notice_stop(&mut self, now: Instant, id: BridgeId, user: End, index: usize) {
        let is_over = self.player(id).running.is_empty();
        let wanted = self.settings.prompts.announces_end != self.has(Fault::AnnounceEndOtherwise);
        if is_over && wanted && self.announces(id, user) {
            let then = Then::EndRecording(index);
            self.player(id).parting.insert(index);
            self.announce(now, id, Occasion::Stop, Message::Stopped, then);
        }
    }

    fn notice_pause(
        &mut self,
        now: Instant,
        id: BridgeId,
        user: End,
        kind: Occasion,
        message: Message,
    ) {
        let signal = self.notices_of(id, user).pauses;
        let signal = match (signal, self.settings.fault) {
            (Signal::Announcement, Some(Fault::BeepForWords)) => Signal::Beep,
            (Signal::Beep, Some(Fault::WordsForBeep))
            | (Signal::Nothing, Some(Fault::AnnouncePauses)) => Signal::Announcement,
            (_, Some(Fault::PauseSilently)) if kind == Occasion::Pause => Signal::Nothing,
            (_, Some(Fault::ResumeSilently)) if kind == Occasion::Resume => Signal::Nothing,
            (signal, _) => signal,
        };
        let (method, sound) = match signal {
            Signal::Nothing => return,
            Signal::Beep => (Method::Beep, Sound::Tone(self.settings.prompts.beep)),
            Signal::Announcement => (Method::Announcement, self.words(id, message)),
        };
        let everybody =
            self.settings.prompts.pauses_to_everybody != self.has(Fault::TellOthersOfPauses);
        let to = End::BOTH.map(|end| everybody || end == user);
        let recorded = self.settings.prompts.records_pauses;
        self.play(
            now,
            id,
            Item { kind, method, sound, to, recorded, over: false, then: Then::GoOn },
        );
    }

    fn announce(
        &mut self,
        now: Instant,
        id: BridgeId,
        kind: Occasion,
        message: Message,
        then: Then,
    ) {
        let to = match (kind, self.settings.fault) {
            (Occasion::Start, Some(Fault::AnnounceToCallerOnly)) => [true, false],
            (Occasion::Compliance, Some(Fault::ComplyInside)) => {
                self.outside(id).map(|outside| !outside)
            }
            (Occasion::Compliance, _) => self.outside(id),
            _ => [true, true],
        };
        self.announce_to(now, id, kind, message, to, then);
    }

    pub(super) fn announce_to(
        &mut self,
        now: Instant,
        id: BridgeId,
        kind: Occasion,
        message: Message,
        to: [bool; 2],
        then: Then,
    ) {
        let sound = self.words(id, message);
        let method = Method::Announcement;
        let recorded = self.settings.prompts.records_announcements;
        self.play(now, id, Item { kind, method, sound, to, recorded, over: false, then });
    }

    pub(super) fn play(&mut self, now: Instant, id: BridgeId, mut item: Item) {
        let is_wrong = match item.method {
            Method::Announcement => self.has(Fault::RecordAnnouncements),
            Method::Tone => self.has(Fault::RecordTones),
            Method::Beep => false,
        };
        let recorded = item.recorded != is_wrong;
        let over = matches!(item.sound, Sound::Tone(_)) && !self.has(Fault::SilenceForTone);
        (item.recorded, item.over) = (recorded, over);
        self.player(id).enqueue(now, item);
        self.wake(now);
    }

    /// An announcement in the language of whoever called.
    fn words(&self, id: BridgeId, message: Message) -> Sound {
        let bridge = self.bridges.get(&id);
        let caller = bridge.and_then(|bridge| self.user_at(bridge, End::Caller));
        let language = caller.map_or(0, |caller| caller.language);
        let language = if self.has(Fault::SpeakEnglish) { 0 } else { language };
        let prompt = Prompt::new(message, language);
        let prompt = prompt.or(Prompt::new(message, 0)).expect("there is a first language");
        let length = self.settings.prompts.length.min(Prompt::LONGEST);
        let frames = u16::try_from(length.as_millis() / 20).unwrap_or(u16::MAX);
        Sound::Words(prompt, frames.max(1))
    }

    /// Plays whatever is due, and follows up what came to its end.
    pub(super) fn play_due(&mut self, now: Instant) {
        let due = self
            .players
            .iter()
            .filter(|(_, player)| player.next_deadline().is_some_and(|due| due <= now));
        for id in due.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.begin_due_notices(now, id);
            self.play_frames(now, id);
        }
    }

    fn begin_due_notices(&mut self, now: Instant, id: BridgeId) {
        if self.player(id).dialling.is_some_and(|until| until <= now) {
            self.tell_untold(now, id);
        }
        let player = self.player(id);
        if player.compliance.take_if(|due| *due <= now).is_some() {
            self.announce(now, id, Occasion::Compliance, Message::Compliance, Then::GoOn);
        }
        if self.player(id).late_start.take_if(|due| *due <= now).is_some() {
            self.announce(now, id, Occasion::Start, Message::Started, Then::GoOn);
        }
        self.remind_now(now, id);
    }

    fn play_frames(&mut self, now: Instant, id: BridgeId) {
        let Self { players, bridges, packets, .. } = self;
        let Some((player, bridge)) = players.get_mut(&id).zip(bridges.get(&id)) else { return };
        let mut out = Vec::new();
        let mut ended = Vec::new();
        while let Some(played) = player.play(now, &bridge.legs, &mut out) {
            ended.push(played);
        }
        let host = self.settings.ports.host();
        for (source, target, payload) in out {
            // What would come round to us again would come round for ever.
            if target.ip() != host || !self.ports.contains_key(&target.port()) {
                packets.push_back(super::recording::datagram(source, target, &payload));
            }
        }
        for played in ended {
            self.was_played(now, id, played);
        }
    }

    /// The call is over: whatever is being played ends.
    pub(super) fn fall_silent(&mut self, now: Instant, id: BridgeId) {
        let Some(player) = self.players.get_mut(&id) else { return };
        player.quiet();
        if let Some(played) = player.end(now) {
            self.was_played(now, id, played);
        }
        for index in self.player(id).parting.clone() {
            self.part(now, id, index);
        }
    }

    /// What is played on a bridge.
    pub(super) fn player(&mut self, id: BridgeId) -> &mut Player {
        let seed = self.settings.seed;
        self.players.entry(id).or_insert_with(|| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            rng.set_stream(FIRST_STREAM.wrapping_add(id));
            Player::new(&mut rng)
        })
    }

    /// An administrator sets what people are told; what cannot be set stays as it was.
    pub(super) fn set_notice(&mut self, number: &str, notice: &Notice) {
        let surface = match self.settings.fault {
            Some(Fault::RefuseLongPeriods) => Surface::Portal,
            _ => self.settings.prompts.surface,
        };
        let any = self.has(Fault::TakeAnyPeriod);
        let users = self.settings.users.iter_mut();
        for user in users.filter(|user| user.number == number) {
            match notice {
                Notice::Announce(announced) => user.notices.announced = *announced,
                Notice::Pauses(signal) => user.notices.pauses = *signal,
                Notice::Remind(None) => user.notices.reminder = None,
                Notice::Remind(Some(period)) => match surface.check(*period) {
                    Err(why) if !any => tracing::info!("an administrator cannot {why}"),
                    _ => user.notices.reminder = Some(*period),
                },
                Notice::RemindAsUsual => user.notices.reminder = Some(surface.usual_period()),
                Notice::Outside(outside) => user.outside = *outside,
                Notice::Language(tag) => user.language = language(tag),
            }
        }
    }

    /// Something is due then, whatever led to it: media does not ask for deadlines by itself.
    pub(super) fn wake(&mut self, at: Instant) {
        self.due = Some(self.due.map_or(at, |due| due.min(at)));
    }

    /// When something is to be played next.
    pub(super) fn prompt_deadline(&self) -> Option<Instant> {
        self.players.values().filter_map(Player::next_deadline).min()
    }

    /// AMB-2: whether recordings are announced with the call, and not when they begin.
    fn announces_calls(&self) -> bool {
        self.settings.prompts.at_call_start != self.has(Fault::AnnounceWithTheCall)
    }

    /// Whether the recording of a party's call is announced.
    pub(super) fn announces(&self, id: BridgeId, user: End) -> bool {
        let Some(bridge) = self.bridges.get(&id) else { return false };
        let player = self.players.get(&id);
        // Whoever heard the compliance announcement is not told twice.
        if player.is_some_and(|player| player.has_complied) && !self.has(Fault::AnnounceTwice) {
            return false;
        }
        let announced = self.notices_of(id, user).announced;
        let is_pstn = End::BOTH.into_iter().any(|end| self.is_outside(bridge, end));
        match self.settings.fault {
            Some(Fault::AnnounceNothing) => false,
            Some(Fault::AnnounceEverything) => true,
            Some(Fault::TakeInsideForOutside) => announced.pstn,
            Some(Fault::TakeOutsideForInside) => announced.internal,
            _ if is_pstn => announced.pstn,
            _ => announced.internal,
        }
    }

    pub(super) fn notices_of(&self, id: BridgeId, user: End) -> Notices {
        let bridge = self.bridges.get(&id);
        let user = bridge.and_then(|bridge| self.user_at(bridge, user));
        user.map(|user| user.notices.clone()).unwrap_or_default()
    }

    fn user_at(&self, bridge: &Bridge, end: End) -> Option<&User> {
        let number = &bridge.leg(end).number;
        self.settings.users.iter().find(|user| user.number == *number)
    }

    /// Whether a party is reached over the public telephone network.
    fn is_outside(&self, bridge: &Bridge, end: End) -> bool {
        self.user_at(bridge, end).is_none_or(|user| user.outside)
    }

    fn outside(&self, id: BridgeId) -> [bool; 2] {
        let bridge = self.bridges.get(&id);
        End::BOTH.map(|end| bridge.is_some_and(|bridge| self.is_outside(bridge, end)))
    }
}

/// Somebody who has dialled a code takes the call up sooner, or means to leave it on hold.
const TAKING_UP: Duration = Duration::from_secs(5);
/// Long after anybody could take it for the beginning.
const LATE: Duration = Duration::from_secs(4);
/// The first of the streams of random numbers that players draw from.
const FIRST_STREAM: u64 = 1 << 16;
