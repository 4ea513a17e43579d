//! Times in a query: calendar spans (`2026`, `2026-Q3`, `2026-07`, `2026-07-14`, `2026-01..2026-03`) and ages (`<7d` is
//! younger than seven days). Days are UTC. Both come down to one [`Interval`], which memory and SQL compare alike.

use std::fmt;
use time::{Date, Duration, Month};

use super::Compare;
use crate::time::{Day, Timestamp};

/// When something was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// In a span, or on one side of it.
    Span(Compare, Span),
    /// From the beginning of one span to the end of another.
    Range(Span, Span),
    /// Younger or older than that; never [`Compare::Equal`].
    Age(Compare, Age),
}

/// A piece of the calendar, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// `2026`
    Year(i32),
    /// `2026-Q3`; quarters from 1 to 4.
    Quarter(i32, u8),
    /// `2026-07`
    Month(i32, Month),
    /// `2026-07-14`
    Day(Day),
}

/// How long ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Age {
    /// How many, at most [`Age::MOST`].
    pub count: u16,
    /// Of what.
    pub unit: Unit,
}

/// What ages are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// `h`
    Hours,
    /// `d`
    Days,
    /// `w`
    Weeks,
}

/// The instants from the first one up to, and without, the last one; an end that is missing is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// The first instant in it.
    pub from: Option<Timestamp>,
    /// The first instant after it.
    pub until: Option<Timestamp>,
}

impl Interval {
    /// Whether an instant is in it.
    pub fn has(self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }
}

/// The instant is the last one that counts, or the first one that does not.
fn after(at: Timestamp) -> Timestamp {
    Timestamp(at.0 + Duration::MICROSECOND)
}

impl When {
    /// The instants that are meant.
    pub fn interval(self, now: Timestamp) -> Interval {
        let (from, until) = match self {
            Self::Range(first, last) => (Some(first.start()), Some(last.end())),
            Self::Span(compare, span) => match compare {
                Compare::Equal => (Some(span.start()), Some(span.end())),
                Compare::AtLeast => (Some(span.start()), None),
                Compare::Above => (Some(span.end()), None),
                Compare::AtMost => (None, Some(span.end())),
                Compare::Below => (None, Some(span.start())),
            },
            Self::Age(compare, age) => {
                let then = age.before(now);
                match compare {
                    Compare::Below => (Some(after(then)), None),
                    Compare::AtMost | Compare::Equal => (Some(then), None),
                    Compare::Above => (None, Some(then)),
                    Compare::AtLeast => (None, Some(after(then))),
                }
            }
        };
        Interval { from, until }
    }
}

impl Age {
    /// Most of a unit: nearly two centuries of weeks.
    pub const MOST: u16 = 9_999;

    /// Reads `7d`.
    pub(super) fn read(text: &str) -> Option<Self> {
        let unit = match text.chars().next_back()?.to_ascii_lowercase() {
            'h' => Unit::Hours,
            'd' => Unit::Days,
            'w' => Unit::Weeks,
            _ => return None,
        };
        let count = number(&text[..text.len() - 1], 1..=4)?;
        Some(Self { count: count.try_into().ok()?, unit })
    }

    fn before(self, now: Timestamp) -> Timestamp {
        let count = i64::from(self.count);
        Timestamp(
            now.0
                - match self.unit {
                    Unit::Hours => Duration::hours(count),
                    Unit::Days => Duration::days(count),
                    Unit::Weeks => Duration::weeks(count),
                },
        )
    }
}

/// Digits only, so many of them.
fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<i32> {
    let plain = digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn date(year: i32, month: Month, day: u8) -> Option<Day> {
    Date::from_calendar_date(year, month, day).ok().map(Day)
}

impl Span {
    /// Reads a year, quarter, month or day.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let year = number(parts.next()?, 4..=4).filter(|year| (1_900..3_000).contains(year))?;
        let Some(second) = parts.next() else { return Some(Self::Year(year)) };
        let third = parts.next();
        if parts.next().is_some() {
            return None;
        }
        if let Some(quarter) = second.strip_prefix(['q', 'Q']) {
            let quarter = number(quarter, 1..=1).filter(|quarter| (1..=4).contains(quarter))?;
            return third.is_none().then_some(Self::Quarter(year, quarter.try_into().ok()?));
        }
        let month = Month::try_from(u8::try_from(number(second, 2..=2)?).ok()?).ok()?;
        match third {
            None => Some(Self::Month(year, month)),
            Some(day) => date(year, month, number(day, 2..=2)?.try_into().ok()?).map(Self::Day),
        }
    }

    /// Its first day.
    fn first(self) -> Day {
        let (year, month) = match self {
            Self::Year(year) => (year, Month::January),
            Self::Quarter(year, quarter) => (year, Month::January.nth_next(3 * (quarter.saturating_sub(1)))),
            Self::Month(year, month) => (year, month),
            Self::Day(day) => return day,
        };
        date(year, month, 1).unwrap_or(Day(Date::MIN))
    }

    /// The first day after it.
    fn beyond(self) -> Day {
        match self {
            Self::Year(year) => Self::Year(year + 1).first(),
            Self::Quarter(year, 4..) => Self::Year(year + 1).first(),
            Self::Quarter(year, quarter) => Self::Quarter(year, quarter + 1).first(),
            Self::Month(year, Month::December) => Self::Year(year + 1).first(),
            Self::Month(year, month) => Self::Month(year, month.next()).first(),
            Self::Day(day) => day.next(),
        }
    }

    /// Its first instant.
    pub(super) fn start(self) -> Timestamp {
        Timestamp(self.first().0.midnight().assume_utc())
    }

    /// The first instant after it.
    pub(super) fn end(self) -> Timestamp {
        Timestamp(self.beyond().0.midnight().assume_utc())
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Span(compare, span) => write!(f, "{}{span}", compare.sign()),
            Self::Range(first, last) => write!(f, "{first}..{last}"),
            Self::Age(compare, age) => write!(f, "{}{age}", compare.sign()),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Year(year) => write!(f, "{year:04}"),
            Self::Quarter(year, quarter) => write!(f, "{year:04}-Q{quarter}"),
            Self::Month(year, month) => write!(f, "{year:04}-{:02}", u8::from(*month)),
            Self::Day(day) => f.write_str(&day.iso()),
        }
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Hours => 'h',
            Unit::Days => 'd',
            Unit::Weeks => 'w',
        };
        write!(f, "{}{unit}", self.count)
    }
}
