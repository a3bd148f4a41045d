//! What a person has to say in the recording of their calls, and how they say it.

/// By which way a user says what a recording should do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Controls {
    /// `star codes`: dialled on a second line.
    StarCodes,
    /// `keys`: the same codes, pressed in the call.
    Keys,
    /// `info`: INFO with a `Record` header field.
    Info,
    /// `app`: at the platform's interface, which has to be open: there is an administrator.
    App,
    /// `recordpref`: the telephone says what it prefers (RFC 7866 section 7.3.2); it has to be
    /// record aware.
    RecordPreference,
}

/// When a user's calls are recorded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Recording {
    /// Not at all.
    Never,
    /// From when its user asks for it.
    OnDemand,
    /// From the answer to the end, and kept only if its user asks for it.
    KeptOnDemand,
    /// From the answer to the end.
    Always,
    /// From the answer to the end, and its user may pause.
    AlwaysWithPause,
}

/// The words for each mode.
pub const MODES: &[(&str, Recording)] = &[
    ("never", Recording::Never),
    ("on demand", Recording::OnDemand),
    ("kept on demand", Recording::KeptOnDemand),
    ("always", Recording::Always),
    ("always with pause and resume", Recording::AlwaysWithPause),
];

/// The words for each way.
pub const CONTROLS: &[(&str, Controls)] = &[
    ("star codes", Controls::StarCodes),
    ("keys", Controls::Keys),
    ("info", Controls::Info),
    ("recordpref", Controls::RecordPreference),
    ("app", Controls::App),
];
