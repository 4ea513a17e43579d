//! What the insights are asked with: the words of an address. The server reads them; the page makes links of them.

use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, PrimitiveDateTime};

use super::Range;
use crate::{
    error::AppError,
    issue::Severity,
    time::{Day, Timestamp},
    words::words,
    workflow::Status,
};

/// A page of insights, as its address says it; an empty word is left to the page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AskInsights {
    /// Whose.
    pub org: String,
    /// One of [`PRESETS`], when `from` and `to` do not say it.
    pub range: String,
    /// The first day, `2026-03-01`.
    pub from: String,
    /// The last day.
    pub to: String,
    /// A [`super::Step`].
    pub by: String,
    /// A query of the query language.
    pub q: String,
    /// `before` for the range before beside it.
    pub compare: String,
    /// A time zone of the IANA database, for instance `Asia/Kathmandu`.
    pub zone: String,
    /// The moment that it is about, RFC 3339 or a day.
    pub at: String,
    /// A position of the log: what came later is not in it.
    pub seq: String,
}

/// Ranges with a name: the word, and how many days up to the day of `at`.
pub const PRESETS: [(&str, &str, u16); 6] = [
    ("30d", "30 days", 30),
    ("90d", "90 days", 90),
    ("180d", "180 days", 180),
    ("1y", "1 year", 365),
    ("2y", "2 years", 730),
    ("5y", "5 years", 1826),
];

/// The preset of a word: how many days.
pub fn preset(word: &str) -> Option<u16> {
    PRESETS.iter().find(|(known, ..)| *known == word).map(|(.., days)| *days)
}

impl AskInsights {
    /// What its address says, in a fixed order.
    pub fn pairs(&self) -> [(&'static str, &str); 9] {
        let Self { range, from, to, by, q, compare, zone, at, seq, .. } = self;
        [
            ("range", range),
            ("from", from),
            ("to", to),
            ("by", by),
            ("q", q),
            ("compare", compare),
            ("zone", zone),
            ("at", at),
            ("seq", seq),
        ]
    }

    /// The same page for ever: with its moment and its position, and with days in the place of a range that moves.
    #[must_use]
    pub fn pinned(&self, range: Range, zone: &str, at: Timestamp, seq: crate::id::Seq) -> Self {
        let day = Day::iso;
        Self {
            range: String::new(),
            from: day(range.from),
            to: day(range.to),
            zone: zone.to_owned(),
            at: at.rfc3339(),
            seq: seq.to_string(),
            ..self.clone()
        }
    }
}

words! {
    /// What a number of the insights counts; each has a list of exactly so many rows.
    Count as "count" {
        /// Reported in the span.
        Opened = "OPENED", "Opened";
        /// Entered DONE in it, again and again.
        Closed = "CLOSED", "Closed";
        /// Left DONE.
        Reopened = "REOPENED", "Reopened";
        /// Entered DONE and stayed there: what lead times are of.
        Finished = "FINISHED", "Finished";
        /// Those of them that were begun: what cycle times are of.
        Begun = "BEGUN", "Finished after being in progress";
        /// Those that never were.
        NoStart = "NO_START", "Finished without being in progress";
        /// Left OPEN for the first time.
        Triaged = "TRIAGED", "Triaged";
        /// Left a status.
        Left = "LEFT", "Left a status";
        /// In a status at the end of the span, or in any but DONE.
        Standing = "STANDING", "Standing there";
        /// The same, by how long they have been in it.
        Waiting = "WAITING", "Waiting";
    }
}

/// What ends a moment that a day begins with; addresses leave it out.
const MIDNIGHT: &str = "T00:00:00Z";

/// The rows behind a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskRows {
    /// What is counted.
    pub count: Count,
    /// From then on.
    pub from: Timestamp,
    /// Before then, or at the end of it.
    pub to: Timestamp,
    /// In or out of this status.
    pub status: Option<Status>,
    /// Of this severity.
    pub severity: Option<Severity>,
    /// Whose duration is in one of these bins, the last not included.
    pub bins: Option<(u16, u16)>,
}

impl AskRows {
    /// What happened between two instants.
    pub fn of(count: Count, from: Timestamp, to: Timestamp) -> Self {
        Self { count, from, to, status: None, severity: None, bins: None }
    }

    /// Of a status only.
    #[must_use]
    pub fn status(self, status: Status) -> Self {
        Self { status: Some(status), ..self }
    }

    /// Of a severity only.
    #[must_use]
    pub fn severity(self, severity: Severity) -> Self {
        Self { severity: Some(severity), ..self }
    }

    /// Of some durations only.
    #[must_use]
    pub fn bins(self, from: u16, to: u16) -> Self {
        Self { bins: Some((from, to)), ..self }
    }

    /// Reads what an address says; an error is at the field that is wrong. What is not said is everything that is open.
    pub fn read(
        count: &str,
        [since, until]: [&str; 2],
        [status, severity]: [&str; 2],
        bins: &str,
    ) -> Result<Self, AppError> {
        let instant = |field: &str, text: &str| {
            let wrong = |_| {
                AppError::invalid(
                    field,
                    "Write a moment like 2026-03-01T12:00:00Z, or a day of UTC like 2026-03-01.",
                )
            };
            let full = if text.len() == 10 { format!("{text}{MIDNIGHT}") } else { text.to_owned() };
            serde_json::from_value(serde_json::Value::String(full)).map_err(wrong)
        };
        Ok(Self {
            count: word(count)?.unwrap_or(Count::Standing),
            from: if since.is_empty() {
                Timestamp(OffsetDateTime::UNIX_EPOCH)
            } else {
                instant("since", since)?
            },
            to: if until.is_empty() {
                Timestamp(PrimitiveDateTime::MAX.assume_utc())
            } else {
                instant("until", until)?
            },
            status: word(status)?,
            severity: word(severity)?,
            bins: range(bins)?,
        })
    }

    /// What is counted, as a sentence.
    pub fn sentence(&self) -> String {
        let mut said = self.count.label().to_owned();
        if let Some(status) = self.status {
            said = format!("{said}: {}", status.label());
        }
        if let Some(severity) = self.severity {
            said = format!("{said}, {}", severity.label().to_lowercase());
        }
        match self.count {
            Count::Standing | Count::Waiting => format!("{said}, at {}", self.to),
            _ => format!("{said}, from {} to {}", self.from, self.to),
        }
    }

    /// What its address says. What stands at the end of a span has no beginning to say.
    pub fn pairs(&self) -> [(&'static str, String); 6] {
        let ends = matches!(self.count, Count::Standing | Count::Waiting);
        let instant = |at: Timestamp| {
            let text = at.rfc3339();
            text.strip_suffix(MIDNIGHT).map(ToOwned::to_owned).unwrap_or(text)
        };
        [
            ("count", self.count.word().to_owned()),
            ("since", if ends { String::new() } else { instant(self.from) }),
            ("until", instant(self.to)),
            ("status", self.status.map(|status| status.word().to_owned()).unwrap_or_default()),
            ("severity", self.severity.map(|severity| severity.word().to_owned()).unwrap_or_default()),
            ("bins", self.bins.map(|(from, to)| format!("{from}-{to}")).unwrap_or_default()),
        ]
    }
}

fn word<T: std::str::FromStr<Err = AppError>>(text: &str) -> Result<Option<T>, AppError> {
    if text.is_empty() { Ok(None) } else { text.parse().map(Some) }
}

fn range(text: &str) -> Result<Option<(u16, u16)>, AppError> {
    if text.is_empty() {
        return Ok(None);
    }
    let read = text.split_once('-').and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)));
    read.map(Some).ok_or_else(|| AppError::invalid("bins", "Write two numbers, like 120-124."))
}
