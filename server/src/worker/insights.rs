//! The reader that keeps spells and cells. What an event means is `tracker_domain::insight`'s to say; here it is only put into
//! rows.

use async_trait::async_trait;
use sqlx::PgConnection;
use std::collections::{BTreeMap, HashMap};
use tracker_domain::{
    event::Change,
    id::{IssueId, OrgId},
    insight::{Beginning, CellKey, Cells, Course, Layer, Slice, deltas},
};

use super::Reader;
use crate::storage::{
    cells::{self, RowKey},
    readers::LogEvent,
    spells::{self, Ending, SpellRow},
};

/// The reader's name.
pub const READER: &str = "insights";

/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct InsightsReader;

#[async_trait]
impl Reader for InsightsReader {
    fn name(&self) -> &'static str {
        READER
    }

    async fn apply(
        &self,
        connection: &mut PgConnection,
        org: OrgId,
        events: &[LogEvent],
    ) -> Result<(), sqlx::Error> {
        let mut issues: Vec<_> = events.iter().filter_map(|event| Some(event.issue?.0)).collect();
        issues.sort_unstable();
        issues.dedup();
        let mut batch = Recount::new(spells::courses(connection, org, &issues).await?);
        for event in events {
            batch.take(event);
        }
        if !batch.endings.is_empty() {
            spells::end(connection, org, &batch.endings.values().copied().collect::<Vec<_>>()).await?;
        }
        if !batch.spells.is_empty() {
            spells::add(connection, org, &batch.spells).await?;
        }
        without_zeros(&mut batch.cells);
        if !batch.cells.is_empty() {
            cells::add(connection, org, &batch.cells).await?;
        }
        Ok(())
    }

    async fn clear(&self, connection: &mut PgConnection, org: OrgId) -> Result<(), sqlx::Error> {
        spells::clear(connection, org).await?;
        cells::clear(connection, org).await
    }
}

/// What some events change.
#[derive(Debug)]
pub struct Recount {
    courses: HashMap<IssueId, Course>,
    /// New spells, and where each is, so that one that ends in the same batch is written as ended.
    pub spells: Vec<SpellRow>,
    places: HashMap<(IssueId, i32), usize>,
    endings: BTreeMap<(IssueId, i32), Ending>,
    /// What is added to the rows of cells.
    pub cells: BTreeMap<RowKey, Cells>,
}

impl Recount {
    /// For issues that have come so far.
    pub fn new(courses: HashMap<IssueId, Course>) -> Self {
        Self {
            courses,
            spells: vec![],
            places: HashMap::new(),
            endings: BTreeMap::new(),
            cells: BTreeMap::new(),
        }
    }

    /// Takes in one event; they come in the order of the log.
    pub fn take(&mut self, event: &LogEvent) {
        let (Some(issue), Some(facts)) = (event.issue, &event.facts) else { return };
        let before = self.courses.get(&issue).cloned();
        let after = match (&before, &event.change) {
            (None, Change::IssueCreated { .. }) => Some(Course::begin(event.at, event.seq, facts)),
            (Some(before), change) => before.next(event.at, event.seq, change),
            (None, _) => None,
        };
        let Some(after) = after else { return };
        add_step(&mut self.cells, before.as_ref(), &after);
        if let Some(before) = before {
            self.end(issue, &before, &after);
        }
        self.places.insert((issue, after.spell.number), self.spells.len());
        self.spells.push(SpellRow { issue, course: after.clone(), end: None, undone: None });
        self.courses.insert(issue, after);
    }

    /// Ends the spell before, and takes back that the issue was finished when it was not.
    fn end(&mut self, issue: IssueId, before: &Course, after: &Course) {
        let seq = after.spell.seq;
        self.ended(Ending {
            issue,
            number: before.spell.number,
            end: Some((after.spell.at, seq)),
            undone: None,
        });
        let finish = before.finish.as_ref().filter(|_| after.spell.began == Beginning::Reopened);
        if let Some(finish) = finish {
            self.ended(Ending { issue, number: finish.spell, end: None, undone: Some(seq) });
        }
    }

    fn ended(&mut self, ending: Ending) {
        match self.places.get(&(ending.issue, ending.number)).and_then(|&at| self.spells.get_mut(at)) {
            Some(row) => {
                row.end = ending.end.or(row.end);
                row.undone = ending.undone.or(row.undone);
            }
            None => {
                let known = self.endings.entry((ending.issue, ending.number)).or_insert(ending);
                known.end = known.end.or(ending.end);
                known.undone = known.undone.or(ending.undone);
            }
        }
    }
}

/// Leaves out what cancels out.
pub fn without_zeros(cells: &mut BTreeMap<RowKey, Cells>) {
    cells.retain(|_, row| {
        row.retain(|_, count| *count != 0);
        !row.is_empty()
    });
}

/// Adds what a step counts to the rows of all slices that it is in.
pub fn add_step(cells: &mut BTreeMap<RowKey, Cells>, before: Option<&Course>, after: &Course) {
    for delta in deltas(before, after) {
        let (day, key) = CellKey::of(delta.at, delta.place.severity, delta.what);
        for slice in Slice::of(delta.place, after.reporter) {
            for &layer in Layer::of(delta.what) {
                let (day, key) = key.within(layer, day);
                let row = cells.entry(RowKey { slice: slice.clone(), layer, day }).or_default();
                *row.entry(key).or_default() += delta.count;
            }
        }
    }
}
