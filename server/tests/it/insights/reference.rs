//! The numbers by another way: slow, plain, and from what was told alone. Nothing of spells, cells or deltas is used here.

use server::testing::TestApp;
use std::collections::BTreeSet;
use time::{Duration, OffsetDateTime};
use tracker_domain::{
    insight::{FEWEST_SAMPLES, Percentiles, Point, RELATIVE_ERROR, Report},
    issue::Severity,
    org::Role,
    workflow::Status,
};

use super::history::{Born, History, People, What};

/// An issue at a time.
#[derive(Debug, Clone)]
pub struct State {
    pub at: OffsetDateTime,
    pub reported_at: OffsetDateTime,
    pub status: Status,
    pub severity: Severity,
    pub assignee: Option<usize>,
    pub tags: BTreeSet<&'static str>,
    pub moved_from: Option<Status>,
}

/// Every state of an issue, as known at a position.
fn states(history: &History, issue: usize, seq: i64) -> Vec<State> {
    let mut all: Vec<State> = vec![];
    for told in history.told.iter().filter(|told| told.issue == issue && told.seq <= seq) {
        let born = history.issues[issue];
        let mut next = all.last().cloned().unwrap_or(State {
            at: told.at,
            reported_at: told.at,
            status: Status::Open,
            severity: born.severity,
            assignee: None,
            tags: BTreeSet::new(),
            moved_from: None,
        });
        next.at = told.at;
        next.moved_from = None;
        match told.what {
            What::Reported => {}
            What::Moved(to) => {
                next.moved_from = Some(std::mem::replace(&mut next.status, to)).filter(|from| *from != to)
            }
            What::Weighed(to) => next.severity = to,
            What::Given(to) => next.assignee = to,
            What::Tagged(tag, true) => drop(next.tags.insert(tag)),
            What::Tagged(tag, false) => drop(next.tags.remove(tag)),
        }
        all.push(next);
    }
    all
}

/// Whether an issue counts, by what it was.
pub type Admits = fn(&Born, &State) -> bool;

/// What is counted between two instants, of the issues that a filter admits as they were then.
pub struct Expected<'a> {
    pub history: &'a History,
    pub seq: i64,
    pub admits: Admits,
    /// The places of the reporters whose issues are seen.
    pub reporters: &'a [usize],
}

impl Expected<'_> {
    fn each(&self) -> impl Iterator<Item = (Born, Vec<State>)> {
        let issues = self.history.issues.iter().copied().enumerate();
        let seen = issues.filter(|(_, born)| self.reporters.contains(&born.reporter));
        seen.map(|(issue, born)| (born, states(self.history, issue, self.seq)))
    }

    fn count(
        &self,
        from: OffsetDateTime,
        to: OffsetDateTime,
        wanted: impl Fn(&[State], usize) -> bool,
    ) -> i64 {
        let one = |(born, states): (Born, Vec<State>)| {
            let inside = (0..states.len()).filter(|&n| states[n].at >= from && states[n].at < to);
            inside.filter(|&n| (self.admits)(&born, &states[n]) && wanted(&states, n)).count() as i64
        };
        self.each().map(one).sum()
    }

    fn durations(
        &self,
        from: OffsetDateTime,
        to: OffsetDateTime,
        of: impl Fn(&[State], usize) -> Option<OffsetDateTime>,
    ) -> Vec<f64> {
        let mut all = vec![];
        for (born, states) in self.each() {
            for n in 0..states.len() {
                let inside = states[n].at >= from && states[n].at < to && (self.admits)(&born, &states[n]);
                all.extend(
                    of(&states, n)
                        .filter(|_| inside)
                        .map(|since| (states[n].at - since).as_seconds_f64().max(1.0)),
                );
            }
        }
        all.sort_by(f64::total_cmp);
        all
    }

    /// How many issues have a status and severity just before an instant.
    fn standing(&self, to: OffsetDateTime, status: Status, severity: Severity) -> i64 {
        let one = |(born, states): &(Born, Vec<State>)| {
            let state = states.iter().rev().find(|state| state.at < to);
            state.is_some_and(|state| {
                state.status == status && state.severity == severity && (self.admits)(born, state)
            })
        };
        self.each().filter(one).count() as i64
    }

    fn check_point(&self, point: &Point, what: &str) {
        let (from, to) = (point.from.0, point.to.0);
        let count = |wanted: fn(&State) -> bool| self.count(from, to, |states, n| wanted(&states[n]));
        assert_eq!(point.opened, self.count(from, to, |_, n| n == 0), "opened, {what}");
        assert_eq!(
            point.closed,
            count(|s| s.moved_from.is_some() && s.status == Status::Done),
            "closed, {what}"
        );
        assert_eq!(point.reopened, count(|s| s.moved_from == Some(Status::Done)), "reopened, {what}");
        for &status in Status::ALL {
            let right: i64 = Severity::ALL.iter().map(|&severity| self.standing(to, status, severity)).sum();
            assert_eq!(point.by_status[status as usize], right, "{status}, {what}");
        }
        for &severity in Severity::ALL {
            let open = Status::ALL.iter().filter(|status| status.is_open());
            let right: i64 = open.map(|&status| self.standing(to, status, severity)).sum();
            assert_eq!(point.by_severity[severity as usize], right, "{severity}, {what}");
        }
        check(&point.lead, &self.durations(from, to, lead), &format!("lead, {what}"));
        check(&point.cycle, &self.durations(from, to, cycle), &format!("cycle, {what}"));
        check(&point.triage, &self.durations(from, to, triage), &format!("triage, {what}"));
    }

    /// How long each open issue had been open, and in its status, at the end of the report.
    fn ages(&self, report: &Report) -> Vec<(Status, f64, f64)> {
        let (to, at) = (report.points.last().unwrap().to.0, report.at.0);
        // Ages are counted from the quarter of an hour on.
        let quarter = |of: OffsetDateTime| of - Duration::seconds(of.unix_timestamp().rem_euclid(900));
        let age = |since: OffsetDateTime| (at - quarter(since)).as_seconds_f64().max(1.0);
        let one = |(born, states): (Born, Vec<State>)| {
            let now = states.iter().rposition(|state| state.at < to)?;
            let moved = states[..=now].iter().rev().find(|state| state.moved_from.is_some());
            let state = &states[now];
            let admitted = state.status.is_open() && (self.admits)(&born, state);
            admitted.then(|| (state.status, age(states[0].at), age(moved.unwrap_or(&states[0]).at)))
        };
        self.each().filter_map(one).collect()
    }

    /// The estimate by its definition, and who waits for too long.
    fn check_ageing(&self, report: &Report, what: &str) {
        let (from, to) = (report.points[0].from.0, report.points.last().unwrap().to.0);
        let leads = self.durations(from, to, lead);
        let ages = self.ages(report);
        let about = |count: i64, longer: usize, shorter: usize, of: &str| {
            assert!(
                (longer..=shorter).contains(&(count as usize)),
                "{of}, {what}: {longer} {count} {shorter}"
            );
        };
        let (mut part, mut done) = (1.0, 0);
        for step in &report.ageing.survival {
            let (least, most) = (step.seconds * 0.98 - 0.5, step.seconds * 1.02 + 0.5);
            let finished = |than: f64| leads.iter().filter(|lead| **lead < than).count();
            let older = |than: f64| ages.iter().filter(|(_, age, _)| *age >= than).count();
            about(step.finished, finished(least), finished(most), "finished by then");
            about(step.older, older(most), older(least), "open for longer");
            let at_risk = leads.len() as i64 - done + step.older;
            part *= 1.0 - (step.finished - done) as f64 / at_risk as f64;
            done = step.finished;
            assert!((step.open - part).abs() < 1e-4, "{part} is not {step:?}, {what}");
        }
        assert_eq!(
            done,
            if leads.len() < FEWEST_SAMPLES as usize { 0 } else { leads.len() as i64 },
            "{what}"
        );
        for &status in Status::ALL {
            let line = report.totals.stays[status as usize].p85;
            let longer =
                |than: f64| ages.iter().filter(|(of, _, stay)| *of == status && *stay > than).count();
            let late = report.ageing.late[status as usize].map_or(0, |(_, count)| count);
            match line {
                Some(line) => about(late, longer(line * 1.02 + 1.0), longer(line * 0.98 - 1.0), "late"),
                None => assert_eq!(late, 0, "late, {what}"),
            }
        }
    }

    /// All numbers of a report.
    pub fn check(&self, report: &Report, what: &str) {
        self.check_ageing(report, what);
        for point in report.before.iter().flat_map(|before| &before.points) {
            self.check_point(point, &format!("before, {} {what}", point.day.iso()));
        }
        for point in &report.points {
            self.check_point(point, &format!("{} {what}", point.day.iso()));
        }
        let (from, to) = (report.points[0].from.0, report.points.last().unwrap().to.0);
        let finished = |states: &[State], n: usize| lead(states, n).is_some() && cycle(states, n).is_none();
        assert_eq!(report.totals.no_start, self.count(from, to, finished), "no start, {what}");
        check(&report.totals.triage, &self.durations(from, to, triage), what);
        for &status in Status::ALL {
            let stay = |states: &[State], n: usize| {
                let since = states[..n]
                    .iter()
                    .rev()
                    .find(|state| state.moved_from.is_some())
                    .unwrap_or(&states[0])
                    .at;
                states[n].moved_from.filter(|from| *from == status).map(|_| since)
            };
            check(
                &report.totals.stays[status as usize],
                &self.durations(from, to, stay),
                &format!("{status} {what}"),
            );
        }
        let dots: i64 = report.finished.iter().map(|dot| dot.count).sum();
        assert_eq!(dots, self.durations(from, to, lead).len() as i64, "dots, {what}");
        let open: i64 = report.ageing.open.iter().sum();
        assert_eq!((open, report.ageing.n.1), (report.totals.open, open), "ageing, {what}");
        let before = |severity| {
            let open = Status::ALL.iter().filter(|status| status.is_open());
            open.map(|&status| self.standing(from, status, severity)).sum::<i64>()
        };
        assert_eq!(
            report.totals.open_before,
            Severity::ALL.iter().map(|&s| before(s)).sum::<i64>(),
            "before, {what}"
        );
    }
}

/// Of an issue's last entry into DONE, if it stayed there: when it was reported.
fn lead(states: &[State], n: usize) -> Option<OffsetDateTime> {
    let entered = states[n].moved_from.is_some() && states[n].status == Status::Done;
    let stayed = states[n..].iter().all(|state| state.status == Status::Done);
    (entered && stayed).then(|| states[0].at)
}

/// The same: when it was first in progress.
fn cycle(states: &[State], n: usize) -> Option<OffsetDateTime> {
    lead(states, n)?;
    let begun = |state: &&State| state.moved_from.is_some() && state.status == Status::InProgress;
    states[..n].iter().find(begun).map(|state| state.at)
}

/// Of the first move out of OPEN: when it was reported.
fn triage(states: &[State], n: usize) -> Option<OffsetDateTime> {
    let left = |state: &State| state.moved_from == Some(Status::Open);
    (left(&states[n]) && !states[..n].iter().any(left)).then(|| states[0].at)
}

fn check(found: &Percentiles, samples: &[f64], what: &str) {
    assert_eq!(found.n, samples.len() as i64, "n of {what}");
    for (value, percent) in [(found.p50, 50), (found.p85, 85), (found.p95, 95)] {
        if found.n < FEWEST_SAMPLES {
            assert_eq!(value, None, "{what}");
            continue;
        }
        let right = samples[percent * (samples.len() - 1) / 100];
        let wrong = (value.unwrap() - right).abs();
        assert!(
            wrong <= right * RELATIVE_ERROR * 1.000_001 + 0.5,
            "p{percent} of {what}: {value:?} is not {right}"
        );
    }
}

/// A team of three who report: an ADMIN, a MAINTAINER and a REPORTER.
pub async fn team(app: &TestApp) -> People {
    let actors = vec![
        app.sign_up("Ana").await,
        app.member("Mia", Role::Maintainer).await,
        app.member("Rob", Role::Reporter).await,
    ];
    let mut ids = vec![];
    for name in ["Ana", "Mia", "Rob"] {
        ids.push(app.owner_count(&format!("SELECT id FROM users WHERE name = '{name}'")).await);
    }
    People { actors, ids }
}
