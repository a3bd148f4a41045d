//! What stands within a message: segments of a path, parameters, a token, JSON.

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Response, StatusCode, Uri};

/// The segments of a path, unescaped: `/v1/people/a%2Fb` is `v1`, `people`, `a/b`. None of a path
/// with an escape that is none (RFC 3986 section 2.1).
pub fn segments(uri: &Uri) -> Option<Vec<String>> {
    let path = uri.path().trim_start_matches('/');
    path.split('/').take(SEGMENTS_MAX).map(|segment| unescape(segment, false)).collect()
}

/// The parameters of a query, in their order. Those that cannot be read are left out.
pub fn query(uri: &Uri) -> Vec<(String, String)> {
    form(uri.query().unwrap_or_default().as_bytes())
}

/// The first parameter of the query with this name.
pub fn parameter(uri: &Uri, name: &str) -> Option<String> {
    query(uri).into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

/// The fields of an `application/x-www-form-urlencoded` body, in their order. Those that cannot
/// be read are left out.
pub fn form(body: &[u8]) -> Vec<(String, String)> {
    let Ok(text) = std::str::from_utf8(body) else { return Vec::new() };
    let pairs = text.split('&').filter(|pair| !pair.is_empty()).take(PARAMETERS_MAX);
    let read = pairs.filter_map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Some((unescape(name, true)?, unescape(value, true)?))
    });
    read.collect()
}

/// A word as it may stand in a path or a query.
pub fn escape(word: &str) -> String {
    let mut escaped = String::with_capacity(word.len());
    for byte in word.bytes() {
        // RFC 3986 section 2.3.
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let hex = |digit: u8| char::from(b"0123456789ABCDEF"[usize::from(digit)]);
            escaped.extend(['%', hex(byte >> 4), hex(byte & 0xF)]);
        }
    }
    escaped
}

/// The token of `Authorization: Bearer …` (RFC 6750 section 2.1).
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// An answer that carries JSON.
pub fn json(status: StatusCode, value: &serde_json::Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(value.to_string()));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("application/json;charset=UTF-8");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

fn unescape(word: &str, plus_is_blank: bool) -> Option<String> {
    let mut bytes = Vec::with_capacity(word.len());
    let mut rest = word.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
                high << 4 | low
            }
            b'+' if plus_is_blank => b' ',
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// The longest path of any interface here has eight.
const SEGMENTS_MAX: usize = 32;
/// Forms here have a handful.
const PARAMETERS_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_cut_before_it_is_unescaped() {
        let segments = |text: &'static str| segments(&Uri::from_static(text));
        let words = |list: &[&str]| Some(list.iter().map(|it| (*it).to_owned()).collect());
        assert_eq!(segments("/v1/people/a%2Fb?c=d"), words(&["v1", "people", "a/b"]));
        assert_eq!(segments("/a%2"), None);
        assert_eq!(segments("/%FF"), None);
    }

    #[test]
    fn parameters_are_unescaped_and_keep_their_order() {
        let uri = Uri::from_static("/?max=10&name=Ann+Lee&bad=%zz&flag");
        let pairs = query(&uri);
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (&name[..], &value[..])).collect();
        assert_eq!(pairs, [("max", "10"), ("name", "Ann Lee"), ("flag", "")]);
        assert_eq!(parameter(&uri, "max").as_deref(), Some("10"));
    }

    #[test]
    fn what_was_escaped_is_unescaped_to_itself() {
        let word = "a b/ü+%&=?#";
        assert_eq!(unescape(&escape(word), true).as_deref(), Some(word));
    }

    #[test]
    fn a_token_is_found_whatever_the_case_of_its_scheme() {
        let with = |value: &'static str| {
            HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static(value))])
        };
        assert_eq!(bearer(&with("Bearer abc")), Some("abc"));
        assert_eq!(bearer(&with("bearer abc")), Some("abc"));
        assert_eq!(bearer(&with("Basic abc")), None);
        assert_eq!(bearer(&HeaderMap::new()), None);
    }
}
