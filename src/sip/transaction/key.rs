//! By what a message finds its transaction: RFC 3261 sections 17.1.3 and 17.2.3.

use crate::sip::{CSeq, Message, Method, NameAddr, Via};

/// The key of a client transaction: branch and method.
pub(super) fn client_key(branch: &str, method: &Method) -> String {
    format!("{branch}\n{method}")
}

/// The key of the server transaction that a request of this `method` belongs to: its own for most
/// methods, the INVITE's for ACK, and the INVITE's for CANCEL when asked for what it cancels.
pub(super) fn server_key(request: &Message, via: &Via, cseq: &CSeq, method: &Method) -> String {
    if via.has_magic_cookie() {
        let branch = via.branch().unwrap_or_default();
        let host = via.host.to_string().to_ascii_lowercase();
        let port = via.port.unwrap_or_default();
        return format!("{branch}\n{host}:{port}\n{method}");
    }
    // A client of RFC 2543: its ACK repeats all of this, and has the To tag of the response,
    // which therefore cannot be part of the key.
    let via = request.headers.first("Via").unwrap_or_default();
    let uri = request.uri_text();
    let from = tag(request, "From");
    let call_id = request.headers.get("Call-ID").unwrap_or_default();
    format!("{via}\n{uri}\n{from}\n{call_id}\n{}\n{method}", cseq.number)
}

/// What two copies of one request have in common that came by different ways, forked by a proxy
/// in between (RFC 3261 section 8.2.2.2). A request within a dialog is not forked.
pub(super) fn merge_key(request: &Message, cseq: &CSeq) -> Option<String> {
    if !tag(request, "To").is_empty() {
        return None;
    }
    let call_id = request.headers.get("Call-ID")?;
    Some(format!("{call_id}\n{}\n{cseq}", tag(request, "From")))
}

fn tag(request: &Message, header: &str) -> String {
    let address = request.headers.get(header).and_then(|value| NameAddr::parse(value).ok());
    address.and_then(|address| address.tag().map(str::to_owned)).unwrap_or_default()
}
