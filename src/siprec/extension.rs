//! What vendors add to metadata: XML that is kept as it is (RFC 7865 section 9, `xs:any`).

use std::collections::BTreeSet;

use roxmltree::{Document, Node};

use super::bounds::{Lines, check};
use super::id::Id;
use super::malformed::Malformed;
use super::xml::escaped;

/// An element of a foreign namespace, and what it belongs to.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Extension {
    /// What it belongs to.
    pub parent: Parent,
    /// Its own name, in the drafts only.
    pub id: Option<Id>,
    /// The namespace of the element; empty if it has none.
    pub namespace: String,
    /// The local name of the element.
    pub name: String,
    /// The element as it was written. Namespaces that it only inherited are added, so that it can
    /// stand anywhere.
    pub xml: String,
}

/// What an extension belongs to.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[expect(missing_docs, reason = "each is an element of the model, by its id")]
pub enum Parent {
    Recording,
    Group(Id),
    Session(Id),
    Participant(Id),
    Stream(Id),
    SessionRecording(Id),
    ParticipantSession { participant: Id, session: Id },
    ParticipantStream(Id),
    Unknown(Id),
}

impl Extension {
    /// An extension of `parent` that is this element.
    pub fn new(parent: Parent, xml: &str) -> Result<Self, Malformed> {
        with_element(xml, |node| Self::read(node, xml, parent, None))
    }

    /// The extension that an element of a larger document is.
    pub(super) fn read(node: Node, text: &str, parent: Parent, id: Option<Id>) -> Self {
        Self {
            parent,
            id,
            namespace: node.tag_name().namespace().unwrap_or_default().to_owned(),
            name: node.tag_name().name().to_owned(),
            xml: standing_alone(node, text),
        }
    }

    /// Looks into the element.
    pub(super) fn with_element<T>(&self, look: impl FnOnce(Node) -> T) -> Result<T, Malformed> {
        with_element(&self.xml, look)
    }
}

fn with_element<T>(xml: &str, look: impl FnOnce(Node) -> T) -> Result<T, Malformed> {
    check(xml, &Lines::of(xml, 0))?;
    let document = Document::parse(xml)
        .map_err(|why| Malformed::NotXml { line: why.pos().row, why: why.to_string() })?;
    Ok(look(document.root_element()))
}

/// The text of an element, with the namespaces that it inherits and uses.
fn standing_alone(node: Node, text: &str) -> String {
    let raw = &text[node.range()];
    let declared = declared_prefixes(raw);
    let mut added = String::new();
    for namespace in node.namespaces() {
        let Some(prefix) = namespace.name().filter(|it| *it != "xml") else { continue };
        if !declared.contains(prefix) && raw.contains(&format!("{prefix}:")) {
            added.extend([" xmlns:", prefix, "=\"", &escaped(namespace.uri()), "\""]);
        }
    }
    if !declared.contains("") && inherits_default(node, text) {
        let default = node.lookup_namespace_uri(None).unwrap_or_default();
        added.extend([" xmlns=\"", &escaped(default), "\""]);
    }
    let name_end = 1 + name_length(&raw[1..]);
    [&raw[..name_end], &added, &raw[name_end..]].concat()
}

/// Whether an element within has no prefix and is in the default namespace of the outermost.
fn inherits_default(node: Node, text: &str) -> bool {
    let default = node.lookup_namespace_uri(None).unwrap_or_default();
    let is_bare = |it: &Node| {
        let name = &text[it.range().start + 1..];
        !name[..name_length(name)].contains(':')
    };
    let elements = node.descendants().filter(Node::is_element);
    elements.filter(is_bare).any(|it| it.tag_name().namespace().unwrap_or_default() == default)
}

fn name_length(text: &str) -> usize {
    text.find(|it: char| it.is_ascii_whitespace() || it == '/' || it == '>').unwrap_or(text.len())
}

/// The prefixes that the first tag of a text declares; the empty one for the default namespace.
fn declared_prefixes(raw: &str) -> BTreeSet<&str> {
    let mut prefixes = BTreeSet::new();
    let mut rest = raw;
    // A tag is a name, then names and quoted values; what it declares stands before its end.
    while let Some(at) = rest.find(['"', '\'', '>']).filter(|&at| !rest[at..].starts_with('>')) {
        let name = rest[..at].trim_end().trim_end_matches('=').trim_end();
        let name = name.rsplit(|it: char| it.is_ascii_whitespace()).next().unwrap_or_default();
        if let Some(prefix) = name.strip_prefix("xmlns") {
            prefixes.insert(prefix.strip_prefix(':').unwrap_or(prefix));
        }
        let quote = &rest[at..=at];
        let Some(length) = rest[at + 1..].find(quote) else { break };
        rest = &rest[at + 1 + length + 1..];
    }
    prefixes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_child(text: &str) -> Extension {
        let document = Document::parse(text).unwrap();
        let node = document.root_element().first_element_child().unwrap();
        Extension::read(node, text, Parent::Recording, None)
    }

    #[test]
    fn an_element_that_stands_alone_is_kept_to_the_byte() {
        let xml = "<m:x xmlns:m='urn:example:m' m:a = \"1 > 0\"><m:y/><!-- y --></m:x>";
        let extension = first_child(&format!("<r xmlns='urn:example:r'>{xml}</r>"));
        assert_eq!(extension.xml, xml);
        assert_eq!((&*extension.namespace, &*extension.name), ("urn:example:m", "x"));
    }

    #[test]
    fn what_an_element_inherits_goes_with_it() {
        let table = [
            (
                "<r xmlns:m='urn:example:m' xmlns:ma='urn:example:n'><m:x ma:y='1'/></r>",
                "<m:x xmlns:m=\"urn:example:m\" xmlns:ma=\"urn:example:n\" ma:y='1'/>",
            ),
            (
                "<r xmlns='urn:example:r' xmlns:m='urn:example:m'><m:x><y/></m:x></r>",
                "<m:x xmlns:m=\"urn:example:m\" xmlns=\"urn:example:r\"><y/></m:x>",
            ),
            ("<r><x>1</x></r>", "<x xmlns=\"\">1</x>"),
            ("<r xmlns='a&amp;b'><x/></r>", "<x xmlns=\"a&amp;b\"/>"),
        ];
        for (text, expected) in table {
            let extension = first_child(text);
            assert_eq!(extension.xml, expected);
            let again = Extension::new(Parent::Recording, &extension.xml);
            assert_eq!(again, Ok(extension), "it can stand anywhere");
        }
    }
}
