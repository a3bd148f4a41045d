//! A scenario file: who takes part, on what network, within what budgets, and what a vendor
//! declares.
//!
//! One file, one scenario: no inheritance, no defaults from elsewhere. Unknown keys, misspelt
//! words, duplicate keys and numbers without a unit are refused, with the place and what would
//! have been right.

mod address;
mod budgets;
mod cast;
mod codecs;
mod complete;
mod diagnostic;
mod file;
mod known;
mod library;
mod nearest;
mod network;
mod notices;
mod office;
mod phone;
mod prompts;
mod quantity;
mod reader;
mod recording;
mod ways;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};

pub use address::{Address, Number, Transport};
pub use budgets::Budgets;
pub use cast::{Dialect, LargeRequests, Part, Platform, Player, Role, RoleName};
pub use codecs::Codec;
pub use diagnostic::{Diagnostic, Diagnostics, Located, Place, Source};
pub use known::{CAPABILITIES, Known, capability_tag};
pub use library::{AfterMigration, Age, Recorder};
pub use nearest::{distance, nearest};
pub use network::{Between, Link, Network, Setting, TlsFiles, Wire};
pub use notices::{Announced, Notices, Signal};
pub use office::{Accounts, Admin, Licence, Scope, admins, email_of};
pub use phone::Phone;
pub use prompts::{Placement, Prompts};
pub use quantity::{Rate, Share, Unreadable, duration};
pub use recording::{Controls, Recording};
pub use ways::{IceAgent, Ways};

use file::{Field, File, Named, Text};
use reader::Reader;
use yaml::{place_of, suggestion};

/// A scenario file that can be played.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Scenario {
    /// The file as it was read, to complain about a place in it.
    pub source: Source,
    /// `title`: one line for people.
    pub title: String,
    /// `cast`: the parts, in the order of the file; one platform, at least one phone and one
    /// recorder.
    pub cast: Vec<Part>,
    /// `network` or `wire`.
    pub setting: Setting,
    /// `budgets`.
    pub budgets: Budgets,
    /// `profile`: by which book facts are judged; `rfc-strict` unless the file says otherwise.
    pub profile: Profile,
    /// `declares`: the capabilities that may be asked about; none unless the file names them.
    pub declares: BTreeSet<String>,
    /// `not applicable`: the capabilities that cannot be there, each with the reason.
    pub not_applicable: BTreeMap<String, String>,
    /// `known deviations`: the requirements that are known to be broken, each with the issue.
    pub known_deviations: BTreeMap<String, Located<String>>,
    /// `seed`: what all randomness comes from; 1 unless the file says otherwise.
    pub seed: u64,
    /// The dialect that was asked for in place of the file's, if any was.
    pub asked_dialect: Option<Dialect>,
}

/// What a dialect is forgiven.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Profile {
    /// `rfc-strict`: nothing.
    RfcStrict,
    /// `webex-calling`: what the product really speaks.
    WebexCalling,
    /// `field`: what is often wrong in the field, and most peers live with.
    Field,
}

impl Profile {
    /// The name, as a scenario gives it.
    pub fn name(self) -> &'static str {
        let found = PROFILES.iter().find(|(_, profile)| *profile == self);
        found.map_or("rfc-strict", |(name, _)| name)
    }
}

impl Scenario {
    /// Reads the text of a file that is called `path` in messages.
    pub fn parse(path: &str, text: &str, known: &Known) -> Result<Self, Diagnostics> {
        let source = Source::new(path, text);
        let mut file = yaml::read(&source)?;
        let mut reader = Reader::new(&source);
        let title = read_title(&mut reader, &file);
        let cast_file = std::mem::take(&mut file.cast);
        let names = cast::names(&cast_file);
        let cast = cast::read(&mut reader, cast_file, known);
        let setting = network::read(&mut reader, &file, &cast, &names);
        let budgets = file.budgets.0.as_ref().map(|file| budgets::read(&mut reader, file));
        let profile = reader.word_or(&file.profile, "profile", PROFILES, Profile::RfcStrict);
        let declares = read_declares(&mut reader, &file.declares);
        let not_applicable = read_not_applicable(&mut reader, &file.not_applicable, &declares);
        let known_deviations = read_deviations(&mut reader, &file.known_deviations, known);
        let seed = reader.value_or(&file.seed, SEED, |text| {
            text.parse().map_err(|_| Unreadable {
                what: format!("`{text}` is not a seed"),
                help: "a whole number, such as `7`".to_owned(),
            })
        });
        let complaints = reader.into_complaints();
        Diagnostics::unless_empty(complaints)?;
        Ok(Self {
            source,
            title,
            cast,
            setting: setting.expect("its absence is a complaint"),
            budgets: budgets.unwrap_or_default(),
            profile,
            declares,
            not_applicable,
            known_deviations,
            seed,
            asked_dialect: None,
        })
    }

    /// The same scenario with a platform that writes SIPREC in this dialect, judged by the profile
    /// that goes with it; by the book means large requests over TCP too. The complaint is that the
    /// platform is real, and writes as it does.
    pub fn speaking(mut self, dialect: Dialect) -> Result<Self, Diagnostic> {
        for part in &mut self.cast {
            let Role::Platform(platform) = &mut part.role else { continue };
            if !matches!(part.player, Player::Ours { .. }) {
                let what = format!("the platform of {} is real", self.source.path());
                let help = "a dialect can be asked of a platform that is played";
                return Err(Diagnostic::new(what).help(help));
            }
            platform.dialect = dialect;
            if dialect == Dialect::Rfc {
                platform.large_requests = LargeRequests::Move;
            }
        }
        self.profile = match (dialect, self.profile) {
            (Dialect::Webex, _) => Profile::WebexCalling,
            (Dialect::Rfc, Profile::WebexCalling) => Profile::RfcStrict,
            (Dialect::Rfc, other) => other,
        };
        self.asked_dialect = Some(dialect);
        Ok(self)
    }

    /// The part of this name.
    pub fn part(&self, name: &str) -> Option<&Part> {
        self.cast.iter().find(|part| part.name == name)
    }

    /// The phones, in the order of the file.
    pub fn phones(&self) -> impl Iterator<Item = (&Part, &Phone)> {
        self.cast.iter().filter_map(|part| match &part.role {
            Role::Phone(phone) => Some((part, phone)),
            _ => None,
        })
    }

    /// The parts with this role, in the order of the file.
    pub fn with_role(&self, role: RoleName) -> impl Iterator<Item = &Part> {
        self.cast.iter().filter(move |part| part.role.name() == role)
    }

    /// Why a capability cannot be asked about here; `None` if it can.
    pub fn reason_without(&self, capability: &str) -> Option<String> {
        if self.declares.contains(capability) {
            return None;
        }
        Some(self.not_applicable.get(capability).map_or_else(
            || format!("{} does not declare `{capability}`", self.source.path()),
            |reason| format!("`{capability}` is not applicable: {reason}"),
        ))
    }
}

fn read_title(reader: &mut Reader, file: &File) -> String {
    let Some(text) = &file.title.0 else {
        reader.complain_of_file("a scenario needs a `title`", "one line, such as `A quiet office`");
        return String::new();
    };
    reader.sentence(text, "title").value
}

fn read_declares(reader: &mut Reader, field: &Field<Vec<Text>>) -> BTreeSet<String> {
    let declared = field.0.iter().flatten();
    declared.filter_map(|text| capability(reader, text).map(str::to_owned)).collect()
}

fn read_not_applicable(
    reader: &mut Reader,
    field: &Field<Named<Text>>,
    declares: &BTreeSet<String>,
) -> BTreeMap<String, String> {
    let mut reasons = BTreeMap::new();
    for (name, reason) in field.0.iter().flat_map(|named| &named.0) {
        let reason = reader.sentence(reason, "reason").value;
        let Some(capability) = capability(reader, name) else { continue };
        if declares.contains(capability) {
            let what = format!("`{capability}` is declared, and not applicable");
            reader.complain(place_of(name), what, "one of the two");
        }
        reasons.insert(capability.to_owned(), reason);
    }
    reasons
}

fn capability(reader: &mut Reader, text: &Text) -> Option<&'static str> {
    let words: Vec<_> = CAPABILITIES.iter().map(|(name, _)| (*name, *name)).collect();
    reader.word(text, "capability", &words)
}

fn read_deviations(
    reader: &mut Reader,
    field: &Field<Named<Text>>,
    known: &Known,
) -> BTreeMap<String, Located<String>> {
    let mut deviations = BTreeMap::new();
    for (id, issue) in field.0.iter().flat_map(|named| &named.0) {
        if !known.requirements.contains(&id.value.as_str()) {
            let what = format!("`{}` is not the id of a requirement", id.value);
            let help = nearest(&id.value, known.requirements.iter().copied())
                .map_or("an id of the catalogue".to_owned(), |id| suggestion(id, &[id]));
            reader.complain(place_of(id), what, help);
        }
        let issue = reader.sentence(issue, "deviation");
        deviations.insert(id.value.clone(), Located { place: place_of(id), ..issue });
    }
    deviations
}

const PROFILES: &[(&str, Profile)] = &[
    ("rfc-strict", Profile::RfcStrict),
    ("webex-calling", Profile::WebexCalling),
    ("field", Profile::Field),
];

/// Any number would do; it only has to be the same every time.
const SEED: u64 = 1;
