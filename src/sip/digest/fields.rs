//! The `name=value` list that challenges and credentials are made of.

use std::fmt;

use crate::sip::malformed::Malformed;
use crate::sip::params::Quoted;
use crate::sip::scan::{Scan, is_blank};

/// The fields after the word `Digest`.
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads a header value; `None` when its scheme is another.
    pub fn parse(header: &'static str, text: &str) -> Result<Option<Self>, Malformed> {
        let mut scan = Scan::new(header, text);
        if !scan.token()?.eq_ignore_ascii_case("Digest") {
            return Ok(None);
        }
        let mut fields = Vec::new();
        loop {
            scan.blanks();
            if fields.len() == FIELDS_MAX {
                return Err(Malformed::TooLarge { what: "fields of a digest", limit: FIELDS_MAX });
            }
            let name = scan.token()?.to_owned();
            if !scan.eat_among_blanks(b'=') {
                return Err(scan.fail("an equals sign is missing"));
            }
            let value = if scan.peek() == Some(b'"') {
                scan.quoted()?
            } else {
                scan.take_while(|byte| !is_blank(byte) && byte != b',').to_owned()
            };
            fields.push((name, value));
            if !scan.eat_among_blanks(b',') {
                scan.end()?;
                return Ok(Some(Self(fields)));
            }
        }
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        let field = self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(&field.1)
    }

    /// The value of a field that must be there.
    pub fn need(&self, name: &'static str) -> Result<String, Malformed> {
        self.get(name).map(str::to_owned).ok_or_else(|| Scan::new(name, "").fail("it is missing"))
    }
}

/// Writes the fields of a digest, in the order given.
pub(super) struct Writer<'a, 'f>(pub &'a mut fmt::Formatter<'f>);

impl Writer<'_, '_> {
    /// Starts with a quoted field.
    pub fn start(&mut self, name: &str, value: &str) -> fmt::Result {
        write!(self.0, "Digest {name}={}", Quoted(value))
    }

    pub fn quoted(&mut self, name: &str, value: &str) -> fmt::Result {
        write!(self.0, ", {name}={}", Quoted(value))
    }

    pub fn plain(&mut self, name: &str, value: impl fmt::Display) -> fmt::Result {
        write!(self.0, ", {name}={value}")
    }
}

/// More than all RFCs together define.
const FIELDS_MAX: usize = 32;
