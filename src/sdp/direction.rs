//! Which way media flows on a stream, and what an answer may make of it (RFC 3264 section 6.1).

use std::fmt;

/// The direction of a stream, as its describer sees it (RFC 8866 section 6.7).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Direction {
    /// Neither way; RTCP still flows.
    Inactive,
    /// The describer only receives.
    RecvOnly,
    /// The describer only sends.
    SendOnly,
    /// Both ways: what holds where nothing is said.
    #[default]
    SendRecv,
}

impl Direction {
    /// The direction of one that sends, receives, both or neither.
    pub fn of(sends: bool, receives: bool) -> Self {
        match (sends, receives) {
            (false, false) => Self::Inactive,
            (false, true) => Self::RecvOnly,
            (true, false) => Self::SendOnly,
            (true, true) => Self::SendRecv,
        }
    }

    /// The direction that an attribute of this name stands for.
    pub fn named(attribute: &str) -> Option<Self> {
        match attribute {
            "inactive" => Some(Self::Inactive),
            "recvonly" => Some(Self::RecvOnly),
            "sendonly" => Some(Self::SendOnly),
            "sendrecv" => Some(Self::SendRecv),
            _ => None,
        }
    }

    /// The attribute's name, without `a=`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inactive => "inactive",
            Self::RecvOnly => "recvonly",
            Self::SendOnly => "sendonly",
            Self::SendRecv => "sendrecv",
        }
    }

    /// Whether the describer sends.
    pub fn sends(self) -> bool {
        matches!(self, Self::SendOnly | Self::SendRecv)
    }

    /// Whether the describer receives.
    pub fn receives(self) -> bool {
        matches!(self, Self::RecvOnly | Self::SendRecv)
    }

    /// The same stream seen from the other end.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self::of(self.receives(), self.sends())
    }

    /// What both allow, seen from the same end.
    #[must_use]
    pub fn intersect(self, other: Self) -> Self {
        Self::of(self.sends() && other.sends(), self.receives() && other.receives())
    }

    /// The answer to this offer by one that would like `wish`.
    ///
    /// It never gives more than the offer allows: RFC 3264 section 6.1. A held offer is not held
    /// back (section 8.4): that happens only if the wish says so.
    #[must_use]
    pub fn answered(self, wish: Self) -> Self {
        self.reversed().intersect(wish)
    }

    /// Whether `answer` is a legal answer to this offer (RFC 3264 section 6.1).
    pub fn permits(self, answer: Self) -> bool {
        self.answered(answer) == answer
    }

    /// The direction that puts the other side on hold: no more receiving (RFC 3264 section 8.4).
    #[must_use]
    pub fn held(self) -> Self {
        Self::of(self.sends(), false)
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Direction::{self, Inactive, RecvOnly, SendOnly, SendRecv};

    const ALL: [Direction; 4] = [Inactive, RecvOnly, SendOnly, SendRecv];

    /// RFC 3264 section 6.1, as a table: what was offered, and every answer that is legal.
    const LEGAL: [(Direction, &[Direction]); 4] = [
        (SendOnly, &[Inactive, RecvOnly]),
        (RecvOnly, &[Inactive, SendOnly]),
        (SendRecv, &[Inactive, RecvOnly, SendOnly, SendRecv]),
        (Inactive, &[Inactive]),
    ];

    #[test]
    fn an_offer_permits_the_answers_of_rfc_3264_and_no_others() {
        for (offer, legal) in LEGAL {
            let permitted: Vec<_> = ALL.into_iter().filter(|&it| offer.permits(it)).collect();
            assert_eq!(permitted, legal, "answers to {offer}");
        }
    }

    #[test]
    fn whatever_the_answerer_wishes_its_answer_is_legal() {
        for offer in ALL {
            for wish in ALL {
                assert!(offer.permits(offer.answered(wish)), "{offer} answered with {wish}");
            }
        }
    }

    #[test]
    fn an_answer_gives_the_wish_wherever_the_offer_allows_it() {
        let table = [
            (SendOnly, SendRecv, RecvOnly),
            (SendOnly, RecvOnly, RecvOnly),
            (SendOnly, SendOnly, Inactive),
            (RecvOnly, SendRecv, SendOnly),
            (SendRecv, SendRecv, SendRecv),
            (SendRecv, SendOnly, SendOnly),
            (SendRecv, Inactive, Inactive),
            (Inactive, SendRecv, Inactive),
        ];
        for (offer, wish, answer) in table {
            assert_eq!(offer.answered(wish), answer, "{offer} answered with {wish}");
        }
    }

    #[test]
    fn holding_a_stream_stops_only_what_the_holder_would_receive() {
        let held: Vec<_> = [SendRecv, RecvOnly, SendOnly, Inactive].map(Direction::held).into();
        assert_eq!(held, [SendOnly, Inactive, SendOnly, Inactive]);
    }
}
