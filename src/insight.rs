//! What the numbers mean: how one event changes the daily statistics, and how those become what a page shows.
//!
//! [`effects`] is the only definition; the reader of the log that keeps the statistics and the browser that patches an
//! open page both use it, so a live chart and a fresh one cannot disagree.

use serde::{Deserialize, Serialize};

use crate::{
    event::{Change, Facts},
    issue::Severity,
    time::Day,
    workflow::{Move, Status},
};

/// How many days the page shows.
pub const DAYS: u16 = 30;

/// What one event adds to the row (day, project, reporter, `severity`, `status`) of the daily statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Effect {
    /// The row's severity.
    pub severity: Severity,
    /// The row's status.
    pub status: Status,
    /// How many issues more (or fewer) have this severity and status.
    pub delta: i64,
    /// Reported.
    pub opened: i64,
    /// Entered DONE.
    pub closed: i64,
    /// Left DONE.
    pub reopened: i64,
}

impl Effect {
    fn delta(severity: Severity, status: Status, delta: i64) -> Self {
        Self { severity, status, delta, opened: 0, closed: 0, reopened: 0 }
    }
}

/// What an event does to the statistics: nothing, one row or two.
pub fn effects(change: &Change, facts: &Facts) -> Vec<Effect> {
    match *change {
        Change::IssueCreated { .. } => {
            vec![Effect { opened: 1, ..Effect::delta(facts.severity, facts.status, 1) }]
        }
        Change::StatusMoved { from, to } => {
            let closed = i64::from(to == Status::Done && from != Status::Done);
            let reopened = i64::from(from.step(to) == Move::Reopen);
            let entered = Effect { closed, reopened, ..Effect::delta(facts.severity, to, 1) };
            vec![Effect::delta(facts.severity, from, -1), entered]
        }
        Change::SeveritySet { from, to } => {
            vec![Effect::delta(from, facts.status, -1), Effect::delta(to, facts.status, 1)]
        }
        _ => Vec::new(),
    }
}

/// What happened on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DayCounts {
    /// Which day, UTC.
    pub day: Day,
    /// Issues reported.
    pub opened: i64,
    /// Entries into DONE.
    pub closed: i64,
    /// Exits from DONE.
    pub reopened: i64,
}

/// How many issues there are of one severity and status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Stock {
    /// Of this severity.
    pub severity: Severity,
    /// In this status.
    pub status: Status,
    /// So many.
    pub count: i64,
}

/// The insights page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Insights {
    /// The last [`DAYS`] days up to today, oldest first, none left out.
    pub days: Vec<DayCounts>,
    /// How many issues there are now.
    pub stock: Vec<Stock>,
}

impl Insights {
    /// Puts counted days into the calendar up to `today`: a day without events is a zero, not a gap.
    pub fn new(today: Day, counted: &[DayCounts], stock: Vec<Stock>) -> Self {
        let mut day = today.minus(DAYS - 1);
        let mut days = Vec::with_capacity(usize::from(DAYS));
        while days.len() < usize::from(DAYS) {
            let zero = DayCounts { day, opened: 0, closed: 0, reopened: 0 };
            days.push(counted.iter().find(|c| c.day == day).copied().unwrap_or(zero));
            day = day.next();
        }
        Self { days, stock }
    }

    /// Open issues of a severity.
    pub fn open_by_severity(&self, severity: Severity) -> i64 {
        self.stock.iter().filter(|s| s.severity == severity && s.status.is_open()).map(|s| s.count).sum()
    }

    /// Issues in a status.
    pub fn by_status(&self, status: Status) -> i64 {
        self.stock.iter().filter(|s| s.status == status).map(|s| s.count).sum()
    }

    /// Open issues.
    pub fn open(&self) -> i64 {
        self.stock.iter().filter(|s| s.status.is_open()).map(|s| s.count).sum()
    }

    /// Applies one event that happened on `day`; a day that the page does not show changes the stock only, and a day
    /// after the last one shown moves the window.
    pub fn apply(&mut self, day: Day, effects: &[Effect]) {
        while let Some(last) = self.days.last().map(|d| d.day).filter(|last| *last < day) {
            self.days.push(DayCounts { day: last.next(), opened: 0, closed: 0, reopened: 0 });
            self.days.remove(0);
        }
        for effect in effects {
            if let Some(counts) = self.days.iter_mut().find(|d| d.day == day) {
                counts.opened += effect.opened;
                counts.closed += effect.closed;
                counts.reopened += effect.reopened;
            }
            let same = |s: &&mut Stock| s.severity == effect.severity && s.status == effect.status;
            match self.stock.iter_mut().find(same) {
                Some(stock) => stock.count += effect.delta,
                None => self.stock.push(Stock {
                    severity: effect.severity,
                    status: effect.status,
                    count: effect.delta,
                }),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{ProjectId, UserId};
    use proptest::prelude::*;
    use time::macros::date;

    fn facts(severity: Severity, status: Status) -> Facts {
        Facts { project: ProjectId(1), reporter: UserId(1), severity, status }
    }

    proptest! {
        /// A plain replay of issues is the reference; the statistics must agree with it.
        #[test]
        fn statistics_agree_with_a_replay(steps in proptest::collection::vec((0..5usize, 0..3u8, 0..4usize, 0..40u16), 1..80)) {
            let today = Day(date!(2026-03-01));
            let mut page = Insights::new(today, &[], vec![]);
            let mut issues: Vec<(Severity, Status)> = vec![];
            let (mut opened, mut closed, mut reopened) = (0, 0, 0);
            for (which, what, value, age) in steps {
                let day = today.minus(age);
                let shown = i64::from(age < DAYS);
                let (change, now) = if what == 0 || issues.is_empty() {
                    issues.push((Severity::ALL[value], Status::Open));
                    opened += shown;
                    (Change::IssueCreated { title: String::new() }, issues[issues.len() - 1])
                } else {
                    let at = which % issues.len();
                    let (severity, status) = issues[at];
                    if what == 1 {
                        let to = Status::ALL[value];
                        if to == status { continue; }
                        closed += shown * i64::from(to == Status::Done);
                        reopened += shown * i64::from(status == Status::Done);
                        issues[at] = (severity, to);
                        (Change::StatusMoved { from: status, to }, issues[at])
                    } else {
                        let to = Severity::ALL[value];
                        if to == severity { continue; }
                        issues[at] = (to, status);
                        (Change::SeveritySet { from: severity, to }, issues[at])
                    }
                };
                page.apply(day, &effects(&change, &facts(now.0, now.1)));
            }
            for severity in Severity::ALL {
                let open = issues.iter().filter(|(s, st)| s == severity && st.is_open()).count() as i64;
                prop_assert_eq!(page.open_by_severity(*severity), open);
            }
            for status in Status::ALL {
                prop_assert_eq!(page.by_status(*status), issues.iter().filter(|i| i.1 == *status).count() as i64);
            }
            prop_assert_eq!(page.days.iter().map(|d| d.opened).sum::<i64>(), opened);
            prop_assert_eq!(page.days.iter().map(|d| d.closed).sum::<i64>(), closed);
            prop_assert_eq!(page.days.iter().map(|d| d.reopened).sum::<i64>(), reopened);
        }
    }

    #[test]
    fn a_day_without_events_is_a_zero_and_a_new_day_moves_the_window() {
        let today = Day(date!(2024 - 03 - 01));
        let mut page = Insights::new(today, &[], vec![]);
        assert_eq!(page.days.len(), usize::from(DAYS));
        assert!(page.days.iter().any(|d| d.day.iso() == "2024-02-29"));
        let created = Change::IssueCreated { title: String::new() };
        page.apply(today.next(), &effects(&created, &facts(Severity::High, Status::Open)));
        assert_eq!(page.days.len(), usize::from(DAYS));
        assert_eq!(page.days.last().map(|d| (d.day.iso(), d.opened)), Some(("2024-03-02".into(), 1)));
    }
}
