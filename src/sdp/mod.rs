//! A session description, and what an answer makes of an offer (RFC 8866, RFC 3264).
//!
//! There are two views of one thing. [`Description`] is what somebody wrote: it keeps every byte,
//! forgives much, and tells what each stream is. [`Session`] is what one of our own parts wants to
//! say: it can only be legal, and it writes the bytes.
//!
//! ```
//! use tallylight::sdp::{Capabilities, Codec, Description, Direction, Origin, Side, Slot};
//! use tallylight::sdp::{answer, negotiate};
//!
//! let offer = Description::parse(
//!     b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
//!       m=audio 30000 RTP/AVP 9 0\r\na=sendonly\r\na=label:1\r\n",
//! )?;
//! let here = "192.0.2.2".parse().expect("an address");
//! let recorder = Capabilities {
//!     codecs: vec![Codec::PCMU],
//!     slots: vec![Slot::open(40000, Direction::RecvOnly)],
//!     ..Capabilities::new(Origin::new("recorder", 7, here), here)
//! };
//! let answer = answer(&offer, &recorder).session.describe();
//! let streams = negotiate(&offer, &answer, Side::Offerer);
//! let first = streams[0].as_ref().expect("the recorder took it");
//! assert!(first.may_send && !first.may_receive);
//! assert_eq!(first.remote_rtp, "192.0.2.2:40000".parse().ok());
//! # Ok::<(), tallylight::sdp::Malformed>(())
//! ```

mod answer;
mod attribute;
mod codec;
mod description;
mod direction;
mod events;
mod grammar;
mod judge;
mod media;
mod negotiate;
mod reoffer;
mod session;
mod write;

pub use answer::{Answer, Capabilities, Preference, Slot, answer};
pub use attribute::{Address, Attribute, Record, RecordPreference, Rtcp};
pub use codec::{Codec, Format};
pub use description::{Description, Malformed, Origin, Timing};
pub use direction::Direction;
pub use grammar::{Deviation, judge_grammar};
pub use judge::{Problem, judge_answer, judge_reoffer};
pub use media::{Kind, MediaDescription};
pub use negotiate::{Chosen, Negotiated, Side, TelephoneEvent, negotiate};
pub use session::{Hold, Medium, Session};

#[cfg(test)]
mod tests;
