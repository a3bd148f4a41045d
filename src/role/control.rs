//! How somebody controls the recording of their own calls: what they want, and by which way it
//! reaches the platform (the product's facts, section 4.9).

use std::fmt;

/// Whose calls are recorded, and what their user has to say in it (product help article, S-44 to
/// S-49; its API's `record`).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum RecordingMode {
    /// Nothing is recorded: the default.
    #[default]
    Never,
    /// What is said after its user asks for it, until they stop it: `On Demand with User Initiated
    /// Start`, which is the help article's On Demand.
    OnDemand,
    /// Every call from its answer, and kept only if its user asks for it: `On Demand` of old.
    KeptOnDemand,
    /// Every call, incoming and outgoing.
    Always,
    /// Every call, and its user may pause.
    AlwaysWithPause,
}

impl RecordingMode {
    /// Every mode, under the word that a scenario and the timeline have for it.
    pub const ALL: [(&str, Self); 5] = [
        ("never", Self::Never),
        ("on demand", Self::OnDemand),
        ("kept on demand", Self::KeptOnDemand),
        ("always", Self::Always),
        ("always with pause and resume", Self::AlwaysWithPause),
    ];

    /// Whether a recording begins with the answer, and nobody has to ask for it.
    pub fn begins_at_answer(self) -> bool {
        !matches!(self, Self::Never | Self::OnDemand)
    }
}

impl fmt::Display for RecordingMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = Self::ALL.iter().find(|(_, mode)| mode == self);
        f.pad(word.map_or("", |(word, _)| word))
    }
}

/// What somebody wants of the recording of their call.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Control {
    /// Begin it; or keep it, where it is thrown away unless somebody asks.
    Start,
    /// End it, and go on talking.
    Stop,
    /// Leave out what is said from now on.
    Pause,
    /// Go on after a pause.
    Resume,
}

impl Control {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Start, Self::Stop, Self::Pause, Self::Resume];

    /// The feature access code (the product's defaults; its API documentation has `*44`).
    pub fn code(self) -> &'static str {
        match self {
            Self::Start => "*44",
            Self::Stop => "*45",
            Self::Pause => "*48",
            Self::Resume => "*49",
        }
    }

    /// What a feature access code stands for.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|control| control.code() == code)
    }
}

impl fmt::Display for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Start => "starts",
            Self::Stop => "stops",
            Self::Pause => "pauses",
            Self::Resume => "resumes",
        })
    }
}

/// By which way a telephone says what its user wants of a recording.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Channel {
    /// It dials the code on a second line, with the call on hold meanwhile. The exact procedure of
    /// the product is not known.
    #[default]
    StarCodes,
    /// It sends the code as keys in the call (RFC 4733).
    Keys,
    /// It sends INFO with a `Record` header field, as many desk phones do.
    Info,
    /// An app of its user's asks the call-control API.
    App,
    /// It asks in its session description: `a=recordpref` (RFC 7866 section 7.3.2).
    Preference,
}

impl Channel {
    /// Every channel, under the word that a scenario has for it.
    pub const ALL: [(&str, Self); 5] = [
        ("star codes", Self::StarCodes),
        ("keys", Self::Keys),
        ("info", Self::Info),
        ("recordpref", Self::Preference),
        ("app", Self::App),
    ];
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = Self::ALL.iter().find(|(_, channel)| channel == self);
        f.pad(word.map_or("", |(word, _)| word))
    }
}

/// The words of a `Record` header field for each wish. `on` and `off` are those of the telephones
/// that have it; nobody documents any for a pause, so that these are a setting.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RecordWords {
    /// Begins a recording.
    pub start: String,
    /// Ends it.
    pub stop: String,
    /// Pauses it.
    pub pause: String,
    /// Takes it up again.
    pub resume: String,
}

impl RecordWords {
    /// The word for a wish.
    pub fn word(&self, control: Control) -> &str {
        match control {
            Control::Start => &self.start,
            Control::Stop => &self.stop,
            Control::Pause => &self.pause,
            Control::Resume => &self.resume,
        }
    }

    /// The wish that a word stands for, in any case.
    pub fn wish(&self, word: &str) -> Option<Control> {
        let word = word.trim();
        Control::ALL.into_iter().find(|control| self.word(*control).eq_ignore_ascii_case(word))
    }
}

impl Default for RecordWords {
    fn default() -> Self {
        let [start, stop, pause, resume] = ["on", "off", "pause", "resume"].map(str::to_owned);
        Self { start, stop, pause, resume }
    }
}
