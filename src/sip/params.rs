//! The `;name=value` pairs that follow a URI, an address, a Via or a media type.

use std::fmt;

use super::malformed::Malformed;
use super::scan::{Scan, is_blank, is_token};

/// Parameters in their order. Names are compared without regard to case.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Params(Vec<Param>);

#[derive(Clone, Debug, Eq, PartialEq)]
struct Param {
    name: String,
    value: Value,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Value {
    /// `;lr`
    None,
    /// `;expires=60`
    Plain(String),
    /// `;+sip.instance="<urn:uuid:…>"`, without quotes and escapes.
    Quoted(String),
}

impl Params {
    /// No parameters.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The value of the first parameter of this name, without quotes; `Some("")` when it has none.
    pub fn get(&self, name: &str) -> Option<&str> {
        let param = self.0.iter().find(|param| param.name.eq_ignore_ascii_case(name))?;
        Some(param.value.text())
    }

    /// Whether there is a parameter of this name, with a value or without.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Sets a parameter, in its old place if it was there. The value is quoted when it needs it.
    pub fn set(&mut self, name: &str, value: &str) {
        let value = if !value.is_empty() && value.bytes().all(is_plain) {
            Value::Plain(value.to_owned())
        } else {
            Value::Quoted(value.to_owned())
        };
        self.put(name, value);
    }

    /// Sets a parameter whose value is quoted whether it needs it or not.
    pub fn set_quoted(&mut self, name: &str, value: &str) {
        self.put(name, Value::Quoted(value.to_owned()));
    }

    /// Sets a parameter that has no value, such as `lr`.
    pub fn set_flag(&mut self, name: &str) {
        self.put(name, Value::None);
    }

    /// Removes every parameter of this name.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|param| !param.name.eq_ignore_ascii_case(name));
    }

    /// Names and values in their order; the value is `None` where there is no `=`.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.0.iter().map(|param| match &param.value {
            Value::None => (param.name.as_str(), None),
            value => (param.name.as_str(), Some(value.text())),
        })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads `;name=value` as long as there is a semicolon.
    ///
    /// A value may hold any visible character but a comma and a semicolon: more than the grammar's
    /// `gen-value` has, because tags, branches and vendors' parameters in the field do.
    pub(crate) fn scan(scan: &mut Scan<'_>) -> Result<Self, Malformed> {
        let mut params = Self::new();
        while scan.eat_among_blanks(b';') {
            let name = scan.token()?.to_owned();
            params.check_new(&name, scan)?;
            let value = if scan.eat_among_blanks(b'=') { Value::scan(scan)? } else { Value::None };
            params.0.push(Param { name, value });
        }
        Ok(params)
    }

    /// Takes a name and a value as they stand, for the parameters of a URI.
    pub(crate) fn push_plain(&mut self, name: &str, value: Option<&str>) {
        let value = value.map_or(Value::None, |value| Value::Plain(value.to_owned()));
        self.0.push(Param { name: name.to_owned(), value });
    }

    /// Whether a parameter may follow: it must not have been there (RFC 3261 sections 7.3.1 and
    /// 19.1.1).
    pub(crate) fn check_new(&self, name: &str, scan: &Scan<'_>) -> Result<(), Malformed> {
        if self.has(name) {
            return Err(scan.fail("this parameter was there already"));
        }
        if self.0.len() == PARAMS_MAX {
            return Err(Malformed::TooLarge { what: "parameters", limit: PARAMS_MAX });
        }
        Ok(())
    }

    fn put(&mut self, name: &str, value: Value) {
        match self.0.iter_mut().find(|param| param.name.eq_ignore_ascii_case(name)) {
            Some(param) => param.value = value,
            None => self.0.push(Param { name: name.to_owned(), value }),
        }
    }
}

impl Value {
    fn scan(scan: &mut Scan<'_>) -> Result<Self, Malformed> {
        if scan.peek() == Some(b'"') {
            return scan.quoted().map(Self::Quoted);
        }
        match scan.take_while(|byte| !is_blank(byte) && !b";,\"".contains(&byte)) {
            "" => Err(scan.fail("a value is missing")),
            value => Ok(Self::Plain(value.to_owned())),
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::None => "",
            Self::Plain(text) | Self::Quoted(text) => text,
        }
    }
}

/// Each with its semicolon, quoted where it was quoted.
impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Param { name, value } in &self.0 {
            match value {
                Value::None => write!(f, ";{name}")?,
                Value::Plain(value) => write!(f, ";{name}={value}")?,
                Value::Quoted(value) => write!(f, ";{name}={}", Quoted(value))?,
            }
        }
        Ok(())
    }
}

/// Writes a quoted string, escaping what has to be (RFC 3261 section 25.1).
pub(crate) struct Quoted<'a>(pub &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for part in self.0.split_inclusive(['"', '\\']) {
            match part.strip_suffix(['"', '\\']) {
                Some(plain) => write!(f, "{plain}\\{}", &part[plain.len()..])?,
                None => f.write_str(part)?,
            }
        }
        f.write_str("\"")
    }
}

/// Whether a byte needs no quotes: what the grammar's `token` and `host` hold.
fn is_plain(byte: u8) -> bool {
    is_token(byte) || b"[]:".contains(&byte)
}

/// More than any real header has; a header of 64 KiB could hold thirty thousand.
const PARAMS_MAX: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Params, Malformed> {
        let mut scan = Scan::new("parameters", text);
        let params = Params::scan(&mut scan)?;
        scan.end()?;
        Ok(params)
    }

    #[test]
    fn a_parameter_is_found_by_any_case_of_its_name() {
        let params = read(r#"; Tag = abc ;lr;+sip.instance="<urn:uuid:\"x\">""#).unwrap();
        assert_eq!(params.get("tag"), Some("abc"));
        assert_eq!(params.get("LR"), Some(""));
        assert_eq!(params.get("+sip.instance"), Some("<urn:uuid:\"x\">"));
        assert_eq!(params.get("ag"), None);
        assert_eq!(params.to_string(), r#";Tag=abc;lr;+sip.instance="<urn:uuid:\"x\">""#);
    }

    #[test]
    fn an_empty_or_repeated_parameter_is_refused() {
        for text in [";", ";;a", ";a=", ";a=b;", ";=b", ";a;b;A=1"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_value_that_needs_quotes_gets_them() {
        let mut params = Params::new();
        params.set("tag", "a1");
        params.set("text", "two words");
        params.set("Tag", "b2");
        params.set_flag("lr");
        assert_eq!(params.to_string(), ";tag=b2;text=\"two words\";lr");
    }
}
