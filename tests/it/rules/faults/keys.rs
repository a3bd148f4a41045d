//! Keys for media.

use tallylight::packet::Transport;

use super::super::edit::Edit::{self, Act, Over, Swap};
use super::{CALL, DECLINED, REFUSED, fault, spoil};
use crate::rules::Fault;

/// Whatever is said is said over TLS.
pub const TLS: Edit = Over(Transport::Tls);
/// Every description has keys.
pub const KEYS: Edit = Act(spoil::with_keys);
/// Every report has a seal.
pub const SEALS: Edit = Act(spoil::with_seals);

pub const FAULTS: &[Fault] = &[
    fault(
        CALL,
        "one key for two calls",
        &[TLS, KEYS, SEALS, Act(spoil::one_key)],
        &["RFC3711-3.2.1-1"],
        &[],
    ),
    fault(CALL, "reports without a seal", &[TLS, KEYS], &["RFC3711-3.4-1"], &[]),
    fault(
        CALL,
        "numbers again under the same key",
        &[TLS, KEYS, SEALS, Act(spoil::numbers_again)],
        &["RFC3711-9.1-1"],
        &[("RFC3550-5.1-3", "numbers go up")],
    ),
    fault(
        DECLINED,
        "a key for the session",
        &[
            TLS,
            KEYS,
            Swap(
                "INVITE Alice platform",
                &[("t=0 0\r\n", "t=0 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA\r\n")],
            ),
        ],
        &["RFC4568-4-1"],
        &[],
    ),
    fault(
        DECLINED,
        "a secret stream without a key",
        &[TLS, KEYS, Swap("INVITE Alice platform", &[("a=crypto:1", "a=x-crypto:1")])],
        &["RFC4568-5.1.1-1"],
        &[],
    ),
    fault(
        CALL,
        "an answer with another tag",
        &[
            TLS,
            KEYS,
            SEALS,
            Swap("200 INVITE recorder platform", &[("a=crypto:1", "a=crypto:2")]),
            Act(spoil::nothing_to_the_recorder),
        ],
        &["RFC4568-5.1.2-1"],
        &[],
    ),
    fault(
        CALL,
        "media after an answer with another tag",
        &[TLS, KEYS, SEALS, Swap("200 INVITE recorder platform", &[("a=crypto:1", "a=crypto:2")])],
        &["RFC4568-5.1.3-1"],
        &[("RFC4568-5.1.2-1", "that answer")],
    ),
    fault(
        CALL,
        "a receiver without a key",
        &[
            TLS,
            KEYS,
            SEALS,
            Swap("200 INVITE recorder platform", &[("a=crypto:1", "a=x-crypto:1")]),
        ],
        &["RFC4568-5.1.2-2"],
        &[],
    ),
    fault(
        DECLINED,
        "a key that is too short",
        &[TLS, KEYS, Swap("INVITE Alice platform", &[("inline:", "inline:AAAA|")])],
        &["RFC4568-6.1-1"],
        &[("RFC4568-6.1-3", "what is left of it is no parameter")],
    ),
    fault(
        REFUSED,
        "one key for two streams",
        &[TLS, KEYS, SEALS, Act(spoil::one_key_for_both)],
        &["RFC4568-6.1-2"],
        &[],
    ),
    fault(DECLINED, "a key for everybody to read", &[KEYS], &["RFC8866-7-1"], &[]),
    fault(
        DECLINED,
        "a tag with a zero in front",
        &[TLS, KEYS, Swap("INVITE Alice platform", &[("a=crypto:1", "a=crypto:01")])],
        &["RFC4568-4.1-1"],
        &[],
    ),
    fault(
        DECLINED,
        "a key for a stream in the open",
        &[TLS, KEYS, Swap("INVITE Alice platform", &[("RTP/SAVP", "RTP/AVP")])],
        &["RFC4568-6-1"],
        &[],
    ),
    fault(
        DECLINED,
        "a key for longer than there is",
        &[TLS, KEYS, Swap("INVITE Alice platform", &[("a=crypto:1", LASTING)])],
        &["RFC4568-6.1-3"],
        &[],
    ),
    fault(
        DECLINED,
        "DTLS without a fingerprint",
        &[Swap("INVITE Alice platform", &[("RTP/AVP", "UDP/TLS/RTP/SAVP")])],
        &["RFC5763-5-1"],
        &[],
    ),
];

/// Another key, in front.
const LASTING: &str = "a=crypto:2 AES_CM_128_HMAC_SHA1_80 \
    inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA|2^99\r\na=crypto:1";
