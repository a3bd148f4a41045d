//! The value of a Content-Type or Content-Disposition header (RFC 2045 section 5.1).

/// A media type, or a disposition, and its parameters.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MediaType {
    /// What stands before the first semicolon, in lower case.
    pub essence: String,
    /// The parameters, their names in lower case, their values without quotes.
    pub parameters: Vec<(String, String)>,
}

impl MediaType {
    /// Reads `multipart/mixed;boundary="foo"`; `None` if nothing stands before the semicolon.
    pub fn parse(value: &str) -> Option<Self> {
        let mut fields = split_unquoted(value).into_iter();
        let essence = fields.next()?.trim().to_ascii_lowercase();
        if essence.is_empty() {
            return None;
        }
        let parameter = |field: &str| {
            let (name, value) = field.split_once('=')?;
            Some((name.trim().to_ascii_lowercase(), unquoted(value.trim())))
        };
        Some(Self { essence, parameters: fields.filter_map(parameter).collect() })
    }

    /// Whether it is this type, given in lower case.
    pub fn is(&self, essence: &str) -> bool {
        self.essence == essence
    }

    /// Whether it is a multipart type of whatever kind.
    pub fn is_multipart(&self) -> bool {
        self.essence.starts_with("multipart/")
    }

    /// Whether it carries recording metadata.
    ///
    /// RFC 7865 writes `application/rs-metadata+xml` where RFC 7866 writes
    /// `application/rs-metadata`, and RFC 9806 settles on the former; a draft had
    /// `application/rs-metadata-request` for the request of a snapshot. All are in use.
    pub fn is_metadata(&self) -> bool {
        METADATA.contains(&self.essence.as_str())
    }

    /// The first parameter of this name, given in lower case.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }
}

/// The fields between semicolons, those within quotes left alone.
fn split_unquoted(value: &str) -> Vec<&str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let is_separator = |character: char| {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            ';' => return !is_quoted,
            _ => {}
        }
        false
    };
    value.split(is_separator).take(MAX_FIELDS).collect()
}

fn unquoted(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"') else { return value.to_owned() };
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    let mut characters = inner.chars();
    let mut text = String::new();
    while let Some(character) = characters.next() {
        text.extend(if character == '\\' { characters.next() } else { Some(character) });
    }
    text
}

const METADATA: [&str; 3] =
    ["application/rs-metadata+xml", "application/rs-metadata", "application/rs-metadata-request"];
/// No header that means us well has more parameters.
const MAX_FIELDS: usize = 32;

#[cfg(test)]
mod tests {
    use super::MediaType;

    #[test]
    fn a_boundary_may_be_bare_or_quoted() {
        let boundary = |value: &str| {
            MediaType::parse(value).and_then(|it| it.parameter("boundary").map(str::to_owned))
        };
        let table = [
            ("multipart/mixed;boundary=foobar", Some("foobar")),
            ("multipart/mixed; boundary=\"a;b \\\"c\\\"\" ; x=y", Some("a;b \"c\"")),
            ("Multipart/Mixed ; BOUNDARY = foo:bar", Some("foo:bar")),
            ("multipart/mixed; x=\"boundary=no\"; boundary=yes", Some("yes")),
            ("multipart/mixed; boundary=\"open", Some("open")),
            ("multipart/mixed", None),
            ("", None),
        ];
        for (value, expected) in table {
            assert_eq!(boundary(value).as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn metadata_has_had_three_names() {
        let is_metadata = |value: &str| MediaType::parse(value).unwrap().is_metadata();
        assert!(is_metadata("application/rs-metadata+xml"));
        assert!(is_metadata("Application/RS-Metadata; charset=UTF-8"));
        assert!(is_metadata("application/rs-metadata-request"));
        assert!(!is_metadata("application/xml"));
    }
}
