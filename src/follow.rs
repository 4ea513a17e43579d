//! The log as programs follow it: every event that they may see, once and in order, from a position on. It is the same
//! promise as that of the open pages ([`crate::live`]): what was read at position N, and every event after N, is what
//! there is now.

use serde::{Deserialize, Serialize};

use crate::{
    error::AppError,
    event::{Change, Origin},
    id::Seq,
    issue::IssueRow,
    org::Person,
    page,
    time::Timestamp,
};

/// Most seconds that an answer waits for an event.
pub const MOST_WAIT: u16 = 25;
/// Events of an answer unless another number is asked for.
pub const USUAL_EVENTS: u16 = 100;

/// Asks for what happened.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FollowLog {
    /// The organization's slug.
    pub org: String,
    /// After this position; without it, after the last one that there is.
    #[serde(default)]
    pub after: Option<i64>,
    /// So many seconds may be waited for an event, 0 unless it is said.
    #[serde(default)]
    pub wait: Option<i64>,
    /// Most events of one answer, [`USUAL_EVENTS`] unless it is said.
    #[serde(default)]
    pub limit: Option<i64>,
}

impl FollowLog {
    /// How many seconds may be waited.
    pub fn wait(&self) -> Result<u16, AppError> {
        let Some(wait) = self.wait else { return Ok(0) };
        u16::try_from(wait)
            .ok()
            .filter(|seconds| *seconds <= MOST_WAIT)
            .ok_or_else(|| AppError::invalid("wait", format!("One can wait 0 to {MOST_WAIT} seconds.")))
    }

    /// Most events of an answer.
    pub fn limit(&self) -> Result<u16, AppError> {
        page::rows(self.limit, USUAL_EVENTS)
    }

    /// The position to go on after, in a log that ends at `head`.
    pub fn place(&self, head: Seq) -> Result<Seq, AppError> {
        let place = Seq(self.after.unwrap_or(head.0));
        if (Seq(0)..=head).contains(&place) {
            return Ok(place);
        }
        let message =
            format!("The log goes from 0 to {head}. Read the present state, and go on from its position.");
        Err(AppError::invalid("after", message))
    }
}

/// Something that happened to an issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LogEvent {
    /// Its position. There are no gaps in the log; positions that are not told are not the reader's.
    pub seq: Seq,
    /// When it happened.
    pub at: Timestamp,
    /// When it came to be known; later than `at` for what was imported.
    pub recorded_at: Timestamp,
    /// Where it came from.
    pub origin: Origin,
    /// Who did it.
    pub actor: Person,
    /// What happened.
    pub change: Change,
    /// The issue as it is now: at least as new as the event.
    pub issue: IssueRow,
    /// The comment as safe HTML, when it was a comment.
    pub comment_html: Option<String>,
}

/// A part of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LogPage {
    /// In order.
    pub events: Vec<LogEvent>,
    /// Everything up to here was considered: the `after` of the next question.
    pub next: Seq,
    /// The end of the log. There is more at once as long as `next` is less.
    pub head: Seq,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(after: Option<i64>, wait: Option<i64>, limit: Option<i64>) -> FollowLog {
        FollowLog { org: "main".to_owned(), after, wait, limit }
    }

    #[test]
    fn a_place_is_in_the_log() {
        let place = |after| asked(after, None, None).place(Seq(7));
        assert_eq!((place(None), place(Some(0)), place(Some(7))), (Ok(Seq(7)), Ok(Seq(0)), Ok(Seq(7))));
        for wrong in [-1, 8, i64::MAX, i64::MIN] {
            assert!(place(Some(wrong)).unwrap_err().about("after").is_some(), "{wrong}");
        }
    }

    #[test]
    fn nobody_waits_for_ever() {
        let wait = |wait| asked(None, wait, None).wait();
        assert_eq!((wait(None), wait(Some(25))), (Ok(0), Ok(25)));
        assert!(wait(Some(26)).is_err() && wait(Some(-1)).is_err());
        assert_eq!(asked(None, None, None).limit(), Ok(USUAL_EVENTS));
    }
}
