//! Following a redirection: a 3xx to the INVITE that begins a call (RFC 3261 section 8.1.3.4).

use super::call::{Call, Stage};
use super::core::Core;
use super::event::RequestId;
use crate::sip::dialog::as_request_uri;
use crate::sip::digest::Side;
use crate::sip::{Contacts, Message, StartLine};
use crate::time::Instant;

use std::collections::VecDeque;

/// Where else a call may be tried.
#[derive(Debug, Default)]
pub(super) struct Targets {
    /// The best one first.
    next: VecDeque<String>,
    /// Each is tried once, so that two who redirect to each other are left.
    tried: Vec<String>,
}

impl Targets {
    /// Takes the contacts of a redirection, by falling preference.
    fn add(&mut self, response: &Message) {
        let Ok(Contacts::These(mut contacts)) = response.contacts() else { return };
        // RFC 3261 section 20.10: without a preference it is 1.
        contacts.sort_by_key(|contact| std::cmp::Reverse(contact.q().unwrap_or(1_000)));
        for contact in contacts {
            let target = as_request_uri(&contact.uri);
            if self.tried.len() < TARGETS_MAX && !self.tried.contains(&target) {
                self.tried.push(target.clone());
                self.next.push_back(target);
            }
        }
    }
}

impl Call {
    /// Takes the refusal of the INVITE that began the call, or that nobody answered it: tries the
    /// next target, if a redirection told of any. Whether it does.
    pub(super) fn try_elsewhere(
        &mut self,
        core: &mut Core,
        now: Instant,
        id: RequestId,
        response: Option<&Message>,
    ) -> bool {
        let is_wanted = self.stage == Stage::Early && !self.is_given_up();
        let Some(sent) = core.sent(id).filter(|_| is_wanted && core.settings.follow_redirects)
        else {
            return false;
        };
        if self.targets.tried.is_empty() {
            self.targets.tried.push(sent.request.uri_text().to_owned());
        }
        if let Some(response) = response
            && response.code().is_some_and(|code| (300..400).contains(&code))
        {
            self.targets.add(response);
        }
        let Some(target) = self.targets.next.pop_front() else { return false };
        let mut request = sent.request.clone();
        if let StartLine::Request { uri, .. } = &mut request.start {
            *uri = target;
        }
        for side in [Side::User, Side::Proxy] {
            request.headers.remove(side.credentials_header());
        }
        core.prove(&mut request, &self.challenged);
        let route = core.route_outside(&request, self.outbound);
        let Some(number) = self.next_cseq(core, id) else { return false };
        core.send_elsewhere(now, id, number, request, route);
        true
    }
}

/// More places than one person is at.
const TARGETS_MAX: usize = 8;
