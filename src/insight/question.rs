//! What is asked of the insights: about which time, in which steps, of which issues, as known when.

use serde::{Deserialize, Serialize};
use time::{Date, Weekday};

use super::{cell::QUARTER, tally::Spans};
use crate::{
    error::AppError,
    time::{Day, Timestamp},
    words::words,
};

/// Most spans of a chart: ten years by week.
pub const MOST_SPANS: usize = 530;

words! {
    /// How long a span of a chart is.
    Step as "by" {
        /// A day.
        Day = "day", "by day";
        /// From Monday on.
        Week = "week", "by week";
        /// A calendar month.
        Month = "month", "by month";
    }
}

/// From which day to which, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Range {
    /// The first day.
    pub from: Day,
    /// The last day.
    pub to: Day,
}

impl Range {
    /// Two days in order.
    pub fn new(from: Day, to: Day) -> Result<Self, AppError> {
        if from > to {
            return Err(AppError::invalid(
                "to",
                format!("The range ends before it begins ({}).", from.iso()),
            ));
        }
        Ok(Self { from, to })
    }

    /// So many days, the last of which is given.
    pub fn last(days: u16, to: Day) -> Self {
        Self { from: to.minus(days.saturating_sub(1)), to }
    }

    /// How many days.
    pub fn days(self) -> i64 {
        (self.to.0 - self.from.0).whole_days() + 1
    }

    /// As many days, right before.
    pub fn before(self) -> Self {
        let days = time::Duration::days(self.days());
        let back = |day: Day| Day(day.0.checked_sub(days).unwrap_or(Date::MIN));
        Self { from: back(self.from), to: back(self.to) }
    }

    /// The first day of each of its spans.
    pub fn starts(self, by: Step) -> Result<Vec<Day>, AppError> {
        let mut days = vec![];
        let mut day = Some(self.from);
        while let Some(begins) = day.filter(|day| *day <= self.to) {
            days.push(begins);
            if days.len() > MOST_SPANS {
                let said = format!(
                    "That is more than {MOST_SPANS} points. Ask {} or for fewer days.",
                    Step::Month.label()
                );
                return Err(AppError::invalid("by", said));
            }
            day = by.after(begins);
        }
        Ok(days)
    }

    /// Its spans in a calendar. The first and the last are cut off where the range ends; what is after `at` is in none of them.
    pub fn spans(self, by: Step, at: Timestamp, calendar: &impl Calendar) -> Result<Spans, AppError> {
        let mut instants: Vec<_> = self.starts(by)?.into_iter().map(|day| calendar.midnight(day)).collect();
        instants.retain(|begins| *begins <= at);
        instants.push(quarter_after(at).min(calendar.midnight(self.to.next())));
        instants.dedup();
        Spans::new(instants).ok_or_else(|| AppError::invalid("from", "This range lies in the future."))
    }
}

impl Step {
    /// The first day of the span after that of a day.
    fn after(self, day: Day) -> Option<Day> {
        let date = match self {
            Self::Day => day.0.next_day(),
            Self::Week => Some(day.0.next_occurrence(Weekday::Monday)),
            Self::Month => {
                let first = day.0.replace_day(1).ok()?;
                (first + time::Duration::days(32)).replace_day(1).ok()
            }
        };
        date.map(Day)
    }
}

/// When the quarter of an hour begins in which an instant is: cells are no finer.
pub fn quarter_of(at: Timestamp) -> Timestamp {
    Timestamp::from_micros(at.micros().div_euclid(QUARTER).saturating_mul(QUARTER)).unwrap_or(at)
}

/// When the next one begins.
pub fn quarter_after(at: Timestamp) -> Timestamp {
    let quarter = at.micros().div_euclid(QUARTER).saturating_add(1);
    Timestamp::from_micros(quarter.saturating_mul(QUARTER)).unwrap_or(at)
}

/// When the days of a reader begin.
pub trait Calendar {
    /// The first instant of a day. Where the clocks skip midnight, the first that there is.
    fn midnight(&self, day: Day) -> Timestamp;
}

/// The days of UTC.
#[derive(Debug, Clone, Copy)]
pub struct Utc;

impl Calendar for Utc {
    fn midnight(&self, day: Day) -> Timestamp {
        Timestamp(day.0.midnight().assume_utc())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::{date, datetime};

    fn begins(range: Range, by: Step, at: Timestamp) -> Vec<String> {
        let spans = range.spans(by, at, &Utc).unwrap();
        let mut all: Vec<_> = (0..spans.count()).map(|n| spans.of(n).unwrap().0.rfc3339()).collect();
        all.push(spans.of(spans.count() - 1).unwrap().1.rfc3339());
        all.iter().map(|text| text.replace("T00:00:00Z", "").replace(":00Z", "")).collect()
    }

    #[test]
    fn spans_are_cut_off_where_the_range_and_the_present_end() {
        let range = Range::new(Day(date!(2024 - 02 - 27)), Day(date!(2024 - 03 - 12))).unwrap();
        let later = Timestamp(datetime!(2026-01-01 00:00 UTC));
        assert_eq!(
            begins(range, Step::Week, later),
            ["2024-02-27", "2024-03-04", "2024-03-11", "2024-03-13"]
        );
        assert_eq!(begins(range, Step::Month, later), ["2024-02-27", "2024-03-01", "2024-03-13"]);
        assert_eq!(begins(range, Step::Day, later).len(), 16, "with the leap day");
        let within = Timestamp(datetime!(2024-03-05 10:01 UTC));
        assert_eq!(begins(range, Step::Week, within), ["2024-02-27", "2024-03-04", "2024-03-05T10:15"]);
        assert!(range.spans(Step::Week, Timestamp(datetime!(2024-01-01 00:00 UTC)), &Utc).is_err());
        assert_eq!(
            range.before(),
            Range::new(Day(date!(2024 - 02 - 12)), Day(date!(2024 - 02 - 26))).unwrap()
        );
        assert!(Range::last(9_000, range.to).spans(Step::Day, later, &Utc).is_err());
    }
}
