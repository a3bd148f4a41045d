//! What somebody wrote: a session description as it arrived, every byte kept, and what it means.

use thiserror::Error;

use super::attribute::{Address, Attribute};
use super::media::{Defaults, MediaDescription, address, own};

/// Why a body is not a session description.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum Malformed {
    /// It is longer than any description has to be.
    #[error("take {length} bytes of SDP: more than {MAX_LENGTH}")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// It has more streams than any session has to have.
    #[error("take {count} m= lines: more than {MAX_MEDIA}")]
    TooManyMedia {
        /// The number of `m=` lines.
        count: usize,
    },
    /// An `m=` line has more formats than there are payload types.
    #[error("take {count} formats on m= line {index}: more than {MAX_FORMATS}")]
    TooManyFormats {
        /// Which `m=` line, from 0.
        index: usize,
        /// The number of formats.
        count: usize,
    },
    /// A line begins with a letter that there is not.
    #[error("take {letter}= for a line of SDP: there is no such letter")]
    StrangeLetter {
        /// The letter.
        letter: char,
    },
    /// A line is not one of SDP.
    #[error("parse SDP: {why}")]
    Syntax {
        /// What is wrong, and at which line.
        why: String,
    },
}

/// The `o=` line: whose description it is, and which version of it (RFC 8866 section 5.2).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Origin {
    /// The user, or `-`.
    pub username: String,
    /// The number of the session: digits, if it is legal.
    pub session_id: String,
    /// The version of the description: it grows by one with every change (RFC 3264 section 8).
    pub version: u64,
    /// `IP4` or `IP6`, if it is legal.
    pub address_type: String,
    /// The host that made the session: an address or a name.
    pub host: String,
}

/// A `t=` line: when the session takes place; 0 and 0 for now (RFC 3264 section 5).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Timing {
    /// The start in seconds since 1900.
    pub start: u64,
    /// The stop in seconds since 1900.
    pub stop: u64,
}

/// A session description that was read (RFC 8866).
///
/// The order of lines, a missing `o=`, `s=` or `t=` line, unknown protocols, line ends without a
/// carriage return and bytes that are not UTF-8 are all forgiven:
/// [`judge_grammar`](super::judge_grammar) tells them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Description {
    /// The `o=` line, if there is one.
    pub origin: Option<Origin>,
    /// The `s=` line, empty if there is none.
    pub name: String,
    /// The `c=` line of the session: each stream without its own has it too.
    pub address: Option<Address>,
    /// The `t=` lines.
    pub times: Vec<Timing>,
    /// Every `a=` line before the first `m=` line, in order.
    pub attributes: Vec<Attribute>,
    /// The streams in the order that gives them their identity (RFC 3264 section 6).
    pub media: Vec<MediaDescription>,
    bytes: Vec<u8>,
}

impl Description {
    /// Reads a body of type `application/sdp`.
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        if body.len() > MAX_LENGTH {
            return Err(Malformed::TooLong { length: body.len() });
        }
        Self::read(body)
    }

    /// Reads a body that is to be answered, or is an answer: in one with a letter that there is not
    /// nobody knows what is meant (RFC 8866 section 5).
    pub fn understand(body: &[u8]) -> Result<Self, Malformed> {
        let read = Self::parse(body)?;
        read.strange_letter().map_or(Ok(read), |letter| Err(Malformed::StrangeLetter { letter }))
    }

    /// Reads a body of any length: one of ours may be longer than the offer that it answers.
    pub(super) fn read(body: &[u8]) -> Result<Self, Malformed> {
        // A name in another charset must not hide a call: the bytes themselves are kept.
        let text = String::from_utf8_lossy(body);
        let session = sdp_types::Session::parse(text.as_bytes())
            .map_err(|why| Malformed::Syntax { why: uncapitalised(&why.to_string()) })?;
        check_bounds(&session)?;

        let attributes = own(&session.attributes);
        let defaults = Defaults::read(&session, &attributes);
        let read = |media| MediaDescription::read(media, &defaults);
        Ok(Self {
            origin: has_origin(body).then(|| origin(&session.origin)),
            name: session.session_name.clone(),
            address: session.connection.as_ref().map(address),
            times: session.times.iter().map(timing).collect(),
            media: session.medias.iter().map(read).collect(),
            attributes,
            bytes: body.to_vec(),
        })
    }

    /// The body as it was read, byte for byte.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The first letter of a line that RFC 8866 section 5 does not know.
    pub fn strange_letter(&self) -> Option<char> {
        let mut lines = self.bytes.split(|it| *it == b'\n');
        let odd = lines.find(|line| {
            line.get(1) == Some(&b'=') && line.first().is_some_and(|it| !LETTERS.contains(it))
        })?;
        odd.first().map(|it| char::from(*it))
    }

    /// The first stream with this label (RFC 4574).
    pub fn labelled(&self, label: &str) -> Option<&MediaDescription> {
        self.media.iter().find(|it| it.label.as_deref() == Some(label))
    }
}

fn check_bounds(session: &sdp_types::Session) -> Result<(), Malformed> {
    if session.medias.len() > MAX_MEDIA {
        return Err(Malformed::TooManyMedia { count: session.medias.len() });
    }
    for (index, media) in session.medias.iter().enumerate() {
        let count = media.fmt.split_ascii_whitespace().count();
        if count > MAX_FORMATS {
            return Err(Malformed::TooManyFormats { index, count });
        }
    }
    Ok(())
}

/// Whether there is an `o=` line: without one, the parser makes one up.
fn has_origin(body: &[u8]) -> bool {
    body.split(|&byte| byte == b'\n')
        .take_while(|line| !line.starts_with(b"m="))
        .any(|line| line.starts_with(b"o="))
}

fn origin(origin: &sdp_types::Origin) -> Origin {
    Origin {
        username: origin.username.clone().unwrap_or_else(|| "-".to_owned()),
        session_id: origin.sess_id.clone(),
        version: origin.sess_version,
        address_type: origin.addrtype.as_str().to_owned(),
        host: origin.unicast_address.clone(),
    }
}

fn timing(time: &sdp_types::Time) -> Timing {
    Timing { start: time.start_time, stop: time.stop_time }
}

/// An error of ours is a fragment within a sentence.
fn uncapitalised(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => String::new(),
    }
}

/// Every letter of RFC 8866 section 5.
const LETTERS: &[u8] = b"vosiuepcbtrzkam";
/// A description of a hundred labelled streams is a tenth of this.
const MAX_LENGTH: usize = 64 * 1024;
/// A recorded call has two streams, a conference perhaps a dozen.
const MAX_MEDIA: usize = 64;
/// There are 128 payload types (RFC 3550 section 5.1).
const MAX_FORMATS: usize = 128;
