//! The recorder being wrong on purpose.

use std::time::Duration;

/// A way of being wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// Refuses every recording session with 503.
    Refuse,
    /// Answers 200 with a body that is no SDP.
    Rubbish,
    /// Answers so much later: more than 10 s is longer than any platform waits.
    Late(Duration),
    /// Lets one e-mail address serve several accounts.
    TakeAnyEmail,
    /// Says nothing at all any more.
    Dead,
    /// Refuses with 603 whatever would pause a recording.
    RefusePauses,
    /// Leaves out of its Contact what shows that it is a recorder.
    OmitTag,
}

impl Fault {
    /// Every fault and its name in a scenario file.
    pub const ALL: &[(&str, Self)] = &[
        ("refuse", Self::Refuse),
        ("answer-rubbish", Self::Rubbish),
        ("answer-late", Self::Late(Duration::from_secs(12))),
        ("take-any-email", Self::TakeAnyEmail),
        ("be-dead", Self::Dead),
        ("refuse-pauses", Self::RefusePauses),
        ("omit-tag", Self::OmitTag),
    ];

    /// The fault of this name; `answer-late 3000` takes so many milliseconds.
    pub fn named(name: &str) -> Option<Self> {
        if let Some(millis) = name.strip_prefix("answer-late ") {
            return millis.parse().ok().map(|millis| Self::Late(Duration::from_millis(millis)));
        }
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, fault)| *fault)
    }
}
