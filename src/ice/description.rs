//! What two agents tell each other in offer and answer (RFC 8839).

use std::net::SocketAddr;

/// The name and the password that a check is signed with (RFC 8839 section 5.4).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Credentials {
    /// 4 to 256 characters.
    pub fragment: String,
    /// 22 to 256 characters.
    pub password: String,
}

/// An attribute of SDP: its name, and its value if it has one.
pub type Line = (&'static str, Option<String>);

/// What the other side said of itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Remote {
    /// What it signs its answers with.
    pub credentials: Credentials,
    /// Whether it only answers checks (RFC 8445 section 2.5).
    pub is_lite: bool,
    /// Where its media may go: the component, 1 for RTP and 2 for RTCP, and the address.
    pub candidates: Vec<(u8, SocketAddr)>,
}

impl Remote {
    /// Reads the attributes of a stream, those of the session after its own. `None` if it does
    /// not speak ICE, or if its default address `named` is none of its candidates, so that
    /// somebody on the way has changed it (RFC 8839 section 4.2.5).
    pub fn read<'a>(
        attributes: impl Iterator<Item = (&'a str, Option<&'a str>)>,
        named: Option<SocketAddr>,
    ) -> Option<Self> {
        let (mut fragment, mut password, mut is_lite) = (None, None, false);
        let mut candidates = Vec::new();
        for (name, value) in attributes {
            let value = value.unwrap_or_default().trim();
            match name {
                "ice-ufrag" => fragment = fragment.or(Some(value)),
                "ice-pwd" => password = password.or(Some(value)),
                "ice-lite" => is_lite = true,
                "candidate" if candidates.len() < CANDIDATES_MAX => {
                    candidates.extend(candidate(value));
                }
                _ => {}
            }
        }
        let is_fit = |text: &&str, least: usize| {
            (least..=256).contains(&text.len())
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte))
        };
        let fragment = fragment.filter(|text| is_fit(text, 4))?.to_owned();
        let password = password.filter(|text| is_fit(text, 22))?.to_owned();
        let is_there = candidates.iter().any(|(_, address)| Some(*address) == named);
        let credentials = Credentials { fragment, password };
        is_there.then_some(Self { credentials, is_lite, candidates })
    }

    /// The first address of a component.
    pub fn default_of(&self, component: u8) -> Option<SocketAddr> {
        self.candidates.iter().find(|(own, _)| *own == component).map(|(_, address)| *address)
    }
}

/// `foundation component transport priority address port typ …` (RFC 8839 section 5.1). Other
/// transports than UDP, and names instead of addresses, are passed over as it says.
fn candidate(value: &str) -> Option<(u8, SocketAddr)> {
    let mut words = value.split_ascii_whitespace();
    let component = words.nth(1)?.parse().ok().filter(|it| (1..=2).contains(it))?;
    words.next().filter(|transport| transport.eq_ignore_ascii_case("udp"))?;
    let ip = words.nth(1)?.parse().ok()?;
    let port = words.next()?.parse().ok().filter(|port| *port != 0)?;
    words.next().filter(|word| *word == "typ")?;
    Some((component, SocketAddr::new(ip, port)))
}

/// The lines of an agent with these addresses for RTP and RTCP.
pub(super) fn lines(own: &Credentials, locals: [SocketAddr; 2]) -> Vec<Line> {
    let mut lines = vec![
        ("ice-ufrag", Some(own.fragment.clone())),
        ("ice-pwd", Some(own.password.clone())),
        // RFC 8839 section 4.2.1.5: this is RFC 8445, and not what was before it.
        ("ice-options", Some("ice2".to_owned())),
    ];
    for (component, local) in (1_u8..).zip(locals) {
        let (priority, ip, port) = (priority(component), local.ip(), local.port());
        let value = format!("1 {component} UDP {priority} {ip} {port} typ host");
        lines.push(("candidate", Some(value)));
    }
    lines
}

/// RFC 8445 section 5.1.2.1, for a host with one address.
pub(super) fn priority(component: u8) -> u32 {
    (126 << 24) + (65_535 << 8) + (256 - u32::from(component))
}

/// A telephone has a few; whoever says more says it in vain.
const CANDIDATES_MAX: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(candidates: &[&str]) -> Option<Remote> {
        let own = [("ice-ufrag", Some("8hhY")), ("ice-pwd", Some("asd88fgpdd777uzjYhagZg"))];
        let candidates = candidates.iter().map(|value| ("candidate", Some(*value)));
        Remote::read(own.into_iter().chain(candidates), Some("192.0.2.1:4000".parse().unwrap()))
    }

    #[test]
    fn an_address_that_somebody_has_changed_on_the_way_is_not_believed() {
        let own = "1 1 UDP 2130706431 192.0.2.1 4000 typ host";
        let other = "1 1 UDP 2130706431 192.0.2.9 4000 typ host";
        assert_eq!(read(&[other, own]).unwrap().candidates.len(), 2);
        assert_eq!(read(&[other]), None);
    }

    #[test]
    fn candidates_are_bounded_and_rubbish_is_passed_over() {
        let own = "1 1 UDP 2130706431 192.0.2.1 4000 typ host";
        assert_eq!(read(&vec![own; 10_000]).unwrap().candidates.len(), CANDIDATES_MAX);
        let rubbish = ["", "1 1 TCP 1 192.0.2.1 9 typ host", "1 9 UDP 1 192.0.2.1 9 typ host", own];
        assert_eq!(read(&rubbish).unwrap().candidates.len(), 1);
        assert_eq!(Remote::read([("candidate", Some(own))].into_iter(), None), None);
    }
}
