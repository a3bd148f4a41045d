//! `codecs`: what a part offers and accepts.

use super::cast::words;
use super::file;
use super::reader::Reader;
use super::yaml::{place, place_of};

/// A codec for telephone audio.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Codec {
    /// G.711 µ-law.
    Pcmu,
    /// G.711 A-law.
    Pcma,
    /// G.722 at 64 kbit/s.
    G722,
}

/// Reads a list, best first.
pub fn read(reader: &mut Reader, part: &file::Part) -> Vec<Codec> {
    let Some(list) = &part.codecs.0 else {
        return vec![Codec::Pcmu, Codec::Pcma];
    };
    if list.value.is_empty() {
        let help = format!("for example `[{}]`", words(CODECS).join(", "));
        reader.complain(place(list.referenced), "a part without a codec cannot speak", help);
    }
    let mut codecs = Vec::new();
    for text in &list.value {
        match reader.word(text, "codec", CODECS) {
            Some(codec) if codecs.contains(&codec) => {
                reader.complain(place_of(text), "this codec is there twice", "each codec once");
            }
            Some(codec) => codecs.push(codec),
            None => {}
        }
    }
    codecs
}

const CODECS: &[(&str, Codec)] =
    &[("PCMU", Codec::Pcmu), ("PCMA", Codec::Pcma), ("G722", Codec::G722)];
