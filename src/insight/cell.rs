//! Cells as they are kept: what a key says, in which rows it is, and how a row is packed.

use serde::Deserialize;
use sketches_ddsketch::Config;
use std::{collections::BTreeMap, sync::LazyLock};

use super::delta::Counted;
use crate::{
    issue::Severity,
    time::{Day, Timestamp},
    workflow::Status,
};

/// How far a percentile may be from the exact one, as a part of it.
pub const RELATIVE_ERROR: f64 = 0.01;
/// Bins of durations: enough for two centuries.
const MOST_BINS: u32 = 2048;
/// A quarter of an hour, the finest that cells know, in microseconds.
pub(super) const QUARTER: i64 = 15 * 60 * 1_000_000;

static SKETCH: LazyLock<Config> = LazyLock::new(|| Config::new(RELATIVE_ERROR, MOST_BINS, 1.0));

/// A duration as one of DDSketch's bins, whose middle is at most [`RELATIVE_ERROR`] from it. Less than a second is a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bin(pub u16);

impl Bin {
    /// The bin of the time between two instants.
    pub fn between(from: Timestamp, to: Timestamp) -> Self {
        Self::of_micros(to.micros() - from.micros())
    }

    /// The bin of a duration in microseconds.
    pub(super) fn of_micros(micros: i64) -> Self {
        let seconds = (micros as f64 / 1e6).max(1.0);
        Self(SKETCH.key(seconds).clamp(0, MOST_BINS as i32 - 1) as u16)
    }

    /// The shortest duration that is in this bin or a later one, in microseconds; what is in a bin is so found by whole numbers,
    /// without doubts at its edges.
    pub fn first_micros(self) -> i64 {
        let (mut below, mut from) = (-1, i64::MAX / 2);
        while from - below > 1 {
            let middle = below + (from - below) / 2;
            if Self::of_micros(middle) < self { below = middle } else { from = middle }
        }
        from
    }

    /// What it stands for, in seconds.
    pub fn seconds(self) -> f64 {
        SKETCH.value(i32::from(self.0))
    }
}

/// Which rows a cell is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// Those of days: what happened.
    Day,
    /// Those of months, on their first day: what changed in the stock, without quarters of an hour.
    Month,
    /// Those of days on which something began that is open now.
    Ages,
}

impl Layer {
    /// The layers in which something is written.
    pub const fn of(what: Counted) -> &'static [Self] {
        match what {
            Counted::Stock(_) => &[Self::Day, Self::Month],
            Counted::Standing | Counted::Waiting(_) => &[Self::Ages],
            _ => &[Self::Day],
        }
    }

    /// Its name in the database.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Day => "DAY",
            Self::Month => "MONTH",
            Self::Ages => "AGES",
        }
    }
}

/// Where in its day a cell is and what it counts, in 24 bits: 7 for the quarter of an hour, 2 for the severity, 4 for the kind, 11
/// for the status or bin. The order of the numbers is the order of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellKey(pub i32);

const KINDS: [fn(u16) -> Counted; 14] = [
    |value| Counted::Stock(status(value)),
    |_| Counted::Opened,
    |_| Counted::Closed,
    |_| Counted::Reopened,
    |value| Counted::Lead(Bin(value)),
    |value| Counted::Cycle(Bin(value)),
    |_| Counted::NoStart,
    |value| Counted::Triage(Bin(value)),
    |value| Counted::Stay(Status::Open, Bin(value)),
    |value| Counted::Stay(Status::Triaged, Bin(value)),
    |value| Counted::Stay(Status::InProgress, Bin(value)),
    |value| Counted::Stay(Status::Done, Bin(value)),
    |_| Counted::Standing,
    |value| Counted::Waiting(status(value)),
];

fn status(value: u16) -> Status {
    Status::ALL[usize::from(value) % Status::ALL.len()]
}

impl CellKey {
    /// The cell of something that happened then, and the day whose row has it.
    pub fn of(at: Timestamp, severity: Severity, what: Counted) -> (Day, Self) {
        let (kind, value) = match what {
            Counted::Stock(status) => (0, status as u16),
            Counted::Opened => (1, 0),
            Counted::Closed => (2, 0),
            Counted::Reopened => (3, 0),
            Counted::Lead(bin) => (4, bin.0),
            Counted::Cycle(bin) => (5, bin.0),
            Counted::NoStart => (6, 0),
            Counted::Triage(bin) => (7, bin.0),
            Counted::Stay(status, bin) => (8 + status as i32, bin.0),
            Counted::Standing => (12, 0),
            Counted::Waiting(status) => (13, status as u16),
        };
        let quarter = ((at.micros() - midnight(at.day())) / QUARTER) as i32;
        (at.day(), Self(quarter << 17 | (severity as i32) << 15 | kind << 11 | i32::from(value)))
    }

    /// The quarter of an hour of the UTC day, from 0 to 95.
    pub fn quarter(self) -> i32 {
        self.0 >> 17
    }

    /// When its quarter of a day begins that begins then, both in microseconds since 1970.
    pub(super) fn micros(self, midnight: i64) -> i64 {
        midnight + QUARTER * i64::from(self.quarter())
    }

    /// The same as it is in a layer, and the day whose row has it.
    pub fn within(self, layer: Layer, day: Day) -> (Day, Self) {
        match layer {
            Layer::Day | Layer::Ages => (day, self),
            Layer::Month => (day.month(), Self(self.0 & 0x1_ffff)),
        }
    }

    /// How severe the issue was.
    pub fn severity(self) -> Severity {
        Severity::ALL[(self.0 >> 15 & 3) as usize]
    }

    /// What is counted; `None` for a number that [`Self::of`] never gives.
    pub fn what(self) -> Option<Counted> {
        let kind = KINDS.get((self.0 >> 11 & 15) as usize)?;
        Some(kind((self.0 & 2047) as u16))
    }
}

/// What is in a row of cells; nothing is zero.
pub type Cells = BTreeMap<CellKey, i32>;

/// A row as it is kept: how far each key is from the one before, and its count, in as few bytes as they need.
pub fn pack(cells: &Cells) -> Vec<u8> {
    let mut before = 0;
    let pairs = cells.iter().map(|(key, count)| {
        let step = key.0 - before;
        before = key.0;
        (step, *count)
    });
    // Writing numbers into memory cannot fail.
    postcard::to_allocvec(&pairs.collect::<Vec<_>>()).unwrap_or_default()
}

/// Tells the cells of a row in their order; `None` when it was not written by [`pack`]. Nothing is allocated: a page of five years
/// reads more than a million.
pub fn unpack(body: &[u8], mut tell: impl FnMut(CellKey, i32)) -> Option<()> {
    let mut packed = postcard::Deserializer::from_bytes(body);
    let mut key = 0_i32;
    for _ in 0..usize::deserialize(&mut packed).ok()? {
        let (step, count) = <(i32, i32)>::deserialize(&mut packed).ok()?;
        key = key.checked_add(step)?;
        tell(CellKey(key), count);
    }
    packed.finalize().ok()?.is_empty().then_some(())
}

/// When a day of UTC begins, in microseconds since 1970.
pub(super) fn midnight(day: Day) -> i64 {
    Timestamp(day.0.midnight().assume_utc()).micros()
}
