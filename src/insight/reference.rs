//! The numbers of the insights by another way, for the tests: slow, plain, and from the events alone. Nothing of
//! [`super::course`] or [`super::cell`] is used here.

use super::*;
use crate::{
    event::{Change, Facts},
    id::{ProjectId, Seq, UserId},
    issue::Severity,
    time::{Day, Timestamp},
    workflow::Status,
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use time::{Duration, OffsetDateTime, macros::datetime};

const START: OffsetDateTime = datetime!(2024-02-01 00:00 UTC);

/// One issue's events, in the order of the log: after so many seconds, what.
type History = Vec<(i64, Change)>;

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => (0..4usize).prop_map(|to| Change::StatusMoved { from: Status::Open, to: Status::ALL[to] }),
        1 => (0..4usize).prop_map(|to| Change::SeveritySet { from: Severity::Low, to: Severity::ALL[to] }),
        1 => any::<bool>().prop_map(|added| {
            let tag = vec!["ui".to_owned()];
            match added {
                true => Change::TagsChanged { added: tag, removed: vec![] },
                false => Change::TagsChanged { added: vec![], removed: tag },
            }
        }),
    ]
}

fn history() -> impl Strategy<Value = History> {
    let step = (0..40 * 24 * 3600i64, change());
    (0..60 * 24 * 3600i64, proptest::collection::vec(step, 0..9)).prop_map(|(start, steps)| {
        let mut at = start;
        let mut all = vec![(at, Change::IssueCreated { title: String::new() })];
        for (pause, change) in steps {
            at += pause / 4;
            all.push((at, change));
        }
        all
    })
}

fn instant(seconds: i64) -> Timestamp {
    Timestamp(START + Duration::seconds(seconds))
}

fn facts() -> Facts {
    Facts { project: ProjectId(1), reporter: UserId(1), severity: Severity::Low, status: Status::Open }
}

/// The states of an issue, each with when it began: what every number below is read from.
fn states(history: &History) -> Vec<(i64, Status, Severity, bool)> {
    let mut all = vec![];
    let mut now = (0, Status::Open, Severity::Low, false);
    for (at, change) in history {
        now.0 = *at;
        match change {
            Change::StatusMoved { to, .. } => now.1 = *to,
            Change::SeveritySet { to, .. } => now.2 = *to,
            Change::TagsChanged { added, .. } => now.3 = !added.is_empty(),
            _ => {}
        }
        all.push(now);
    }
    all
}

/// The moves of an issue's status: when, from what, to what.
fn moves(history: &History) -> Vec<(i64, Status, Status)> {
    let states = states(history);
    let pairs = states.windows(2).map(|pair| (pair[1].0, pair[0].1, pair[1].1));
    pairs.filter(|(_, from, to)| from != to).collect()
}

fn exact(samples: &mut [i64], percent: i64) -> f64 {
    samples.sort_unstable();
    samples[(percent * (samples.len() as i64 - 1) / 100) as usize].max(1) as f64
}

fn check(found: &Durations, mut samples: Vec<i64>) -> Result<(), TestCaseError> {
    prop_assert_eq!(found.n(), samples.len() as i64);
    for percent in [0, 50, 85, 95, 100] {
        match found.percentile(percent) {
            None => prop_assert!((samples.len() as i64) < FEWEST_SAMPLES),
            Some(value) => {
                let right = exact(&mut samples, i64::from(percent));
                prop_assert!(
                    (value - right).abs() <= right * RELATIVE_ERROR * 1.000_001,
                    "{} is not {}",
                    value,
                    right
                );
            }
        }
    }
    Ok(())
}

/// What is left of the rows of ages is what is open at last, by since when.
fn check_ages(histories: &[History], rows: Option<&BTreeMap<Day, BTreeMap<CellKey, i32>>>, tagged: bool) {
    let end = instant(1_000 * 24 * 3600);
    let mut found = Ages::new(end);
    for (day, row) in rows.into_iter().flatten() {
        found.add_cells(*day, &pack(row), Severity::ALL).unwrap();
    }
    let mut right = Ages::new(end);
    let age = |since: i64| Bin::between(instant(since - since.rem_euclid(900)), end);
    for history in histories {
        let Some((_, status, _, tag)) = states(history).last().copied() else { continue };
        if status.is_open() && (tag || !tagged) {
            let since = moves(history).last().map_or(history[0].0, |(at, ..)| *at);
            right.open.add(age(history[0].0), 1);
            right.in_status[status as usize].add(age(since), 1);
        }
    }
    assert_eq!(found, right);
}

proptest! {
    /// Cells that were filled event by event, in any order of the issues, say the same as the raw events.
    #[test]
    fn cells_agree_with_the_events(
        histories in proptest::collection::vec(history(), 1..25),
        offset in 0..96i64, spans in 1..6i64, length in 1..40i64, tagged in any::<bool>(),
    ) {
        let mut cells: BTreeMap<(Slice, Layer), BTreeMap<Day, BTreeMap<CellKey, i32>>> = BTreeMap::new();
        let mut seq = 0;
        for history in &histories {
            let mut course: Option<Course> = None;
            for (at, change) in history {
                seq += 1;
                let next = match &course {
                    None => Some(Course::begin(instant(*at), Seq(seq), &facts())),
                    Some(course) => course.next(instant(*at), Seq(seq), change),
                };
                let Some(next) = next else { continue };
                for delta in deltas(course.as_ref(), &next) {
                    let (day, key) = CellKey::of(delta.at, delta.place.severity, delta.what);
                    let layer = Layer::of(delta.what)[0];
                    for slice in Slice::of(delta.place, UserId(1)) {
                        *cells.entry((slice, layer)).or_default().entry(day).or_default().entry(key).or_default() += delta.count;
                    }
                }
                course = Some(next);
            }
        }
        // Spans of some days each, which begin at any quarter of an hour: the days of any time zone.
        let first = offset * 900 + 20 * 24 * 3600;
        let edges: Vec<_> = (0..=spans).map(|n| first + n * length * 24 * 3600).collect();
        let mut tallies = Tallies::new(Spans::new(edges.iter().copied().map(instant).collect()).unwrap());
        let slice = if tagged { Slice::Tag("ui".into()) } else { Slice::All };
        for (day, row) in cells.get(&(slice.clone(), Layer::Day)).into_iter().flatten() {
            tallies.add_cells(*day, &pack(row), Severity::ALL).unwrap();
        }
        check_ages(&histories, cells.get(&(slice, Layer::Ages)), tagged);
        let counts = |at: usize| !tagged || at == 1;
        for (n, stock) in tallies.stocks().into_iter().enumerate() {
            let (from, to) = (edges[n], edges[n + 1]);
            let inside = |at: i64| at >= from && at < to;
            for severity in Severity::ALL {
                for status in Status::ALL {
                    let right = histories.iter().filter(|history| {
                        let state = states(history).into_iter().rev().find(|state| state.0 < to);
                        state.is_some_and(|(_, s, v, tag)| s == *status && v == *severity && (!tagged || tag))
                    });
                    prop_assert_eq!(stock[*severity as usize][*status as usize], right.count() as i64);
                }
            }
            if !counts(0) { continue; }
            let tally = &tallies.of[n];
            let all = || histories.iter();
            let opened = all().filter(|history| inside(history[0].0)).count() as i64;
            let each = |wanted: fn(Status, Status) -> bool| {
                all().flat_map(moves).filter(|(at, from, to)| inside(*at) && wanted(*from, *to)).count() as i64
            };
            prop_assert_eq!(tally.opened.iter().sum::<i64>(), opened);
            prop_assert_eq!(tally.closed.iter().sum::<i64>(), each(|_, to| to == Status::Done));
            prop_assert_eq!(tally.reopened.iter().sum::<i64>(), each(|from, _| from == Status::Done));
            let done = |history: &&History| {
                let last = moves(history).last().copied();
                last.filter(|(at, _, to)| *to == Status::Done && inside(*at)).map(|(at, ..)| at)
            };
            let started = |history: &History| moves(history).into_iter().find(|m| m.2 == Status::InProgress).map(|m| m.0);
            check(&tally.lead, all().filter_map(|h| Some(done(&h)? - h[0].0)).collect())?;
            check(&tally.cycle, all().filter_map(|h| Some(done(&h)? - started(h)?)).collect())?;
            prop_assert_eq!(tally.no_start, all().filter(|h| done(h).is_some() && started(h).is_none()).count() as i64);
            let triage = |h: &History| moves(h).first().filter(|m| inside(m.0)).map(|m| m.0 - h[0].0);
            check(&tally.triage, all().filter_map(triage).collect())?;
            for status in Status::ALL {
                let stays = all().flat_map(|h| {
                    let mut since = h[0].0;
                    let mut stays = vec![];
                    for (at, from, _) in moves(h) {
                        if from == *status && inside(at) { stays.push(at - since); }
                        since = at;
                    }
                    stays
                });
                check(&tally.stays[*status as usize], stays.collect())?;
            }
        }
    }
}

#[test]
fn a_cell_key_is_read_back() {
    let at = instant(3 * 3600 + 16 * 60);
    let some = Bin::between(instant(0), instant(1_000_000));
    for what in [
        Counted::Stock(Status::Done),
        Counted::Opened,
        Counted::Closed,
        Counted::Reopened,
        Counted::Lead(some),
        Counted::Cycle(some),
        Counted::NoStart,
        Counted::Triage(some),
        Counted::Stay(Status::InProgress, some),
        Counted::Standing,
        Counted::Waiting(Status::Triaged),
    ] {
        let (day, key) = CellKey::of(at, Severity::High, what);
        assert_eq!((key.what(), key.severity(), key.quarter()), (Some(what), Severity::High, 13));
        assert_eq!(key.micros(cell::midnight(day)), instant(3 * 3600 + 15 * 60).micros());
    }
}
