//! Which packet of a source this is: its sequence number extended beyond 16 bits, and what is
//! lost, late, doubled or of another run (RFC 3550 appendices A.1 and A.3).

/// The sequence numbers of one source.
#[derive(Clone, Debug)]
pub struct Sequence {
    probation: u16,
    state: State,
    /// The runs that a restart ended.
    earlier: Totals,
    refused: u64,
    restarts: u64,
}

#[derive(Clone, Debug)]
enum State {
    Unheard,
    /// So many packets came in a row, of which this was the last.
    Probation {
        run: u16,
        last: u16,
    },
    Valid(Run),
}

/// What a packet is to the sequence that it belongs to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Arrival {
    /// From a source that is not yet valid.
    Probation,
    /// Makes its source valid.
    First,
    /// Further on than any before it.
    Next {
        /// Its extended sequence number.
        extended: i64,
        /// How many were skipped just before it.
        missing: u16,
    },
    /// Out of order: fills a place that was skipped.
    Late {
        /// Its extended sequence number.
        extended: i64,
    },
    /// Came before.
    Duplicate,
    /// So far from the others that it does not count, unless the next one follows it.
    Refused,
    /// The second of a new run: the source started over without telling.
    Restart,
}

/// How many packets came, and in what way; restarts included.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Totals {
    /// How many the sequence numbers span.
    pub expected: u64,
    /// How many of those came, each counted once.
    pub received: u64,
    /// How many copies came besides.
    pub duplicates: u64,
    /// How many of those received were out of order.
    pub late: u64,
}

impl Totals {
    /// How many never came.
    pub const fn lost(&self) -> u64 {
        self.expected - self.received
    }
}

impl Sequence {
    /// Numbers not heard yet. A source is valid after `probation` packets in a row; 0 and 1 mean
    /// at once. RFC 3550 appendix A.1 suggests 2.
    pub fn new(probation: u16) -> Self {
        let earlier = Totals::default();
        Self { probation, state: State::Unheard, earlier, refused: 0, restarts: 0 }
    }

    /// Takes the sequence number of a packet that arrived.
    pub fn update(&mut self, sequence: u16) -> Arrival {
        match &mut self.state {
            State::Valid(run) => {
                let arrival = run.update(sequence);
                match arrival {
                    Arrival::Refused => self.refused += 1,
                    Arrival::Restart => self.restart(sequence),
                    _ => {}
                }
                arrival
            }
            State::Probation { run, last } if last.wrapping_add(1) == sequence => {
                let run = *run + 1;
                self.validate(sequence, run)
            }
            State::Unheard | State::Probation { .. } => self.validate(sequence, 1),
        }
    }

    fn validate(&mut self, last: u16, run: u16) -> Arrival {
        if run < self.probation {
            self.state = State::Probation { run, last };
            return Arrival::Probation;
        }
        // The RFC's example forgets the packets on probation; here they count, for they came.
        self.state = State::Valid(Run::new(last, run));
        Arrival::First
    }

    /// Two packets of a new run came, the first of which was refused.
    fn restart(&mut self, sequence: u16) {
        self.earlier = self.totals();
        self.refused -= 1;
        self.restarts += 1;
        self.state = State::Valid(Run::new(sequence, 2));
    }

    /// Whether enough packets came in a row.
    pub const fn is_valid(&self) -> bool {
        matches!(self.state, State::Valid(_))
    }

    /// What came over all runs.
    pub fn totals(&self) -> Totals {
        let State::Valid(run) = &self.state else {
            return self.earlier;
        };
        let now = run.totals();
        Totals {
            expected: self.earlier.expected + now.expected,
            received: self.earlier.received + now.received,
            duplicates: self.earlier.duplicates + now.duplicates,
            late: self.earlier.late + now.late,
        }
    }

    /// How many packets were far outside the run and did not start another.
    pub const fn refused(&self) -> u64 {
        self.refused
    }

    /// How often the source started over.
    pub const fn restarts(&self) -> u64 {
        self.restarts
    }

    /// The highest number received in this run, the cycles in its upper half (RFC 3550 section
    /// 6.4.1, "extended highest sequence number received").
    pub fn highest(&self) -> Option<u32> {
        match &self.state {
            State::Valid(run) => Some(low_32_bits(run.highest)),
            _ => None,
        }
    }

    /// The loss that a report is to tell: the fraction since the last report in 1/256, and the
    /// cumulative number of this run, negative when there were more copies than losses.
    pub fn report_loss(&mut self) -> (u8, i32) {
        match &mut self.state {
            State::Valid(run) => run.report_loss(),
            _ => (0, 0),
        }
    }
}

/// A run of numbers without a restart.
#[derive(Clone, Debug)]
struct Run {
    /// The lowest number: that of the first packet, or of one from before it that came late.
    base: i64,
    highest: i64,
    /// Bit n tells whether `highest - n` came.
    seen: u128,
    /// How many came, each counted once.
    received: u64,
    duplicates: u64,
    late: u64,
    /// The number that would confirm a restart.
    awaited: Option<u16>,
    /// How many were expected and came when the last report was made.
    prior: (i64, i64),
}

impl Run {
    /// A run whose first `length` packets came in order, the last of them with this number.
    fn new(last: u16, length: u16) -> Self {
        let highest = i64::from(last);
        Self {
            base: highest - i64::from(length.max(1)) + 1,
            highest,
            seen: u128::MAX.checked_shr(128 - u32::from(length.max(1))).unwrap_or(u128::MAX),
            received: length.max(1).into(),
            duplicates: 0,
            late: 0,
            awaited: None,
            prior: (0, 0),
        }
    }

    fn update(&mut self, sequence: u16) -> Arrival {
        let ahead = sequence.wrapping_sub(low_16_bits(self.highest));
        if ahead == 0 {
            self.duplicates += 1;
            return Arrival::Duplicate;
        }
        if ahead < DROPOUT_MAX {
            return self.advance(ahead);
        }
        let behind = ahead.wrapping_neg();
        if behind < MISORDER_MAX {
            return self.fill(behind);
        }
        if self.awaited == Some(sequence) {
            return Arrival::Restart;
        }
        self.awaited = Some(sequence.wrapping_add(1));
        Arrival::Refused
    }

    fn advance(&mut self, ahead: u16) -> Arrival {
        self.highest += i64::from(ahead);
        self.seen = self.seen.checked_shl(ahead.into()).unwrap_or(0) | 1;
        self.received += 1;
        Arrival::Next { extended: self.highest, missing: ahead - 1 }
    }

    fn fill(&mut self, behind: u16) -> Arrival {
        if self.seen >> behind & 1 == 1 {
            self.duplicates += 1;
            return Arrival::Duplicate;
        }
        let extended = self.highest - i64::from(behind);
        self.base = self.base.min(extended);
        self.seen |= 1 << behind;
        self.received += 1;
        self.late += 1;
        Arrival::Late { extended }
    }

    fn totals(&self) -> Totals {
        Totals {
            expected: self.expected().unsigned_abs(),
            received: self.received,
            duplicates: self.duplicates,
            late: self.late,
        }
    }

    fn expected(&self) -> i64 {
        self.highest - self.base + 1
    }

    fn report_loss(&mut self) -> (u8, i32) {
        // RFC 3550 appendix A.3: here copies count as received.
        let expected = self.expected();
        let received = (self.received + self.duplicates).cast_signed();
        let since = (expected - self.prior.0, received - self.prior.1);
        self.prior = (expected, received);
        let lost_since = since.0 - since.1;
        let fraction = if since.0 <= 0 { 0 } else { (lost_since << 8) / since.0 };
        let lost = (expected - received).clamp(LOST_MIN, LOST_MAX);
        (
            u8::try_from(fraction.clamp(0, 255)).expect("it was clamped to eight bits"),
            i32::try_from(lost).expect("it was clamped to 24 bits"),
        )
    }
}

fn low_16_bits(extended: i64) -> u16 {
    u16::try_from(extended & 0xFFFF).expect("16 bits remain")
}

fn low_32_bits(extended: i64) -> u32 {
    u32::try_from(extended & 0xFFFF_FFFF).expect("32 bits remain")
}

/// RFC 3550 appendix A.1: how far a number may leap ahead, one minute at 50 packets a second.
const DROPOUT_MAX: u16 = 3_000;

/// RFC 3550 appendix A.1: how far it may fall behind, two seconds; fits [`Run::seen`].
const MISORDER_MAX: u16 = 100;

/// RFC 3550 appendix A.3: the cumulative loss is a signed number of 24 bits.
const LOST_MIN: i64 = -0x80_0000;
const LOST_MAX: i64 = 0x7F_FFFF;

#[cfg(test)]
mod tests {
    use super::*;

    fn after(numbers: impl IntoIterator<Item = u16>) -> Sequence {
        let mut sequence = Sequence::new(0);
        for number in numbers {
            sequence.update(number);
        }
        sequence
    }

    #[test]
    fn what_never_came_is_lost() {
        let totals = after([10, 11, 14, 15]).totals();
        assert_eq!((totals.expected, totals.received, totals.lost()), (6, 4, 2));
    }

    #[test]
    fn a_late_packet_is_not_lost_and_a_copy_does_not_hide_a_loss() {
        let sequence = after([10, 12, 11, 11, 14]);
        let expected = Totals { expected: 5, received: 4, duplicates: 1, late: 1 };
        assert_eq!(sequence.totals(), expected);
        assert_eq!(sequence.totals().lost(), 1);
    }

    #[test]
    fn numbers_go_on_over_the_wrap() {
        let mut sequence = after(0xFFF0..=0xFFFF);
        assert_eq!(sequence.update(2), Arrival::Next { extended: 0x1_0002, missing: 2 });
        assert_eq!(sequence.update(0xFFF8), Arrival::Duplicate);
        assert_eq!(sequence.update(0), Arrival::Late { extended: 0x1_0000 });
        assert_eq!((sequence.highest(), sequence.totals().lost()), (Some(0x1_0002), 1));
    }

    #[test]
    fn a_packet_from_before_the_first_one_heard_extends_the_sequence_downwards() {
        let totals = after([0, 0xFFFF, 1]).totals();
        assert_eq!((totals.expected, totals.lost(), totals.late), (3, 0, 1));
    }

    #[test]
    fn a_single_leap_is_refused_and_a_second_packet_there_is_a_restart() {
        let mut sequence = after(100..110);
        assert_eq!(sequence.update(30_000), Arrival::Refused);
        assert_eq!(sequence.update(110), Arrival::Next { extended: 110, missing: 0 });
        assert_eq!(sequence.update(40_000), Arrival::Refused);
        assert_eq!(sequence.update(40_001), Arrival::Restart);
        let totals = sequence.totals();
        assert_eq!((totals.received, totals.lost()), (13, 0));
        assert_eq!((sequence.restarts(), sequence.refused()), (1, 1));
    }

    #[test]
    fn a_source_on_probation_is_valid_after_packets_in_a_row_only() {
        let mut sequence = Sequence::new(3);
        let arrivals: Vec<_> = [5, 6, 9, 10, 11].map(|number| sequence.update(number)).into();
        let probation = Arrival::Probation;
        assert_eq!(arrivals, [probation, probation, probation, probation, Arrival::First]);
        assert_eq!((sequence.totals().expected, sequence.totals().lost()), (3, 0));
    }

    #[test]
    fn the_limits_of_order_are_those_of_the_rfc() {
        assert_eq!(after([0]).update(2_999), Arrival::Next { extended: 2_999, missing: 2_998 });
        assert_eq!(after([0]).update(3_000), Arrival::Refused);
        assert_eq!(after([500]).update(401), Arrival::Late { extended: 401 });
        assert_eq!(after([500]).update(400), Arrival::Refused);
    }

    #[test]
    fn a_report_tells_the_loss_since_the_last_one_and_in_all() {
        let mut sequence = after([0, 1, 2, 3]);
        assert_eq!(sequence.report_loss(), (0, 0));
        for number in [5, 7] {
            sequence.update(number);
        }
        assert_eq!(sequence.report_loss(), (128, 2));
        assert_eq!(sequence.report_loss(), (0, 2));
    }

    #[test]
    fn copies_make_the_reported_loss_negative() {
        assert_eq!(after([0, 0, 0, 1]).report_loss(), (0, -2));
    }
}
