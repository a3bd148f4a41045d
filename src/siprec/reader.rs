//! Walks a document of metadata and notes down what it has to forgive.

use std::collections::BTreeSet;

use roxmltree::{Attribute, Node};

use super::bounds::Lines;
use super::date::is_date_time;
use super::extension::{Extension, Parent};
use super::id::{Id, IdForm};
use super::malformed::Malformed;
use super::quirk::{Oddity, Quirk};

/// What an element may contain: by the schema in its order, and by the drafts.
pub(super) struct Shape {
    /// Its name.
    pub(super) name: &'static str,
    /// The elements of RFC 7865 section 9 in their order, each with whether it may be repeated.
    pub(super) children: &'static [(&'static str, bool)],
    /// The elements that only the drafts have.
    pub(super) drafts: &'static [&'static str],
}

/// A reader at work.
pub(super) struct Reader<'a> {
    text: &'a str,
    lines: Lines,
    namespace: Option<&'a str>,
    /// Whether the root is that of a draft, whose order of elements is not that of RFC 7865.
    is_draft: bool,
    ids: BTreeSet<Id>,
    odd_ids: BTreeSet<Id>,
    /// What was forgiven so far.
    pub(super) quirks: Vec<Quirk>,
    /// What vendors added, as far as it was met.
    pub(super) extensions: Vec<Extension>,
    /// What there was too much of.
    pub(super) excess: Option<Malformed>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, lines: Lines, root: Node<'a, 'a>) -> Self {
        let mut reader = Self {
            text,
            lines,
            namespace: root.tag_name().namespace(),
            is_draft: root.tag_name().name() == "recording_metadata",
            ids: BTreeSet::new(),
            odd_ids: BTreeSet::new(),
            quirks: Vec::new(),
            extensions: Vec::new(),
            excess: None,
        };
        reader.judge_root(root);
        reader
    }

    fn judge_root(&mut self, root: Node) {
        let found = self.namespace.map(str::to_owned);
        if found.as_deref() != Some(NAMESPACE) {
            self.note(root, Oddity::Namespace { found });
        }
        let name = &self.text[root.range().start + 1..];
        let name = name.split([' ', '\t', '\r', '\n', '/', '>']).next().unwrap_or_default();
        if let Some((prefix, _)) = name.split_once(':') {
            self.note(root, Oddity::Prefix { prefix: prefix.to_owned() });
        }
        if !self.text.starts_with("<?xml") {
            self.note(root, Oddity::NoDeclaration);
        }
    }

    /// Notes down what is odd about a node.
    pub(super) fn note(&mut self, node: Node, what: Oddity) {
        if self.quirks.len() < MAX_QUIRKS {
            self.quirks.push(Quirk { what, line: self.lines.line(node.range().start) });
        }
    }

    /// The elements within a node that are ours, named as in the shape; the others are extensions.
    pub(super) fn children(
        &mut self,
        node: Node<'a, 'a>,
        shape: &Shape,
        parent: &Parent,
    ) -> Vec<(&'a str, Node<'a, 'a>)> {
        let mut children = Vec::new();
        let mut rank = 0;
        for child in node.children().filter(Node::is_element) {
            let name = child.tag_name().name();
            let is_ours = child.tag_name().namespace() == self.namespace;
            let place = shape.children.iter().position(|(it, _)| *it == name);
            match place.filter(|_| is_ours) {
                Some(place) => {
                    self.judge_place(child, shape, place, &mut rank, &children);
                    children.push((name, child));
                }
                None if is_ours && shape.drafts.contains(&name) => {
                    let (element, within) = (name.to_owned(), shape.name.to_owned());
                    self.note(child, Oddity::DraftElement { element, within });
                    children.push((name, child));
                }
                None => {
                    if is_ours {
                        let (element, within) = (name.to_owned(), shape.name.to_owned());
                        self.note(child, Oddity::UnknownElement { element, within });
                    } else {
                        self.judge_namespace(child, place.is_some());
                    }
                    // Extensions come last in their parent.
                    rank = shape.children.len();
                    self.extend(child, parent.clone(), None);
                }
            }
        }
        children
    }

    /// An element with a name of the schema belongs into its namespace, and an extension into some
    /// namespace (`##other` of XML Schema, which is not none).
    fn judge_namespace(&mut self, child: Node, is_known: bool) {
        let found = child.tag_name().namespace().filter(|it| !it.is_empty());
        let is_draft = found.is_some_and(|it| DRAFT_NAMESPACES.contains(&it));
        if found.is_none() || (is_known && is_draft) || found == Some(NAMESPACE) {
            let (element, found) = (child.tag_name().name().to_owned(), found.map(str::to_owned));
            self.note(child, Oddity::ForeignNamespace { element, found });
        }
    }

    fn judge_place(
        &mut self,
        child: Node,
        shape: &Shape,
        place: usize,
        rank: &mut usize,
        before: &[(&str, Node)],
    ) {
        let (name, may_repeat) = shape.children[place];
        let (element, within) = (name.to_owned(), shape.name.to_owned());
        if !may_repeat && before.iter().any(|(it, _)| *it == name) {
            self.note(child, Oddity::Repeated { element, within });
        } else if *rank == shape.children.len() && !self.is_draft {
            self.note(child, Oddity::AfterExtension { element, within });
        } else if place < *rank && !self.is_draft {
            self.note(child, Oddity::OutOfOrder { element, within });
        }
        *rank = place.max(*rank);
    }

    /// Keeps an element as an extension.
    pub(super) fn extend(&mut self, node: Node, parent: Parent, id: Option<Id>) {
        if self.extensions.len() == MAX_EXTENSIONS {
            let line = self.lines.line(node.range().start);
            let (what, most) = ("extensions", MAX_EXTENSIONS);
            self.excess.get_or_insert(Malformed::Excessive { what, most, line });
            return;
        }
        self.extensions.push(Extension::read(node, self.text, parent, id));
    }

    /// The id that an element has by its attribute.
    pub(super) fn id(&mut self, node: Node<'a, 'a>, attribute: &'static str) -> Id {
        let id = self.required(node, attribute, "id");
        if !self.ids.insert(id.clone()) && !id.as_str().is_empty() {
            let element = node.tag_name().name().to_owned();
            self.note(node, Oddity::SharedId { element, id: id.clone() });
        }
        id
    }

    /// The id that an element refers to by its attribute, or by what the drafts had for it.
    pub(super) fn required(
        &mut self,
        node: Node<'a, 'a>,
        attribute: &'static str,
        draft: &'static str,
    ) -> Id {
        self.reference(node, attribute, draft).unwrap_or_else(|| {
            let element = node.tag_name().name().to_owned();
            self.note(node, Oddity::MissingAttribute { element, attribute });
            Id::default()
        })
    }

    /// As [`Reader::required`], if there is one.
    pub(super) fn reference(
        &mut self,
        node: Node<'a, 'a>,
        attribute: &'static str,
        draft: &'static str,
    ) -> Option<Id> {
        let found = |name: &'static str| node.attribute(name);
        if let Some(text) = found(attribute) {
            return Some(self.odd_id(node, text));
        }
        let text = found(draft)?;
        let element = node.tag_name().name().to_owned();
        self.note(node, Oddity::Attribute { element, found: draft, expected: attribute });
        Some(self.odd_id(node, text))
    }

    /// The id that an element contains, or that an `<id>` within it does, as in the drafts.
    pub(super) fn contained(&mut self, node: Node<'a, 'a>) -> Id {
        let nested = node.children().find(|it| it.is_element() && it.tag_name().name() == "id");
        if let Some(nested) = nested {
            let element = node.tag_name().name().to_owned();
            self.note(node, Oddity::NestedReference { element });
            return self.odd_id(node, &text(nested));
        }
        self.odd_id(node, &text(node))
    }

    /// Notes the form of an id, once. Blanks around it mean nothing (`xs:base64Binary`).
    fn odd_id(&mut self, node: Node, text: &str) -> Id {
        let id = Id::new(text.trim());
        let form = id.form();
        if form != IdForm::Base64Uuid && self.odd_ids.insert(id.clone()) {
            let element = node.tag_name().name().to_owned();
            self.note(node, Oddity::IdForm { element, id: id.clone(), form });
        }
        id
    }

    /// The time that an element contains.
    pub(super) fn time(&mut self, node: Node) -> String {
        let text = text(node);
        if !is_date_time(&text) {
            let element = node.tag_name().name().to_owned();
            self.note(node, Oddity::Time { element, text: text.clone() });
        }
        text
    }

    /// The value of an attribute, or nothing.
    pub(super) fn attribute(&mut self, node: Node<'a, 'a>, attribute: &'static str) -> String {
        let value = node.attribute_node(attribute).as_ref().map(Attribute::value);
        if value.is_none() {
            let element = node.tag_name().name().to_owned();
            self.note(node, Oddity::MissingAttribute { element, attribute });
        }
        value.unwrap_or_default().trim().to_owned()
    }
}

/// The text directly within an element, without blanks around it.
pub(super) fn text(node: Node) -> String {
    let texts = node.children().filter(Node::is_text).filter_map(|it| it.text());
    texts.collect::<String>().trim().to_owned()
}

/// The namespace of RFC 7865 section 5.1.1.
pub(super) const NAMESPACE: &str = "urn:ietf:params:xml:ns:recording:1";
/// Those of the drafts before it.
const DRAFT_NAMESPACES: [&str; 2] =
    ["urn:ietf:params:xml:ns:recording", "urn:ietf:params:xml:ns:siprec"];
/// Each may carry the namespaces of the whole document with it.
const MAX_EXTENSIONS: usize = 256;
/// A document in a draft's dialect has about ten for each element: this is a conference of fifty.
const MAX_QUIRKS: usize = 4_096;
