//! Session timers: agreeing on one, refreshing in time, and ending what nobody refreshes (RFC
//! 4028).

use std::time::Duration;

use super::call::{Call, Stage, Wanted};
use super::content::Content;
use super::core::Core;
use super::event::Why;
use super::settings::SessionTimer;
use crate::sip::{Message, Method, MinSe, Refresher, SessionExpires};
use crate::time::Instant;

/// A session timer that runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    /// In seconds.
    interval: u32,
    /// We refresh.
    is_ours: bool,
    /// When to refresh, if we do and have not begun to.
    refresh: Option<Instant>,
    /// When the session is given up.
    end: Instant,
}

/// What comes of the Session-Expires of a request (RFC 4028 section 9).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Agreement {
    /// No session timer.
    None,
    /// A session timer, as the 2xx has to say.
    Timer {
        /// In seconds.
        interval: u32,
        /// Who refreshes.
        refresher: Refresher,
        /// Whether the client knows the extension, so that the 2xx can require it.
        is_known: bool,
    },
    /// The client knows no session timers, and nobody on the path asked for one: we refresh every
    /// so many seconds for our own benefit, and the 2xx has nothing to say.
    Alone(u32),
    /// The interval is too small for us: 422 with this Min-SE.
    TooSmall(u32),
}

impl Clock {
    fn start(now: Instant, interval: u32, is_ours: bool) -> Self {
        let span = Duration::from_secs(interval.into());
        // RFC 4028 section 10: slightly before the expiration.
        let early = Duration::from_secs(32).min(span / 3);
        Self {
            interval,
            is_ours,
            refresh: is_ours.then(|| now + span / 2),
            end: now + span.saturating_sub(early),
        }
    }

    /// When something is due.
    pub(super) fn deadline(&self) -> Instant {
        self.refresh.map_or(self.end, |refresh| refresh.min(self.end))
    }
}

impl Call {
    /// Puts Session-Expires and Min-SE into an INVITE or UPDATE of ours (RFC 4028 sections 7.1 and
    /// 7.4).
    pub(super) fn ask_for_session_timer(&self, core: &Core, request: &mut Message) {
        let Some(timer) = core.settings.session_timer else { return };
        let least = self.least_interval.max(seconds(timer.least));
        if least > SHORTEST {
            request.headers.push("Min-SE", MinSe { seconds: least }.to_string());
        }
        let (wish, refresher) = match (&self.clock, timer.interval) {
            // RFC 4028 section 7.4: so that the roles do not change on each refresh.
            (Some(clock), _) if clock.is_ours => (clock.interval, Some(Refresher::Uac)),
            (Some(clock), _) => (clock.interval, Some(Refresher::Uas)),
            (None, Some(interval)) => (seconds(interval), timer.refresher),
            (None, None) => return,
        };
        let expires = SessionExpires { seconds: wish.max(least), refresher };
        request.headers.push("Session-Expires", expires.to_string());
    }

    /// What a request of theirs asks for, and what we agree to.
    pub(super) fn agree_on_session_timer(&mut self, core: &Core, request: &Message) -> Agreement {
        if let Ok(Some(least)) = request.min_se() {
            self.least_interval = self.least_interval.max(least.seconds);
        }
        let Some(timer) = core.settings.session_timer else { return Agreement::None };
        match self.clock {
            // A request that does not mention the timer that runs does not stop it.
            Some(Clock { interval, is_ours, .. }) if !request.headers.has("Session-Expires") => {
                if !knows_timers(request) {
                    return Agreement::Alone(interval);
                }
                let interval = interval.max(self.least_interval);
                let refresher = if is_ours { Refresher::Uas } else { Refresher::Uac };
                Agreement::Timer { interval, refresher, is_known: true }
            }
            _ => agree(&timer, request),
        }
    }

    /// Says in a 2xx what was agreed on, and begins to count from it.
    pub(super) fn grant_session_timer(
        &mut self,
        now: Instant,
        agreement: Agreement,
        response: &mut Message,
    ) {
        let (interval, refresher, is_known) = match agreement {
            Agreement::Timer { interval, refresher, is_known } => (interval, refresher, is_known),
            Agreement::Alone(interval) => {
                self.clock = Some(Clock::start(now, interval, true));
                return;
            }
            Agreement::None | Agreement::TooSmall(_) => {
                self.clock = None;
                return;
            }
        };
        let expires = SessionExpires { seconds: interval, refresher: Some(refresher) };
        response.headers.push("Session-Expires", expires.to_string());
        if is_known {
            response.headers.push("Require", "timer");
        }
        self.clock = Some(Clock::start(now, interval, refresher == Refresher::Uas));
    }

    /// Takes what a 2xx says, to the `request` of ours (RFC 4028 section 7.2).
    pub(super) fn obey_session_timer(
        &mut self,
        core: &Core,
        now: Instant,
        request: &Message,
        response: &Message,
    ) {
        let asked = request.session_expires().ok().flatten();
        let granted = response.session_expires().ok().flatten();
        self.clock = match (core.settings.session_timer, granted, asked) {
            (Some(_), Some(granted), _) => {
                let is_ours = granted.refresher != Some(Refresher::Uas);
                Some(Clock::start(now, granted.seconds.max(SHORTEST), is_ours))
            }
            // Nobody else knows session timers: we refresh for our own benefit.
            (Some(_), None, Some(asked)) => Some(Clock::start(now, asked.seconds, true)),
            (Some(_), None, None) | (None, ..) => None,
        };
    }

    /// Takes the Min-SE of a 422 to a request of ours, and gives the interval to ask for next
    /// (RFC 4028 section 7.3); nothing, if asking again would be of no use.
    pub(super) fn yield_to_422(&mut self, request: &Message, response: &Message) -> Option<u32> {
        let asked = request.session_expires().ok().flatten()?;
        let least = response.min_se().ok().flatten()?;
        self.least_interval = self.least_interval.max(least.seconds);
        (self.least_interval > asked.seconds).then_some(self.least_interval)
    }

    /// Refreshes the session, or gives it up, when it is time.
    pub(super) fn keep_session(&mut self, core: &mut Core, now: Instant) {
        let Some(clock) = &mut self.clock else { return };
        if self.stage != Stage::Confirmed {
            return;
        }
        if clock.end <= now {
            self.clock = None;
            self.say_bye(core, now, Vec::new(), Why::Expired);
            return;
        }
        if clock.refresh.is_some_and(|refresh| refresh <= now) {
            clock.refresh = None;
            let wanted = self.refresh(core);
            self.wanted.push_back(wanted);
        }
    }

    /// RFC 4028 section 7.4: UPDATE without an offer, if the peer allows it; or else the last
    /// session description once more.
    pub(super) fn refresh(&self, core: &mut Core) -> Wanted {
        let by_update = self.state.remote_allow.contains(&Method::Update);
        let (method, body) = if by_update {
            (Method::Update, None)
        } else {
            (Method::Invite, self.description.clone())
        };
        let content = Content { headers: Vec::new(), body };
        Wanted { is_refresh: true, ..Wanted::new(core.next_request(), method, content) }
    }
}

/// RFC 4028 section 9, with its table 2.
fn agree(timer: &SessionTimer, request: &Message) -> Agreement {
    let is_known = knows_timers(request);
    let their_least =
        request.min_se().ok().flatten().map_or(SHORTEST, |least| least.seconds.max(SHORTEST));
    let our_least = seconds(timer.least).max(SHORTEST);
    let our_wish = timer.interval.map(|interval| seconds(interval).max(our_least));
    let asked = request.session_expires().ok().flatten();
    match (asked, our_wish) {
        (Some(asked), _) if asked.seconds < our_least && is_known => Agreement::TooSmall(our_least),
        (Some(asked), _) => {
            let wish = asked.refresher.or(timer.refresher).unwrap_or(Refresher::Uac);
            let refresher = if is_known { wish } else { Refresher::Uas };
            // A server may lower what it is asked for to what it would ask for itself, and never
            // raise it: nobody keeps us busy for a year by asking for one.
            let longest = our_wish.unwrap_or(u32::MAX).max(their_least);
            let interval = asked.seconds.min(longest).max(SHORTEST);
            Agreement::Timer { interval, refresher, is_known }
        }
        (None, Some(interval)) if is_known => {
            let refresher = timer.refresher.unwrap_or(Refresher::Uac);
            Agreement::Timer { interval: interval.max(their_least), refresher, is_known }
        }
        (None, Some(interval)) => Agreement::Alone(interval),
        (None, None) => Agreement::None,
    }
}

fn knows_timers(request: &Message) -> bool {
    let mut named = request.headers.all("Supported").chain(request.headers.all("Require"));
    named.any(|tag| tag.eq_ignore_ascii_case("timer"))
}

fn seconds(span: Duration) -> u32 {
    u32::try_from(span.as_secs()).unwrap_or(u32::MAX)
}

/// RFC 4028 section 4: the absolute minimum of an interval, in seconds.
const SHORTEST: u32 = 90;

#[cfg(test)]
mod tests {
    use super::*;

    fn request(headers: &[(&str, &str)]) -> Message {
        let mut request = Message::request(Method::Invite, "sip:bob@192.0.2.2");
        for (name, value) in headers {
            request.headers.push(name, value);
        }
        request
    }

    const WILLING: SessionTimer = SessionTimer {
        interval: None,
        least: Duration::from_mins(2),
        refresher: Some(Refresher::Uas),
    };

    fn timer(interval: u32, refresher: Refresher, is_known: bool) -> Agreement {
        Agreement::Timer { interval, refresher, is_known }
    }

    #[test]
    fn the_server_follows_table_2() {
        let agreed = |supported, expires| {
            agree(&WILLING, &request(&[("Supported", supported), ("Session-Expires", expires)]))
        };
        assert_eq!(agreed("", "600"), timer(600, Refresher::Uas, false));
        assert_eq!(agreed("timer", "600"), timer(600, Refresher::Uas, true));
        assert_eq!(agreed("timer", "600;refresher=uac"), timer(600, Refresher::Uac, true));
        assert_eq!(agreed("timer", "600;refresher=uas"), timer(600, Refresher::Uas, true));
    }

    #[test]
    fn an_interval_below_ours_is_too_small_for_a_client_that_can_be_told() {
        let short = [("Session-Expires", "100")];
        assert_eq!(agree(&WILLING, &request(&short)), timer(100, Refresher::Uas, false));
        let known = [("Session-Expires", "100"), ("Supported", "timer")];
        assert_eq!(agree(&WILLING, &request(&known)), Agreement::TooSmall(120));
    }

    #[test]
    fn a_server_may_ask_for_a_timer_of_its_own() {
        let eager = SessionTimer { interval: Some(Duration::from_mins(5)), ..WILLING };
        let known = [("Supported", "timer"), ("Min-SE", "400")];
        assert_eq!(agree(&eager, &request(&known)), timer(400, Refresher::Uas, true));
        assert_eq!(agree(&eager, &request(&[])), Agreement::Alone(300));
        assert_eq!(agree(&WILLING, &request(&known)), Agreement::None);
    }

    #[test]
    fn a_server_lowers_what_it_is_asked_for_to_its_own_wish() {
        let eager = SessionTimer { interval: Some(Duration::from_mins(5)), ..WILLING };
        let agreed = |expires, least| {
            let asked = [("Supported", "timer"), ("Session-Expires", expires), ("Min-SE", least)];
            agree(&eager, &request(&asked))
        };
        assert_eq!(agreed("4294967295", "90"), timer(300, Refresher::Uas, true));
        assert_eq!(agreed("4294967295", "400"), timer(400, Refresher::Uas, true));
        assert_eq!(agreed("200", "90"), timer(200, Refresher::Uas, true));
    }

    #[test]
    fn a_refresher_acts_at_half_the_interval_and_a_watcher_shortly_before_its_end() {
        let refresher = Clock::start(Instant::START, 1_800, true);
        assert_eq!(refresher.deadline(), Instant::from_millis(900_000));
        let watcher = Clock::start(Instant::START, 1_800, false);
        assert_eq!(watcher.deadline(), Instant::from_millis(1_768_000));
        let short = Clock::start(Instant::START, 90, false);
        assert_eq!(short.deadline(), Instant::from_millis(60_000));
    }
}
