//! What a reader had to forgive: the strict judge reads these.

use std::fmt;

use super::id::{Id, IdForm};

/// One thing in a document that is not as RFC 7865 wants it, and could be read all the same.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Quirk {
    /// What it is.
    pub what: Oddity,
    /// The line of the document, from 1.
    pub line: u32,
}

/// A way not to be as RFC 7865 wants it.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[expect(missing_docs, reason = "`Display` says of each what it is, and the fields are its words")]
pub enum Oddity {
    LeadingBlank,
    NoDeclaration,
    Root { found: String },
    Namespace { found: Option<String> },
    Prefix { prefix: String },
    DataModeSpelling { found: String },
    DataModeValue { found: String },
    DraftElement { element: String, within: String },
    UnknownElement { element: String, within: String },
    OutOfOrder { element: String, within: String },
    AfterExtension { element: String, within: String },
    ForeignNamespace { element: String, found: Option<String> },
    Repeated { element: String, within: String },
    MissingElement { element: &'static str, within: &'static str },
    Attribute { element: String, found: &'static str, expected: &'static str },
    MissingAttribute { element: String, attribute: &'static str },
    IdForm { element: String, id: Id, form: IdForm },
    SharedId { element: String, id: Id },
    NestedReference { element: String },
    AorWithoutScheme { aor: String },
    Time { element: String, text: String },
    MissingAssociation { association: &'static str, participant: Id },
}

impl Oddity {
    /// The section of RFC 7865 that wants it otherwise.
    pub fn section(&self) -> &'static str {
        match self {
            Self::LeadingBlank | Self::NoDeclaration => "5.1",
            Self::Namespace { .. } | Self::Prefix { .. } | Self::ForeignNamespace { .. } => "5.1.1",
            Self::Root { .. } => "5.1.2",
            Self::DataModeSpelling { .. }
            | Self::DataModeValue { .. }
            | Self::DraftElement { .. }
            | Self::UnknownElement { .. }
            | Self::OutOfOrder { .. }
            | Self::AfterExtension { .. }
            | Self::Repeated { .. }
            | Self::MissingElement { .. }
            | Self::Attribute { .. }
            | Self::MissingAttribute { .. }
            | Self::NestedReference { .. } => "9",
            Self::IdForm { .. } | Self::SharedId { .. } => "6.10",
            Self::AorWithoutScheme { .. } => "6.5.1",
            Self::Time { .. } => "6.9",
            Self::MissingAssociation { .. } => "6.8.1",
        }
    }

    /// Whether it is only unusual: a prefix is as good as a default namespace.
    pub fn is_legal(&self) -> bool {
        matches!(self, Self::Prefix { .. } | Self::MissingAssociation { .. })
    }
}

impl fmt::Display for Oddity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LeadingBlank => f.write_str("there are blanks before the XML declaration"),
            Self::NoDeclaration => f.write_str("there is no XML declaration"),
            Self::Root { found } => write!(f, "the root is <{found}>, not <recording>"),
            Self::Namespace { found: Some(found) } => write!(f, "the namespace is {found}"),
            Self::Namespace { found: None } => f.write_str("there is no namespace"),
            Self::Prefix { prefix } => write!(f, "the elements have the prefix {prefix}"),
            Self::DataModeSpelling { found } => write!(f, "datamode is spelt {found}"),
            Self::DataModeValue { found } => {
                write!(f, "datamode is {found:?}, neither complete nor partial")
            }
            Self::DraftElement { element, within } => {
                write!(f, "<{element}> in <{within}> is of a draft before RFC 7865")
            }
            Self::UnknownElement { element, within } => {
                write!(f, "<{element}> in <{within}> is unknown and has no namespace of its own")
            }
            Self::OutOfOrder { element, within } => {
                write!(f, "<{element}> comes too late in <{within}>")
            }
            Self::AfterExtension { element, within } => {
                write!(f, "<{element}> follows an extension in <{within}>")
            }
            Self::ForeignNamespace { element, found: Some(found) } => {
                write!(f, "<{element}> is in the namespace {found}")
            }
            Self::ForeignNamespace { element, found: None } => {
                write!(f, "<{element}> is in no namespace")
            }
            Self::Repeated { element, within } => {
                write!(f, "<{element}> occurs more than once in <{within}>")
            }
            Self::MissingElement { element, within } => {
                write!(f, "<{within}> has no <{element}>")
            }
            Self::Attribute { element, found, expected } => {
                write!(f, "<{element}> has {found} for {expected}")
            }
            Self::MissingAttribute { element, attribute } => {
                write!(f, "<{element}> has no {attribute}")
            }
            Self::IdForm { element, form: IdForm::Empty, .. } => {
                write!(f, "<{element}> has an empty id")
            }
            Self::IdForm { element, id, .. } => {
                write!(f, "the id {id} of <{element}> is not a UUID in base64")
            }
            Self::SharedId { element, id } => {
                write!(f, "the id {id} of <{element}> is that of another element too")
            }
            Self::NestedReference { element } => {
                write!(f, "<{element}> has its id in an element within")
            }
            Self::AorWithoutScheme { aor } => write!(f, "{aor} is no address-of-record"),
            Self::Time { element, text } => {
                write!(f, "{text:?} in <{element}> is not a time of RFC 3339")
            }
            Self::MissingAssociation { association, participant } => {
                write!(f, "no <{association}> names the participant {participant}")
            }
        }
    }
}
