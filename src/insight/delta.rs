//! What the insights count, step by step.
//!
//! An event changes the course of an issue, and a change of course is a few [`Delta`]s: so many more of something, at a time, in
//! a place. They are summed in cells, by (UTC day, quarter of an hour, [`Counted`], severity), for each [`Slice`] that the place is
//! in. Adding is all that is ever done to a cell, so the order of events, of days and of merging does not matter.
//!
//! The ages of open issues are kept in the same way, by when they began: an issue that is closed is taken back from where it was put.
//! What is left are the open ones of the present, in rows of their own ([`super::Layer::Ages`]).

use super::{
    cell::Bin,
    course::{Course, Place},
};
use crate::{
    id::{ProjectId, UserId},
    time::Timestamp,
    workflow::{Move, Status},
};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counted {
    /// How many issues more are in a status from then on.
    Stock(Status),
    /// Reported.
    Opened,
    /// Entered DONE.
    Closed,
    /// Left DONE.
    Reopened,
    /// Finished, after so long since it was reported.
    Lead(Bin),
    /// Finished, after so long since it was begun.
    Cycle(Bin),
    /// Finished without ever having been IN_PROGRESS.
    NoStart,
    /// Left OPEN for the first time, after so long.
    Triage(Bin),
    /// Left a status, after so long in it.
    Stay(Status, Bin),
    /// Is open, at the time at which it was reported.
    Standing,
    /// Is open and has a status, at the time since when.
    Waiting(Status),
}

impl Counted {
    /// Whether it is about the present: what is open now, by since when.
    pub const fn is_age(self) -> bool {
        matches!(self, Self::Standing | Self::Waiting(_))
    }
}

/// So many more of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delta<'a> {
    /// When: the event's time, or that of an earlier event that is meant by it.
    pub at: Timestamp,
    /// Where.
    pub place: &'a Place,
    /// What.
    pub what: Counted,
    /// How many: 1 or -1.
    pub count: i32,
}

/// What the step from one course to the next changes; `before` is `None` for an issue that was just reported.
pub fn deltas<'a>(before: Option<&'a Course>, after: &'a Course) -> Vec<Delta<'a>> {
    let (at, place) = (after.spell.at, &after.spell.place);
    let now = |what| Delta { at, place, what, count: 1 };
    let mut all: Vec<_> = ages(after).collect();
    let Some(before) = before else {
        all.extend([now(Counted::Opened), now(Counted::Stock(place.status))]);
        return all;
    };
    let old = &before.spell.place;
    all.extend(ages(before).map(taken_back));
    all.extend([
        Delta { place: old, count: -1, ..now(Counted::Stock(old.status)) },
        now(Counted::Stock(place.status)),
    ]);
    let step = old.status.step(place.status);
    if step == Move::None {
        return all;
    }
    all.push(now(Counted::Stay(old.status, Bin::between(before.status_at, at))));
    if before.triaged_at.is_none() && after.triaged_at.is_some() {
        all.push(now(Counted::Triage(Bin::between(after.created_at, at))));
    }
    if step == Move::Reopen {
        all.push(now(Counted::Reopened));
        all.extend(finished(before).map(taken_back));
    }
    if place.status == Status::Done {
        all.push(now(Counted::Closed));
        all.extend(finished(after));
    }
    all
}

const fn taken_back(delta: Delta<'_>) -> Delta<'_> {
    Delta { count: -1, ..delta }
}

/// Since when an issue is open and has its status, as long as it is open.
fn ages(course: &Course) -> impl Iterator<Item = Delta<'_>> {
    let place = &course.spell.place;
    let since = [(course.created_at, Counted::Standing), (course.status_at, Counted::Waiting(place.status))];
    let open = since.into_iter().filter(|_| place.status.is_open());
    open.map(|(at, what)| Delta { at, place, what, count: 1 })
}

/// How long a finished issue took: where and when it was finished.
fn finished(course: &Course) -> impl Iterator<Item = Delta<'_>> {
    let finish = course.finish.as_ref();
    finish.into_iter().flat_map(|finish| {
        let cycle = course
            .started_at
            .map_or(Counted::NoStart, |started| Counted::Cycle(Bin::between(started, finish.at)));
        let lead = Counted::Lead(Bin::between(course.created_at, finish.at));
        [lead, cycle].map(|what| Delta { at: finish.at, place: &finish.place, what, count: 1 })
    })
}

/// What has rows of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slice {
    /// Every issue.
    All,
    /// Those of a project.
    Project(ProjectId),
    /// Those of whoever works on them, or of nobody.
    Assignee(Option<UserId>),
    /// Those with a tag.
    Tag(String),
    /// Those that somebody reported.
    Reporter(UserId),
}

impl Slice {
    /// Every slice that an issue is in.
    pub fn of(place: &Place, reporter: UserId) -> Vec<Self> {
        let mut all = vec![
            Self::All,
            Self::Project(place.project),
            Self::Assignee(place.assignee),
            Self::Reporter(reporter),
        ];
        all.extend(place.tags.iter().cloned().map(Self::Tag));
        all
    }
}
