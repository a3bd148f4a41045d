//! Tallylight: a compliance test harness and SIP simulator for call recording.
//!
//! It plays, and judges, the three parts of recorded calls: telephones, the calling platform (a
//! session recording client, RFC 7866) and the recorder (a session recording server). Any part
//! can be replaced by a real system; the same features and checks then judge that system.
//!
//! # The laws
//!
//! 1. Judge only what crossed the network: a check is a pure function from the
//!    [`evidence::Timeline`] to a [`check::Verdict`].
//! 2. A [`role::Role`] is a state machine: it touches no socket and asks no clock.
//! 3. One loop, two drivers: [`driver::Sim`] jumps a virtual clock, [`driver::Wire`] has sockets
//!    and the real one. Nothing else differs.
//! 4. `features/` says what must be true, `scenarios/` with whom and on what network.
//! 5. Every check is seen to fail: for each there is a fault that it catches.
//! 6. The words of a requirement live once, in the [catalogue](check::catalogue).
//! 7. Rubbish from the network is evidence, not an error.
//! 8. Same seed, same bytes.
//! 9. Data first, rendering last.
//! 10. Nothing passes by not happening.
//!
//! # The rooms
//!
//! Arrows point down only; `tests/it/house.rs` holds the doors.
//!
//! ```text
//!                      cli
//!                     /   \
//!               report     steps
//!                    \    /     \
//!                    check      testbed --- scenario
//!                      |       /   |   \
//!                      evidence   role   driver
//!                            \     |     /
//!            sip  sdp  rtp  audio  siprec  http   (the formats: none opens another)
//!                             |
//!                        packet, time
//! ```
//!
//! | room | in one sentence |
//! |---|---|
//! | [`time`] | A moment counted from the start of the run, and the epoch it hangs on. |
//! | [`packet`] | What crosses the network: transport, source, target, bytes. |
//! | [`sip`] | RFC 3261 as data, as transactions and dialogs, and as a user agent without a socket. |
//! | [`sdp`] | A session description, and what an answer makes of an offer. |
//! | [`rtp`] | RTP and RTCP packets, the streams made of them, the telephone codecs and digits. |
//! | [`audio`] | Sounds that can be known again: time-coded speech, tones, announcements. |
//! | [`siprec`] | The metadata of RFC 7865 and its dialects, and the body that carries it. |
//! | [`http`] | HTTP/1.1 messages as values and as bytes. |
//! | [`ice`] | Finding a way for media that works, and the STUN messages that it takes. |
//! | [`role`] | The parts that can be played, and the ways in which they can be wrong. |
//! | [`driver`] | What moves time and packets: simulation and wire. |
//! | [`evidence`] | What was seen, when, between whom. |
//! | [`scenario`] | A YAML file: cast, network, budgets, profile. |
//! | [`testbed`] | A cast on a driver, the evidence, and the one loop that joins them. |
//! | [`check`] | The catalogue, and the pure functions that judge a timeline by it. |
//! | [`steps`] | What the Gherkin sentences mean. |
//! | [`report`] | What a run found, as data and as text. |
//! | [`cli`] | Arguments, progress, exit codes. |
//!
//! # Where building showed a better way
//!
//! * [`sip`] opens [`packet`]: its user agent takes packets and gives packets, and a second type
//!   for the same four things would have been a translation and nothing more.
//! * A role has a third input beside commands and packets, [`role::Input::Undeliverable`]: a
//!   refused connection is something that a telephone learns from its network, and RFC 3261
//!   section 8.1.3.1 says what it makes of it.
//! * The driver has a second trait, [`driver::Listen`], to open addresses: alike on both.
//! * The recorder gives what it keeps to a [`role::recorder::Keep`], so that a simulation counts
//!   recordings, and `serve` writes them into folders, while the role itself touches no disk.
//! * The platform relays media as an RTP translator (RFC 7866 section 8.2.1): SSRC, sequence
//!   numbers, timestamps and RTCP pass unchanged, so what was lost before it shows as lost after
//!   it. What is said before the recorder has answered waits for it.

pub mod audio;
pub mod check;
pub mod cli;
pub mod driver;
pub mod evidence;
pub mod http;
pub mod ice;
pub mod packet;
pub mod report;
pub mod role;
pub mod rtp;
pub mod scenario;
pub mod sdp;
pub mod sip;
pub mod siprec;
pub mod steps;
pub mod testbed;
pub mod time;
