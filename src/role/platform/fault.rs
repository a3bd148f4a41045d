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
    /// Names the caller as the speaker of the first stream, whoever is recorded.
    NameCallerFirst,
    /// Sends one side a quarter of a second late.
    DelayOneSide,
    /// Lets one side fall behind by a fifth of a millisecond in every second.
    DriftOneSide,
    /// Loses one packet in ten on its way to the recorder.
    DropEveryTenth,
    /// Keeps the first words of calls waiting that look for no way.
    WaitForNoChecks,
    /// Sets calls up as recorded that are not, and those that are not at all.
    SetUpUnrecorded,
    /// Sets the copying of a call up while its way is looked for, not when it is found.
    SetUpAtOnce,
    /// Loses what is said while a call is set up.
    ForgetWhileSettingUp,
    /// Asks the recorder three seconds after the answer.
    StartLate,
    /// Throws away what is said before the recorder answers, and a second more.
    ForgetTheBeginning,
    /// Sends the recorder nothing after the first second.
    StopEarly,
    /// Sends on to the recorder for a while after the end.
    SendAfterTheEnd,
    /// Sends media to a recorder that has not answered, or has refused.
    SendUnasked,
    /// Never tells the recorder that the call is over.
    LeaveRecordingOpen,
    /// Tells the recorder that the call is over only when the caller ended it.
    EndOnlyWithCaller,
    /// Tells the recorder seven tenths of a second later that the call is over.
    EndLate,
    /// Stops recording a call for good once it was held.
    ForgetAfterHold,
    /// Tells the recorder of a pause, and keeps sending.
    KeepSendingWhilePaused,
    /// Leaves out only what the recorded user says during a pause.
    PauseOneSide,
    /// Tells the recorder nothing of a pause.
    PauseUntold,
    /// Pauses only once in a recording.
    PauseOnce,
    /// Resumes a recording by itself when the call was held.
    ForgetPauseAfterHold,
    /// Sends the recorder the keys that are pressed during a pause.
    PassKeysWhilePaused,
    /// Sends the recorder after a pause what was said in it.
    KeepThePause,
    /// Lets nobody hear anybody during a pause.
    MuteWhilePaused,
    /// Grants a wish to start, and does nothing.
    IgnoreStart,
    /// Grants a wish to stop, and does nothing.
    IgnoreStop,
    /// Grants a wish to pause, and does nothing.
    IgnorePause,
    /// Grants a wish to resume, and does nothing.
    IgnoreResume,
    /// Begins a recording for anybody who asks.
    GrantStart,
    /// Ends a recording for anybody who asks.
    GrantStop,
    /// Pauses a recording for anybody who asks.
    GrantPause,
    /// Never tells the recorder that a recording was stopped.
    LeaveStoppedOpen,
    /// Tells telephones that a recording goes on which is paused.
    ShowPausedAsOn,
    /// Never tells telephones that a recording is over.
    ShowOnForEver,
    /// Tells no telephone that the call is recorded.
    ShowNobody,
    /// Tells only the caller's telephone that the call is recorded.
    ShowOnlyCaller,
    /// Tells telephones of every call that it is recorded.
    ShowUnrecorded,
    /// Tells the recorder to keep what nobody asked to keep.
    KeepEverything,
    /// Begins only one recording in a call, however often somebody asks.
    StartOnce,
    /// Forgets what was asked for while a call was held.
    ForgetWanted,
    /// Takes a code that is dialled, and does nothing.
    DeafToCodes,
    /// Takes no notice of codes that are pressed in a call.
    DeafToKeys,
    /// Takes what a record button says, and does nothing.
    DeafToInfo,
    /// Takes no notice of what telephones prefer.
    DeafToPreference,
    /// Lets nobody hear the caller.
    MuteCaller,
    /// Lets nobody hear the called party.
    MuteCallee,
    /// Lets the parties of a recorded call hear each other only while a recorder listens.
    MuteUnlessRecorded,
    /// Ends the call when it cannot be recorded.
    EndUnrecordedCall,
    /// Answers a call to a number that nobody has with 486.
    CallItBusy,
    /// Sends the recorder no metadata.
    OmitMetadata,
    /// Cuts the end off the metadata.
    GarbleMetadata,
    /// Leaves the labels out of the offer to the recorder.
    OmitLabels,
    /// Gives both streams one label.
    ShareLabel,
    /// Offers the recorder to receive media from it too.
    OfferBothWays,
    /// Sends an `Allow` that cannot be read in its 180.
    GarbleRinging,
    /// Ends a line of its 180 with LF alone.
    BreakLine,
    /// Asks no recorder but the first.
    AskOneRecorderOnly,
    /// Does not ask whether its recorders are there.
    LetTheHeartStop,
    /// Sends no call elsewhere that nobody takes.
    LetItRing,
    /// Does not tell the other side of a call that it is put on hold.
    IgnoreHold,
    /// Goes on recording for somebody who has handed the call on.
    FollowTheCall,
    /// Records messages although nobody wants it.
    RecordAllMessages,
    /// Does not tell the recorder that a call is a message, nor how it came there.
    CallMessagesCalls,
    /// Leaves whoever came to a room last out of what the others hear.
    MixTwoOnly,
    /// Does not list whom a mixture is of.
    ListNoContributors,
    /// Tells nobody how a transfer goes.
    TellNobodyOfTransfers,
    /// Does not tell the recorder to whom a call was handed on.
    NameNoNewcomer,
    /// Does not tell somebody to whom a recorded call was handed on that it is recorded.
    TellNoNewcomer,
    /// Announces the end of a recording where it should not, and does not where it should.
    AnnounceEndOtherwise,
    /// Announces the recording of every call, whatever the settings say.
    AnnounceEverything,
    /// Announces a recording four seconds after its start.
    AnnounceLate,
    /// Announces no recording, whatever the settings say.
    AnnounceNothing,
    /// Announces pauses although nobody asked for it.
    AnnouncePauses,
    /// Announces a recording that the recorder has refused.
    AnnounceRefused,
    /// Announces a pause to which the recorder has not agreed.
    AnnounceFailedPauses,
    /// Records at another recorder what is said during a pause.
    ForgetPauseElsewhere,
    /// Announces recordings to whoever called, and nobody else.
    AnnounceToCallerOnly,
    /// Announces each recording of a call in which both parties are recorded.
    AnnounceEach,
    /// Announces a recording to those who have heard the compliance announcement.
    AnnounceTwice,
    /// Announces recordings with the call where it should with the recording, and the reverse.
    AnnounceWithTheCall,
    /// Beeps at a pause that should be announced.
    BeepForWords,
    /// Plays the compliance announcement to the party within the organization.
    ComplyInside,
    /// Tells nobody that a call cannot be recorded.
    FailSilently,
    /// Does not record what is said while something is announced.
    ForgetMeanwhile,
    /// Plays the compliance announcement without the delay that was asked for.
    HurryCompliance,
    /// Tells nobody of a pause.
    PauseSilently,
    /// Puts announcements on the recording where they should not be, and leaves out what should.
    RecordAnnouncements,
    /// Puts reminders on the recording where they should not be, and leaves out what should.
    RecordTones,
    /// Refuses a time between two reminders that only its interface takes.
    RefuseLongPeriods,
    /// Reminds people with a fifth of the tone.
    RemindBriefly,
    /// Reminds whoever called, and nobody else.
    RemindCallerOnly,
    /// Reminds people with a tone that is two per cent too high.
    RemindHigh,
    /// Reminds people of a recording that is paused.
    RemindInPauses,
    /// Waits longer from one reminder to the next.
    RemindLaterEachTime,
    /// Reminds people with a tone that is 9 dB too loud.
    RemindLoudly,
    /// Reminds people although nobody asked for it.
    RemindUninvited,
    /// Tells nobody that a recording goes on.
    ResumeSilently,
    /// Lets nobody hear the other side while it reminds them.
    SilenceForTone,
    /// Plays no compliance announcement.
    SkipCompliance,
    /// Speaks English with everybody.
    SpeakEnglish,
    /// Takes any time between two reminders, however short or long.
    TakeAnyPeriod,
    /// Takes calls within the organization for calls outside.
    TakeInsideForOutside,
    /// Takes calls outside for calls within the organization.
    TakeOutsideForInside,
    /// Tells the recorder that only the caller heard an announcement.
    TellCallerOnly,
    /// Tells the recorder of no announcement.
    TellNothing,
    /// Tells everybody of a pause where only one should be, and one where everybody should.
    TellOthersOfPauses,
    /// Tells the recorder of a failure, whatever was announced.
    TellWrongKind,
    /// Tells the recorder that everything was announced three seconds later than it was.
    TellWrongTime,
    /// Announces a pause that a beep should tell of.
    WordsForBeep,
    /// Sends every request over UDP, however large it is.
    StayOnUdp,
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
        ("name-caller-first", Self::NameCallerFirst),
        ("delay-one-side", Self::DelayOneSide),
        ("drift-one-side", Self::DriftOneSide),
        ("drop-every-tenth", Self::DropEveryTenth),
        ("wait-for-no-checks", Self::WaitForNoChecks),
        ("set-up-unrecorded", Self::SetUpUnrecorded),
        ("set-up-at-once", Self::SetUpAtOnce),
        ("forget-while-setting-up", Self::ForgetWhileSettingUp),
        ("start-late", Self::StartLate),
        ("forget-the-beginning", Self::ForgetTheBeginning),
        ("stop-early", Self::StopEarly),
        ("send-after-the-end", Self::SendAfterTheEnd),
        ("send-unasked", Self::SendUnasked),
        ("leave-recording-open", Self::LeaveRecordingOpen),
        ("end-only-with-caller", Self::EndOnlyWithCaller),
        ("end-late", Self::EndLate),
        ("forget-after-hold", Self::ForgetAfterHold),
        ("keep-sending-while-paused", Self::KeepSendingWhilePaused),
        ("pause-one-side", Self::PauseOneSide),
        ("pause-untold", Self::PauseUntold),
        ("pause-once", Self::PauseOnce),
        ("forget-pause-after-hold", Self::ForgetPauseAfterHold),
        ("pass-keys-while-paused", Self::PassKeysWhilePaused),
        ("keep-the-pause", Self::KeepThePause),
        ("mute-while-paused", Self::MuteWhilePaused),
        ("ignore-start", Self::IgnoreStart),
        ("ignore-stop", Self::IgnoreStop),
        ("ignore-pause", Self::IgnorePause),
        ("ignore-resume", Self::IgnoreResume),
        ("grant-start", Self::GrantStart),
        ("grant-stop", Self::GrantStop),
        ("grant-pause", Self::GrantPause),
        ("leave-stopped-open", Self::LeaveStoppedOpen),
        ("show-paused-as-on", Self::ShowPausedAsOn),
        ("show-on-for-ever", Self::ShowOnForEver),
        ("show-nobody", Self::ShowNobody),
        ("show-only-caller", Self::ShowOnlyCaller),
        ("show-unrecorded", Self::ShowUnrecorded),
        ("keep-everything", Self::KeepEverything),
        ("start-once", Self::StartOnce),
        ("forget-wanted", Self::ForgetWanted),
        ("deaf-to-codes", Self::DeafToCodes),
        ("deaf-to-keys", Self::DeafToKeys),
        ("deaf-to-info", Self::DeafToInfo),
        ("deaf-to-preference", Self::DeafToPreference),
        ("mute-caller", Self::MuteCaller),
        ("mute-callee", Self::MuteCallee),
        ("mute-unless-recorded", Self::MuteUnlessRecorded),
        ("end-unrecorded-call", Self::EndUnrecordedCall),
        ("call-it-busy", Self::CallItBusy),
        ("omit-metadata", Self::OmitMetadata),
        ("garble-metadata", Self::GarbleMetadata),
        ("omit-labels", Self::OmitLabels),
        ("share-label", Self::ShareLabel),
        ("offer-both-ways", Self::OfferBothWays),
        ("garble-ringing", Self::GarbleRinging),
        ("break-line", Self::BreakLine),
        ("ask-one-recorder-only", Self::AskOneRecorderOnly),
        ("let-the-heart-stop", Self::LetTheHeartStop),
        ("let-it-ring", Self::LetItRing),
        ("ignore-hold", Self::IgnoreHold),
        ("follow-the-call", Self::FollowTheCall),
        ("record-all-messages", Self::RecordAllMessages),
        ("call-messages-calls", Self::CallMessagesCalls),
        ("mix-two-only", Self::MixTwoOnly),
        ("list-no-contributors", Self::ListNoContributors),
        ("tell-nobody-of-transfers", Self::TellNobodyOfTransfers),
        ("name-no-newcomer", Self::NameNoNewcomer),
        ("tell-no-newcomer", Self::TellNoNewcomer),
        ("announce-end-otherwise", Self::AnnounceEndOtherwise),
        ("announce-everything", Self::AnnounceEverything),
        ("announce-late", Self::AnnounceLate),
        ("announce-nothing", Self::AnnounceNothing),
        ("announce-pauses", Self::AnnouncePauses),
        ("announce-refused", Self::AnnounceRefused),
        ("announce-failed-pauses", Self::AnnounceFailedPauses),
        ("forget-pause-elsewhere", Self::ForgetPauseElsewhere),
        ("announce-to-caller-only", Self::AnnounceToCallerOnly),
        ("announce-each", Self::AnnounceEach),
        ("announce-twice", Self::AnnounceTwice),
        ("announce-with-the-call", Self::AnnounceWithTheCall),
        ("beep-for-words", Self::BeepForWords),
        ("comply-inside", Self::ComplyInside),
        ("fail-silently", Self::FailSilently),
        ("forget-meanwhile", Self::ForgetMeanwhile),
        ("hurry-compliance", Self::HurryCompliance),
        ("pause-silently", Self::PauseSilently),
        ("record-announcements", Self::RecordAnnouncements),
        ("record-tones", Self::RecordTones),
        ("refuse-long-periods", Self::RefuseLongPeriods),
        ("remind-briefly", Self::RemindBriefly),
        ("remind-caller-only", Self::RemindCallerOnly),
        ("remind-high", Self::RemindHigh),
        ("remind-in-pauses", Self::RemindInPauses),
        ("remind-later-each-time", Self::RemindLaterEachTime),
        ("remind-loudly", Self::RemindLoudly),
        ("remind-uninvited", Self::RemindUninvited),
        ("resume-silently", Self::ResumeSilently),
        ("silence-for-tone", Self::SilenceForTone),
        ("skip-compliance", Self::SkipCompliance),
        ("speak-english", Self::SpeakEnglish),
        ("take-any-period", Self::TakeAnyPeriod),
        ("take-inside-for-outside", Self::TakeInsideForOutside),
        ("take-outside-for-inside", Self::TakeOutsideForInside),
        ("tell-caller-only", Self::TellCallerOnly),
        ("tell-nothing", Self::TellNothing),
        ("tell-others-of-pauses", Self::TellOthersOfPauses),
        ("tell-wrong-kind", Self::TellWrongKind),
        ("tell-wrong-time", Self::TellWrongTime),
        ("words-for-beep", Self::WordsForBeep),
        ("stay-on-udp", Self::StayOnUdp),
    ];

    /// The fault of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, fault)| *fault)
    }
}
