//! Writes XML: indented, escaped, and well-formed whatever the texts.

/// A document that is being written.
pub(super) struct Xml {
    text: String,
    indent: &'static str,
    open: Vec<&'static str>,
}

impl Xml {
    /// A document whose levels are indented by `indent`.
    pub(super) fn new(indent: &'static str) -> Self {
        Self { text: String::new(), indent, open: Vec::new() }
    }

    /// The declaration that RFC 7865 section 5.1 wants.
    pub(super) fn declare(&mut self) {
        self.text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    }

    /// Opens an element that has elements within.
    pub(super) fn open(&mut self, name: &'static str, attributes: &[(&str, &str)]) {
        self.begin(name, attributes);
        self.text.push_str(">\n");
        self.open.push(name);
    }

    /// Closes the last that was opened.
    pub(super) fn close(&mut self) {
        let name = self.open.pop().expect("an element was opened");
        self.pad();
        self.text.extend(["</", name, ">\n"]);
    }

    /// An element with a text, on a line of its own.
    pub(super) fn leaf(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.begin(name, attributes);
        self.text.extend([">", &escaped(text), "</", name, ">\n"]);
    }

    /// As [`Xml::leaf`], if there is a text.
    pub(super) fn optional(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.leaf(name, &[], text);
        }
    }

    /// An element with nothing in it.
    pub(super) fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.begin(name, attributes);
        self.text.push_str("/>\n");
    }

    /// An element on a line of its own whose content is already XML.
    pub(super) fn inline(&mut self, name: &str, attributes: &[(&str, &str)], content: &str) {
        self.begin(name, attributes);
        self.text.extend([">", content, "</", name, ">\n"]);
    }

    /// A line that is already XML.
    pub(super) fn raw(&mut self, xml: &str) {
        self.pad();
        self.text.extend([xml, "\n"]);
    }

    /// The document.
    pub(super) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.text
    }

    fn pad(&mut self) {
        self.text.push_str(&self.indent.repeat(self.open.len()));
    }

    fn begin(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.pad();
        self.text.extend(["<", name]);
        for (name, value) in attributes {
            self.text.extend([" ", name, "=\"", &escaped(value), "\""]);
        }
    }
}

/// An element with a text, to stand within a line.
pub(super) fn element(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", escaped(text))
}

/// A text fit to stand between tags or quotes.
///
/// Line ends and tabs are written as references, for readers would change them; characters that
/// XML cannot have at all (XML 1.0 section 2.2) become U+FFFD.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' => escaped.push_str("&#9;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            '\0'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => escaped.push('\u{FFFD}'),
            character => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{Xml, escaped};

    #[test]
    fn every_text_survives_between_tags_and_quotes() {
        let text = "<\"Bob\" & 'sons'>\t\r\n\u{5E9}\u{1F4DE}]]>";
        let mut xml = Xml::new(" ");
        xml.leaf("a", &[("b", text)], text);
        let xml = xml.finish();
        let document = roxmltree::Document::parse(&xml).unwrap();
        assert_eq!(document.root_element().text(), Some(text));
        assert_eq!(document.root_element().attribute("b"), Some(text));
    }

    #[test]
    fn what_xml_cannot_have_is_replaced() {
        assert_eq!(escaped("a\0b\u{B}c\u{FFFE}"), "a\u{FFFD}b\u{FFFD}c\u{FFFD}");
    }
}
