//! How a telephone says what its user wants of a recording.

use super::Phone;
use super::call::Call;
use crate::role::{Channel, Control};
use crate::sdp::RecordPreference;
use crate::sip::agent::{CallId, Content};
use crate::time::Instant;

/// How far a telephone is with a code that it dials on a second line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Errand {
    /// It dials none.
    None,
    /// It puts this call on hold, and will dial.
    Holding(CallId, Control),
    /// The code is dialled, and the call that was up before waits.
    Dialling {
        /// The call that brings the code.
        code: CallId,
        /// The call to be taken up again, unless its user had held it.
        waiting: Option<CallId>,
    },
}

impl Phone {
    /// Its user controls recordings in this way from now on. Whoever states a preference is
    /// record-aware (RFC 7866 section 7.1.3), and says so.
    pub(super) fn control_by(&mut self, channel: Channel) {
        self.settings.controls = channel;
        if channel == Channel::Preference {
            self.agent.support("record-aware");
        }
    }

    /// Its user wants something of the recording of the call.
    pub(super) fn control(&mut self, now: Instant, control: Control) {
        let channel = self.settings.controls;
        let content =
            Content::none().with_header("Record", self.settings.record_words.word(control));
        let Some((id, call)) = self.current() else { return };
        match channel {
            Channel::App => self.with_app(|app| app.control(now, control)),
            Channel::Keys => call.press(control.code()),
            Channel::Info => {
                let _ = self.agent.info(now, id, &content);
            }
            Channel::Preference => self.change(now, |call| call.prefer(preference(control))),
            Channel::StarCodes if call.is_held() => self.dial_code(now, control, None),
            Channel::StarCodes => {
                self.errand = Errand::Holding(id, control);
                self.change(now, Call::hold);
            }
        }
    }

    /// A change of a call was accepted: if it waited for that, it dials.
    pub(super) fn go_on_with_errand(&mut self, now: Instant, call: CallId) {
        if let Errand::Holding(held, control) = self.errand
            && held == call
        {
            self.dial_code(now, control, Some(call));
        }
    }

    /// A change of a call was refused: it cannot dial.
    pub(super) fn give_errand_up(&mut self, call: CallId) {
        if matches!(self.errand, Errand::Holding(held, _) if held == call) {
            self.errand = Errand::None;
        }
    }

    /// A call is over: if it brought a code, the one before it is taken up again.
    pub(super) fn end_errand(&mut self, now: Instant, call: CallId) {
        if let Errand::Dialling { code, waiting } = self.errand
            && code == call
        {
            self.errand = Errand::None;
            if let Some(waiting) = waiting {
                self.change_of(now, waiting, Call::resume);
            }
        }
    }

    fn dial_code(&mut self, now: Instant, control: Control, waiting: Option<CallId>) {
        if let Some(code) = self.dial(now, control.code()) {
            self.errand = Errand::Dialling { code, waiting };
            return;
        }
        self.errand = Errand::None;
        if let Some(waiting) = waiting {
            self.change_of(now, waiting, Call::resume);
        }
    }
}

/// RFC 7866 section 7.3.2.
fn preference(control: Control) -> RecordPreference {
    match control {
        Control::Start | Control::Resume => RecordPreference::On,
        Control::Stop => RecordPreference::Off,
        Control::Pause => RecordPreference::Pause,
    }
}
