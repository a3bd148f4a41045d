//! The organisation: what holds for all its people.

use std::net::SocketAddr;
use std::time::Duration;

use super::person::Profile;
use crate::role::platform::flaw::Flaw;
use crate::role::platform::identity::{EXTERNAL_GROUP, SERVICE_PROVIDER};
use crate::role::{self as role, Choice, Failure};
use crate::time::Instant;

/// What a scenario says of the organisation, and where its API is.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Where the settings API is asked; nowhere without it.
    pub api: Option<SocketAddr>,
    /// Where the recorder takes what is shared with it.
    pub recorder: Option<SocketAddr>,
    /// The addresses from which the recorder is asked.
    pub from: Vec<SocketAddr>,
    /// The customer's name.
    pub name: String,
    /// An IANA time zone, that of all its people.
    pub time_zone: String,
    /// Whether the partner has enabled the service (S-22).
    pub partner: Partner,
    /// When accounts at the recorder are made.
    pub accounts: Accounts,
    /// Who looks after it.
    pub administrators: Vec<Administrator>,
    /// Its people.
    pub people: Vec<Profile>,
    /// How many requests a token has in a minute. That of the product is not known.
    pub requests_a_minute: u32,
    /// How it is wrong on purpose.
    pub flaw: Option<Flaw>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            api: None,
            recorder: None,
            from: Vec::new(),
            name: "Acme Example".to_owned(),
            time_zone: "America/New_York".to_owned(),
            partner: Partner::Enabled,
            accounts: Accounts::Automatic,
            administrators: Vec::new(),
            people: Vec::new(),
            requests_a_minute: 300,
            flaw: None,
        }
    }
}

/// Whether the partner has enabled recording for the organisation (S-22, S-23).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Partner {
    /// It may be configured for certain users.
    #[default]
    Enabled,
    /// Nobody can be recorded.
    NotEnabled,
}

/// When accounts at the recorder are made: the two ages of the product (section 1.1).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Accounts {
    /// Whenever a user is enabled (S-26).
    #[default]
    Automatic,
    /// When the terms of service are accepted (S-27, S-28).
    OnAcceptance,
}

/// Somebody with a token for the settings API.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Administrator {
    /// Their e-mail address.
    pub email: String,
    /// S-37.
    pub first_name: String,
    /// S-37.
    pub last_name: String,
    /// The bearer token (RFC 6750).
    pub token: String,
    /// What the token allows, in the words of the product: `spark-admin:people_write`.
    pub scopes: Vec<String>,
    /// How long the token is good for, from the start of the run; for good without it.
    pub lifetime: Option<Duration>,
    /// Whether they come from the partner: only such a one switches the organisation.
    pub is_partner: bool,
}

/// Who records: the only vendor here that has a recorder.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Vendor {
    /// Dubber.
    #[default]
    Dubber,
    /// The product's own, which takes Standard licences and asks for no terms.
    Webex,
}

impl Vendor {
    /// Every vendor.
    pub const ALL: [Self; 2] = [Self::Dubber, Self::Webex];

    /// Its id here: that of the product is an opaque text, too.
    pub fn id(self) -> &'static str {
        match self {
            Self::Dubber => "Y2lzY29zcGFyazovL3VzL1JFQ09SRElOR19WRU5ET1IvMQ",
            Self::Webex => "Y2lzY29zcGFyazovL3VzL1JFQ09SRElOR19WRU5ET1IvMg",
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dubber => "Dubber",
            Self::Webex => "Webex",
        }
    }

    /// Where its terms of service can be read; the product's own has none.
    pub fn terms(self) -> &'static str {
        match self {
            Self::Dubber => "https://www.dubber.net/terms",
            Self::Webex => "",
        }
    }
}

/// What becomes of a call whose recording fails (product facts, section 3.4). The default of the
/// product is not known: the first one stands in all its examples.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(missing_docs, reason = "the words of the product say it")]
pub enum FailureBehavior {
    #[default]
    ProceedWithCallNoAnnouncement,
    ProceedCallWithAnnouncement,
    EndCallWithAnnouncement,
}

impl FailureBehavior {
    const WORDS: [(&str, Self); 3] = [
        ("PROCEED_WITH_CALL_NO_ANNOUNCEMENT", Self::ProceedWithCallNoAnnouncement),
        ("PROCEED_CALL_WITH_ANNOUNCEMENT", Self::ProceedCallWithAnnouncement),
        ("END_CALL_WITH_ANNOUNCEMENT", Self::EndCallWithAnnouncement),
    ];

    /// The word of the API.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, it)| *it == self).map_or("", |(word, _)| word)
    }

    /// What the platform does about it.
    pub fn failure(self) -> Failure {
        match self {
            Self::ProceedWithCallNoAnnouncement => Failure::GoOn,
            Self::ProceedCallWithAnnouncement => Failure::GoOnAndSay,
            Self::EndCallWithAnnouncement => Failure::EndAndSay,
        }
    }

    /// And the other way round, for what was chosen without the API.
    fn of(failure: Failure) -> Self {
        match failure {
            Failure::GoOn => Self::ProceedWithCallNoAnnouncement,
            Failure::GoOnAndSay => Self::ProceedCallWithAnnouncement,
            Failure::EndAndSay => Self::EndCallWithAnnouncement,
        }
    }

    /// The behaviour of this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, it)| *it)
    }
}

/// Whom the compliance announcement is played to (product facts, section 3.5).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Compliance {
    /// Callers from outside.
    pub inbound: bool,
    /// Those who are called outside.
    pub outbound: bool,
    /// Whether it waits, and how many seconds.
    pub delay: (bool, u32),
}

impl Default for Compliance {
    fn default() -> Self {
        Self { inbound: false, outbound: false, delay: (false, 10) }
    }
}

impl Compliance {
    /// What is played.
    pub fn played(self) -> role::Compliance {
        let (waits, seconds) = self.delay;
        let delay = if waits { Duration::from_secs(seconds.into()) } else { Duration::ZERO };
        role::Compliance { inbound: self.inbound, outbound: self.outbound.then_some(delay) }
    }
}

/// For what was chosen without the API.
impl From<role::Compliance> for Compliance {
    fn from(played: role::Compliance) -> Self {
        let delay = played.outbound.unwrap_or_default();
        let seconds = u32::try_from(delay.as_secs()).unwrap_or(u32::MAX);
        let usual = Self::default();
        Self {
            inbound: played.inbound,
            outbound: played.outbound.is_some(),
            delay: if delay.is_zero() { usual.delay } else { (true, seconds) },
        }
    }
}

/// The organisation as it is now.
#[derive(Clone, Debug)]
pub struct Organization {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// S-22.
    pub partner: Partner,
    /// The switch of the organisation.
    pub enabled: bool,
    /// S-26 or S-27.
    pub accounts: Accounts,
    /// When the terms were accepted, and by whom.
    pub terms: Option<(Instant, String)>,
    /// Who has an account at the recorder: its administrator's e-mail address.
    pub account: Option<String>,
    /// Who records.
    pub vendor: Vendor,
    /// What becomes of calls that cannot be recorded.
    pub failure: FailureBehavior,
    /// Whom the compliance announcement is played to.
    pub compliance: Compliance,
    /// The first of the identifiers for support (S-42).
    pub service_provider: String,
    /// The second: the product's is the first, an `L` and digits.
    pub external_group: String,
}

impl Organization {
    pub(super) fn new(setup: &Setup, id: String) -> Self {
        Self {
            id,
            name: setup.name.clone(),
            partner: setup.partner,
            enabled: setup.partner == Partner::Enabled,
            accounts: setup.accounts,
            terms: None,
            account: None,
            vendor: Vendor::default(),
            failure: FailureBehavior::default(),
            compliance: Compliance::default(),
            service_provider: SERVICE_PROVIDER.to_owned(),
            external_group: EXTERNAL_GROUP.to_owned(),
        }
    }

    /// Something was chosen without the API: it shows the same.
    pub fn choose(&mut self, choice: Choice) {
        match choice {
            Choice::Failing(failure) => self.failure = FailureBehavior::of(failure),
            Choice::Compliance(compliance) => self.compliance = compliance.into(),
            _ => {}
        }
    }
}
