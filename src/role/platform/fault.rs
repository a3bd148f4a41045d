//! The platform being wrong on purpose, so that a check can be seen to fail.

/// A way of being wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// Records nobody, whatever the settings say.
    RecordNobody,
    /// Records everybody, whatever the settings say.
    RecordEverybody,
    /// Records only those who called.
    RecordOnlyOutgoing,
    /// Records only those who were called.
    RecordOnlyIncoming,
    /// Makes one recording where both parties are recorded.
    RecordOncePerCall,
    /// Begins to record when the telephone rings.
    RecordRinging,
    /// Records only the first call of a user.
    RecordFirstCallOnly,
    /// Never takes a user's recording off again.
    NeverUnset,
    /// Sends the recorder only what the caller says.
    ForkOnlyCaller,
    /// Offers the recorder a single stream.
    OfferOneStream,
    /// Puts both voices on both streams.
    MixSides,
    /// Tells the recorder that each side is the other.
    SwapLabels,
    /// Sends one side a quarter of a second late.
    DelayOneSide,
    /// Loses one packet in ten on its way to the recorder.
    DropEveryTenth,
    /// Asks the recorder three seconds after the answer.
    StartLate,
    /// Throws away what is said before the recorder answers, and a second more.
    ForgetTheBeginning,
    /// Sends the recorder nothing after the first second.
    StopEarly,
    /// Sends on to the recorder for a while after the end.
    SendAfterTheEnd,
    /// Never tells the recorder that the call is over.
    LeaveRecordingOpen,
    /// Stops recording a call for good once it was held.
    ForgetAfterHold,
    /// Lets only the caller be heard while a call is recorded.
    MuteCallee,
    /// Ends the call when it cannot be recorded.
    EndUnrecordedCall,
    /// Answers a call to a number that nobody has with 486.
    CallItBusy,
}

impl Fault {
    /// Every fault and its name in a scenario file.
    pub const ALL: &[(&str, Self)] = &[
        ("record-nobody", Self::RecordNobody),
        ("record-everybody", Self::RecordEverybody),
        ("record-only-outgoing", Self::RecordOnlyOutgoing),
        ("record-only-incoming", Self::RecordOnlyIncoming),
        ("record-once-per-call", Self::RecordOncePerCall),
        ("record-ringing", Self::RecordRinging),
        ("record-first-call-only", Self::RecordFirstCallOnly),
        ("never-unset", Self::NeverUnset),
        ("fork-only-caller", Self::ForkOnlyCaller),
        ("offer-one-stream", Self::OfferOneStream),
        ("mix-sides", Self::MixSides),
        ("swap-labels", Self::SwapLabels),
        ("delay-one-side", Self::DelayOneSide),
        ("drop-every-tenth", Self::DropEveryTenth),
        ("start-late", Self::StartLate),
        ("forget-the-beginning", Self::ForgetTheBeginning),
        ("stop-early", Self::StopEarly),
        ("send-after-the-end", Self::SendAfterTheEnd),
        ("leave-recording-open", Self::LeaveRecordingOpen),
        ("forget-after-hold", Self::ForgetAfterHold),
        ("mute-callee", Self::MuteCallee),
        ("end-unrecorded-call", Self::EndUnrecordedCall),
        ("call-it-busy", Self::CallItBusy),
    ];

    /// The fault of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, fault)| *fault)
    }
}
