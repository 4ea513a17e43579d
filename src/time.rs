//! Time as the tracker uses it: UTC instants and days. The clock itself is an argument, so that tests can set it.

use serde::{Deserialize, Serialize};
use std::fmt;
use time::{Date, OffsetDateTime, format_description::well_known::Rfc3339};

/// Where the present comes from. The server has the system's clock, tests have one that they move.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// An instant in UTC, to the microsecond that PostgreSQL keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(#[serde(with = "time::serde::rfc3339")] pub OffsetDateTime);

impl Timestamp {
    /// The UTC day of this instant.
    pub fn day(self) -> Day {
        Day(self.0.date())
    }

    /// RFC 3339, for the `datetime` attribute and the API.
    pub fn rfc3339(self) -> String {
        self.0.format(&Rfc3339).unwrap_or_default()
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub fn micros(self) -> i64 {
        (self.0.unix_timestamp_nanos() / 1_000) as i64
    }

    /// The instant that many microseconds after 1970-01-01T00:00:00Z; `None` when out of range.
    pub fn from_micros(micros: i64) -> Option<Self> {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000).ok().map(Self)
    }
}

impl fmt::Display for Timestamp {
    /// `21 Nov 2026, 14:02 UTC`: what the server renders; the browser puts it into the reader's own time zone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {:02}:{:02} UTC", self.day(), self.0.hour(), self.0.minute())
    }
}

/// A calendar day in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub Date);

time::serde::format_description!(iso_day, Date, "[year]-[month]-[day]");

impl Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        iso_day::serialize(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        iso_day::deserialize(deserializer).map(Self)
    }
}

impl Day {
    /// `2026-11-21`.
    pub fn iso(self) -> String {
        format!("{:04}-{:02}-{:02}", self.0.year(), u8::from(self.0.month()), self.0.day())
    }

    /// The first day of its month.
    pub fn month(self) -> Self {
        Self(self.0.replace_day(1).unwrap_or(self.0))
    }

    /// The day after; the last day that can be written stays itself.
    pub fn next(self) -> Self {
        Self(self.0.next_day().unwrap_or(self.0))
    }

    /// The day `n` days before, or the first that can be written.
    pub fn minus(self, n: u16) -> Self {
        Self(self.0.checked_sub(time::Duration::days(i64::from(n))).unwrap_or(Date::MIN))
    }
}

impl fmt::Display for Day {
    /// `21 Nov 2026`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let month = self.0.month().to_string();
        write!(f, "{} {} {}", self.0.day(), &month[..3], self.0.year())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn it_reads_as_people_write_it_and_travels_as_machines_do() {
        let at = Timestamp(datetime!(2026-11-21 04:02:31.123456 UTC));
        assert_eq!(at.to_string(), "21 Nov 2026, 04:02 UTC");
        assert_eq!(at.rfc3339(), "2026-11-21T04:02:31.123456Z");
        assert_eq!(Timestamp::from_micros(at.micros()), Some(at));
        assert_eq!(serde_json::to_string(&at.day()).unwrap(), "\"2026-11-21\"");
        assert_eq!(serde_json::from_str::<Day>("\"2026-11-21\"").unwrap(), at.day());
        assert_eq!(at.day().minus(21).iso(), "2026-10-31");
    }
}
