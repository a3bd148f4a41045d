//! When two addresses mean the same (RFC 3261 section 19.1.4, RFC 3966 section 4).

use super::escape::canonical;
use super::{SipUri, TelUri, Uri};
use crate::sip::params::Params;

impl Uri {
    /// Whether both name the same by the rules of their scheme.
    ///
    /// This is not transitive: a parameter that only one of them has is mostly ignored.
    pub fn is_equivalent(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Sip(one), Self::Sip(other)) => one.is_equivalent(other),
            (Self::Tel(one), Self::Tel(other)) => one.is_equivalent(other),
            (
                Self::Other { scheme: one, rest },
                Self::Other { scheme: other, rest: other_rest },
            ) => one.eq_ignore_ascii_case(other) && rest == other_rest,
            _ => false,
        }
    }
}

impl SipUri {
    /// See [`Uri::is_equivalent`].
    pub fn is_equivalent(&self, other: &Self) -> bool {
        self.secure == other.secure
            && self.user.as_deref().map(canonical) == other.user.as_deref().map(canonical)
            && self.password.as_deref().map(canonical) == other.password.as_deref().map(canonical)
            && self.host == other.host
            && self.port == other.port
            && agree(&self.params, &other.params, NEVER_IGNORED)
            && agree(&other.params, &self.params, NEVER_IGNORED)
            && same_headers(&self.headers, &other.headers)
    }
}

impl TelUri {
    /// See [`Uri::is_equivalent`].
    pub fn is_equivalent(&self, other: &Self) -> bool {
        // RFC 3966 section 4: every parameter counts, their order and case do not.
        self.digits().eq_ignore_ascii_case(&other.digits())
            && self.params.iter().count() == other.params.iter().count()
            && self.params.iter().all(|(name, value)| {
                same_text(other.params.get(name), Some(value.unwrap_or_default()))
            })
    }
}

/// Whether each parameter of `one` matches that of `other`, or may be missing there.
fn agree(one: &Params, other: &Params, never_ignored: &[&str]) -> bool {
    one.iter().all(|(name, value)| match other.get(name) {
        Some(theirs) => same_text(Some(theirs), Some(value.unwrap_or_default())),
        None => !never_ignored.iter().any(|kept| name.eq_ignore_ascii_case(kept)),
    })
}

fn same_headers(one: &[(String, String)], other: &[(String, String)]) -> bool {
    let sorted = |headers: &[(String, String)]| {
        let mut sorted: Vec<_> = headers
            .iter()
            .map(|(name, value)| (canonical(name).to_ascii_lowercase(), canonical(value)))
            .collect();
        sorted.sort();
        sorted
    };
    sorted(one) == sorted(other)
}

fn same_text(one: Option<&str>, other: Option<&str>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => canonical(one).eq_ignore_ascii_case(&canonical(other)),
        (one, other) => one == other,
    }
}

/// Parameters that must not be missing on one side. The rules name the first four; the RFC's
/// examples show that `transport` is another.
const NEVER_IGNORED: &[&str] = &["user", "ttl", "method", "maddr", "transport"];

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        let (one, other) = (Uri::parse(one).unwrap(), Uri::parse(other).unwrap());
        assert_eq!(one.is_equivalent(&other), other.is_equivalent(&one));
        one.is_equivalent(&other)
    }

    #[test]
    fn the_equivalent_addresses_of_the_rfc_are_equivalent() {
        for (one, other) in [
            ("sip:%61lice@example.com;transport=TCP", "sip:alice@ExAmPle.CoM;Transport=tcp"),
            ("sip:carol@example.com", "sip:carol@example.com;newparam=5"),
            ("sip:carol@example.com", "sip:carol@example.com;security=on"),
            (
                "sip:example.com;transport=tcp;method=REGISTER?to=sip:bob%40example.com",
                "sip:example.com;method=REGISTER;transport=tcp?to=sip:bob%40example.com",
            ),
            (
                "sip:alice@example.com?subject=project%20x&priority=urgent",
                "sip:alice@example.com?priority=urgent&subject=project%20x",
            ),
        ] {
            assert!(same(one, other), "{one} and {other}");
        }
    }

    #[test]
    fn the_different_addresses_of_the_rfc_are_different() {
        for (one, other) in [
            ("SIP:ALICE@ExAmPle.CoM;Transport=udp", "sip:alice@ExAmPle.CoM;Transport=UDP"),
            ("sip:bob@example.com", "sip:bob@example.com:5060"),
            ("sip:bob@example.com", "sip:bob@example.com;transport=udp"),
            ("sip:bob@example.com", "sip:bob@example.com:6000;transport=tcp"),
            ("sip:carol@example.com", "sip:carol@example.com?Subject=next%20meeting"),
            ("sip:bob@phone21.example.com", "sip:bob@192.0.2.4"),
            ("sip:carol@example.com;security=on", "sip:carol@example.com;security=off"),
            ("sip:bob@example.com", "sips:bob@example.com"),
            ("sip:example.com", "tel:+12025550101"),
        ] {
            assert!(!same(one, other), "{one} and {other}");
        }
    }

    #[test]
    fn separators_do_not_change_a_telephone_number() {
        assert!(same("tel:+1-202-555-0101", "tel:+1(202)5550101"));
        assert!(!same("tel:0101;phone-context=a", "tel:0101;phone-context=b"));
    }
}
