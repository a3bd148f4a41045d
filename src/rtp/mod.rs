//! Media: RTP and RTCP packets, the streams made of them, the telephone codecs and digits.
//!
//! Nothing here touches a socket or a clock. An outgoing stream is a [`Sender`], an incoming
//! port a [`Receiver`] of [`Source`]s, and a [`Session`] joins the two with RTCP. What a
//! recorder keeps is put together by a [`Playout`].

mod clock;
mod codec;
mod extension;
mod g711;
mod kind;
mod malformed;
mod packet;
mod rtcp;

pub use codec::{Codec, Decoder, Encoder};
pub use extension::{Element, Elements};
pub use kind::Kind;
pub use malformed::Malformed;
pub use packet::{Extension, Header, Packet};
pub use rtcp::{Chunk, Compound, Interval, ReportBlock, RtcpPacket, SenderInfo, Share};
