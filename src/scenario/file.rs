//! The shape of a scenario file, as serde reads it: which keys there are, and nothing about their
//! values, which `cast`, `network` and their neighbours read from the text.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_saphyr::Spanned;

/// A scalar as it was written, and where.
pub type Text = Spanned<String>;

/// A whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct File {
    pub title: Field<Text>,
    pub cast: Field<Spanned<Named<Spanned<Part>>>>,
    pub network: Field<Spanned<Network>>,
    pub wire: Field<Spanned<Wire>>,
    pub budgets: Field<Budgets>,
    pub profile: Field<Text>,
    pub declares: Field<Vec<Text>>,
    #[serde(rename = "not applicable")]
    pub not_applicable: Field<Named<Text>>,
    #[serde(rename = "known deviations")]
    pub known_deviations: Field<Named<Text>>,
    pub seed: Field<Text>,
}

/// A part of the cast, whatever its role.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Part {
    pub role: Field<Text>,
    pub number: Field<Text>,
    pub password: Field<Text>,
    pub registration: Field<Text>,
    pub recording: Field<Text>,
    pub announced: Field<Text>,
    #[serde(rename = "pauses told by")]
    pub pauses_told_by: Field<Text>,
    #[serde(rename = "reminder tone")]
    pub reminder_tone: Field<Text>,
    pub outside: Field<Text>,
    pub language: Field<Text>,
    pub prompts: Field<Spanned<Prompts>>,
    #[serde(rename = "record aware")]
    pub record_aware: Field<Text>,
    pub controls: Field<Text>,
    pub ice: Field<Text>,
    #[serde(rename = "ice agent")]
    pub ice_agent: Field<Text>,
    #[serde(rename = "recording delay")]
    pub recording_delay: Field<Text>,
    pub dialect: Field<Text>,
    #[serde(rename = "stops what is kept")]
    pub stops_kept: Field<Text>,
    #[serde(rename = "after migration")]
    pub after_migration: Field<Text>,
    pub age: Field<Text>,
    pub email: Field<Text>,
    pub licence: Field<Text>,
    pub accounts: Field<Text>,
    pub token: Field<Text>,
    #[serde(rename = "token lifetime")]
    pub token_lifetime: Field<Text>,
    pub scopes: Field<Spanned<Vec<Text>>>,
    pub partner: Field<Text>,
    #[serde(rename = "large requests")]
    pub large_requests: Field<Text>,
    pub transport: Field<Text>,
    pub codecs: Field<Spanned<Vec<Text>>>,
    pub real: Field<Text>,
    pub fault: Field<Text>,
}

/// What a platform plays to people.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Prompts {
    pub length: Field<Text>,
    #[serde(rename = "tone frequency")]
    pub tone_frequency: Field<Text>,
    #[serde(rename = "tone length")]
    pub tone_length: Field<Text>,
    #[serde(rename = "tone level")]
    pub tone_level: Field<Text>,
    #[serde(rename = "end announced")]
    pub end_announced: Field<Text>,
    #[serde(rename = "newcomers told")]
    pub newcomers_told: Field<Text>,
    #[serde(rename = "announced with")]
    pub announced_with: Field<Text>,
    #[serde(rename = "set by")]
    pub set_by: Field<Text>,
    #[serde(rename = "pauses told to")]
    pub pauses_told_to: Field<Text>,
    #[serde(rename = "reminders recorded")]
    pub reminders_recorded: Field<Text>,
    #[serde(rename = "pause notices recorded")]
    pub pause_notices_recorded: Field<Text>,
    #[serde(rename = "announcements recorded")]
    pub announcements_recorded: Field<Text>,
    #[serde(rename = "told as")]
    pub told_as: Field<Text>,
    #[serde(rename = "told in")]
    pub told_in: Field<Text>,
    #[serde(rename = "reminders told")]
    pub reminders_told: Field<Text>,
}

/// A simulated network.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Network {
    pub latency: Field<Text>,
    pub jitter: Field<Text>,
    pub loss: Field<Text>,
    pub reordering: Field<Text>,
    pub duplication: Field<Text>,
    pub bandwidth: Field<Text>,
    pub links: Field<Named<Link>>,
}

/// What one link has of its own.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Link {
    pub latency: Field<Text>,
    pub jitter: Field<Text>,
    pub loss: Field<Text>,
    pub reordering: Field<Text>,
    pub duplication: Field<Text>,
    pub bandwidth: Field<Text>,
}

/// Real sockets.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wire {
    pub listen: Field<Text>,
    pub ports: Field<Named<Text>>,
    pub http: Field<Text>,
    #[serde(rename = "http ports")]
    pub http_ports: Field<Named<Text>>,
    pub tls: Field<Spanned<Tls>>,
    #[serde(rename = "real time")]
    pub real_time: Field<Text>,
}

/// Files for TLS.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tls {
    pub certificate: Field<Text>,
    pub key: Field<Text>,
    pub trust: Field<Text>,
    #[serde(rename = "asks clients")]
    pub asks_clients: Field<Text>,
}

/// What is allowed before a fact becomes a failure.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Budgets {
    #[serde(rename = "recording starts")]
    pub recording_starts: Field<Text>,
    #[serde(rename = "recording ends")]
    pub recording_ends: Field<Text>,
    #[serde(rename = "streams agree")]
    pub streams_agree: Field<Text>,
    pub gap: Field<Text>,
    pub loss: Field<Text>,
    pub answer: Field<Text>,
}

/// A key that may be absent, but not empty: a key without a value is a value that was forgotten.
#[derive(Debug)]
pub struct Field<T>(pub Option<T>);

impl<T> Default for Field<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(|value| Self(Some(value)))
    }
}

/// A map whose keys are names given by the author, in the order of the file.
#[derive(Debug)]
pub struct Named<T>(pub Vec<(Text, T)>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(NamedVisitor(PhantomData))
    }
}

struct NamedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for NamedVisitor<T> {
    type Value = Named<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("names, each with its value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Named<T>, A::Error> {
        let mut entries = Vec::new();
        // Bounded by the budget of nodes that the reader was given.
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Named(entries))
    }
}
