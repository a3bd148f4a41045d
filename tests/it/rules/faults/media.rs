//! RTP and RTCP.

use super::super::edit::Edit::Act;
use super::{CALL, HELD, PAUSED, ROOM, TYPED, fault, spoil};
use crate::rules::Fault;

pub const FAULTS: &[Fault] = &[
    fault(CALL, "RTP of version 3", &[Act(spoil::version_three)], &["RFC3550-5.1-1"], &[]),
    fault(CALL, "a number left out of RTP", &[Act(spoil::skip_a_number)], &["RFC3550-5.1-3"], &[]),
    fault(CALL, "time goes back", &[Act(spoil::turn_time_back)], &["RFC3550-5.1-4"], &[]),
    fault(
        CALL,
        "time goes too fast",
        &[Act(spoil::hurry)],
        &["RFC3550-5.1-4"],
        &[("RFC3551-4.2-1", "so does each packet")],
    ),
    fault(CALL, "packets of 40 ms", &[Act(spoil::long_packets)], &["RFC3551-4.2-1"], &[]),
    fault(
        TYPED,
        "keys at another time than speech",
        &[Act(spoil::events_aside)],
        &["RFC4733-2.1-1"],
        &[],
    ),
    fault(
        TYPED,
        "keys without a mark",
        &[Act(spoil::events_unmarked)],
        &["RFC4733-2.5.1.2-1"],
        &[],
    ),
    fault(
        CALL,
        "a report without a description",
        &[Act(spoil::report_nobody)],
        &["RFC3550-6.1-1"],
        &[],
    ),
    fault(
        PAUSED,
        "a report that counts too many",
        &[Act(spoil::count_wrong)],
        &["RFC3550-6.4.1-1"],
        &[],
    ),
    fault(
        PAUSED,
        "a source of two names",
        &[Act(spoil::rename_a_source)],
        &["RFC3550-6.5.1-1"],
        &[],
    ),
    fault(
        ROOM,
        "a mixture under a borrowed number",
        &[Act(spoil::borrow_a_number)],
        &["RFC3550-7.1-1"],
        &[],
    ),
    fault(HELD, "no reports while on hold", &[Act(spoil::a_long_silence)], &["RFC8866-6.7-1"], &[]),
    fault(
        CALL,
        "media that no session has",
        &[Act(spoil::stray_media)],
        &["RFC6341-5-REQ001"],
        &[],
    ),
];
