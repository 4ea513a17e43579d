//! Whether the numbers are still those of the log: some issues and some days are counted again and compared.
//!
//! `tracker doctor` does it once, a job every half hour. A difference is an alarm: nothing but a fault of the program or of the disk
//! can make one, and `tracker admin rebuild insights` mends it.

use sqlx::{Connection, PgConnection, PgPool};
use std::collections::{BTreeMap, HashMap};
use tracker_domain::{
    id::{IssueId, OrgId, Seq},
    insight::{Cells, Course, Layer},
    time::Day,
};

use crate::{
    storage::{
        cells::{self, RowKey, written},
        readers, spells,
        spells::Lives,
    },
    worker::{INSIGHTS, Recount, add_step, without_zeros},
};

/// How much is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// So many issues that stand one after the other, from one by chance on.
    pub issues: i64,
    /// So many days.
    pub days: i64,
}

/// What the doctor looks at: everything of an installation of usual size.
pub const THOROUGH: Sample = Sample { issues: 20_000, days: 400 };
/// What the job looks at.
pub const QUICK: Sample = Sample { issues: 200, days: 5 };

/// Says what is not as the log has it, in every organization: `1: issue 12`, `1: 2026-03-01 DAY TAG ui`. The connection is in a
/// transaction that sees one moment.
pub async fn differences(connection: &mut PgConnection, sample: Sample) -> Result<Vec<String>, sqlx::Error> {
    let mut found = Vec::new();
    for org in readers::organizations(connection).await? {
        let seq = readers::position(connection, org, INSIGHTS).await?;
        let issues = spells::some_issues(connection, org, sample.issues).await?;
        found.extend(
            of_issues(connection, org, &issues, seq)
                .await?
                .into_iter()
                .map(|id| format!("{org}: issue {id}")),
        );
        for day in cells::some_days(connection, org, sample.days).await? {
            let wrong = of_day(connection, org, day).await?;
            let says = |(kind, name, layer)| format!("{org}: {} {layer} {kind} {name}", day.iso());
            found.extend(wrong.into_iter().map(says));
        }
    }
    Ok(found)
}

/// A quick look, at one moment.
pub async fn in_one_moment(pool: &PgPool) -> Result<Vec<String>, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    let mut transaction = connection.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let found = differences(&mut transaction, QUICK).await?;
    transaction.rollback().await?;
    Ok(found)
}

async fn of_issues(
    connection: &mut PgConnection,
    org: OrgId,
    issues: &[i64],
    seq: Seq,
) -> Result<Vec<i64>, sqlx::Error> {
    let mut recount = Recount::new(HashMap::new());
    for event in readers::of_issues(connection, org, issues, seq).await? {
        recount.take(&event);
    }
    let mut expected: HashMap<(IssueId, i32), Course> =
        recount.spells.into_iter().map(|row| ((row.issue, row.course.spell.number), row.course)).collect();
    let mut wrong = spells::torn(connection, org, issues).await?;
    let tell = |issue: IssueId, _: Option<&Course>, course: &Course| {
        if expected.remove(&(issue, course.spell.number)).as_ref() != Some(course) {
            wrong.push(issue.0);
        }
    };
    spells::each_step(connection, org, Lives::Issues(issues), seq, tell).await?;
    wrong.extend(expected.keys().map(|(issue, _)| issue.0));
    wrong.sort_unstable();
    wrong.dedup();
    Ok(wrong)
}

async fn of_day(
    connection: &mut PgConnection,
    org: OrgId,
    day: Day,
) -> Result<Vec<(String, String, String)>, sqlx::Error> {
    let issues = spells::of_day(connection, org, day).await?;
    let mut all: BTreeMap<RowKey, Cells> = BTreeMap::new();
    let tell = |_, before: Option<&Course>, after: &Course| add_step(&mut all, before, after);
    spells::each_step(connection, org, Lives::Issues(&issues), Seq(i64::MAX), tell).await?;
    all.retain(|key, _| key.layer != Layer::Month && key.day == day);
    without_zeros(&mut all);
    let mut kept = cells::of_day(connection, org, day).await?;
    kept.retain(|_, row| !row.is_empty());
    let expected: BTreeMap<_, _> = all
        .into_iter()
        .map(|(key, row)| {
            let (kind, name) = written(&key.slice);
            ((kind.to_owned(), name, key.layer.word().to_owned()), row)
        })
        .collect();
    let names: std::collections::BTreeSet<_> = expected.keys().chain(kept.keys()).cloned().collect();
    Ok(names.into_iter().filter(|name| expected.get(name) != kept.get(name)).collect())
}
