//! Who takes part in a session (RFC 3550 sections 6.2.1 and 6.3.3 to 6.3.5).

use std::collections::BTreeMap;
use std::time::Duration;

use crate::time::Instant;

/// The participants that were heard, this one not included.
#[derive(Clone, Debug, Default)]
pub(in crate::rtp) struct Members {
    table: BTreeMap<u32, Member>,
}

#[derive(Clone, Debug)]
struct Member {
    heard: Instant,
    sent_media: Option<Instant>,
    cname: Option<String>,
}

impl Members {
    /// Notes a report or a description by this source.
    pub(in crate::rtp) fn heard(&mut self, now: Instant, ssrc: u32) {
        self.touch(now, ssrc);
    }

    /// Notes media from this source.
    pub(in crate::rtp) fn sent_media(&mut self, now: Instant, ssrc: u32) {
        if let Some(member) = self.touch(now, ssrc) {
            member.sent_media = Some(now);
        }
    }

    /// Notes the canonical name of this source.
    pub(in crate::rtp) fn named(&mut self, now: Instant, ssrc: u32, cname: &str) {
        if let Some(member) = self.touch(now, ssrc)
            && member.cname.as_deref() != Some(cname)
        {
            member.cname = Some(cname.to_owned());
        }
    }

    fn touch(&mut self, now: Instant, ssrc: u32) -> Option<&mut Member> {
        if self.table.len() >= MEMBERS_MAX && !self.table.contains_key(&ssrc) {
            return None;
        }
        let new = Member { heard: now, sent_media: None, cname: None };
        let member = self.table.entry(ssrc).or_insert(new);
        member.heard = now;
        Some(member)
    }

    /// Forgets a source that said goodbye.
    pub(in crate::rtp) fn remove(&mut self, ssrc: u32) {
        self.table.remove(&ssrc);
    }

    /// Forgets whoever was silent for too long, and takes those off the senders whose last media
    /// is older than two report intervals (RFC 3550 section 6.3.5).
    pub(in crate::rtp) fn expire(&mut self, now: Instant, gone: Duration, mute: Duration) {
        self.table.retain(|_, member| now - member.heard <= gone);
        for member in self.table.values_mut() {
            member.sent_media = member.sent_media.filter(|&at| now - at <= mute);
        }
    }

    /// How many there are.
    pub(in crate::rtp) fn count(&self) -> usize {
        self.table.len()
    }

    /// How many of them send media.
    pub(in crate::rtp) fn senders(&self) -> usize {
        self.table.values().filter(|member| member.sent_media.is_some()).count()
    }

    /// The canonical name that a source gave.
    pub(in crate::rtp) fn cname(&self, ssrc: u32) -> Option<&str> {
        self.table.get(&ssrc)?.cname.as_deref()
    }
}

/// Together with this participant fewer than 50, so that a BYE may go at once (RFC 3550 section
/// 6.3.7). Telephony has two or three; whoever pretends to be more is not counted.
const MEMBERS_MAX: usize = 48;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_makes_a_sender_until_it_has_been_mute_for_long() {
        let mut members = Members::default();
        members.heard(Instant::START, 1);
        members.sent_media(Instant::START, 2);
        assert_eq!((members.count(), members.senders()), (2, 1));
        let (gone, mute) = (Duration::from_secs(25), Duration::from_secs(10));
        members.expire(Instant::from_millis(10_001), gone, mute);
        assert_eq!((members.count(), members.senders()), (2, 0));
        members.heard(Instant::from_millis(20_000), 2);
        members.expire(Instant::from_millis(25_001), gone, mute);
        assert_eq!(members.count(), 1);
    }

    #[test]
    fn a_flood_of_sources_does_not_fill_the_memory() {
        let mut members = Members::default();
        for ssrc in 0..10_000 {
            members.named(Instant::START, ssrc, "nobody");
        }
        assert_eq!(members.count(), MEMBERS_MAX);
        assert_eq!((members.cname(0), members.cname(9_999)), (Some("nobody"), None));
    }
}
