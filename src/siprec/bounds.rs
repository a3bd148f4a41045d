//! Refuses XML that only serves to exhaust its reader, before a tree is built of it.
//!
//! The tree builder copies the namespaces in scope at each declaration and compares each attribute
//! of an element with all the others: both are quadratic, so both are bounded here.

use super::malformed::Malformed;

/// Where the lines of a text begin.
pub(super) struct Lines {
    starts: Vec<usize>,
    first: u32,
}

impl Lines {
    /// The lines of `text`, which is preceded by `before` lines of something else.
    pub(super) fn of(text: &str, before: usize) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = ends.map(|(at, _)| at + 1).collect();
        Self { starts, first: u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1) }
    }

    /// The line, from 1, of the byte at `offset`.
    pub(super) fn line(&self, offset: usize) -> u32 {
        let before = self.starts.partition_point(|&start| start <= offset);
        self.first.saturating_add(u32::try_from(before).unwrap_or(u32::MAX))
    }
}

/// Whether the elements of a document are few, shallow and plain enough to be read.
///
/// What is not well-formed passes: the tree builder says better what is wrong with it.
pub(super) fn check(text: &str, lines: &Lines) -> Result<(), Malformed> {
    let mut count = Count::default();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let offset = text.len() - rest.len();
        let Some(length) = markup_length(rest) else { break };
        let (markup, after) = rest.split_at(length);
        count.add(markup);
        if let Some((what, most)) = count.excess() {
            return Err(Malformed::Excessive { what, most, line: lines.line(offset) });
        }
        rest = after;
    }
    Ok(())
}

#[derive(Default)]
struct Count {
    tag: usize,
    depth: usize,
    elements: usize,
    namespaces: usize,
    attributes: usize,
}

impl Count {
    fn add(&mut self, markup: &str) {
        if markup.starts_with("</") {
            self.depth = self.depth.saturating_sub(1);
        } else if !markup.starts_with("<!") && !markup.starts_with("<?") {
            self.tag = markup.len();
            self.elements += 1;
            self.namespaces += markup.matches("xmlns").count();
            // At least one for each attribute, and one for each in a value: no matter.
            self.attributes = markup.matches('=').count();
            self.depth += usize::from(!markup.ends_with("/>"));
        }
    }

    /// What there is too much of.
    fn excess(&self) -> Option<(&'static str, usize)> {
        [
            ("bytes of a tag", self.tag, MAX_TAG),
            ("levels", self.depth, MAX_DEPTH),
            ("elements", self.elements, MAX_ELEMENTS),
            ("namespaces", self.namespaces, MAX_NAMESPACES),
            ("attributes", self.attributes, MAX_ATTRIBUTES),
        ]
        .into_iter()
        .find_map(|(what, count, most)| (count > most).then_some((what, most)))
    }
}

/// The length of the tag, comment, instruction or character data at the start; `None` if it does
/// not end.
fn markup_length(text: &str) -> Option<usize> {
    for (start, end) in [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")] {
        if let Some(inner) = text.strip_prefix(start) {
            return Some(start.len() + inner.find(end)? + end.len());
        }
    }
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
    }
    None
}

/// A tag has two ids of 24 characters and a namespace; an extension inherits the latter.
const MAX_TAG: usize = 4_096;
/// The schema is four levels deep; extensions may add theirs.
const MAX_DEPTH: usize = 32;
/// A conference of a hundred parties has about a thousand.
const MAX_ELEMENTS: usize = 8_192;
/// One for the document and one for each kind of extension.
const MAX_NAMESPACES: usize = 256;
/// No element of the schema has more than two; those of extensions are few as well.
const MAX_ATTRIBUTES: usize = 64;

#[cfg(test)]
mod tests {
    use super::{Lines, Malformed, check};

    fn refused(text: &str) -> Option<(&'static str, u32)> {
        match check(text, &Lines::of(text, 0)) {
            Ok(()) => None,
            Err(Malformed::Excessive { what, line, .. }) => Some((what, line)),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn each_kind_of_excess_is_refused_at_its_line() {
        assert_eq!(refused(&"<a>\n".repeat(33)), Some(("levels", 33)));
        assert_eq!(
            refused(&format!("\n<a b='{}'/>", "x".repeat(4_096))),
            Some(("bytes of a tag", 2))
        );
        assert_eq!(refused(&"<a/>\n".repeat(8_193)), Some(("elements", 8_193)));
        assert_eq!(refused(&"<a xmlns='x'/>\n".repeat(257)), Some(("namespaces", 257)));
        assert_eq!(
            refused(&("<a ".to_owned() + &"b='' ".repeat(65) + "/>")),
            Some(("attributes", 1))
        );
    }

    #[test]
    fn what_only_looks_like_elements_is_not_counted() {
        assert_eq!(refused(&("<a><!-- ".to_owned() + &"<b>".repeat(100) + " --></a>")), None);
        assert_eq!(refused(&("<a><![CDATA[".to_owned() + &"<b>".repeat(100) + "]]></a>")), None);
        assert_eq!(refused(&"<a b='>'></a>".repeat(40)), None);
        assert_eq!(refused("<a b='"), None);
    }

    #[test]
    fn lines_are_counted_from_one_after_what_was_cut_off() {
        let lines = Lines::of("a\nbc\n\nd", 2);
        let found: Vec<_> = [0, 1, 2, 4, 5, 6].map(|at| lines.line(at)).into();
        assert_eq!(found, [3, 3, 4, 4, 5, 6]);
    }
}
