//! What is known of headers by their names: short forms, lists, and the order they are written in.

use std::cmp::Ordering;

/// Whether two names name the same header: in any case, short or long (RFC 3261 section 7.3.3).
pub(crate) fn is_same(one: impl AsRef<[u8]>, other: impl AsRef<[u8]>) -> bool {
    match (one.as_ref(), other.as_ref()) {
        (&[short], name) | (name, &[short]) if name.len() > 1 => {
            long_of(short).is_some_and(|long| long.as_bytes().eq_ignore_ascii_case(name))
        }
        (one, other) => one.eq_ignore_ascii_case(other),
    }
}

/// The long name of a short one.
pub(crate) fn long(short: &str) -> Option<&'static str> {
    let &[letter] = short.as_bytes() else { return None };
    long_of(letter)
}

fn long_of(letter: u8) -> Option<&'static str> {
    let letter = letter.to_ascii_lowercase();
    SHORT.iter().find(|(short, _)| *short == letter).map(|(_, long)| *long)
}

/// Whether the values of this header are a list, divided by commas, that may also go on in a
/// further header of the name (RFC 3261 section 7.3.1).
pub(crate) fn is_list(name: &str) -> bool {
    let name = long(name).unwrap_or(name);
    LISTS.iter().any(|list| list.eq_ignore_ascii_case(name))
}

/// The header, when it is one that must not stand twice in a message.
pub(crate) fn single(name: &str) -> Option<&'static str> {
    let name = long(name).unwrap_or(name);
    SINGLE.iter().find(|single| single.eq_ignore_ascii_case(name)).copied()
}

/// Which of two headers is written first: what proxies read, then what endpoints read, then what
/// describes the body (RFC 3261 section 7.3.1).
pub(crate) fn order(one: &str, other: &str) -> Ordering {
    rank(one).cmp(&rank(other))
}

fn rank(name: &str) -> usize {
    let name = long(name).unwrap_or(name);
    let among = |names: &[&str]| names.iter().position(|known| known.eq_ignore_ascii_case(name));
    match (among(FIRST), among(LAST)) {
        (Some(place), _) => place,
        (None, Some(place)) => FIRST.len() + 1 + place,
        (None, None) => FIRST.len(),
    }
}

/// The registered short forms (RFC 3261 section 20, RFC 3265, 3515, 3841, 3892, 4028, 4474).
const SHORT: &[(u8, &str)] = &[
    (b'a', "Accept-Contact"),
    (b'b', "Referred-By"),
    (b'c', "Content-Type"),
    (b'd', "Request-Disposition"),
    (b'e', "Content-Encoding"),
    (b'f', "From"),
    (b'i', "Call-ID"),
    (b'j', "Reject-Contact"),
    (b'k', "Supported"),
    (b'l', "Content-Length"),
    (b'm', "Contact"),
    (b'n', "Identity-Info"),
    (b'o', "Event"),
    (b'r', "Refer-To"),
    (b's', "Subject"),
    (b't', "To"),
    (b'u', "Allow-Events"),
    (b'v', "Via"),
    (b'x', "Session-Expires"),
    (b'y', "Identity"),
];

/// Headers whose value is a list. Those of authentication are none: their commas divide the
/// parameters of one value.
const LISTS: &[&str] = &[
    "Accept",
    "Accept-Contact",
    "Accept-Encoding",
    "Accept-Language",
    "Alert-Info",
    "Allow",
    "Allow-Events",
    "Call-Info",
    "Contact",
    "Content-Encoding",
    "Content-Language",
    "Diversion",
    "Error-Info",
    "History-Info",
    "In-Reply-To",
    "P-Asserted-Identity",
    "P-Associated-URI",
    "P-Preferred-Identity",
    "Path",
    "Proxy-Require",
    "Reason",
    "Record-Route",
    "Recv-Info",
    "Reject-Contact",
    "Request-Disposition",
    "Require",
    "Route",
    "Service-Route",
    "Supported",
    "Unsupported",
    "Via",
    "Warning",
];

/// Headers that a message has at most one of.
const SINGLE: &[&str] = &[
    "CSeq",
    "Call-ID",
    "Content-Disposition",
    "Content-Length",
    "Content-Type",
    "Date",
    "Event",
    "Expires",
    "From",
    "MIME-Version",
    "Max-Forwards",
    "Min-Expires",
    "Min-SE",
    "RAck",
    "RSeq",
    "Refer-To",
    "Referred-By",
    "Retry-After",
    "Session-Expires",
    "Subject",
    "Timestamp",
    "To",
];

/// Written first, in this order.
const FIRST: &[&str] = &[
    "Via",
    "Route",
    "Record-Route",
    "Proxy-Require",
    "Proxy-Authorization",
    "Max-Forwards",
    "From",
    "To",
    "Call-ID",
    "CSeq",
    "Contact",
];

/// Written last, in this order.
const LAST: &[&str] = &[
    "MIME-Version",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Language",
    "Content-Type",
    "Content-Length",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_name_is_the_long_one() {
        assert!(is_same("v", "VIA") && is_same("Via", "V") && is_same("f", "F"));
        assert!(!is_same("v", "From") && !is_same("v", "f") && !is_same("z", "Via"));
        assert!(is_list("m") && !is_list("WWW-Authenticate"));
        assert_eq!(single("I"), Some("Call-ID"));
    }

    #[test]
    fn the_path_comes_first_and_the_body_last() {
        let mut names = ["l", "X-Own", "CSeq", "Content-Type", "Via", "From"];
        names.sort_by(|one, other| order(one, other));
        assert_eq!(names, ["Via", "From", "CSeq", "X-Own", "Content-Type", "l"]);
    }
}
