//! How a TLS connection was opened, or was not: who showed what, and who turned whom away.

use std::fmt;
use std::net::SocketAddr;

/// The opening of a TLS connection, as far as it was seen (RFC 8446 section 4.4).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Handshake {
    /// Who opened the connection: the address that its packets are from.
    pub client: SocketAddr,
    /// Who was connected to.
    pub server: SocketAddr,
    /// What the server showed; `None` where nobody knows what to think of it.
    pub by_server: Option<Shown>,
    /// What the client showed; `None` where it was not asked, or that was not seen.
    pub by_client: Option<Shown>,
    /// What came of it.
    pub end: Ending,
}

/// What one side of a TLS connection shows of itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Shown {
    /// No certificate at all.
    Nothing,
    /// A certificate that is good, and its own.
    Sound,
    /// A certificate that nobody should believe.
    Flawed(Flaw),
}

/// What is wrong with a certificate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Flaw {
    /// Its time is over, or has not come.
    Expired,
    /// It is for somebody else.
    OtherName,
    /// It names its owner with a wildcard, which SIP does not know (RFC 5922 section 7.2).
    Wildcard,
    /// It names a user, where a host or a domain is meant (RFC 5922 section 7.1).
    User,
    /// It is signed by nobody who is known, or by itself.
    UnknownIssuer,
}

/// What came of the opening of a connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ending {
    /// Messages can be sent.
    Opened,
    /// The client turned the server away.
    RefusedByClient,
    /// The server turned the client away.
    RefusedByServer,
}

impl Flaw {
    /// Each of them, and the word for it in a timeline.
    pub const ALL: [(&'static str, Self); 5] = [
        ("expired", Self::Expired),
        ("other name", Self::OtherName),
        ("wildcard", Self::Wildcard),
        ("user", Self::User),
        ("unknown issuer", Self::UnknownIssuer),
    ];
}

impl Shown {
    /// The word for it in a timeline.
    pub fn word(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Sound => "sound",
            Self::Flawed(flaw) => {
                let word = Flaw::ALL.iter().find(|(_, known)| *known == flaw);
                word.map_or("", |(word, _)| word)
            }
        }
    }

    /// What a [word](Self::word) stands for.
    pub fn of_word(word: &str) -> Option<Self> {
        match word {
            "nothing" => Some(Self::Nothing),
            "sound" => Some(Self::Sound),
            _ => Flaw::ALL.iter().find(|(known, _)| *known == word).map(|it| Self::Flawed(it.1)),
        }
    }
}

impl Ending {
    /// Each of them, and the word for it in a timeline.
    pub const ALL: [(&'static str, Self); 3] = [
        ("opened", Self::Opened),
        ("refused by the client", Self::RefusedByClient),
        ("refused by the server", Self::RefusedByServer),
    ];

    /// The word for it in a timeline.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, known)| *known == self).map_or("", |(word, _)| word)
    }

    /// What a [word](Self::word) stands for.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == word).map(|it| it.1)
    }
}

/// As it goes on after "a certificate".
impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Expired => "whose time is over",
            Self::OtherName => "for somebody else",
            Self::Wildcard => "with a wildcard for a name",
            Self::User => "for a user",
            Self::UnknownIssuer => "of an issuer whom nobody knows",
        })
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("no certificate"),
            Self::Sound => f.write_str("a certificate"),
            Self::Flawed(flaw) => write!(f, "a certificate {flaw}"),
        }
    }
}

/// `TLS refused by the client: the server shows a certificate whose time is over`
impl fmt::Display for Handshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TLS {}", self.end.word())?;
        let mut sign = ": ";
        for (who, shown) in [("server", self.by_server), ("client", self.by_client)] {
            if let Some(shown) = shown {
                write!(f, "{sign}the {who} shows {shown}")?;
                sign = ", ";
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_has_a_word_that_is_read_again() {
        let flawed = Flaw::ALL.map(|(_, flaw)| Shown::Flawed(flaw));
        for shown in flawed.into_iter().chain([Shown::Nothing, Shown::Sound]) {
            assert_eq!(Shown::of_word(shown.word()), Some(shown));
        }
        assert_eq!(Shown::of_word("nice"), None);
    }

    #[test]
    fn a_handshake_is_told_in_a_line() {
        let address = SocketAddr::from(([192, 0, 2, 1], 5061));
        let told = |by_client, end| {
            let by_server = Some(Shown::Sound);
            let shake = Handshake { client: address, server: address, by_server, by_client, end };
            shake.to_string()
        };
        assert_eq!(told(None, Ending::Opened), "TLS opened: the server shows a certificate");
        assert_eq!(
            told(Some(Shown::Flawed(Flaw::Expired)), Ending::RefusedByServer),
            "TLS refused by the server: the server shows a certificate, \
             the client shows a certificate whose time is over"
        );
    }
}
