//! What the page of insights shows: numbers that are drawn, written into tables and sent to programs alike.

use serde::{Deserialize, Serialize};

use super::{
    cell::Bin,
    question::{Range, Step},
    survival::{Survival, finished_by, survival},
    tally::{Durations, FEWEST_SAMPLES, Tallies, Tally},
};
use crate::{
    id::{IssueKey, Seq},
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

/// An open issue that is old.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Oldest {
    /// Which.
    pub key: IssueKey,
    /// Where it stands.
    pub status: Status,
    /// Since when.
    pub since: Timestamp,
    /// When it was reported.
    pub created_at: Timestamp,
}

/// Issues of about the same duration: a dot of a scatter.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Dot {
    /// In which span, or status, it stands.
    pub place: usize,
    /// About so many seconds.
    pub seconds: f64,
    /// The bins that it is of, the last not included.
    pub bins: (u16, u16),
    /// So many issues.
    pub count: i64,
}

impl Dot {
    /// Sizes of dots: what they stand for, and how many pixels.
    pub const SIZES: [(&str, u8); 4] =
        [("1 issue", 6), ("2 to 5 issues", 10), ("6 to 20 issues", 15), ("More", 22)];

    /// Which size it has; dots of one size are one series of their chart.
    pub const fn series(&self) -> usize {
        match self.count {
            ..=1 => 0,
            2..=5 => 1,
            6..=20 => 2,
            _ => 3,
        }
    }

    /// So many issues.
    pub fn says(&self) -> String {
        if self.count == 1 { "1 issue".to_owned() } else { format!("{} issues", self.count) }
    }
}

/// Most dots of a scatter; where there would be more, neighbours are put together.
const MOST_DOTS: usize = 480;

/// The dots of some durations, each set at its place.
fn dots<'a>(of: impl Iterator<Item = (usize, &'a Durations)> + Clone) -> Vec<Dot> {
    let mut wide = 4;
    loop {
        let dots: Vec<Dot> =
            of.clone().flat_map(|(place, durations)| grouped(place, durations, wide)).collect();
        if dots.len() <= MOST_DOTS || wide > 256 {
            return dots;
        }
        wide *= 2;
    }
}

fn grouped(place: usize, durations: &Durations, wide: u16) -> Vec<Dot> {
    let mut dots: Vec<Dot> = Vec::new();
    for (bin, count) in durations.bins() {
        let from = bin.0 - bin.0 % wide;
        match dots.last_mut().filter(|dot| dot.bins.0 == from) {
            Some(dot) => dot.count += count,
            None => {
                let seconds = whole(Bin(from + wide / 2).seconds());
                dots.push(Dot { place, seconds, bins: (from, from + wide), count });
            }
        }
    }
    dots
}

fn rounded(step: Survival) -> Survival {
    Survival { seconds: whole(step.seconds), open: (step.open * 1e4).round() / 1e4, ..step }
}

/// Seconds without a fraction: nobody reads more, and every machine writes the same.
fn whole(seconds: f64) -> f64 {
    seconds.round()
}

/// How old the open issues are, against what was finished.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ageing {
    /// How long open issues have been in their status; the places are those of [`Status::ALL`].
    pub dots: Vec<Dot>,
    /// How many there are in each status.
    pub open: [i64; STATUSES],
    /// Those that are in their status for longer than 85 % of what left it: the first bin that is counted, and how many.
    pub late: [Option<(u16, i64)>; STATUSES],
    /// The oldest, the first most.
    pub oldest: Vec<Oldest>,
    /// Which part of the issues is still open after how long, those that are not finished counted too.
    pub survival: Vec<Survival>,
    /// How many were finished, and how many are open: what the estimate is of.
    pub n: (i64, i64),
    /// When half of all will have been finished, by that estimate; `None` when it is never reached.
    pub median: Option<f64>,
    /// When 85 % will have been.
    pub p85: Option<f64>,
}

/// Most steps of the estimate that are drawn.
const MOST_STEPS: usize = 120;

impl Ageing {
    /// Of the open issues by how long they are in their status and since they were reported, beside what was finished.
    pub fn new(
        in_status: &[Durations; STATUSES],
        open: &Durations,
        finished: &Tally,
        oldest: Vec<Oldest>,
    ) -> Self {
        let late = |status: usize| {
            let line = finished.stays[status].percentile(85)?;
            let later = || in_status[status].bins().filter(|(bin, _)| bin.seconds() > line);
            let first = later().next()?.0;
            Some((first.0, later().map(|(_, count)| count).sum()))
        };
        let steps = survival(&finished.lead, open);
        let enough = finished.lead.n() >= FEWEST_SAMPLES;
        let every = steps.len().div_ceil(MOST_STEPS).max(1);
        let last = steps.len().saturating_sub(1);
        let shown = steps.iter().enumerate().filter(|(at, _)| enough && (at % every == 0 || *at == last));
        Self {
            dots: dots(in_status.iter().enumerate()),
            open: [0, 1, 2, 3].map(|status: usize| in_status[status].n()),
            late: [0, 1, 2, 3].map(late),
            oldest,
            survival: shown.map(|(_, step)| rounded(*step)).collect(),
            n: (finished.lead.n(), open.n()),
            median: finished_by(&steps, 50).filter(|_| enough).map(whole),
            p85: finished_by(&steps, 85).filter(|_| enough).map(whole),
        }
    }
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

/// The dots of what was finished.
pub fn finished(tallies: &Tallies) -> Vec<Dot> {
    dots(tallies.of.iter().map(|tally| &tally.lead).enumerate())
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
