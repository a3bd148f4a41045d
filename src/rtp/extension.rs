//! The elements of a header extension (RFC 8285), in both forms.

use super::packet::Extension;

/// One element of a header extension.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Element<'a> {
    /// The local identifier, 1 to 14 in the one-byte form, 1 to 255 in the two-byte form.
    pub id: u8,
    /// Its value; may be empty in the two-byte form only.
    pub data: &'a [u8],
}

/// Iterates over the elements; ends at the first that is malformed.
#[derive(Clone, Debug)]
pub struct Elements<'a> {
    form: Form,
    rest: &'a [u8],
}

#[derive(Clone, Copy, Debug)]
enum Form {
    OneByte,
    TwoByte,
    /// Some other profile's extension: no elements.
    Foreign,
}

impl<'a> Elements<'a> {
    pub(super) fn new(extension: Extension<'a>) -> Self {
        let form = match extension.profile {
            0xBEDE => Form::OneByte,
            // RFC 8285 section 4.3: 0x100 and four "appbits" of the application's own.
            0x1000..=0x100F => Form::TwoByte,
            _ => Form::Foreign,
        };
        Self { form, rest: extension.data }
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = Element<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        // Padding: a zero byte in either form.
        while let [0, rest @ ..] = self.rest {
            self.rest = rest;
        }
        let (id, length, rest) = match (self.form, self.rest) {
            // RFC 8285 section 4.2: 15 is reserved and ends the processing, as does an
            // identifier of 0 that claims a length.
            (Form::OneByte, [first, rest @ ..]) if (1..15).contains(&(first >> 4)) => {
                (first >> 4, usize::from(first & 0xF) + 1, rest)
            }
            (Form::TwoByte, [id, length, rest @ ..]) => (*id, usize::from(*length), rest),
            _ => {
                self.rest = &[];
                return None;
            }
        };
        let Some((data, rest)) = rest.split_at_checked(length) else {
            self.rest = &[];
            return None;
        };
        self.rest = rest;
        Some(Element { id, data })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elements(profile: u16, data: &[u8]) -> Vec<(u8, &[u8])> {
        Extension { profile, data }.elements().map(|element| (element.id, element.data)).collect()
    }

    #[test]
    fn one_byte_elements_are_read_around_padding() {
        let data = [0x10, 0xAA, 0x21, 0xBB, 0xCC, 0x00, 0x00, 0x33, 1, 2, 3, 4];
        let expected: [(u8, &[u8]); 3] = [(1, &[0xAA]), (2, &[0xBB, 0xCC]), (3, &[1, 2, 3, 4])];
        assert_eq!(elements(0xBEDE, &data), expected);
    }

    #[test]
    fn the_reserved_identifier_fifteen_ends_the_list() {
        let expected: [(u8, &[u8]); 1] = [(1, &[0xAA])];
        assert_eq!(elements(0xBEDE, &[0x10, 0xAA, 0xF0, 0xBB, 0x20, 0xCC, 0, 0]), expected);
    }

    #[test]
    fn an_identifier_of_zero_with_a_length_ends_the_list() {
        let expected: [(u8, &[u8]); 1] = [(1, &[0xAA])];
        assert_eq!(elements(0xBEDE, &[0x10, 0xAA, 0x01, 0xBB, 0xBB, 0x20, 0xCC, 0]), expected);
    }

    #[test]
    fn two_byte_elements_may_be_empty() {
        let data = [200, 0, 0, 1, 2, 0xAA, 0xBB, 0];
        let expected: [(u8, &[u8]); 2] = [(200, &[]), (1, &[0xAA, 0xBB])];
        assert_eq!(elements(0x1005, &data), expected);
    }

    #[test]
    fn an_element_longer_than_the_extension_ends_the_list() {
        assert!(elements(0xBEDE, &[0x1F, 1, 2, 3]).is_empty());
        assert!(elements(0x1000, &[1, 200, 2, 3]).is_empty());
        assert!(elements(0x1000, &[1]).is_empty());
    }

    #[test]
    fn another_profile_has_no_elements() {
        assert!(elements(0x1234, &[0x10, 0xAA, 0, 0]).is_empty());
    }
}
