//! Judgement: pure functions from the timeline to a verdict.
//!
//! A check that is asked about a call means the last one that was answered, and every recording
//! of it: where both parties are recorded, both recordings have to be right.

pub mod align;
mod blame;
pub mod calls;
pub mod control;
pub mod deeds;
pub mod delay;
pub mod field;
pub mod indicator;
mod judged;
pub mod library;
mod limits;
pub mod messages;
pub mod modes;
pub mod pauses;
pub mod people;
pub mod portal;
mod profile;
pub mod prompts;
pub mod prompts_heard;
pub mod prompts_told;
pub mod prompts_tones;
pub mod provisioning;
mod requirement;
pub mod rules;
pub mod settings_api;
pub mod shown;
mod sound;
mod sources;
pub mod span;
mod strangers;
pub mod streams;
mod through;
pub mod trust;
mod unseen;
mod view;
pub mod whole;

pub use blame::{Blame, blame};
pub use field::field;
pub use judged::{Coverage, coverage, judged, judged_in};
pub use limits::Limits;
pub use profile::{Profile, TwoVerdicts};
pub use requirement::{Id, Level, Requirement, catalogue};
pub use rules::always;
pub use through::{Through, through};
pub use unseen::unseen;

use crate::evidence::Timeline;
use crate::time::Instant;

/// What a check makes of the evidence, from best to worst.
///
/// The words are those of TTCN-3 (ETSI ES 201 873-1), whose rule also applies: the verdict on
/// an example is the worst of its checks' verdicts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// The evidence shows that the requirement was met.
    Pass,
    /// The evidence is silent; the text says why.
    Inconclusive(String),
    /// The evidence contradicts the requirement.
    Fail(Finding),
}

impl Verdict {
    /// Fails with what was seen at a moment.
    pub fn fail(requirement: &'static str, at: Instant, seen: impl Into<String>) -> Self {
        Self::Fail(Finding {
            requirement: Id(requirement),
            at,
            seen: seen.into(),
            never: None,
            by: None,
        })
    }

    /// The same, with the name of the part that broke it, where that is known.
    #[must_use]
    pub fn blaming(mut self, who: &str) -> Self {
        if let Self::Fail(finding) = &mut self {
            finding.by = Some(who.to_owned());
        }
        self
    }

    /// Passes if `met`, and otherwise fails with what `seen` says.
    pub fn require(
        met: bool,
        requirement: &'static str,
        at: Instant,
        seen: impl FnOnce() -> String,
    ) -> Self {
        if met { Self::Pass } else { Self::fail(requirement, at, seen()) }
    }

    /// The worse of two verdicts; the earlier one where they are equally bad.
    #[must_use]
    pub fn worst(self, other: Self) -> Self {
        if other.rank() > self.rank() { other } else { self }
    }

    /// The worst of several verdicts; a pass if there are none, so the caller has to know that
    /// there are.
    pub fn of_all(verdicts: impl IntoIterator<Item = Self>) -> Self {
        verdicts.into_iter().fold(Self::Pass, Self::worst)
    }

    /// This verdict as far as the timeline bears it: if that is not whole, it shows neither that a
    /// requirement was met nor that it was not.
    #[must_use]
    pub fn resting_on(self, timeline: &Timeline) -> Self {
        match (doubt(timeline), self) {
            (Some(doubt), Self::Pass) => Self::Inconclusive(doubt),
            (Some(doubt), Self::Fail(finding)) => {
                Self::Inconclusive(format!("{doubt}; what is left of it says: {}", finding.seen))
            }
            (_, verdict) => verdict,
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::Inconclusive(_) => 1,
            Self::Fail(_) => 2,
        }
    }
}

/// Why nothing can be concluded from a timeline, if it is not whole.
pub fn doubt(timeline: &Timeline) -> Option<String> {
    let dropped = timeline.dropped();
    let more = (dropped > 0).then(|| format!("{dropped} packets more than fit"));
    let why = more.or_else(|| timeline.torn().map(str::to_owned))?;
    Some(format!("the evidence is not whole: {why}"))
}

/// Evidence against a requirement.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// The row that was broken.
    pub requirement: Id,
    /// The moment that shows it.
    pub at: Instant,
    /// What was seen.
    pub seen: String,
    /// What should have been on the ladder and never was, as a line of the ladder.
    pub never: Option<String>,
    /// The name of the part that broke it, where whoever found it knows.
    pub by: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::{Packet, Transport};
    use crate::time::Epoch;

    #[test]
    fn the_worst_verdict_wins_and_the_first_of_equals() {
        let unsure = |why: &str| Verdict::Inconclusive(why.to_owned());
        let broken = Verdict::fail("WXC-STR-1", Instant::START, "one stream");
        assert_eq!(Verdict::of_all([]), Verdict::Pass);
        assert_eq!(Verdict::of_all([unsure("a"), Verdict::Pass, unsure("b")]), unsure("a"));
        assert_eq!(Verdict::of_all([unsure("a"), broken.clone(), Verdict::Pass]), broken);
    }

    #[test]
    fn nothing_is_concluded_from_evidence_that_is_not_whole() {
        let mut timeline = Timeline::new(Epoch::SIMULATED);
        let broken = Verdict::fail("WXC-STR-1", Instant::START, "one stream");
        assert_eq!(Verdict::Pass.resting_on(&timeline), Verdict::Pass);
        assert_eq!(broken.clone().resting_on(&timeline), broken);
        for place in 0..10_000_u32 {
            let [.., high, low] = place.to_be_bytes();
            timeline.received(Instant::START, &rtp_from([10, 0, high, low]));
        }
        let why = "the evidence is not whole: 1808 packets more than fit";
        assert_eq!(Verdict::Pass.resting_on(&timeline), Verdict::Inconclusive(why.to_owned()));
        let why = format!("{why}; what is left of it says: one stream");
        assert_eq!(broken.resting_on(&timeline), Verdict::Inconclusive(why));
    }

    fn rtp_from(host: [u8; 4]) -> Packet {
        let mut payload = vec![0x80, 0];
        payload.extend([0; 170]);
        Packet {
            transport: Transport::Udp,
            source: (host, 4_000).into(),
            target: ([192, 0, 2, 1], 4_000).into(),
            payload: payload.into(),
        }
    }
}
