//! Changing a session that is up: hold, resume, add, remove, and the version that tells of it
//! (RFC 3264 section 8).

use super::description::Origin;
use super::session::{Hold, Medium, Session};

impl Session {
    /// Puts every stream that is not gone on hold, in this way.
    pub fn hold(&mut self, how: Hold) {
        self.media.iter_mut().for_each(|it| it.hold = Some(how));
    }

    /// Takes every stream off hold: each has its direction and address again.
    pub fn resume(&mut self) {
        self.media.iter_mut().for_each(|it| it.hold = None);
    }

    /// Adds a stream and tells its place: that of a stream which is gone, or else below the others
    /// (RFC 3264 section 8.1).
    pub fn add(&mut self, medium: Medium) -> usize {
        let free = self.media.iter().position(Medium::is_disabled);
        if let Some(index) = free {
            self.media[index] = medium;
            return index;
        }
        self.media.push(medium);
        self.media.len() - 1
    }

    /// Ends a stream; its `m=` line stays for ever, with port 0 (RFC 3264 section 8.2).
    ///
    /// The stream has to be one that was added: another index is a mistake of ours.
    pub fn remove(&mut self, index: usize) {
        let medium = self.media.get_mut(index).expect("a stream that was added");
        let format = medium.formats.first().map_or("0", |it| it.name.as_str());
        *medium = Medium::refused(medium.kind.clone(), &medium.proto, format);
    }

    /// The session after a change; its version is one higher if the change changed anything
    /// (RFC 3264 section 8).
    #[must_use]
    pub fn revised(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut next = self.clone();
        change(&mut next);
        next.following(self)
    }

    /// This description as the successor of the one that was last sent in the same dialog, be it an
    /// offer or an answer: the same origin, and the next version if it differs (RFC 3264 section 8).
    #[must_use]
    pub fn following(self, previous: &Self) -> Self {
        debug_assert!(self.media.len() >= previous.media.len(), "streams are never dropped");
        let same = Self { origin: previous.origin.clone(), is_unsaid: false, ..self };
        if previous.is_unsaid || same.to_bytes() == previous.to_bytes() {
            return same;
        }
        let version = previous.origin.version.saturating_add(1);
        Self { origin: Origin { version, ..same.origin }, ..same }
    }

    /// This description once more, after another one was sent and refused: as it was, but under a
    /// version that was never said of anything else (RFC 3264 section 8). If something else is said
    /// before this one ever was, it has that version instead.
    #[must_use]
    pub fn instead_of(self, refused: &Self) -> Self {
        if self == *refused {
            return self;
        }
        let version = refused.origin.version.saturating_add(1);
        Self { origin: Origin { version, ..self.origin }, is_unsaid: true, ..self }
    }

    /// The description as bytes of SDP, to be sent as it is.
    pub fn say(&mut self) -> Vec<u8> {
        self.is_unsaid = false;
        self.to_bytes()
    }
}
