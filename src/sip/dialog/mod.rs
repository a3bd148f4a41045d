//! Dialogs.
/// A dialog identifier (RFC 3261 section 12).
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct DialogId {
    /// The Call-ID.
    pub call_id: String,
    /// Our tag.
    pub local_tag: String,
    /// Their tag; empty if they are too old to have one.
    pub remote_tag: String,
}
