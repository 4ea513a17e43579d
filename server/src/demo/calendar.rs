//! When things happen: how many issues come on which day, and when people work.
//!
//! More come in summer, on weekdays and as the years pass; few over the turn of the year; many for some days after a
//! release that went wrong. Times are microseconds since 1970, UTC.

use tracker_domain::time::Timestamp;

use super::chance::Chance;

/// A second, in the unit of this module.
pub(super) const SECOND: i64 = 1_000_000;
/// An hour.
pub(super) const HOUR: i64 = 3_600 * SECOND;
/// A day.
pub(super) const DAY: i64 = 24 * HOUR;

/// Sunday first: 1 January 1970 was a Thursday.
const WEEK: [f64; 7] = [0.1, 1.15, 1.25, 1.1, 1.05, 0.85, 0.15];
const MONTHS: [f64; 12] = [0.75, 0.85, 1.0, 1.1, 1.2, 1.3, 1.25, 1.1, 1.05, 0.95, 0.85, 0.7];

/// What a calendar is drawn for.
const PURPOSE: u64 = 1 << 41;

/// 1 January 2020; a version is released every second week.
const FIRST_RELEASE: i64 = 18_262 * DAY;

/// The version that was the newest at a time, counted.
pub(super) fn release(at: i64) -> i64 {
    (at - FIRST_RELEASE).div_euclid(14 * DAY)
}

/// `2026-11-21`.
pub(super) fn date(at: i64) -> String {
    Timestamp::from_micros(at).map(|at| at.day().iso()).unwrap_or_default()
}

/// The days of the history, and how many issues come on each.
#[derive(Debug, Clone)]
pub(super) struct Calendar {
    seed: u64,
    /// The first midnight.
    pub(super) start: i64,
    /// The end, in the middle of the last day.
    pub(super) end: i64,
    /// How many issues have come when the day is over.
    arrived: Vec<u64>,
}

impl Calendar {
    /// Spreads so many issues over the days up to `end`.
    pub(super) fn new(seed: u64, issues: u64, days: i64, end: i64) -> Self {
        let start = end - end.rem_euclid(DAY) - (days - 1).max(0) * DAY;
        let mut chance = Chance::new(seed, PURPOSE);
        let mut trouble = 1.0_f64;
        let weights: Vec<f64> = (0..days.max(1))
            .map(|day| {
                trouble = if chance.yes(1.0 / 45.0) {
                    2.5 + 2.0 * chance.part()
                } else {
                    1.0 + (trouble - 1.0) * 0.55
                };
                let growth = 0.6 + 0.8 * day as f64 / days.max(1) as f64;
                growth * trouble * (0.75 + 0.5 * chance.part()) * habit(start + day * DAY)
            })
            .collect();
        let whole: f64 = weights.iter().sum();
        let mut sum = 0.0;
        let mut arrived: Vec<u64> = weights
            .iter()
            .map(|weight| {
                sum += weight;
                (issues as f64 * sum / whole) as u64
            })
            .collect();
        if let Some(last) = arrived.last_mut() {
            *last = issues;
        }
        Self { seed, start, end, arrived }
    }

    /// How many days it has.
    pub(super) fn days(&self) -> usize {
        self.arrived.len()
    }

    /// When issues come on a day, in order.
    pub(super) fn arrivals(&self, day: usize) -> Vec<i64> {
        let before = if day == 0 { 0 } else { self.arrived[day - 1] };
        let midnight = self.start + day as i64 * DAY;
        // Of the last day only a part has passed.
        let length = (self.end - midnight).min(DAY);
        let mut chance = Chance::new(self.seed, PURPOSE + 1 + day as u64);
        let mut times: Vec<i64> = (before..self.arrived[day])
            .map(|_| midnight + (time_of_day(&mut chance) as f64 * length as f64 / DAY as f64) as i64)
            .collect();
        times.sort_unstable();
        times
    }
}

/// How busy a day is by habit.
fn habit(midnight: i64) -> f64 {
    let weekday = weekday(midnight);
    let date = Timestamp::from_micros(midnight).map(|at| at.0.date());
    let (month, day) = date.map_or((1, 1), |date| (u8::from(date.month()), date.day()));
    let holidays = if (month == 12 && day >= 23) || (month == 1 && day <= 2) { 0.2 } else { 1.0 };
    WEEK[weekday] * MONTHS[usize::from(month - 1)] * holidays
}

fn weekday(at: i64) -> usize {
    (at.div_euclid(DAY) + 4).rem_euclid(7) as usize
}

/// Mostly in working hours, with a lunch break; now and then at night.
fn time_of_day(chance: &mut Chance) -> i64 {
    if chance.yes(0.12) {
        return chance.between(5 * HOUR, 23 * HOUR);
    }
    if chance.yes(0.55) {
        chance.between(7 * HOUR, 11 * HOUR + HOUR / 2)
    } else {
        chance.between(12 * HOUR, 17 * HOUR)
    }
}

/// The next time that somebody is at work; urgent things do not wait.
pub(super) fn at_work(at: i64, urgent: bool, chance: &mut Chance) -> i64 {
    if urgent || chance.yes(0.06) {
        return at;
    }
    let midnight = at - at.rem_euclid(DAY);
    let works = !matches!(weekday(at), 0 | 6);
    if works && (7 * HOUR..18 * HOUR).contains(&(at - midnight)) {
        return at;
    }
    let mut day = if works && at - midnight < 7 * HOUR { midnight } else { midnight + DAY };
    while matches!(weekday(day), 0 | 6) {
        day += DAY;
    }
    day + 7 * HOUR + (chance.part() * chance.part() * (8 * HOUR) as f64) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn micros(at: time::OffsetDateTime) -> i64 {
        Timestamp(at).micros()
    }

    #[test]
    fn every_issue_comes_once_in_order_before_the_end() {
        let end = micros(datetime!(2026-11-20 15:00 UTC));
        let calendar = Calendar::new(7, 2_000, 365, end);
        let times: Vec<i64> = (0..calendar.days()).flat_map(|day| calendar.arrivals(day)).collect();
        assert_eq!(times.len(), 2_000);
        assert!(times.is_sorted());
        assert!(times[0] >= calendar.start && times[1_999] <= end);
        assert_eq!(date(calendar.start), "2025-11-21");
        let weekend = times.iter().filter(|at| matches!(weekday(**at), 0 | 6)).count();
        assert!((20..200).contains(&weekend), "{weekend}");
        let busiest = (0..calendar.days()).map(|day| calendar.arrivals(day).len()).max();
        assert!(busiest > Some(15), "no burst: {busiest:?}");
    }

    #[test]
    fn work_is_done_on_weekdays_by_day() {
        let mut chance = Chance::new(1, 1);
        let saturday = micros(datetime!(2026-11-21 15:00 UTC));
        let monday = micros(datetime!(2026-11-23 00:00 UTC));
        let mut late = 0;
        for _ in 0..1_000 {
            let at = at_work(saturday, false, &mut chance);
            late += usize::from((monday + 7 * HOUR..=monday + 15 * HOUR).contains(&at));
        }
        assert!(late > 900, "{late}");
        assert_eq!(at_work(saturday, true, &mut chance), saturday);
    }
}
