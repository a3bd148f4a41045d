//! Replaces: which dialog a new one takes the place of.

use std::fmt;

use crate::sip::malformed::Malformed;
use crate::sip::params::Params;
use crate::sip::scan::Scan;

/// The value of Replaces (RFC 3891 section 6.1). The tags are those of whoever is to be replaced:
/// `to-tag` is the reader's own.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Replaces {
    /// The Call-ID.
    pub call_id: String,
    /// The reader's own tag.
    pub to_tag: String,
    /// The tag of the other side.
    pub from_tag: String,
}

impl Replaces {
    /// Reads the value: the Call-ID, and both tags.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let (call_id, _) = text.split_once(';').unwrap_or((text, ""));
        let mut scan = Scan::new("Replaces", text);
        scan.take_while(|byte| byte != b';');
        let params = Params::scan(&mut scan)?;
        scan.end()?;
        let tag = |name| params.get(name).filter(|tag| !tag.is_empty()).map(str::to_owned);
        let (to_tag, from_tag) = tag("to-tag")
            .zip(tag("from-tag"))
            .ok_or_else(|| scan.fail("both tags have to be there"))?;
        Ok(Self { call_id: call_id.trim().to_owned(), to_tag, from_tag })
    }
}

impl fmt::Display for Replaces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { call_id, to_tag, from_tag } = self;
        write!(f, "{call_id};to-tag={to_tag};from-tag={from_tag}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialog_is_named_by_its_call_id_and_both_tags() {
        let text = "98732@sip.example.com;to-tag=ff87ff;from-tag=r33th4x0r";
        let replaces = Replaces::parse(text).unwrap();
        assert_eq!(replaces.to_string(), text);
        assert_eq!(Replaces::parse("1@a; from-tag=2 ;to-tag=3;early-only").unwrap().to_tag, "3");
        for text in ["", "1", "1;to-tag=2", "1;to-tag=;from-tag=2", "1;to-tag=2;from-tag=3 4"] {
            assert!(Replaces::parse(text).is_err(), "{text}");
        }
    }
}
