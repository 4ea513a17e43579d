//! How old the open issues of a moment are.

use serde::{Deserialize, Serialize};

use super::{
    cell::{Bin, midnight, unpack},
    delta::Counted,
    dot::{Dot, dots},
    question::quarter_of,
    report::whole,
    survival::{Survival, finished_by, survival},
    tally::{Durations, FEWEST_SAMPLES, Tally},
};
use crate::{
    id::IssueKey,
    issue::Severity,
    time::{Day, Timestamp},
    workflow::Status,
};

const STATUSES: usize = Status::ALL.len();

/// The ages of open issues up to a moment. Since when something is so is read to the quarter of an hour in which it began, by
/// whichever way it is counted: cells know no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ages {
    /// Up to here.
    pub at: Timestamp,
    /// Since they were reported.
    pub open: Durations,
    /// Since they have their status, in the order of [`Status::ALL`].
    pub in_status: [Durations; STATUSES],
}

impl Ages {
    /// Nothing yet.
    pub fn new(at: Timestamp) -> Self {
        Self { at, open: Durations::default(), in_status: Default::default() }
    }

    /// So many more of something that is so since an instant; nothing but [`Counted::is_age`] is taken.
    pub fn add(&mut self, since: Timestamp, what: Counted, count: i64) {
        if what.is_age() {
            self.add_bin(Bin::between(quarter_of(since), self.at), what, count);
        }
    }

    fn add_bin(&mut self, bin: Bin, what: Counted, count: i64) {
        match what {
            Counted::Standing => self.open.add(bin, count),
            Counted::Waiting(status) => self.in_status[status as usize].add(bin, count),
            _ => {}
        }
    }

    /// The packed cells of a day on which something began; `None` when they cannot be read.
    pub fn add_cells(&mut self, day: Day, body: &[u8], severities: &[Severity]) -> Option<()> {
        let (midnight, at) = (midnight(day), self.at.micros());
        // Cells come in the order of their quarters of an hour, and those of one are as old.
        let mut age = (-1, Bin(0));
        unpack(body, |key, count| {
            if age.0 != key.quarter() {
                age = (key.quarter(), Bin::of_micros(at - key.micros(midnight)));
            }
            if let Some(what) = key.what().filter(|_| severities.contains(&key.severity())) {
                self.add_bin(age.1, what, i64::from(count));
            }
        })
    }
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
    /// Of the ages of open issues, beside what was finished.
    pub fn new(ages: &Ages, finished: &Tally, oldest: Vec<Oldest>) -> Self {
        let Ages { open, in_status, .. } = ages;
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

fn rounded(step: Survival) -> Survival {
    Survival { seconds: whole(step.seconds), open: (step.open * 1e4).round() / 1e4, ..step }
}
