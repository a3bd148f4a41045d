//! What its user may do with a recording, and what becomes of it: the control matrix (the
//! product's facts, end of section 4.9), the same for every way by which a wish arrives.

use super::bridge::{End, Stage as CallStage};
use super::change::{By, Change};
use super::recording::{Flow, Stage};
use super::{BridgeId, Fault, Platform};
use crate::role::{Control, RecordingMode};
use crate::time::Instant;

/// How the recording of one user's call stands: `recordingState` of the call-control API.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum State {
    /// It was never asked for: the API leaves the field out.
    Idle,
    /// It was asked for while the call is on hold, and begins when that is over.
    Pending,
    /// What is said is recorded, or will be once the recorder has answered.
    Started,
    /// There is a recording that takes nothing for now.
    Paused,
    /// It is over because somebody wanted it to be.
    Stopped,
    /// It is over because the recorder is lost, or would not begin.
    Failed,
}

impl State {
    /// The word of the API.
    pub fn word(self) -> Option<&'static str> {
        match self {
            Self::Idle => None,
            Self::Pending => Some("pending"),
            Self::Started => Some("started"),
            Self::Paused => Some("paused"),
            Self::Stopped => Some("stopped"),
            Self::Failed => Some("failed"),
        }
    }
}

/// Why a wish is not granted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refusal {
    /// There is no such call.
    NoCall,
    /// The call is not up, or is another platform's business.
    NotUp,
    /// The user's mode does not allow it, whatever the state.
    Mode,
    /// The state of the recording does not allow it now.
    State,
    /// So many recordings of one call are enough, or there are no media ports left.
    TooMany,
}

impl Refusal {
    /// What SIP answers. The product's choice is not known.
    pub fn sip(self) -> u16 {
        match self {
            Self::NoCall | Self::NotUp => 480,
            Self::Mode | Self::State => 403,
            Self::TooMany => 503,
        }
    }

    /// What the call-control API answers. The product documents only that it is a 4xx (its
    /// facts, section 3.6); 409 is our proposal for what mode or state do not allow.
    pub fn http(self) -> u16 {
        match self {
            Self::NoCall => 404,
            Self::NotUp | Self::Mode | Self::State => 409,
            Self::TooMany => 503,
        }
    }
}

/// What a wish comes to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Deed {
    /// A new recording begins.
    Begin,
    /// What is recorded already will be kept.
    Keep,
    /// The recording ends.
    End,
    Pause,
    Resume,
}

/// The control matrix. `kept` is whether somebody asked for what is recorded provisionally.
fn decide(
    mode: RecordingMode,
    state: State,
    kept: bool,
    wish: Control,
    stops_kept: bool,
) -> Result<Deed, Refusal> {
    use Control::{Pause, Resume, Start, Stop};
    use RecordingMode::{Always, AlwaysWithPause, KeptOnDemand, Never, OnDemand};
    match (mode, wish, state) {
        (Never | Always, ..) | (AlwaysWithPause, Start | Stop, _) => Err(Refusal::Mode),
        (OnDemand | KeptOnDemand, Start, State::Idle | State::Stopped | State::Failed) => {
            Ok(Deed::Begin)
        }
        (KeptOnDemand, Start, State::Started | State::Paused) if !kept => Ok(Deed::Keep),
        // The API has it, telephones and the server's own interface do not.
        (KeptOnDemand, Stop, _) if !stops_kept => Err(Refusal::Mode),
        (OnDemand | KeptOnDemand, Stop, State::Pending | State::Started | State::Paused) => {
            Ok(Deed::End)
        }
        (_, Pause, State::Started) => Ok(Deed::Pause),
        (_, Resume, State::Paused) => Ok(Deed::Resume),
        (OnDemand | KeptOnDemand | AlwaysWithPause, ..) => Err(Refusal::State),
    }
}

impl Platform {
    /// What the call-control API does with a wish for the call of this id (`callhalf-2:0`, as in
    /// the metadata): 204 if it is granted, or else [`Refusal::http`].
    pub fn control_call(
        &mut self,
        now: Instant,
        call_id: &str,
        wish: Control,
    ) -> Result<(), Refusal> {
        let (id, end) = self.call_half(call_id).ok_or(Refusal::NoCall)?;
        let granted = self.control(now, id, end, wish);
        self.settle(now);
        granted
    }

    /// The state of the recording of a call: `recordingState` of the API; `None` if there is no
    /// such call.
    pub fn recording_state(&self, call_id: &str) -> Option<State> {
        self.call_half(call_id).map(|(id, end)| self.state_of(id, end))
    }

    /// What the calls of a number that are up are called, the newest last: `callId` of the API.
    pub fn calls_of(&self, number: &str) -> Vec<String> {
        let up = self.bridges.iter().filter(|(_, bridge)| bridge.stage == CallStage::Up);
        let halves = up.flat_map(|(id, bridge)| {
            let own = End::BOTH.into_iter().filter(|end| bridge.leg(*end).number == number);
            own.map(|end| call_id(*id, end))
        });
        halves.collect()
    }

    pub(super) fn call_half(&self, call_id: &str) -> Option<(BridgeId, End)> {
        let half = call_id.strip_prefix("callhalf-")?.strip_suffix(":0")?;
        let half: u64 = half.parse().ok()?;
        let end = End::BOTH[usize::from(half % 2 == 1)];
        self.bridges.contains_key(&(half / 2)).then_some((half / 2, end))
    }

    /// A user wants something of the recording of their call, by whatever way.
    pub(super) fn control(
        &mut self,
        now: Instant,
        id: BridgeId,
        end: End,
        wish: Control,
    ) -> Result<(), Refusal> {
        let deed = self.deed(id, end, wish)?;
        tracing::debug!(bridge = id, ?end, ?wish, ?deed, "a user controls a recording");
        if self.ignores(wish) {
            return Ok(());
        }
        match deed {
            Deed::Begin => self.start_recording(now, id, end)?,
            Deed::Keep => self.keep_recording(now, id, end),
            Deed::End => self.stop_recording(now, id, end),
            Deed::Pause => self.pause_recording(now, id, end),
            Deed::Resume => self.resume_recording(now, id, end),
        }
        Ok(())
    }

    fn deed(&self, id: BridgeId, end: End, wish: Control) -> Result<Deed, Refusal> {
        let bridge = self.bridges.get(&id).ok_or(Refusal::NoCall)?;
        if bridge.stage != CallStage::Up {
            return Err(Refusal::NotUp);
        }
        let state = self.state_of(id, end);
        if let Some(deed) = self.wrong_deed(wish, state) {
            return Ok(deed);
        }
        let kept = bridge.current(end).is_some_and(|(_, recording)| recording.script.is_kept());
        let stops_kept = self.settings.stops_kept;
        decide(self.mode_of(&bridge.leg(end).number), state, kept, wish, stops_kept)
    }

    /// The mode of whoever has this number.
    pub(super) fn mode_of(&self, number: &str) -> RecordingMode {
        let user = self.settings.users.iter().find(|user| user.number == number);
        user.map(|user| user.recording).unwrap_or_default()
    }

    /// How the recording of one user's call stands.
    pub(super) fn state_of(&self, id: BridgeId, end: End) -> State {
        let Some(bridge) = self.bridges.get(&id) else { return State::Idle };
        if bridge.wanted.contains(&end) {
            return State::Pending;
        }
        let Some((_, recording)) = bridge.current(end) else { return State::Idle };
        match (recording.stage, recording.flow, recording.last) {
            (Stage::Over, _, Some(Change::Failed | Change::Refused)) => State::Failed,
            (Stage::Over, ..) => State::Stopped,
            (_, Flow::Pausing | Flow::Paused, _) => State::Paused,
            (_, Flow::Running | Flow::Resuming, _) => State::Started,
        }
    }

    fn start_recording(&mut self, now: Instant, id: BridgeId, end: End) -> Result<(), Refusal> {
        if self.is_held(id) {
            let bridge = self.bridges.get_mut(&id).ok_or(Refusal::NoCall)?;
            bridge.wanted.push(end);
            return Ok(());
        }
        let bridge = self.bridges.get(&id).ok_or(Refusal::NoCall)?;
        if self.has(Fault::StartOnce) && !bridge.recordings.is_empty() {
            return Ok(());
        }
        if bridge.recordings.len() >= RECORDINGS_MAX {
            return Err(Refusal::TooMany);
        }
        self.begin_recording(now, id, end).ok_or(Refusal::TooMany)?;
        if let Some((_, recording)) = self.bridges.get_mut(&id).and_then(|it| it.current_mut(end)) {
            recording.script.keep();
        }
        self.begin_due_recordings(now);
        Ok(())
    }

    /// The call was taken up again: what was asked for meanwhile begins.
    pub(super) fn start_wanted(&mut self, now: Instant, id: BridgeId) {
        let forgets = self.has(Fault::ForgetWanted);
        let Some(bridge) = self.bridges.get_mut(&id) else { return };
        for end in std::mem::take(&mut bridge.wanted).into_iter().filter(|_| !forgets) {
            if self.start_recording(now, id, end).is_err() {
                tracing::warn!("what was asked for during the hold cannot be recorded");
            }
        }
    }

    fn stop_recording(&mut self, now: Instant, id: BridgeId, end: End) {
        let Some(bridge) = self.bridges.get_mut(&id) else { return };
        bridge.wanted.retain(|wanted| *wanted != end);
        let Some((index, recording)) = bridge.current_mut(end) else { return };
        if recording.stage == Stage::Over {
            return;
        }
        recording.stage = Stage::Over;
        recording.discard();
        let call = recording.call;
        self.recording_changed(now, id, index, Change::Stopped(By::User));
        // What is still to be said of it is told the recorder before it is let go.
        let is_kept = self.has(Fault::LeaveStoppedOpen) || self.has_last_words(id, index);
        if let Some(call) = call.filter(|_| !is_kept) {
            let _ = self.agent.hang_up(now, call, Vec::new());
        }
    }

    /// What is recorded provisionally is to be kept: the recorder is told.
    fn keep_recording(&mut self, now: Instant, id: BridgeId, end: End) {
        let Some(bridge) = self.bridges.get_mut(&id) else { return };
        let Some((index, recording)) = bridge.current_mut(end) else { return };
        recording.script.keep();
        self.tell_metadata(now, id, index);
    }

    /// A fault that makes a wish come to nothing although it is granted.
    fn ignores(&self, wish: Control) -> bool {
        match self.settings.fault {
            Some(Fault::IgnoreStart) => wish == Control::Start,
            Some(Fault::IgnoreStop) => wish == Control::Stop,
            Some(Fault::IgnorePause) => wish == Control::Pause,
            Some(Fault::IgnoreResume) => wish == Control::Resume,
            _ => false,
        }
    }

    /// A fault that grants what mode or state do not allow.
    fn wrong_deed(&self, wish: Control, state: State) -> Option<Deed> {
        let granted = match self.settings.fault? {
            Fault::GrantStart => wish == Control::Start,
            Fault::GrantStop => wish == Control::Stop,
            Fault::GrantPause => wish == Control::Pause,
            _ => false,
        };
        let is_live = matches!(state, State::Started | State::Paused);
        match wish {
            _ if !granted => None,
            Control::Start => Some(Deed::Begin),
            Control::Stop => is_live.then_some(Deed::End),
            Control::Pause => is_live.then_some(Deed::Pause),
            Control::Resume => None,
        }
    }
}

/// What the API and the metadata call one user's half of a call.
pub(super) fn call_id(id: BridgeId, end: End) -> String {
    format!("callhalf-{}:0", id.saturating_mul(2).saturating_add(end as u64))
}

/// Somebody who starts and stops more often in one call is playing.
const RECORDINGS_MAX: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;
    use Control::{Pause, Resume, Start, Stop};

    /// What every wish comes to, state by state: `.` is refused for the mode, `-` for the state.
    fn row(mode: RecordingMode, state: State, kept: bool) -> String {
        let cell = |wish| match decide(mode, state, kept, wish, false) {
            Ok(Deed::Begin) => 'b',
            Ok(Deed::Keep) => 'k',
            Ok(Deed::End) => 'e',
            Ok(Deed::Pause) => 'p',
            Ok(Deed::Resume) => 'r',
            Err(Refusal::Mode) => '.',
            Err(_) => '-',
        };
        [Start, Stop, Pause, Resume].map(cell).into_iter().collect()
    }

    #[test]
    fn the_control_matrix_holds_in_every_cell() {
        use State::{Failed, Idle, Paused, Pending, Started, Stopped};
        let states = [Idle, Pending, Started, Paused, Stopped, Failed];
        let table = |mode, kept| states.map(|state| row(mode, state, kept)).join(" ");
        assert_eq!(table(RecordingMode::Never, false), ".... .... .... .... .... ....");
        assert_eq!(table(RecordingMode::Always, false), ".... .... .... .... .... ....");
        assert_eq!(table(RecordingMode::AlwaysWithPause, false), "..-- ..-- ..p- ..-r ..-- ..--");
        assert_eq!(table(RecordingMode::OnDemand, true), "b--- -e-- -ep- -e-r b--- b---");
        assert_eq!(table(RecordingMode::KeptOnDemand, false), "b.-- -.-- k.p- k.-r b.-- b.--");
        assert_eq!(table(RecordingMode::KeptOnDemand, true), "b.-- -.-- -.p- -.-r b.-- b.--");
        let stop = decide(RecordingMode::KeptOnDemand, Started, true, Stop, true);
        assert_eq!(stop, Ok(Deed::End), "where a scenario has it as the API does");
    }
}
