//! Whole calls and recordings.

use super::super::edit::Edit::{Act, Swap};
use super::{CALL, fault, spoil};
use crate::rules::Fault;

pub const FAULTS: &[Fault] = &[
    fault(
        CALL,
        "the vendor's metadata lacks a field",
        &[Swap("INVITE platform recorder", &[("<groupID>SP0001L0001</groupID>", "")])],
        &["INT-BW-4"],
        &[],
    ),
    fault(
        CALL,
        "the recorder pauses, and is sent on",
        &[Act(spoil::the_recorder_pauses)],
        &["RFC7245-3.2.3-1"],
        &[("RFC3264-5.1-1", "the client had agreed to it")],
    ),
];
