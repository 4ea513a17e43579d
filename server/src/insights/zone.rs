//! Time zones: when the days of a reader begin. The data is that of the system, or what is built in where it has none.

use jiff::{civil, tz::TimeZone};
use tracker_domain::{
    error::AppError,
    insight::Calendar,
    time::{Day, Timestamp},
};

/// A time zone of the IANA database.
#[derive(Debug, Clone)]
pub struct Zone(TimeZone);

impl Zone {
    /// By its name, for instance `Asia/Kathmandu` or `UTC`.
    pub fn parse(name: &str) -> Result<Self, AppError> {
        let unknown = || {
            AppError::invalid(
                "zone",
                format!("“{name}” is no time zone. Write one like Europe/Lisbon or UTC."),
            )
        };
        // A fixed offset or a POSIX rule would be read too, and could be anything.
        if name.chars().any(|c| !(c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '+'))) {
            return Err(unknown());
        }
        TimeZone::get(name).map(Self).map_err(|_| unknown())
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The day that an instant is in.
    pub fn day(&self, at: Timestamp) -> Day {
        let date =
            jiff::Timestamp::from_microsecond(at.micros()).map(|at| at.to_zoned(self.0.clone()).date());
        date.ok().and_then(day).unwrap_or_else(|| at.day())
    }
}

fn day(date: civil::Date) -> Option<Day> {
    let month = time::Month::try_from(u8::try_from(date.month()).ok()?).ok()?;
    time::Date::from_calendar_date(date.year().into(), month, u8::try_from(date.day()).ok()?).ok().map(Day)
}

impl Calendar for Zone {
    fn midnight(&self, day: Day) -> Timestamp {
        let first = || {
            let month = i8::try_from(u8::from(day.0.month())).ok()?;
            let date =
                civil::Date::new(i16::try_from(day.0.year()).ok()?, month, i8::try_from(day.0.day()).ok()?)
                    .ok()?;
            let first = date.to_zoned(self.0.clone()).ok()?;
            Timestamp::from_micros(first.timestamp().as_microsecond())
        };
        first().unwrap_or_else(|| Timestamp(day.0.midnight().assume_utc()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    fn midnight(zone: &str, day: time::Date) -> String {
        Zone::parse(zone).unwrap().midnight(Day(day)).rfc3339()
    }

    #[test]
    fn days_begin_where_the_clocks_say() {
        assert_eq!(midnight("Asia/Kathmandu", date!(2026 - 03 - 01)), "2026-02-28T18:15:00Z");
        assert_eq!(midnight("Europe/Lisbon", date!(2026 - 07 - 01)), "2026-06-30T23:00:00Z");
        assert_eq!(midnight("Australia/Lord_Howe", date!(2026 - 01 - 01)), "2025-12-31T13:00:00Z");
        assert_eq!(
            midnight("America/Santiago", date!(2024 - 09 - 08)),
            "2024-09-08T04:00:00Z",
            "the clocks skip midnight"
        );
        assert_eq!(midnight("UTC", date!(2024 - 02 - 29)), "2024-02-29T00:00:00Z");
        assert_eq!(Zone::parse("Asia/Kathmandu").unwrap().name(), "Asia/Kathmandu");
    }

    /// What `docs/adr/0022-insights.md` rests on.
    #[test]
    fn every_zone_is_at_a_full_quarter_of_an_hour_since_1980() {
        for name in jiff::tz::db().available() {
            let zone = TimeZone::get(name.as_str()).unwrap();
            let start: jiff::Timestamp = "1980-01-01T00:00:00Z".parse().unwrap();
            for change in
                zone.following(start).take_while(|change| change.timestamp().as_second() < 4_102_444_800)
            {
                // Some files end with a mark at which nothing changes.
                let before = change.timestamp() - jiff::SignedDuration::from_secs(1);
                if zone.to_offset(before) == change.offset() {
                    continue;
                }
                assert_eq!(change.offset().seconds() % 900, 0, "{name} {change:?}");
                // Goose Bay turned its clocks at a minute past midnight; its days began at midnight all the same.
                let day = change.timestamp().to_zoned(zone.clone()).date();
                let midnight = day.to_zoned(zone.clone()).unwrap().timestamp();
                assert_eq!(midnight.as_second() % 900, 0, "{name} {midnight}");
            }
        }
    }

    #[test]
    fn what_is_no_zone_is_refused() {
        for wrong in ["", "Europe/Atlantis", "+01:00", "EST5EDT,M3.2.0,M11.1.0", "../../etc/passwd"] {
            assert!(Zone::parse(wrong).is_err(), "{wrong}");
        }
    }
}
