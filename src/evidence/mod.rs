//! What was seen, when, between whom. Checks read this and nothing else.
//!
//! The [`Timeline`] is what the testbed writes while time passes: signalling whole, media as a
//! line per packet, and what people did. The views beside it ([`dialogs`], [`recordings`]) say
//! what it amounts to; the pictures ([`Ladder`]) show it.

mod between;
mod bodies;
mod calls;
mod capture;
mod carried;
mod cast;
mod classify;
mod deed;
mod dialogs;
mod digest;
mod exchange;
mod index;
mod ladder;
mod learning;
mod lines;
mod listening;
mod media;
mod pcapng;
mod reading;
mod record;
mod recordings;
mod script;
mod sighting;
mod speakers;
mod streams;
mod timeline;
mod transactions;

pub use calls::{Call, calls};
pub use capture::{BadLine, Captured, Secrets, Told, Unreadable, capture};
pub use carried::{Carried, carried, watched};
pub use cast::{Cast, Host, Kind, Member, Name};
pub use deed::{Deed, What};
pub use dialogs::{Answered, Dialog, dialogs};
pub use exchange::{Exchange, description_of};
pub use ladder::{Ladder, Line};
pub use lines::write_lines;
pub use media::{Contributors, Flow, Overheard, ReportSeen, RtpSeen, Sound};
pub use pcapng::PcapWriter;
pub use reading::read_lines;
pub use record::record;
pub use recordings::{RecordedStream, RecordingSession, metadata_of, recordings, recordings_among};
pub use script::{Line as ScriptLine, Script};
pub use sighting::{Content, Side, Sighting};
pub use speakers::Speakers;
pub use streams::StreamLine;
pub use timeline::{Pcap, Timeline};
pub use transactions::{Transaction, said, transactions};
