//! One side of a bridged call: the platform towards one telephone.

use std::net::SocketAddr;

use super::settings::Dialect;
use super::wish::Keys;
use crate::ice;
use crate::role::latch::Latch;
use crate::role::way::{Way, is_line, remote_of};
use crate::sdp::{
    Description, Direction, Format, Kind, MediaDescription, Medium, Negotiated, Origin, Record,
    RecordPreference, Session, Side, negotiate,
};
use crate::sip::agent::{CallId, RequestId};

/// The platform towards one telephone: what it said there, what it heard, and where media goes.
#[derive(Debug)]
pub struct Leg {
    /// The call, once there is one.
    pub call: Option<CallId>,
    /// The number of whoever is at the other end, as far as it is known.
    pub number: String,
    /// The name that goes with it.
    pub display: String,
    /// Our RTP address on this side; RTCP is at the port above.
    pub local: SocketAddr,
    /// Where media goes, and what; `None` until there is an offer and an answer.
    pub agreed: Option<Negotiated>,
    /// Whether the telephone understands what it is told of a recording (RFC 7866 section 6.3).
    pub record_aware: bool,
    /// How the recording stands, where the telephone is to be told.
    pub record: Option<Record>,
    /// What it was told last.
    pub shown: Option<Record>,
    /// The request that tells it at present.
    pub telling: Option<RequestId>,
    /// What it prefers, if it said so and nobody has heeded it yet.
    pub preference: Option<RecordPreference>,
    /// The keys that were pressed on it.
    pub keys: Keys,
    /// Whether it is told in the manner of the product.
    dialect: Dialect,
    origin: Origin,
    said: Option<Session>,
    heard: Option<Description>,
    /// What was said and heard before the change that is being asked for.
    before: Option<Before>,
    rtp_from: Latch,
    rtcp_from: Latch,
    /// The way of what is said to the telephone.
    pub way: Way,
    /// Whether ICE is spoken with telephones that do, and how.
    pub ice: Option<ice::Mode>,
}

/// How things stood before a change that is being asked for.
#[derive(Debug)]
struct Before {
    said: Option<Session>,
    heard: Option<Description>,
    shown: Option<Record>,
}

impl Leg {
    /// A leg at which nothing has been said yet.
    pub fn new(
        local: SocketAddr,
        session_id: u64,
        number: String,
        display: String,
        dialect: Dialect,
    ) -> Self {
        Self {
            call: None,
            number,
            display,
            local,
            agreed: None,
            record_aware: false,
            record: None,
            shown: None,
            telling: None,
            preference: None,
            keys: Keys::default(),
            dialect,
            origin: Origin::new("-", session_id, local.ip()),
            said: None,
            heard: None,
            before: None,
            rtp_from: Latch::default(),
            rtcp_from: Latch::default(),
            way: Way::default(),
            ice: None,
        }
    }

    /// What the telephone said, offer or answer.
    pub fn hear(&mut self, description: Description, as_answer: bool) {
        let preferences = description.media.iter().filter_map(|medium| medium.record_preference);
        self.preference = preferences.min().or(self.preference.take());
        if as_answer {
            self.way.agree(&description, ice::Side::Offerer);
        } else {
            self.seek(&description);
        }
        self.heard = Some(description);
        if as_answer {
            self.agree(Side::Offerer);
        }
    }

    /// What the other leg heard, said here in our own name: the bytes of SDP.
    pub fn say(&mut self, other: &Description, as_answer: bool) -> Vec<u8> {
        let media = translate(&other.media, self.local.port());
        if !as_answer {
            // Who wants to look for a way has somebody else look for one too.
            self.seek(other);
        } else if let Some(heard) = &self.heard {
            self.way.agree(heard, ice::Side::Answerer);
        }
        let mut next = Session { media, ..Session::new(self.origin.clone(), self.local.ip()) };
        self.show(&mut next);
        let next = match self.said.take() {
            // RFC 3264 section 8: a stream that was there keeps its place.
            Some(before) if before.media.len() <= next.media.len() => next.following(&before),
            _ => next,
        };
        self.origin = next.origin.clone();
        let bytes = next.to_bytes();
        self.said = Some(next);
        if as_answer {
            self.agree(Side::Answerer);
        }
        bytes
    }

    /// What was said last, with how the recording stands now: the bytes of SDP.
    pub fn say_again(&mut self) -> Vec<u8> {
        let Some(before) = self.said.take() else { return Vec::new() };
        let next = before.revised(|session| self.show(session));
        self.origin = next.origin.clone();
        let bytes = next.to_bytes();
        self.said = Some(next);
        self.agree(Side::Answerer);
        bytes
    }

    /// Whether the telephone wants of its streams what it wanted before.
    pub fn heard_alike(&self, offer: &Description) -> bool {
        let alike = |(before, now): (&MediaDescription, &MediaDescription)| {
            before.kind == now.kind
                && before.port == now.port
                && before.proto == now.proto
                && before.formats == now.formats
                && before.direction == now.direction
                && before.address == now.address
        };
        self.heard.as_ref().is_some_and(|before| {
            before.media.len() == offer.media.len()
                && before.media.iter().zip(&offer.media).all(alike)
        })
    }

    /// Writes how the recording stands: for the session (RFC 7866 section 7.1.2), or for each
    /// stream as the product may do it, which is not known.
    fn show(&mut self, session: &mut Session) {
        self.show_record(session);
        session.attributes.retain(|attribute| !is_line(attribute));
        session.attributes.extend(self.way.session_lines());
        for medium in session.media.iter_mut().filter(|medium| !medium.is_disabled()) {
            medium.attributes.retain(|attribute| !is_line(attribute));
            medium.attributes.extend(self.way.lines());
        }
    }

    fn show_record(&mut self, session: &mut Session) {
        let Some(record) = self.record else { return };
        self.shown = Some(record);
        match self.dialect {
            Dialect::Rfc => session.attributes = vec![record.attribute()],
            Dialect::Webex => {
                for medium in session.media.iter_mut().filter(|medium| !medium.is_disabled()) {
                    medium.attributes = vec![record.attribute()];
                }
            }
        }
    }

    /// What the telephone can do, as an offer to somebody else: both ways, whatever was held.
    pub fn wishes(&self) -> Option<Description> {
        let mut wishes = self.heard.clone()?;
        for medium in wishes.media.iter_mut().filter(|medium| !medium.is_disabled()) {
            medium.direction = Direction::SendRecv;
        }
        Some(wishes)
    }

    /// A change is asked for, which may be refused.
    pub fn begin_change(&mut self) {
        let (said, heard) = (self.said.clone(), self.heard.clone());
        self.before = Some(Before { said, heard, shown: self.shown });
    }

    /// The change was refused: all is as before (RFC 3261 section 14.1).
    pub fn undo_change(&mut self) {
        if let Some(before) = self.before.take() {
            self.said = match (before.said, self.said.take()) {
                (Some(said), Some(refused)) => Some(said.instead_of(&refused)),
                (said, _) => said,
            };
            self.heard = before.heard;
        }
    }

    /// The telephone asked for something before the change could be asked of it: it was told
    /// nothing.
    pub fn unsay(&mut self) {
        if let Some(before) = self.before.take() {
            (self.said, self.shown) = (before.said, before.shown);
        }
    }

    /// Whether a datagram that came to our port is the telephone's, and no stranger's.
    pub fn takes(&mut self, source: SocketAddr, is_rtcp: bool, payload: &[u8]) -> bool {
        let agreed = self.agreed.as_ref();
        if is_rtcp {
            let named = agreed.and_then(|agreed| agreed.remote_rtcp);
            let named = self.way.found(true).or(named);
            return self.rtcp_from.takes(source, named, payload);
        }
        let named = agreed.and_then(|agreed| agreed.remote_rtp);
        let named = self.way.found(false).or(named);
        self.rtp_from.takes(source, named, payload)
    }

    /// What was said last, as bytes of SDP.
    pub fn said(&mut self) -> Option<Vec<u8>> {
        self.said.as_mut().map(Session::say)
    }

    /// The codecs that the telephone may send us, telephone-event among them, the preferred first.
    pub fn formats(&self) -> Vec<Format> {
        let Some(said) = &self.said else { return Vec::new() };
        let medium = said.media.iter().find(|medium| !medium.is_disabled());
        let Some(medium) = medium else { return Vec::new() };
        let agreed = |format: &&Format| {
            self.agreed.as_ref().is_none_or(|agreed| {
                agreed
                    .receive
                    .iter()
                    .any(|chosen| Some(chosen.payload_type) == format.payload_type())
            })
        };
        medium.formats.iter().filter(agreed).cloned().collect()
    }

    /// Whether the telephone may send media now.
    pub fn is_heard(&self) -> bool {
        self.agreed.as_ref().is_some_and(|agreed| agreed.may_receive)
    }

    /// Speaks ICE if the platform does, and whoever said this.
    fn seek(&mut self, description: &Description) {
        if let Some(mode) = self.ice.filter(|_| remote_of(description).is_some()) {
            let id = self.origin.session_id.parse::<u64>().unwrap_or_default();
            self.way.seek(self.local, mode, id << 16 | u64::from(self.local.port()));
        }
    }

    fn agree(&mut self, side: Side) {
        let (Some(said), Some(heard)) = (&self.said, &self.heard) else { return };
        let said = said.describe();
        let (offer, answer) = match side {
            Side::Offerer => (&said, heard),
            Side::Answerer => (heard, &said),
        };
        self.agreed = negotiate(offer, answer, side).into_iter().flatten().next();
        self.rtp_from.release();
        self.rtcp_from.release();
    }
}

/// The same streams at our address: the first audio stream is relayed, any other is refused.
fn translate(media: &[MediaDescription], port: u16) -> Vec<Medium> {
    let mut relayed = false;
    let one = |theirs: &MediaDescription| {
        let format = theirs.formats.first().map_or("0", |format| format.name.as_str());
        let is_ours =
            theirs.kind == Kind::Audio && !theirs.is_disabled() && theirs.proto == "RTP/AVP";
        if !is_ours || relayed {
            return Medium::refused(theirs.kind.clone(), &theirs.proto, format);
        }
        relayed = true;
        Medium {
            direction: theirs.direction,
            ptime: theirs.ptime,
            ..Medium::audio(port, theirs.formats.clone())
        }
    };
    media.iter().map(one).collect()
}
