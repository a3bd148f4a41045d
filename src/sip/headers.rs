//! The headers of a message, in the order and the spelling in which they came.

use std::iter;
use std::sync::Arc;

use super::header::Values;
use super::header_name::{is_list, order};
use super::line::Line;

/// The headers of a message.
///
/// Names are found in any case, short or long. A copy is cheap: the lines are shared until one of
/// the two is changed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Headers {
    lines: Arc<Vec<Line>>,
}

impl Headers {
    /// No headers.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of the first header of this name: the whole line's, unfolded, lists not divided.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.lines.iter().find(|line| line.is(name)).map(Line::value)
    }

    /// Whether there is a header of this name, even an empty one.
    pub fn has(&self, name: &str) -> bool {
        self.named(name).next().is_some()
    }

    /// Each value of each header of this name. Those of list headers are divided at their commas,
    /// except within quotes and angle brackets; an empty list header has no value.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let is_list = is_list(name);
        let name = name.to_owned();
        self.lines
            .iter()
            .filter(move |line| line.is(&name))
            .flat_map(move |line| values(line.value(), is_list))
    }

    /// The first of [`all`](Self::all).
    pub fn first(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Every line as it came or as it is written, also those that make no sense.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter()
    }

    /// How many lines there are; a folded one counts once.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Adds a header at the end, just as told.
    pub fn push(&mut self, name: &str, value: impl AsRef<str>) {
        self.push_line(Line::write(name, value.as_ref()));
    }

    /// Adds a header before all others, just as told: a Via, on the way out.
    pub fn push_front(&mut self, name: &str, value: impl AsRef<str>) {
        self.edit().insert(0, Line::write(name, value.as_ref()));
    }

    /// Adds a line at the end, whatever it holds.
    pub fn push_line(&mut self, line: Line) {
        self.edit().push(line);
    }

    /// Gives the header this one value: in the place of the first of its name, or else where such
    /// a header usually stands. Further ones of its name are removed.
    pub fn set(&mut self, name: &str, value: impl AsRef<str>) {
        let line = Line::write(name, value.as_ref());
        let place = self.lines.iter().position(|old| old.is(name));
        self.remove(name);
        let place = place.unwrap_or_else(|| self.usual_place(name));
        self.edit().insert(place, line);
    }

    /// Removes every header of this name.
    pub fn remove(&mut self, name: &str) {
        if self.has(name) {
            self.edit().retain(|line| !line.is(name));
        }
    }

    /// Replaces the first value of this name and leaves the rest of its list alone; adds the
    /// header when there is none.
    pub fn set_first_value(&mut self, name: &str, value: impl AsRef<str>) {
        match self.first_values(name) {
            Some((place, mut all)) => {
                value.as_ref().clone_into(&mut all[0]);
                self.edit()[place] = Line::write(name, &all.join(", "));
            }
            None => self.set(name, value),
        }
    }

    /// Removes the first value of this name and returns it: a Via on the way back, a Route on the
    /// way out. A header that has no other value goes with it.
    pub fn take_first_value(&mut self, name: &str) -> Option<String> {
        let (place, mut all) = self.first_values(name)?;
        let first = all.remove(0);
        if all.is_empty() {
            self.edit().remove(place);
        } else {
            self.edit()[place] = Line::write(name, &all.join(", "));
        }
        Some(first)
    }

    /// Whether both share their lines: neither was changed since one was copied from the other.
    pub(crate) fn is_copy_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.lines, &other.lines)
    }

    pub(crate) fn from_lines(lines: Vec<Line>) -> Self {
        Self { lines: Arc::new(lines) }
    }

    /// The values of [`all`](Self::all), each with its line.
    pub(crate) fn named_values<'a>(
        &'a self,
        name: &'a str,
    ) -> impl Iterator<Item = (&'a Line, &'a str)> {
        let is_list = is_list(name);
        self.named(name)
            .flat_map(move |line| values(line.value(), is_list).map(move |value| (line, value)))
    }

    /// The lines of this name.
    pub(crate) fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Line> {
        self.lines.iter().filter(move |line| line.is(name))
    }

    /// The line of the message that a header line begins in, when the start line is line 1.
    pub(crate) fn line_number(&self, line: &Line) -> usize {
        let before = self.lines.iter().take_while(|other| !std::ptr::eq(*other, line));
        2 + before.map(|line| line.raw().split(|&byte| byte == b'\n').count() - 1).sum::<usize>()
    }

    fn edit(&mut self) -> &mut Vec<Line> {
        Arc::make_mut(&mut self.lines)
    }

    /// After the last line that is usually written before one of this name.
    fn usual_place(&self, name: &str) -> usize {
        let before = |line: &Line| order(line.name(), name).is_le();
        self.lines.iter().rposition(before).map_or(0, |place| place + 1)
    }

    /// The first line of this name that has a value: its place and its values, at least one.
    fn first_values(&self, name: &str) -> Option<(usize, Vec<String>)> {
        let is_list = is_list(name);
        self.lines.iter().enumerate().filter(|(_, line)| line.is(name)).find_map(|(place, line)| {
            let all: Vec<_> = values(line.value(), is_list).map(str::to_owned).collect();
            (!all.is_empty()).then_some((place, all))
        })
    }
}

/// The values of one line.
fn values(value: &str, is_list: bool) -> impl Iterator<Item = &str> {
    let (list, single) = if is_list { (value, None) } else { ("", Some(value)) };
    Values::new(list).chain(iter::once(single).flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&str, &str)]) -> Headers {
        let mut headers = Headers::new();
        for (name, value) in lines {
            headers.push(name, value);
        }
        headers
    }

    fn written(headers: &Headers) -> String {
        headers.lines().map(|line| String::from_utf8_lossy(line.raw()).into_owned()).collect()
    }

    #[test]
    fn the_values_of_a_list_are_told_in_order_over_all_its_lines() {
        let headers = headers(&[("v", "a, b"), ("Subject", "x, y"), ("VIA", "c"), ("Allow", "")]);
        assert_eq!(headers.all("Via").collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(headers.all("Subject").collect::<Vec<_>>(), ["x, y"]);
        assert_eq!(headers.get("via"), Some("a, b"));
        assert_eq!(headers.all("Allow").count(), 0);
        assert_eq!(headers.get("Allow"), Some(""));
    }

    #[test]
    fn setting_a_header_leaves_one_of_it() {
        let mut headers = headers(&[("Via", "a"), ("m", "b"), ("X", "1"), ("Contact", "c")]);
        headers.set("Contact", "d");
        headers.set("From", "e");
        assert_eq!(written(&headers), "Via: a\r\nFrom: e\r\nContact: d\r\nX: 1\r\n");
    }

    #[test]
    fn the_first_value_changes_and_the_others_stay() {
        let mut headers = headers(&[("Via", "a, b"), ("Via", "c")]);
        headers.set_first_value("Via", "x");
        assert_eq!(written(&headers), "Via: x, b\r\nVia: c\r\n");
        assert_eq!(headers.take_first_value("Via").as_deref(), Some("x"));
        assert_eq!(headers.take_first_value("Via").as_deref(), Some("b"));
        headers.push_front("Via", "y");
        assert_eq!(written(&headers), "Via: y\r\nVia: c\r\n");
        assert_eq!(headers.take_first_value("Route"), None);
    }

    #[test]
    fn an_empty_header_does_not_hide_the_first_value() {
        let mut headers = headers(&[("Route", ""), ("Route", "<sip:a>")]);
        headers.set_first_value("Route", "<sip:b>");
        assert_eq!(headers.take_first_value("Route").as_deref(), Some("<sip:b>"));
        assert_eq!(written(&headers), "Route: \r\n");
    }

    #[test]
    fn a_copy_is_not_changed_with_its_original() {
        let mut one = headers(&[("Via", "a")]);
        let other = one.clone();
        assert!(one.is_copy_of(&other));
        one.remove("Route");
        assert!(one.is_copy_of(&other));
        one.remove("Via");
        assert_eq!((one.len(), other.len()), (0, 1));
    }
}
