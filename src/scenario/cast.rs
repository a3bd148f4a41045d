//! The cast: who takes part, which parts we play, and which are real.

use super::address::{Address, TRANSPORTS, Transport};
use super::codecs::{self, Codec};
use super::complete;
use super::diagnostic::{Located, Place};
use super::file::{self, Field, Named, Text};
use super::known::Known;
use super::library::{self, Recorder};
use super::office::{self, Accounts, Admin};
use super::phone::{self, Phone};
use super::prompts::{self, Prompts};
use super::reader::{Reader, TRUTH};
use super::ways::{self, Ways};
use super::yaml::{place, place_of, suggestion};

/// Somebody who takes part.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Part {
    /// What the features call it: `Alice`, `platform`.
    pub name: String,
    /// Where the name was written.
    pub place: Place,
    /// What it does.
    pub role: Role,
    /// Who plays it.
    pub player: Player,
    /// `transport`: how a phone registers and calls, how the platform reaches a recorder, and what
    /// the platform itself prefers. UDP unless the file says otherwise.
    pub transport: Transport,
    /// `codecs`: what it offers and accepts, best first; PCMU and PCMA unless the file says
    /// otherwise.
    pub codecs: Vec<Codec>,
}

/// What a part does.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Role {
    /// A telephone and its owner.
    Phone(Phone),
    /// The calling platform: it bridges calls and is the session recording client.
    Platform(Platform),
    /// The session recording server.
    Recorder(Recorder),
    /// Somebody who sets recording up through the platform's settings API.
    Admin(Admin),
    /// The pages through which people look at recordings.
    Portal,
}

impl Role {
    /// Which of the roles it is.
    pub fn name(&self) -> RoleName {
        match self {
            Self::Phone(_) => RoleName::Phone,
            Self::Platform(_) => RoleName::Platform,
            Self::Recorder(_) => RoleName::Recorder,
            Self::Admin(_) => RoleName::Admin,
            Self::Portal => RoleName::Portal,
        }
    }
}

/// The roles without what belongs to them.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum RoleName {
    /// See [`Role::Phone`].
    Phone,
    /// See [`Role::Platform`].
    Platform,
    /// See [`Role::Recorder`].
    Recorder,
    /// See [`Role::Admin`].
    Admin,
    /// See [`Role::Portal`].
    Portal,
}

impl RoleName {
    /// The word for it in a file.
    pub fn word(self) -> &'static str {
        ROLES.iter().find(|(_, role)| *role == self).map_or("", |(word, _)| word)
    }
}

/// A calling platform.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Platform {
    /// `prompts`: what it plays to people on recorded calls.
    pub prompts: Prompts,
    /// `dialect`: how it writes SIPREC; by the book unless the file says otherwise.
    pub dialect: Dialect,
    /// `large requests`: whether a request that is too large for UDP moves to TCP (RFC 3261
    /// section 18.1.1), or goes out in fragments as from many an old platform; it moves unless
    /// the file says otherwise.
    pub large_requests: LargeRequests,
    /// `stops what is kept`: whether a user may stop a recording that is kept on demand, which the
    /// product's own documents disagree about; not unless the file says so.
    pub stops_kept: bool,
    /// `ice agent` and `recording delay`.
    pub ways: Ways,
    /// `accounts`: when accounts at the recorder are made; automatically unless the file says
    /// otherwise.
    pub accounts: Accounts,
}

/// What becomes of a request of more than 1,300 bytes that should go over UDP.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LargeRequests {
    /// It goes over TCP (RFC 3261 section 18.1.1).
    Move,
    /// It goes over UDP all the same.
    Stay,
}

/// How SIPREC is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Dialect {
    /// As in RFC 7865 and RFC 7866.
    Rfc,
    /// As Webex Calling does.
    Webex,
}

impl Dialect {
    /// The word for it.
    pub fn word(self) -> &'static str {
        DIALECTS.iter().find(|(_, dialect)| *dialect == self).map_or("", |(word, _)| word)
    }

    /// The dialect of this name.
    pub fn of_word(word: &str) -> Option<Self> {
        DIALECTS.iter().find(|(name, _)| *name == word).map(|(_, dialect)| *dialect)
    }
}

/// Who plays a part.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Player {
    /// We do, and it is right, unless it has a fault.
    Ours {
        /// `fault`: the way in which it is wrong on purpose.
        fault: Option<Located<String>>,
    },
    /// `real: "sip:…"`: a real system at this address.
    Real(Located<Address>),
    /// `real: registers`: a real phone, found where it registers from.
    Registers,
}

/// The names in the file, whether or not their parts can be read.
pub fn names(field: &Field<CastFile>) -> Vec<String> {
    let entries = field.0.iter().flat_map(|file| &file.value.0);
    entries.map(|(name, _)| name.value.clone()).collect()
}

/// Reads the cast and sees that it can play: one platform, and somebody to call and to record.
pub fn read(reader: &mut Reader, field: Field<CastFile>, known: &Known) -> Vec<Part> {
    let Some(file) = field.0 else {
        reader.complain_of_file("a scenario needs a `cast`", "the parts, each with its `role`");
        return Vec::new();
    };
    let whole = place(file.referenced);
    let cast: Vec<_> = file
        .value
        .0
        .iter()
        .filter_map(|(name, part)| read_part(reader, name, &part.value, known))
        .collect();
    if cast.len() == file.value.0.len() {
        complete::complete(reader, whole, &cast);
    }
    cast
}

/// The cast as serde reads it.
pub type CastFile = serde_saphyr::Spanned<Named<serde_saphyr::Spanned<file::Part>>>;

fn read_part(reader: &mut Reader, name: &Text, part: &file::Part, known: &Known) -> Option<Part> {
    let at = place_of(name);
    let Some(role_text) = &part.role.0 else {
        let help = format!("add `role: {}`", words(ROLES).join("` or `role: "));
        reader.complain(at, format!("{} has no `role`", name.value), help);
        return None;
    };
    let role_name = reader.word(role_text, "role", ROLES)?;
    check_name(reader, name, role_name);
    let role = match role_name {
        RoleName::Phone => Role::Phone(phone::read(reader, name, part)?),
        RoleName::Platform => {
            let dialect = reader.word_or(&part.dialect, "dialect", DIALECTS, Dialect::Rfc);
            let large = &part.large_requests;
            let large_requests =
                reader.word_or(large, "way for large requests", LARGE, LargeRequests::Move);
            let stops_kept = reader.word_or(&part.stops_kept, "truth", TRUTH, false);
            let prompts = part.prompts.0.as_ref();
            let prompts = prompts.map(|it| prompts::read(reader, &it.value)).unwrap_or_default();
            let ways = ways::read(reader, part);
            let accounts = office::read_accounts(reader, part);
            Role::Platform(Platform {
                prompts,
                dialect,
                large_requests,
                stops_kept,
                ways,
                accounts,
            })
        }
        RoleName::Recorder => Role::Recorder(library::read(reader, part)),
        RoleName::Admin => Role::Admin(office::read_admin(reader, &name.value, part)),
        RoleName::Portal => Role::Portal,
    };
    refuse_strangers(reader, role_name, part);
    if let (Some(prompts), true) = (&part.prompts.0, role_name != RoleName::Platform) {
        let what = format!("a {} has no `prompts`", role_name.word());
        reader.complain(place(prompts.referenced), what, "`prompts` is for a platform");
    }
    let player = read_player(reader, role_name, part, known);
    let transport = match &player {
        Player::Real(address) if part.transport.0.is_none() => address.value.transport,
        _ => reader.word_or(&part.transport, "transport", TRANSPORTS, Transport::Udp),
    };
    let codecs = codecs::read(reader, part);
    Some(Part { name: name.value.clone(), place: at, role, player, transport, codecs })
}

/// People have capital letters, as in the sentences that speak of them.
fn check_name(reader: &mut Reader, name: &Text, role: RoleName) {
    let fits = |c: char| c.is_alphanumeric() || c == '_';
    let whole = name.value.chars().all(fits) && name.value.chars().count() <= NAME_MAX;
    let initial = name.value.chars().next();
    if !whole || !initial.is_some_and(char::is_alphabetic) {
        let what = format!("`{}` cannot be a name", name.value);
        let help = format!("one word of letters and digits, at most {NAME_MAX}");
        reader.complain(place_of(name), what, help);
    } else if matches!(role, RoleName::Phone | RoleName::Admin)
        && !initial.is_some_and(char::is_uppercase)
    {
        let what = format!("`{}` is a person, and begins with a small letter", name.value);
        reader.complain(place_of(name), what, "for example `Alice`");
    }
}

/// A key of another role is a slip, not something to pass over.
fn refuse_strangers(reader: &mut Reader, role: RoleName, part: &file::Part) {
    use RoleName::{Admin, Phone, Platform};
    let owned = [
        (Phone, "number", &part.number),
        (Phone, "password", &part.password),
        (Phone, "registration", &part.registration),
        (Phone, "record aware", &part.record_aware),
        (Phone, "recording", &part.recording),
        (Phone, "announced", &part.announced),
        (Phone, "pauses told by", &part.pauses_told_by),
        (Phone, "reminder tone", &part.reminder_tone),
        (Phone, "outside", &part.outside),
        (Phone, "language", &part.language),
        (Phone, "controls", &part.controls),
        (Phone, "ice", &part.ice),
        (Phone, "licence", &part.licence),
        (Platform, "accounts", &part.accounts),
        (Admin, "email", &part.email),
        (Admin, "token", &part.token),
        (Admin, "token lifetime", &part.token_lifetime),
        (Admin, "partner", &part.partner),
        (Platform, "dialect", &part.dialect),
        (Platform, "large requests", &part.large_requests),
        (Platform, "stops what is kept", &part.stops_kept),
        (RoleName::Recorder, "after migration", &part.after_migration),
        (RoleName::Recorder, "age", &part.age),
        (Platform, "ice agent", &part.ice_agent),
        (Platform, "recording delay", &part.recording_delay),
    ];
    for (owner, key, field) in owned {
        if let (Some(text), true) = (&field.0, owner != role) {
            let what = format!("a {} has no `{key}`", role.word());
            reader.complain(place_of(text), what, format!("`{key}` is for a {}", owner.word()));
        }
    }
}

fn read_player(reader: &mut Reader, role: RoleName, part: &file::Part, known: &Known) -> Player {
    let ours = Player::Ours { fault: None };
    match (&part.real.0, &part.fault.0) {
        (None, None) => ours,
        (Some(_), Some(fault)) => {
            let help = "remove `fault`, or play the part ourselves: remove `real`";
            reader.complain(place_of(fault), "a real system cannot be given a fault", help);
            ours
        }
        (None, Some(fault)) => {
            let faults = known.faults_of(role);
            if !faults.contains(&fault.value.as_str()) {
                let what = format!("a {} has no fault `{}`", role.word(), fault.value);
                reader.complain(place_of(fault), what, suggestion(&fault.value, &faults));
            }
            let fault = Located { value: fault.value.clone(), place: place_of(fault) };
            Player::Ours { fault: Some(fault) }
        }
        (Some(real), None) if role == RoleName::Phone && real.value == "registers" => {
            Player::Registers
        }
        (Some(real), None) => {
            let address = reader.value(real, Address::parse);
            let place = place_of(real);
            address.map_or(ours, |value| Player::Real(Located { value, place }))
        }
    }
}

pub(super) fn words<T>(table: &[(&'static str, T)]) -> Vec<&'static str> {
    table.iter().map(|(word, _)| *word).collect()
}

const ROLES: &[(&str, RoleName)] = &[
    ("phone", RoleName::Phone),
    ("platform", RoleName::Platform),
    ("recorder", RoleName::Recorder),
    ("admin", RoleName::Admin),
    ("portal", RoleName::Portal),
];

const DIALECTS: &[(&str, Dialect)] = &[("rfc", Dialect::Rfc), ("webex", Dialect::Webex)];

const LARGE: &[(&str, LargeRequests)] =
    &[("move to tcp", LargeRequests::Move), ("stay on udp", LargeRequests::Stay)];

/// A longer name would break every ladder.
const NAME_MAX: usize = 24;
