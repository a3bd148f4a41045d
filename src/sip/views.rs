//! What the headers of a message say, read on demand.

use super::header::{
    CSeq, Contacts, MediaType, MinSe, NameAddr, RAck, Reason, RetryAfter, SessionExpires, Tokens,
    Via, Warning,
};
use super::malformed::Malformed;
use super::message::Message;
use super::method::Method;
use super::scan::Scan;
use super::start_line::StartLine;
use super::uri::Uri;

/// The start line.
impl Message {
    /// The method of a request; `None` for a response.
    pub fn method(&self) -> Option<&Method> {
        match &self.start {
            StartLine::Request { method, .. } => Some(method),
            StartLine::Status { .. } => None,
        }
    }

    /// The status code of a response; `None` for a request.
    pub fn code(&self) -> Option<u16> {
        match self.start {
            StartLine::Request { .. } => None,
            StartLine::Status { code, .. } => Some(code),
        }
    }

    /// Whether it is a request.
    pub fn is_request(&self) -> bool {
        self.method().is_some()
    }

    /// The Request-URI. A response has none.
    pub fn request_uri(&self) -> Result<Uri, Malformed> {
        match &self.start {
            StartLine::Request { uri, .. } => {
                Uri::parse(uri).map_err(|fault| fault.within("Request-URI", 1))
            }
            StartLine::Status { .. } => {
                Err(Malformed::Line { line: 1, why: "a response has no Request-URI" })
            }
        }
    }
}

/// Headers that every message must have.
impl Message {
    /// The topmost Via: where a request comes from, where a response goes.
    pub fn via(&self) -> Result<Via, Malformed> {
        let first = self.each("Via", Via::parse).next();
        first.unwrap_or(Err(Malformed::Missing("Via")))
    }

    /// All of the path, the last hop first.
    pub fn vias(&self) -> Result<Vec<Via>, Malformed> {
        self.each("Via", Via::parse).collect()
    }

    /// Who sent the request.
    pub fn from(&self) -> Result<NameAddr, Malformed> {
        self.one("From", NameAddr::parse)
    }

    /// Who was asked.
    pub fn to(&self) -> Result<NameAddr, Malformed> {
        self.one("To", NameAddr::parse)
    }

    /// The identifier of the call.
    pub fn call_id(&self) -> Result<&str, Malformed> {
        match self.headers.get("Call-ID") {
            Some(id) if !id.is_empty() => Ok(id),
            _ => Err(Malformed::Missing("Call-ID")),
        }
    }

    /// The number and the method of the request.
    pub fn cseq(&self) -> Result<CSeq, Malformed> {
        self.one("CSeq", CSeq::parse)
    }
}

/// Headers that a message may have: `None` or an empty list when it does not.
impl Message {
    /// All values of a header that holds addresses: Route, Record-Route, P-Asserted-Identity, …
    pub fn addresses(&self, name: &'static str) -> Result<Vec<NameAddr>, Malformed> {
        self.each(name, NameAddr::parse).collect()
    }

    /// The Contact headers.
    pub fn contacts(&self) -> Result<Contacts, Malformed> {
        if self.headers.all("Contact").eq(["*"]) {
            return Ok(Contacts::All);
        }
        self.addresses("Contact").map(Contacts::These)
    }

    /// The first Contact: the remote target (RFC 3261 section 12.1).
    pub fn contact(&self) -> Result<Option<NameAddr>, Malformed> {
        self.each("Contact", NameAddr::parse).next().transpose()
    }

    /// How many more hops a request may go (RFC 3261 section 20.22).
    pub fn max_forwards(&self) -> Result<Option<u8>, Malformed> {
        let hops = self.maybe("Max-Forwards", |text| number("Max-Forwards", text, u8::MAX.into()));
        Ok(hops?.map(|hops| u8::try_from(hops).expect("the limit is a u8's")))
    }

    /// Expires, in seconds.
    pub fn expires(&self) -> Result<Option<u32>, Malformed> {
        self.seconds("Expires")
    }

    /// Min-Expires, in seconds.
    pub fn min_expires(&self) -> Result<Option<u32>, Malformed> {
        self.seconds("Min-Expires")
    }

    /// The number of a reliable provisional response (RFC 3262 section 7.1).
    pub fn rseq(&self) -> Result<Option<u32>, Malformed> {
        self.seconds("RSeq")
    }

    /// Which provisional response a PRACK acknowledges.
    pub fn rack(&self) -> Result<Option<RAck>, Malformed> {
        self.maybe("RAck", RAck::parse)
    }

    /// What the body is.
    pub fn content_type(&self) -> Result<Option<MediaType>, Malformed> {
        self.maybe("Content-Type", MediaType::parse)
    }

    /// The session interval.
    pub fn session_expires(&self) -> Result<Option<SessionExpires>, Malformed> {
        self.maybe("Session-Expires", SessionExpires::parse)
    }

    /// The shortest session interval that is accepted.
    pub fn min_se(&self) -> Result<Option<MinSe>, Malformed> {
        self.maybe("Min-SE", MinSe::parse)
    }

    /// When to ask again.
    pub fn retry_after(&self) -> Result<Option<RetryAfter>, Malformed> {
        self.maybe("Retry-After", RetryAfter::parse)
    }

    /// Why the request was sent.
    pub fn reasons(&self) -> Result<Vec<Reason>, Malformed> {
        self.each("Reason", Reason::parse).collect()
    }

    /// What else there is to say about a response.
    pub fn warnings(&self) -> Result<Vec<Warning>, Malformed> {
        self.each("Warning", Warning::parse).collect()
    }

    /// The tokens in all headers of this name: Allow, Supported, Require, Recv-Info, …
    pub fn tokens(&self, name: &'static str) -> Result<Tokens, Malformed> {
        let lists: Result<Vec<_>, _> = self.lines(name, Tokens::parse).collect();
        Ok(Tokens(lists?.into_iter().flat_map(|list| list.0).collect()))
    }
}

impl Message {
    pub(crate) fn one<T>(&self, name: &'static str, parse: Parse<T>) -> Result<T, Malformed> {
        self.maybe(name, parse)?.ok_or(Malformed::Missing(name))
    }

    pub(crate) fn maybe<T>(
        &self,
        name: &'static str,
        parse: Parse<T>,
    ) -> Result<Option<T>, Malformed> {
        self.lines(name, parse).next().transpose()
    }

    fn seconds(&self, name: &'static str) -> Result<Option<u32>, Malformed> {
        self.maybe(name, |text| number("seconds", text, u32::MAX))
    }

    /// Reads each line of a name as a whole.
    pub(crate) fn lines<T>(
        &self,
        name: &'static str,
        parse: Parse<T>,
    ) -> impl Iterator<Item = Result<T, Malformed>> {
        self.headers.named(name).map(move |line| {
            parse(line.value()).map_err(|fault| fault.within(name, self.headers.line_number(line)))
        })
    }

    /// Reads each value of a list.
    pub(crate) fn each<T>(
        &self,
        name: &'static str,
        parse: Parse<T>,
    ) -> impl Iterator<Item = Result<T, Malformed>> {
        self.headers.named_values(name).map(move |(line, value)| {
            parse(value).map_err(|fault| {
                let start = value.as_ptr().addr().saturating_sub(line.value().as_ptr().addr());
                fault.further(start).within(name, self.headers.line_number(line))
            })
        })
    }
}

/// Reads one value.
pub(crate) type Parse<T> = fn(&str) -> Result<T, Malformed>;

/// Reads a number that fills `text`.
pub(crate) fn number(field: &'static str, text: &str, limit: u32) -> Result<u32, Malformed> {
    let mut scan = Scan::new(field, text);
    let number = scan.number(limit)?;
    scan.end()?;
    Ok(number)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn read(head: &str) -> Message {
        Message::parse(&Bytes::from(format!("BYE sip:a@b SIP/2.0\r\n{head}\r\n"))).unwrap()
    }

    #[test]
    fn a_fault_in_a_header_names_the_line_and_the_byte() {
        let message = read("Subject: a\r\n b\r\nVia: SIP/2.0/UDP a, SIP/2.0/UDP b;;\r\n");
        assert!(message.via().is_ok());
        let fault = message.vias().unwrap_err();
        assert_eq!(fault.to_string(), "read Via at line 4, byte 29: a token is missing");
    }

    #[test]
    fn a_header_that_is_not_there_is_missed_only_where_it_must_be() {
        let message = read("");
        assert_eq!(message.from().unwrap_err(), Malformed::Missing("From"));
        assert_eq!(message.via().unwrap_err(), Malformed::Missing("Via"));
        assert_eq!(message.call_id().unwrap_err(), Malformed::Missing("Call-ID"));
        assert_eq!(message.session_expires(), Ok(None));
        assert_eq!(message.contacts(), Ok(Contacts::These(vec![])));
        assert_eq!(message.addresses("Route"), Ok(vec![]));
    }

    #[test]
    fn a_star_is_every_contact() {
        assert_eq!(read("m: *\r\n").contacts(), Ok(Contacts::All));
        assert!(read("m: *, <sip:a@b>\r\n").contacts().is_err());
    }

    #[test]
    fn tokens_are_gathered_from_all_lines() {
        let message = read("Supported: timer\r\nk: 100rel, siprec\r\nSupported:\r\n");
        assert_eq!(message.tokens("Supported").unwrap().0, ["timer", "100rel", "siprec"]);
    }

    #[test]
    fn a_number_out_of_range_is_a_fault() {
        assert_eq!(read("Max-Forwards: 255\r\n").max_forwards(), Ok(Some(255)));
        assert!(read("Max-Forwards: 256\r\n").max_forwards().is_err());
        assert!(read("Expires: 36893488147419103232\r\n").expires().is_err());
        assert_eq!(read("Expires: 4294967295\r\n").expires(), Ok(Some(u32::MAX)));
    }
}
