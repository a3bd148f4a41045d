//! Small accidents in legal and illegal messages: nothing that reads them may panic.

use bytes::Bytes;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use tallylight::sip::digest::{Challenge, Credentials};
use tallylight::sip::framing::{Frame, Framer};
use tallylight::sip::header::{Values, check_date};
use tallylight::sip::{
    MediaType, Message, MinSe, NameAddr, RAck, Reason, RetryAfter, SessionExpires, Tokens, Uri,
    Via, Warning,
};

use crate::corpus;

#[test]
fn no_mutation_of_a_message_makes_reading_panic() {
    let mut read = 0;
    for_each_mutant(|mutant, _| {
        if let Ok(message) = Message::parse(mutant) {
            assert_eq!(message.to_bytes(), mutant);
            read_everything(&message);
            read += 1;
        }
    });
    assert!(read > MUTATIONS / 2, "only {read} mutants were read");
}

#[test]
fn a_mutated_stream_is_cut_alike_in_one_piece_and_in_many() {
    for_each_mutant(|mutant, rng| {
        let mut whole = Framer::new();
        whole.push(mutant);
        let expected = frames(&mut whole);
        let mut pieces = Framer::new();
        let mut found = (Vec::new(), false);
        let mut rest = &mutant[..];
        while !rest.is_empty() && !found.1 {
            let (piece, after) = rest.split_at(1 + below(rng, rest.len().min(200)));
            pieces.push(piece);
            let (more, failed) = frames(&mut pieces);
            found.0.extend(more);
            found.1 = failed;
            rest = after;
        }
        assert_eq!(found, expected, "{mutant:?}");
    });
}

fn frames(framer: &mut Framer) -> (Vec<Frame>, bool) {
    let mut frames = Vec::new();
    loop {
        match framer.next() {
            Ok(Some(frame)) => frames.push(frame),
            Ok(None) => return (frames, false),
            Err(_) => return (frames, true),
        }
    }
}

/// Calls each view of each header, whatever it says.
fn read_everything(message: &Message) {
    let _ = message.check();
    let _ = (message.request_uri(), message.via(), message.vias(), message.contacts());
    let mut changed = message.clone();
    changed.headers.take_first_value("Via");
    changed.headers.set_first_value("Route", "<sip:x;lr>");
    let again = Message::parse(&changed.to_bytes()).expect("the start line was read before");
    assert_eq!(again.start, changed.start);
    let mut answer = Message::response_to(message, 200, "");
    answer.set_to_tag("1");
    for line in message.headers.lines() {
        let _ = message.headers.all(line.name()).count();
        read_whole(line.value());
        Values::new(line.value()).for_each(read_one);
    }
}

/// Reads a value in every way there is for whole values.
fn read_whole(value: &str) {
    let _ = (Challenge::parse(value), Credentials::parse(value), Tokens::parse(value));
    let _ = (RAck::parse(value), RetryAfter::parse(value), check_date(value));
    let _ = (SessionExpires::parse(value), MinSe::parse(value), MediaType::parse(value));
}

/// Reads a value in every way there is for the values of lists; what can be read must be written
/// so that it reads the same.
fn read_one(value: &str) {
    let _ = (Reason::parse(value), Warning::parse(value), Uri::parse(value));
    if let Ok(addr) = NameAddr::parse(value) {
        let written = addr.to_string();
        assert_eq!(NameAddr::parse(&written).as_ref(), Ok(&addr), "{written}");
        assert!(addr.uri.is_equivalent(&addr.uri), "{written}");
        let _ = (addr.q(), addr.expires(), addr.uri.user());
    }
    if let Ok(via) = Via::parse(value) {
        let written = via.to_string();
        assert_eq!(Via::parse(&written).as_ref(), Ok(&via), "{written}");
        let _ = (via.received(), via.rport(), via.ttl(), via.has_magic_cookie());
    }
}

fn for_each_mutant(mut judge: impl FnMut(&Bytes, &mut ChaCha8Rng)) {
    let folders = ["rfc4475", "rfc5118", "siprec_invite"];
    let corpus: Vec<_> = folders.into_iter().flat_map(corpus::all).collect();
    let mut rng = ChaCha8Rng::seed_from_u64(4475);
    for round in 0..MUTATIONS {
        let (_, raw) = &corpus[round % corpus.len()];
        let mutant = mutate(raw, &mut rng);
        judge(&mutant, &mut rng);
    }
}

/// One to four small accidents.
fn mutate(raw: &[u8], rng: &mut ChaCha8Rng) -> Bytes {
    let mut bytes = raw.to_vec();
    for _ in 0..=below(rng, 4) {
        let at = below(rng, bytes.len());
        match below(rng, 5) {
            0 => bytes[at] = u8::try_from(below(rng, 256)).unwrap(),
            1 => bytes[at] = DANGEROUS[below(rng, DANGEROUS.len())],
            2 => bytes.insert(at, DANGEROUS[below(rng, DANGEROUS.len())]),
            3 => drop(bytes.remove(at)),
            _ => {
                let piece: Vec<u8> = bytes[at..].iter().take(below(rng, 40)).copied().collect();
                let to = below(rng, bytes.len());
                bytes.splice(to..to, piece);
            }
        }
    }
    bytes.into()
}

fn below(rng: &mut ChaCha8Rng, bound: usize) -> usize {
    usize::try_from(rng.next_u32()).unwrap() % bound
}

const MUTATIONS: usize = 20_000;

/// Bytes that mean something somewhere.
const DANGEROUS: &[u8] = b"\r\n\0 \t\"\\<>;,:=?&@%[]()/+.-9\xff\xc3";
