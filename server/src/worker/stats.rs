//! The reader that keeps the daily statistics. What an event means is `tracker_domain::insight`'s to say.

use async_trait::async_trait;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use tracker_domain::{
    id::{OrgId, ProjectId, UserId},
    insight::effects,
    issue::Severity,
    time::Day,
    workflow::Status,
};

use super::Reader;
use crate::storage::{
    readers::LogEvent,
    stats::{self, Additions},
};

/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct StatsReader;

type Row = (Day, ProjectId, UserId, Severity, Status);

/// Delta, opened, closed, reopened.
type Counts = [i64; 4];

#[async_trait]
impl Reader for StatsReader {
    fn name(&self) -> &'static str {
        stats::READER
    }

    async fn apply(
        &self,
        connection: &mut PgConnection,
        org: OrgId,
        events: &[LogEvent],
    ) -> Result<(), sqlx::Error> {
        let additions = columns(sum(events));
        if additions.days.is_empty() {
            return Ok(());
        }
        stats::add(connection, org, &additions).await
    }

    async fn clear(&self, connection: &mut PgConnection, org: OrgId) -> Result<(), sqlx::Error> {
        stats::clear(connection, org).await
    }
}

/// Summed first: one statement may touch a row only once.
fn sum(events: &[LogEvent]) -> BTreeMap<Row, Counts> {
    let mut sums: BTreeMap<Row, Counts> = BTreeMap::new();
    for event in events {
        let Some(facts) = &event.facts else { continue };
        for effect in effects(&event.change, facts) {
            let row = (event.at.day(), facts.project, facts.reporter, effect.severity, effect.status);
            let more = [effect.delta, effect.opened, effect.closed, effect.reopened];
            let counts = sums.entry(row).or_default();
            counts.iter_mut().zip(more).for_each(|(count, more)| *count += more);
        }
    }
    sums.retain(|_, counts| *counts != [0; 4]);
    sums
}

fn columns(sums: BTreeMap<Row, Counts>) -> Additions {
    let mut columns = Additions::default();
    for ((day, project, reporter, severity, status), [delta, opened, closed, reopened]) in sums {
        columns.days.push(day.0);
        columns.projects.push(project.0);
        columns.reporters.push(reporter.0);
        columns.severities.push(severity.word().to_owned());
        columns.statuses.push(status.word().to_owned());
        columns.deltas.push(delta);
        columns.opened.push(opened);
        columns.closed.push(closed);
        columns.reopened.push(reopened);
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracker_domain::{
        event::{Change, Facts},
        id::Seq,
        time::Timestamp,
    };

    #[test]
    fn events_of_one_row_are_one_addition_and_what_cancels_out_is_none() {
        let facts = |severity, status| Facts { project: ProjectId(1), reporter: UserId(2), severity, status };
        let at = Timestamp(time::macros::datetime!(2026-11-21 10:00 UTC));
        let event = |change, facts| LogEvent { seq: Seq(1), at, change, facts: Some(facts) };
        let created = || Change::IssueCreated { title: "It breaks".into() };
        let raised = Change::SeveritySet { from: Severity::Low, to: Severity::High };
        let lowered = Change::SeveritySet { from: Severity::High, to: Severity::Low };
        let additions = columns(sum(&[
            event(created(), facts(Severity::Low, Status::Open)),
            event(created(), facts(Severity::Low, Status::Open)),
            event(raised, facts(Severity::High, Status::Open)),
            event(lowered, facts(Severity::Low, Status::Open)),
        ]));
        assert_eq!((additions.deltas, additions.opened), (vec![2], vec![2]));
    }
}
