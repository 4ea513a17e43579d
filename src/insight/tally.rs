//! What a chart shows of one span of time, added up from cells or from steps of single issues, whichever has it.

use super::{
    cell::{Bin, QUARTER, midnight, unpack},
    delta::Counted,
};
use crate::{
    issue::Severity,
    time::{Day, Timestamp},
    workflow::Status,
};

/// Fewest samples that a percentile is told of.
pub const FEWEST_SAMPLES: i64 = 5;

const SEVERITIES: usize = Severity::ALL.len();
const STATUSES: usize = Status::ALL.len();

/// How many durations are in which bin, at the bin's place: a page of five years adds a million of them.
#[derive(Debug, Clone, Default)]
pub struct Durations {
    n: i64,
    bins: Vec<i64>,
}

impl PartialEq for Durations {
    fn eq(&self, other: &Self) -> bool {
        self.bins().eq(other.bins())
    }
}

impl Eq for Durations {}

impl Durations {
    /// So many more (or fewer) of one duration.
    pub fn add(&mut self, bin: Bin, count: i64) {
        let place = usize::from(bin.0);
        if place >= self.bins.len() {
            self.bins.resize(place + 1, 0);
        }
        if let Some(there) = self.bins.get_mut(place) {
            *there += count;
            self.n += count;
        }
    }

    /// All of another one's too.
    pub fn merge(&mut self, other: &Self) {
        if self.bins.len() < other.bins.len() {
            self.bins.resize(other.bins.len(), 0);
        }
        self.bins.iter_mut().zip(&other.bins).for_each(|(there, more)| *there += more);
        self.n += other.n;
    }

    /// How many.
    pub fn n(&self) -> i64 {
        self.n
    }

    /// From the shortest to the longest, with how many there are.
    pub fn bins(&self) -> impl Iterator<Item = (Bin, i64)> + '_ {
        let all = self.bins.iter().zip(0_u16..);
        all.filter(|(count, _)| **count != 0).map(|(count, bin)| (Bin(bin), *count))
    }

    /// The percentile in seconds, with [`super::RELATIVE_ERROR`]: the value of rank `percent / 100 × (n − 1)`, rounded down.
    /// `None` below [`FEWEST_SAMPLES`].
    pub fn percentile(&self, percent: u8) -> Option<f64> {
        let n = self.n();
        if n < FEWEST_SAMPLES {
            return None;
        }
        let rank = i64::from(percent) * (n - 1) / 100;
        let mut below = 0;
        self.bins().find_map(|(bin, count)| {
            below += count;
            (below > rank).then(|| bin.seconds())
        })
    }
}

/// See the module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// What the span changes in how many issues have a severity (first) and status (second).
    pub stock: [[i64; STATUSES]; SEVERITIES],
    /// Reported, by severity.
    pub opened: [i64; SEVERITIES],
    /// Entries into DONE.
    pub closed: [i64; SEVERITIES],
    /// Exits from it.
    pub reopened: [i64; SEVERITIES],
    /// Of the issues that were finished: reported until then.
    pub lead: Durations,
    /// Begun until then.
    pub cycle: Durations,
    /// Those that never were begun.
    pub no_start: i64,
    /// Reported until they first left OPEN.
    pub triage: Durations,
    /// How long issues that left a status had been in it.
    pub stays: [Durations; STATUSES],
}

impl Tally {
    /// So many more of something.
    pub fn add(&mut self, what: Counted, severity: Severity, count: i64) {
        let by = severity as usize;
        match what {
            Counted::Stock(status) => self.stock[by][status as usize] += count,
            Counted::Opened => self.opened[by] += count,
            Counted::Closed => self.closed[by] += count,
            Counted::Reopened => self.reopened[by] += count,
            Counted::Lead(bin) => self.lead.add(bin, count),
            Counted::Cycle(bin) => self.cycle.add(bin, count),
            Counted::NoStart => self.no_start += count,
            Counted::Triage(bin) => self.triage.add(bin, count),
            Counted::Stay(status, bin) => self.stays[status as usize].add(bin, count),
            // They are of a moment and not of a span: see `Ages`.
            Counted::Standing | Counted::Waiting(_) => {}
        }
    }

    /// All of another span's too.
    pub fn merge(&mut self, other: &Self) {
        let sum = |mine: &mut [i64], theirs: &[i64]| {
            mine.iter_mut().zip(theirs).for_each(|(mine, more)| *mine += more)
        };
        self.stock.iter_mut().zip(&other.stock).for_each(|(mine, theirs)| sum(mine, theirs));
        sum(&mut self.opened, &other.opened);
        sum(&mut self.closed, &other.closed);
        sum(&mut self.reopened, &other.reopened);
        self.no_start += other.no_start;
        self.lead.merge(&other.lead);
        self.cycle.merge(&other.cycle);
        self.triage.merge(&other.triage);
        self.stays.iter_mut().zip(&other.stays).for_each(|(mine, theirs)| mine.merge(theirs));
    }

    /// Issues that are not DONE, of a stock.
    pub fn open(stock: &[[i64; STATUSES]; SEVERITIES]) -> i64 {
        let open = |of: &[i64; STATUSES]| -> i64 {
            Status::ALL.iter().filter(|status| status.is_open()).map(|&status| of[status as usize]).sum()
        };
        stock.iter().map(open).sum()
    }
}

/// The spans of a chart: one after the other, each from its instant on and before the next; the last instant ends the last. All
/// are at full quarters of an hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spans(Vec<Timestamp>);

impl Spans {
    /// Of instants in order; `None` with fewer than two, or when they are in no order.
    pub fn new(instants: Vec<Timestamp>) -> Option<Self> {
        let ordered = instants.windows(2).all(|pair| pair[0] < pair[1]);
        (instants.len() > 1 && ordered).then_some(Self(instants))
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.0.len() - 1
    }

    /// From when until before when a span is.
    pub fn of(&self, at: usize) -> Option<(Timestamp, Timestamp)> {
        Some((*self.0.get(at)?, *self.0.get(at + 1)?))
    }

    /// The first instant after the last.
    pub fn end(&self) -> Timestamp {
        self.0[self.0.len() - 1]
    }

    /// Which of them an instant is in; `Err(true)` before the first, `Err(false)` after the last.
    pub fn find(&self, at: Timestamp) -> Result<usize, bool> {
        self.find_micros(at.micros())
    }

    fn find_micros(&self, at: i64) -> Result<usize, bool> {
        match self.0.partition_point(|start| start.micros() <= at) {
            0 => Err(true),
            after if after == self.0.len() => Err(false),
            after => Ok(after - 1),
        }
    }

    /// The UTC days whose cells are needed: the one in which the first begins to the one in which the last ends.
    pub fn days(&self) -> Option<(Day, Day)> {
        Some((self.0.first()?.day(), self.0.last()?.day()))
    }
}

/// What a chart is drawn from: the stock before its first span, and each span's tally.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tallies {
    /// Where the spans are.
    pub spans: Spans,
    /// How many issues have a severity (first) and status (second) when the first span begins.
    pub before: [[i64; STATUSES]; SEVERITIES],
    /// One for each span.
    pub of: Vec<Tally>,
}

impl Tallies {
    /// Nothing yet.
    pub fn new(spans: Spans) -> Self {
        let of = vec![Tally::default(); spans.count()];
        Self { spans, before: Default::default(), of }
    }

    /// So many more of something at an instant. What is before the first span is in the stock, what is after the last in nothing.
    pub fn add(&mut self, at: Timestamp, what: Counted, severity: Severity, count: i64) {
        self.add_in(self.spans.find(at), what, severity, count);
    }

    fn add_in(&mut self, span: Result<usize, bool>, what: Counted, severity: Severity, count: i64) {
        match (span, what) {
            (Ok(span), _) => self.of[span].add(what, severity, count),
            (Err(true), Counted::Stock(status)) => self.before[severity as usize][status as usize] += count,
            (Err(_), _) => {}
        }
    }

    /// The packed cells of a day, or of a month when their keys have no quarters, which then lies before the first span. `None`
    /// when they cannot be read.
    pub fn add_cells(&mut self, day: Day, body: &[u8], severities: &[Severity]) -> Option<()> {
        let midnight = midnight(day);
        let (first, last) =
            (self.spans.find_micros(midnight), self.spans.find_micros(midnight + 95 * QUARTER));
        // Cells come in the order of their quarters of an hour, so the span is looked for once a quarter, and not at all in a day
        // that is in one span.
        let mut place = (-1, first);
        unpack(body, |key, count| {
            let (Some(what), severity) = (key.what(), key.severity()) else { return };
            if severities.contains(&severity) {
                if first != last && place.0 != key.quarter() {
                    place = (key.quarter(), self.spans.find_micros(key.micros(midnight)));
                }
                self.add_in(place.1, what, severity, i64::from(count));
            }
        })
    }

    /// The stock at the end of each span.
    pub fn stocks(&self) -> Vec<[[i64; STATUSES]; SEVERITIES]> {
        let mut stock = self.before;
        let after = |tally: &Tally| {
            for (now, change) in stock.iter_mut().flatten().zip(tally.stock.iter().flatten()) {
                *now += change;
            }
            stock
        };
        self.of.iter().map(after).collect()
    }
}
