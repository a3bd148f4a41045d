//! The attributes of a description, and the few whose values mean something here.

use std::fmt;
use std::net::IpAddr;

/// One `a=` line: `a=name` or `a=name:value`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Attribute {
    /// What stands before the colon.
    pub name: String,
    /// What stands after it, blanks and all; `None` if there is no colon.
    pub value: Option<String>,
}

impl Attribute {
    /// `a=name:value`.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: Some(value.into()) }
    }

    /// `a=name`.
    pub fn flag(name: impl Into<String>) -> Self {
        Self { name: name.into(), value: None }
    }
}

/// Where media goes: the host of a `c=` line, without the `/ttl` of a multicast group.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Address {
    /// An IP address, or the name of a host.
    pub host: String,
}

impl Address {
    /// The address as a number; `None` for the name of a host.
    pub fn ip(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    /// Whether it says "send nothing": 0.0.0.0 (RFC 3264 section 8.4), or a name under `.invalid`
    /// (RFC 6157 section 5.1). The `::` that the latter forbids is taken to mean the same.
    pub fn is_null(&self) -> bool {
        match self.ip() {
            Some(ip) => ip.is_unspecified(),
            None => self.host.to_ascii_lowercase().ends_with(".invalid"),
        }
    }

    /// Whether it is a group's address rather than somebody's.
    pub fn is_multicast(&self) -> bool {
        self.ip().is_some_and(|ip| ip.is_multicast())
    }
}

/// The value of `a=rtcp`: where RTCP goes if not to the next port (RFC 3605 section 2.1).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rtcp {
    /// The port.
    pub port: u16,
    /// The address, if not that of the media.
    pub address: Option<Address>,
}

impl Rtcp {
    /// Reads `<port> [<nettype> <addrtype> <address>]`.
    pub(super) fn parse(value: &str) -> Option<Self> {
        let mut fields = value.split_ascii_whitespace();
        let port = fields.next()?.parse().ok()?;
        let address = fields.nth(2).map(|host| Address { host: host.to_owned() });
        Some(Self { port, address })
    }
}

/// Whether a communication session is being recorded: `a=record` (RFC 7866 section 7.1.2).
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Record {
    /// Recording is in progress.
    On,
    /// No recording is in progress.
    Off,
    /// Recording is in progress, but no media is kept for now.
    Paused,
}

impl Record {
    /// Reads the value; its case does not matter, being that of an ABNF literal.
    pub(super) fn parse(value: &str) -> Option<Self> {
        [Self::On, Self::Off, Self::Paused]
            .into_iter()
            .find(|it| value.trim().eq_ignore_ascii_case(it.name()))
    }

    fn name(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
            Self::Paused => "paused",
        }
    }

    /// The attribute that says so.
    pub fn attribute(self) -> Attribute {
        Attribute::new("record", self.name())
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What a participant would like the recording to do: `a=recordpref` (RFC 7866 section 7.3.2).
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum RecordPreference {
    /// Record, or go on recording.
    On,
    /// Do not record.
    Off,
    /// Pause. Note that this is not the word that `a=record` uses.
    Pause,
    /// Whatever.
    NoPreference,
}

impl RecordPreference {
    /// Reads the value, in any case.
    pub(super) fn parse(value: &str) -> Option<Self> {
        [Self::On, Self::Off, Self::Pause, Self::NoPreference]
            .into_iter()
            .find(|it| value.trim().eq_ignore_ascii_case(it.name()))
    }

    fn name(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
            Self::Pause => "pause",
            Self::NoPreference => "nopreference",
        }
    }

    /// The attribute that says so. The grammar of RFC 7866 would have a second `a=` in the value:
    /// nobody writes it.
    pub fn attribute(self) -> Attribute {
        Attribute::new("recordpref", self.name())
    }
}

impl fmt::Display for RecordPreference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The values of every attribute of this name, in order.
pub(super) fn values<'a>(list: &'a [Attribute], name: &'a str) -> impl Iterator<Item = &'a str> {
    list.iter().filter(move |it| it.name == name).filter_map(|it| it.value.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_addresses_say_send_nothing() {
        let is_null = |host: &str| Address { host: host.into() }.is_null();
        assert!(is_null("0.0.0.0") && is_null("::") && is_null("nobody.INVALID"));
        assert!(!is_null("192.0.2.1") && !is_null("2001:db8::1") && !is_null("media.example.com"));
    }

    #[test]
    fn rtcp_may_go_to_another_port_or_another_host() {
        let elsewhere = Address { host: "2001:db8::1".into() };
        assert_eq!(Rtcp::parse("53020"), Some(Rtcp { port: 53020, address: None }));
        let full = Rtcp { port: 53020, address: Some(elsewhere) };
        assert_eq!(Rtcp::parse("53020 IN IP6 2001:db8::1"), Some(full));
        assert_eq!(Rtcp::parse("70000"), None);
        assert_eq!(Rtcp::parse(""), None);
    }

    #[test]
    fn record_and_recordpref_have_different_words_for_a_pause() {
        assert_eq!(Record::parse("PAUSED"), Some(Record::Paused));
        assert_eq!(Record::parse("pause"), None);
        assert_eq!(RecordPreference::parse("Pause"), Some(RecordPreference::Pause));
        assert_eq!(RecordPreference::parse("paused"), None);
    }
}
