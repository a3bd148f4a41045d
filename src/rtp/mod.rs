//! Media: RTP and RTCP packets, the streams made of them, the telephone codecs and digits.
//!
//! Nothing here touches a socket or a clock. An outgoing stream is a [`Sender`], an incoming
//! port a [`Receiver`] of [`Source`]s, and a [`Session`] joins the two with RTCP. What a
//! recorder keeps is put together by a [`Playout`].

mod clock;
mod codec;
mod digits;
mod drift;
mod event_sender;
mod extension;
mod g711;
mod halve;
mod jitter;
mod kind;
mod log;
mod malformed;
mod narrowband;
mod packet;
mod playout;
mod receiver;
mod rtcp;
mod sender;
mod sequence;
mod session;
mod skew;
mod source;
mod telephone_event;

pub use codec::{Codec, Decoder, Encoder};
pub use digits::{Digits, Heard, Tone};
pub use drift::{Drift, Line};
pub use event_sender::{EventSender, Press};
pub use extension::{Element, Elements};
pub use jitter::Jitter;
pub use kind::Kind;
pub use log::Log;
pub use malformed::Malformed;
pub use narrowband::Narrowband;
pub use packet::{Extension, Header, Packet};
pub use playout::{Playout, Tally};
pub use receiver::{Receiver, SsrcChange};
pub use rtcp::{Chunk, Compound, Interval, ReportBlock, RtcpPacket, SenderInfo, Share};
pub use sender::{Origin, Sender};
pub use sequence::{Arrival, Sequence, Totals};
pub use session::{Contributor, Feedback, Session, Settings};
pub use skew::{Basis, Skew, skew};
pub use source::{Gap, PayloadTypeChange, Source};
pub use telephone_event::{Digit, TelephoneEvent};
