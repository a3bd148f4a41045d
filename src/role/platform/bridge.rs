//! A call between two telephones: two legs, and what passes from one to the other (a
//! back-to-back user agent, RFC 7092 section 3.2).

use super::leg::Leg;
use super::mailbox::Mailbox;
use super::recording::Recording;
use super::room::RoomId;
use super::transfer::Teller;
use crate::sip::agent::RequestId;
use crate::time::Instant;

/// A call between two telephones.
#[derive(Debug)]
pub struct Bridge {
    /// Its running number.
    pub id: u64,
    /// Who called, and who was called.
    pub legs: [Leg; 2],
    /// Whether it was answered.
    pub stage: Stage,
    /// The change that one side asked for and the other has not answered yet.
    pub pending: Option<Pending>,
    /// The recordings of it, one for each recorded party.
    pub recordings: Vec<Recording>,
    /// Whose calls are to be recorded once the call is no longer on hold.
    pub wanted: Vec<End>,
    /// What ties the recordings of one call together.
    pub tracking_id: String,
    /// Somebody hands the call on to somebody who has not answered yet.
    pub transfer: Option<Transfer>,
    /// What somebody is asked for since there is somebody new at the other end.
    pub renewal: Option<Renewal>,
    /// Who was called before whoever is called now.
    pub diverted: Vec<String>,
    /// How many more hops it may take (RFC 3261 section 20.22).
    pub hops: u8,
    /// A mailbox that has taken the call.
    pub mailbox: Option<Mailbox>,
    /// The room that one end of it leads to.
    pub room: Option<RoomId>,
    /// The recordings that have just come here with their user.
    pub moved: Vec<usize>,
}

/// A call that is being handed on to somebody who is called for it.
#[derive(Debug)]
pub struct Transfer {
    /// Who hands it on, and will leave.
    pub by: End,
    /// Who is told how it goes.
    pub teller: Teller,
    /// The leg to whoever is called.
    pub leg: Leg,
}

/// A change that the platform asks for itself.
#[derive(Clone, Copy, Debug)]
pub struct Renewal {
    /// Who was asked.
    pub end: End,
    /// What we asked.
    pub ours: RequestId,
    /// Whether the other end knows already.
    pub last: bool,
}

/// How far a bridge is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stage {
    /// The called telephone has not answered, and has until this moment to do so.
    Calling(Instant),
    /// The called telephone made the offer, and the caller's ACK is to bring the answer.
    AwaitingAnswer,
    /// People can talk.
    Up,
    /// Somebody has hung up, or nobody answered.
    Over,
}

/// Which leg of a bridge.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum End {
    /// Whoever called.
    Caller = 0,
    /// Whoever was called.
    Callee = 1,
}

impl End {
    /// Both, the caller first.
    pub const BOTH: [Self; 2] = [Self::Caller, Self::Callee];

    /// The opposite leg.
    pub fn other(self) -> Self {
        match self {
            Self::Caller => Self::Callee,
            Self::Callee => Self::Caller,
        }
    }
}

/// A change that waits for the other side.
#[derive(Clone, Copy, Debug)]
pub struct Pending {
    /// What to answer.
    pub theirs: RequestId,
    /// What we asked the other side.
    pub ours: RequestId,
}

impl Bridge {
    /// A call that rings until this moment.
    pub fn new(id: u64, legs: [Leg; 2], until: Instant, tracking_id: String) -> Self {
        Self {
            id,
            legs,
            stage: Stage::Calling(until),
            pending: None,
            recordings: Vec::new(),
            wanted: Vec::new(),
            tracking_id,
            transfer: None,
            renewal: None,
            diverted: Vec::new(),
            hops: 70,
            mailbox: None,
            room: None,
            moved: Vec::new(),
        }
    }

    /// Which recordings are those of the user at this end.
    pub fn recordings_of(&self, end: End) -> Vec<usize> {
        let own = self.recordings.iter().enumerate().filter(|(_, it)| it.user == end);
        own.map(|(index, _)| index).collect()
    }

    /// One leg.
    pub fn leg(&self, end: End) -> &Leg {
        &self.legs[end as usize]
    }

    /// One leg, to change.
    pub fn leg_mut(&mut self, end: End) -> &mut Leg {
        &mut self.legs[end as usize]
    }

    /// The last recording of one party, and its place among all.
    pub fn current(&self, user: End) -> Option<(usize, &Recording)> {
        self.recordings.iter().enumerate().rfind(|(_, recording)| recording.user == user)
    }

    /// The last recording of one party, to change, and its place among all.
    pub fn current_mut(&mut self, user: End) -> Option<(usize, &mut Recording)> {
        self.recordings.iter_mut().enumerate().rfind(|(_, recording)| recording.user == user)
    }

    /// The leg that has this RTP or RTCP port of ours, and whether it is the one for RTCP.
    pub fn end_at(&self, port: u16) -> Option<(End, bool)> {
        End::BOTH.into_iter().find_map(|end| {
            let local = self.leg(end).local.port();
            match port {
                _ if port == local => Some((end, false)),
                _ if port == local.saturating_add(1) => Some((end, true)),
                _ => None,
            }
        })
    }
}
