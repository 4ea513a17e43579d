//! The course of an issue, as the log tells it: one spell after the other.
//!
//! A spell is a piece of an issue's life in which nothing that is counted changed. [`Course::next`] is the only place that
//! says what an event means for the insights; the reader of the log keeps what it gives, and the reference of the tests is
//! written without it.

use crate::{
    event::{Change, Facts},
    id::{ProjectId, Seq, UserId},
    issue::Severity,
    time::Timestamp,
    words::words,
    workflow::{Move, Status},
};

words! {
    /// How a spell began.
    Beginning as "beginning" {
        /// The issue was reported.
        Reported = "REPORTED", "Reported";
        /// It went to another status, neither into DONE nor out of it.
        Moved = "MOVED", "Moved";
        /// It entered DONE.
        Closed = "CLOSED", "Closed";
        /// It left DONE.
        Reopened = "REOPENED", "Reopened";
        /// Its status stayed: its severity, assignee or tags changed.
        Edited = "EDITED", "Edited";
    }
}

/// What an issue is counted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Where it belongs.
    pub project: ProjectId,
    /// How much it hurts.
    pub severity: Severity,
    /// Where it stands.
    pub status: Status,
    /// Who works on it.
    pub assignee: Option<UserId>,
    /// Its tags, sorted.
    pub tags: Vec<String>,
}

/// A piece of an issue's life; the one after it says when it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spell {
    /// Counts the spells of the issue, from 1 on.
    pub number: i32,
    /// How it began.
    pub began: Beginning,
    /// When.
    pub at: Timestamp,
    /// Since when that is known.
    pub seq: Seq,
    /// What it is counted by.
    pub place: Place,
}

/// How an issue was finished; forgotten when it is reopened, for then it was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finish {
    /// The number of the spell that began with it.
    pub spell: i32,
    /// When.
    pub at: Timestamp,
    /// What the issue was counted by then.
    pub place: Place,
}

/// An issue up to one position of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// Who reported it.
    pub reporter: UserId,
    /// When.
    pub created_at: Timestamp,
    /// When it left OPEN for the first time.
    pub triaged_at: Option<Timestamp>,
    /// When it entered IN_PROGRESS for the first time.
    pub started_at: Option<Timestamp>,
    /// Since when it has its status.
    pub status_at: Timestamp,
    /// How it was finished, if it is.
    pub finish: Option<Finish>,
    /// Its present spell.
    pub spell: Spell,
}

impl Course {
    /// The beginning of an issue's course: its first event.
    pub fn begin(at: Timestamp, seq: Seq, facts: &Facts) -> Self {
        let Facts { project, reporter, severity, status } = *facts;
        let place = Place { project, severity, status, assignee: None, tags: Vec::new() };
        Self::first(reporter, Spell { number: 1, began: Beginning::Reported, at, seq, place })
    }

    /// The course that begins with a spell.
    pub fn first(reporter: UserId, spell: Spell) -> Self {
        let at = spell.at;
        Self {
            reporter,
            created_at: at,
            triaged_at: None,
            started_at: None,
            status_at: at,
            finish: None,
            spell,
        }
    }

    /// The course after an event; `None` when nothing that is counted changed. An event cannot have happened before the one
    /// that the log told before it: an earlier time is taken for that event's.
    pub fn next(&self, at: Timestamp, seq: Seq, change: &Change) -> Option<Self> {
        let at = at.max(self.spell.at);
        let mut place = self.spell.place.clone();
        let began = alter(&mut place, change)?;
        Some(self.follow(Spell { number: self.spell.number + 1, began, at, seq, place }))
    }

    /// The course with the spell that came after the present one.
    pub fn follow(&self, spell: Spell) -> Self {
        let edited = spell.began == Beginning::Edited;
        let mut next = Self { spell, ..self.clone() };
        if !edited {
            next.enter(self.spell.place.status);
        }
        next
    }

    /// Notes what the new status means for the whole course.
    fn enter(&mut self, from: Status) {
        let Spell { number, at, ref place, .. } = self.spell;
        self.status_at = at;
        if from == Status::Open {
            self.triaged_at.get_or_insert(at);
        }
        if place.status == Status::InProgress {
            self.started_at.get_or_insert(at);
        }
        self.finish =
            (place.status == Status::Done).then(|| Finish { spell: number, at, place: place.clone() });
    }
}

/// Whether an event can change what issues are counted by.
pub const fn is_counted(change: &Change) -> bool {
    matches!(
        change,
        Change::IssueCreated { .. }
            | Change::StatusMoved { .. }
            | Change::SeveritySet { .. }
            | Change::AssigneeSet { .. }
            | Change::TagsChanged { .. }
    )
}

/// Puts a change into what the issue is counted by; gives how the new spell begins, if one does.
fn alter(place: &mut Place, change: &Change) -> Option<Beginning> {
    let before = place.clone();
    let began = match change {
        Change::StatusMoved { to, .. } => {
            let began = match place.status.step(*to) {
                Move::Reopen => Beginning::Reopened,
                _ if *to == Status::Done => Beginning::Closed,
                _ => Beginning::Moved,
            };
            place.status = *to;
            began
        }
        Change::SeveritySet { to, .. } => {
            place.severity = *to;
            Beginning::Edited
        }
        Change::AssigneeSet { to, .. } => {
            place.assignee = to.as_ref().map(|person| person.id);
            Beginning::Edited
        }
        Change::TagsChanged { added, removed } => {
            place.tags.retain(|tag| !removed.contains(tag));
            place.tags.extend(added.iter().cloned());
            place.tags.sort();
            place.tags.dedup();
            Beginning::Edited
        }
        _ => return None,
    };
    (*place != before).then_some(began)
}
