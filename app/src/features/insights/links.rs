//! Links from the numbers of a page to the rows that they count. There are many hundreds, so what they share is written once.

use std::fmt::Write as _;
use tracker_domain::{
    insight::{AskInsights, AskRows, Count, Report},
    query::Node,
    time::Timestamp,
};

use crate::ui::{encode, href};

/// See the module.
#[derive(Debug)]
pub(super) struct Links {
    /// The list of issues, which has what stands now.
    issues: String,
    /// The list of rows, and what ends its addresses: which issues, which position, and where ages are measured from.
    rows: String,
    tail: String,
    /// The query, fit to be followed by a condition.
    q: String,
    /// Where the range ends, on a page about the present.
    now: Option<Timestamp>,
}

impl Links {
    /// For the numbers of a report.
    pub(super) fn of(ask: &AskInsights, report: &Report) -> Self {
        let fixed = !(ask.at.is_empty() && ask.seq.is_empty());
        let last = report.points.last().filter(|last| last.to > report.at && !fixed);
        let q = ask.q.trim();
        let (at, seq) = (report.at.rfc3339(), report.seq.to_string());
        // What is joined with `or` holds together in parentheses only.
        let either = matches!(report.query.root, Some(Node::Any(_)));
        Self {
            issues: format!("/{}/issues", ask.org),
            rows: format!("/{}/insights/rows", ask.org),
            tail: href("", &[("q", q), ("at", &at), ("seq", &seq)]).replacen('?', "&", 1),
            q: if either { format!("({q})") } else { q.to_owned() },
            now: last.map(|last| last.to),
        }
    }

    /// To the rows behind a number. What stands now is a query of the list of issues.
    pub(super) fn rows(&self, rows: &AskRows) -> String {
        if let Some(query) = self.standing(rows) {
            return href(&self.issues, &[("q", format!("{} {query}", self.q).trim_start())]);
        }
        let mut link = String::with_capacity(self.rows.len() + self.tail.len() + 96);
        link.push_str(&self.rows);
        for (place, (name, value)) in
            rows.pairs().into_iter().filter(|(_, value)| !value.is_empty()).enumerate()
        {
            let sign = if place == 0 { '?' } else { '&' };
            let _ = write!(link, "{sign}{name}={}", encode(&value));
        }
        link + &self.tail
    }

    /// The query of a number that is about the present, on a page that is.
    fn standing(&self, rows: &AskRows) -> Option<String> {
        if rows.count != Count::Standing || rows.bins.is_some() || self.now != Some(rows.to) {
            return None;
        }
        Some(match (rows.status, rows.severity) {
            (Some(status), _) => format!("status:{status}"),
            (None, Some(severity)) => format!("is:open severity:{severity}"),
            (None, None) => "is:open".to_owned(),
        })
    }
}
