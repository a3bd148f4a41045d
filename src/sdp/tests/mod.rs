//! Tests of the room as a whole: reading, answering, changing, and rubbish.

mod answering;
mod captured;
mod examples;
mod judging;
mod negotiating;
mod reading;
mod reoffering;
mod rubbish;
mod writing;

use std::net::IpAddr;

use super::{Capabilities, Description, Direction, Origin, Slot};

/// A description from lines without their ends.
fn description(lines: &[&str]) -> Description {
    Description::parse((lines.join("\r\n") + "\r\n").as_bytes()).unwrap()
}

/// A description at 192.0.2.1 with these lines from the first `m=` on.
fn offer(lines: &[&str]) -> Description {
    let head = ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", "t=0 0"];
    description(&[&head, lines].concat())
}

/// An answer at 192.0.2.2 with these lines from the first `m=` on.
fn reply(lines: &[&str]) -> Description {
    let head = ["v=0", "o=- 2 1 IN IP4 192.0.2.2", "s=-", "c=IN IP4 192.0.2.2", "t=0 0"];
    description(&[&head, lines].concat())
}

fn here() -> IpAddr {
    "192.0.2.2".parse().unwrap()
}

/// A telephone at 192.0.2.2 that takes as many streams as it is offered, at ports from 40000.
fn telephone(directions: &[Direction]) -> Capabilities {
    let slot = |(port, &direction)| Slot::open(port, direction);
    let slots = (40_000..).step_by(2).zip(directions).map(slot).collect();
    Capabilities { slots, ..Capabilities::new(Origin::new("-", 2, here()), here()) }
}
