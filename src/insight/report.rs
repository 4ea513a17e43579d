//! What the page of insights shows: numbers that are drawn, written into tables and sent to programs alike.

use serde::{Deserialize, Serialize};

use super::{
    ageing::Ageing,
    dot::Dot,
    question::{Range, Step},
    tally::{Durations, Tallies, Tally},
};
use crate::{
    id::Seq,
    issue::Severity,
    query::Query,
    time::{Day, Timestamp},
    workflow::Status,
};

const STATUSES: usize = Status::ALL.len();
const SEVERITIES: usize = Severity::ALL.len();

/// Percentiles of durations, in seconds; none of them below [`super::FEWEST_SAMPLES`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Percentiles {
    /// Of so many.
    pub n: i64,
    /// Half of them took no longer.
    pub p50: Option<f64>,
    /// 85 % of them took no longer.
    pub p85: Option<f64>,
    /// 95 % of them took no longer.
    pub p95: Option<f64>,
}

impl From<&Durations> for Percentiles {
    fn from(of: &Durations) -> Self {
        let percentile = |percent| of.percentile(percent).map(whole);
        Self { n: of.n(), p50: percentile(50), p85: percentile(85), p95: percentile(95) }
    }
}

/// A span of the charts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Point {
    /// Its first day, in the zone that is asked for.
    pub day: Day,
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub to: Timestamp,
    /// Reported.
    pub opened: i64,
    /// Entries into DONE.
    pub closed: i64,
    /// Exits from DONE.
    pub reopened: i64,
    /// How many issues there are at its end, in the order of [`Status::ALL`].
    pub by_status: [i64; STATUSES],
    /// How many of them are not DONE, in the order of [`Severity::ALL`].
    pub by_severity: [i64; SEVERITIES],
    /// Reported to finished, of what was finished in it.
    pub lead: Percentiles,
    /// Begun to finished.
    pub cycle: Percentiles,
    /// Reported to leaving OPEN, of what left it first in it.
    pub triage: Percentiles,
}

/// The same of the whole range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Totals {
    /// Reported.
    pub opened: i64,
    /// Entries into DONE.
    pub closed: i64,
    /// Exits from DONE.
    pub reopened: i64,
    /// Open when it begins.
    pub open_before: i64,
    /// Open when it ends.
    pub open: i64,
    /// Reported to finished.
    pub lead: Percentiles,
    /// Begun to finished.
    pub cycle: Percentiles,
    /// Finished without ever having been begun: in no cycle time.
    pub no_start: i64,
    /// Reported to leaving OPEN.
    pub triage: Percentiles,
    /// How long issues had been in the status that they left, in the order of [`Status::ALL`].
    pub stays: [Percentiles; STATUSES],
}

/// As many days right before, span by span.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Before {
    /// From which day to which.
    pub range: Range,
    /// Each span; weeks and months can be one more or fewer.
    pub points: Vec<Point>,
    /// All of it.
    pub totals: Totals,
}

/// Seconds without a fraction: nobody reads more, and every machine writes the same.
pub(super) fn whole(seconds: f64) -> f64 {
    seconds.round()
}

/// The page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Report {
    /// From which day to which.
    pub range: Range,
    /// In which steps.
    pub by: Step,
    /// Whose days these are.
    pub zone: String,
    /// Of which issues.
    pub query: Query,
    /// The moment that it is about.
    pub at: Timestamp,
    /// What is known at this position of the log, and nothing later.
    pub seq: Seq,
    /// Each span.
    pub points: Vec<Point>,
    /// The whole range.
    pub totals: Totals,
    /// The range before, when it is compared.
    pub before: Option<Before>,
    /// What was finished, by span and lead time.
    pub finished: Vec<Dot>,
    /// The open ones.
    pub ageing: Ageing,
}

/// The page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InsightsView {
    /// Its numbers.
    pub report: Report,
    /// What the oldest issues are called now.
    pub titles: Vec<String>,
    /// Each chart as an option of ECharts, in the order of [`super::Chart::ALL`].
    pub charts: Vec<String>,
    /// Whether it was counted issue by issue, because no sums are kept of what was asked.
    pub counted: bool,
}

impl Point {
    /// What came less what went.
    pub const fn balance(&self) -> i64 {
        self.opened - self.closed + self.reopened
    }

    /// How many issues are not DONE at its end.
    pub fn open(&self) -> i64 {
        self.by_severity.iter().sum()
    }

    /// What its table and its axis call it.
    pub fn label(&self, by: Step) -> String {
        match by {
            Step::Day | Step::Week => self.day.iso(),
            Step::Month => self.day.iso().chars().take(7).collect(),
        }
    }
}

/// The spans of a chart, which begin with these days.
pub fn points(tallies: &Tallies, days: &[Day]) -> Vec<Point> {
    let stocks = tallies.stocks();
    let all = tallies.of.iter().zip(&stocks).zip(days).enumerate();
    all.filter_map(|(at, ((tally, stock), &day))| {
        let (from, to) = tallies.spans.of(at)?;
        let by_status = [0, 1, 2, 3].map(|status: usize| stock.iter().map(|of| of[status]).sum());
        let open = |of: &[i64; STATUSES]| {
            Status::ALL.iter().filter(|status| status.is_open()).map(|&status| of[status as usize]).sum()
        };
        Some(Point {
            day,
            from,
            to,
            opened: tally.opened.iter().sum(),
            closed: tally.closed.iter().sum(),
            reopened: tally.reopened.iter().sum(),
            by_status,
            by_severity: [0, 1, 2, 3].map(|severity: usize| open(&stock[severity])),
            lead: (&tally.lead).into(),
            cycle: (&tally.cycle).into(),
            triage: (&tally.triage).into(),
        })
    })
    .collect()
}

impl Totals {
    /// Of all spans together, with their tally.
    pub fn new(tallies: &Tallies) -> (Self, Tally) {
        let mut all = Tally::default();
        tallies.of.iter().for_each(|tally| all.merge(tally));
        let end = tallies.stocks().pop().unwrap_or(tallies.before);
        let totals = Self {
            opened: all.opened.iter().sum(),
            closed: all.closed.iter().sum(),
            reopened: all.reopened.iter().sum(),
            open_before: Tally::open(&tallies.before),
            open: Tally::open(&end),
            lead: (&all.lead).into(),
            cycle: (&all.cycle).into(),
            no_start: all.no_start,
            triage: (&all.triage).into(),
            stays: [0, 1, 2, 3].map(|status: usize| (&all.stays[status]).into()),
        };
        (totals, all)
    }
}
