//! A body of type `application/rs-metadata+xml`: metadata, or a request for it.

use roxmltree::{Document as Tree, ParsingOptions};

use super::bounds::{Lines, check};
use super::extension::Parent;
use super::malformed::Malformed;
use super::metadata::{Metadata, Name};
use super::parse::{metadata, named};
use super::quirk::{Oddity, Quirk};
use super::reader::{NAMESPACE, Reader};
use super::schema;
use super::xml::Xml;

/// What a body of the metadata type says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Document {
    /// The recording client tells about the calls.
    Metadata(Box<Metadata>),
    /// The recorder asks for all of it.
    SnapshotRequest(SnapshotRequest),
}

/// A recorder asks for a complete snapshot (RFC 7865 section 7, RFC 7866 section 9.2).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SnapshotRequest {
    /// Why it asks.
    pub reason: Option<Name>,
    /// What the parser had to forgive.
    pub quirks: Vec<Quirk>,
}

impl Document {
    /// Reads a body, whichever it is.
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        if body.len() > MAX_LENGTH {
            let length = body.len();
            return Err(Malformed::TooLong { what: "metadata", length, most: MAX_LENGTH });
        }
        let text = str::from_utf8(body).map_err(|_| Malformed::NotUtf8)?;
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        // Blanks before the declaration are not XML, but nobody can mean anything by them.
        let trimmed = text.trim_start();
        let cut_off = &text[..text.len() - trimmed.len()];
        let lines = Lines::of(trimmed, cut_off.matches('\n').count());
        read(trimmed, lines, !cut_off.is_empty())
    }
}

impl Metadata {
    /// Reads metadata, in the dialect of RFC 7865 or in that of the drafts before it.
    ///
    /// What is not as RFC 7865 wants it but can be understood becomes a quirk. References to
    /// nothing are no error either: [`Metadata::dangling`] finds them.
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        match Document::parse(body)? {
            Document::Metadata(metadata) => Ok(*metadata),
            Document::SnapshotRequest(_) => Err(Malformed::Root { found: REQUEST.to_owned() }),
        }
    }
}

fn read(text: &str, lines: Lines, had_blanks: bool) -> Result<Document, Malformed> {
    check(text, &lines)?;
    let options =
        ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let tree = Tree::parse_with_options(text, options).map_err(|why| Malformed::NotXml {
        line: lines.line(0).saturating_add(why.pos().row).saturating_sub(1),
        why: why.to_string(),
    })?;
    let root = tree.root_element();
    let name = root.tag_name().name();
    if !["recording", "recording_metadata", REQUEST].contains(&name) {
        return Err(Malformed::Root { found: name.to_owned() });
    }
    let mut reader = Reader::new(text, lines, root);
    if had_blanks {
        reader.note(root, Oddity::LeadingBlank);
    }
    if name != REQUEST {
        return Ok(Document::Metadata(Box::new(metadata(reader, root)?)));
    }
    let children = reader.children(root, &schema::REQUEST_SNAPSHOT, &Parent::Recording);
    let reason = children.first().map(|(_, node)| named(*node));
    Ok(Document::SnapshotRequest(SnapshotRequest { reason, quirks: reader.quirks }))
}

impl SnapshotRequest {
    /// A request that says why it is made.
    pub fn because(reason: &str) -> Self {
        let reason = Some(Name { text: reason.to_owned(), language: None });
        Self { reason, quirks: Vec::new() }
    }

    /// The body of type `application/rs-metadata+xml` and disposition `recording-session`.
    pub fn write(&self) -> String {
        let mut xml = Xml::new("  ");
        xml.declare();
        let Some(reason) = &self.reason else {
            xml.empty(REQUEST, &[("xmlns", NAMESPACE)]);
            return xml.finish();
        };
        xml.open(REQUEST, &[("xmlns", NAMESPACE)]);
        let language = reason.language.as_deref().map(|it| ("xml:lang", it));
        xml.leaf("requestreason", language.as_slice(), &reason.text);
        xml.finish()
    }
}

/// The root of a request for a snapshot (RFC 7865 section 7).
const REQUEST: &str = "requestsnapshot";
/// A conference of a hundred parties takes a tenth of this.
const MAX_LENGTH: usize = 256 * 1024;
/// Elements, and the texts between them.
const MAX_NODES: u32 = 32 * 1024;
