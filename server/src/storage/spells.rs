//! The spells of issues: what the reader of the log keeps, and what the insights are read from where cells do not have it.

use futures::TryStreamExt;
use sqlx::{PgConnection, Row, postgres::PgRow};
use std::collections::HashMap;
use tracker_domain::{
    id::{IssueId, OrgId, ProjectId, Seq, UserId},
    insight::{Course, Place, Spell},
    time::{Day, Timestamp},
};

/// A spell as a row: the course of its issue up to it, and how it ended if it did.
#[derive(Debug, Clone)]
pub struct SpellRow {
    /// Whose.
    pub issue: IssueId,
    /// The course of the issue, whose present spell this was.
    pub course: Course,
    /// When it ended, and since which position that is known.
    pub end: Option<(Timestamp, Seq)>,
    /// From which position on it is known that being finished was not the end.
    pub undone: Option<Seq>,
}

/// What became of a spell that had been written before.
#[derive(Debug, Clone, Copy)]
pub struct Ending {
    /// Whose.
    pub issue: IssueId,
    /// Which.
    pub number: i32,
    /// When it ended, and since which position that is known; `None` when it had ended already.
    pub end: Option<(Timestamp, Seq)>,
    /// Since when it is known that being finished was not the end.
    pub undone: Option<Seq>,
}

/// Which issues' lives are read.
#[derive(Debug, Clone, Copy)]
pub enum Lives<'a> {
    /// Those of these.
    Issues(&'a [i64]),
    /// Those to which something happened after a position.
    Since(Seq),
    /// All.
    All,
}

impl Lives<'_> {
    const fn condition(self) -> &'static str {
        match self {
            Self::Issues(_) => "s.issue_id = ANY ($2)",
            Self::Since(_) => {
                "s.issue_id IN (SELECT n.issue_id FROM spells n WHERE n.org_id = $1 AND n.seq > $2)"
            }
            Self::All => "$2::bigint IS NULL",
        }
    }
}

/// Tells every step of the lives of some issues, up to a position: how far the issue had come before, if it was there, and after.
/// Whole lives are read, for a step means nothing without those before it; so it costs as much as these issues have spells.
pub async fn each_step(
    connection: &mut PgConnection,
    org: OrgId,
    which: Lives<'_>,
    until: Seq,
    mut tell: impl FnMut(IssueId, Option<&Course>, &Course) + Send,
) -> Result<(), sqlx::Error> {
    let sql = format!(
        "SELECT s.issue_id, s.number, s.began, s.at, s.seq, s.project_id, s.reporter_id, s.assignee_id, s.severity, s.status, s.tags
         FROM spells s WHERE s.org_id = $1 AND {} AND s.seq <= $3 ORDER BY s.issue_id, s.number",
        which.condition()
    );
    // The text is put together from fixed parts.
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(org.0);
    let query = match which {
        Lives::Issues(ids) => query.bind(ids),
        Lives::Since(seq) => query.bind(seq.0),
        Lives::All => query.bind(None::<i64>),
    };
    let mut rows = query.bind(until.0).fetch(connection);
    let mut last: Option<(IssueId, Course)> = None;
    while let Some(row) = rows.try_next().await? {
        let (issue, reporter, spell) = read(&row)?;
        let before = last.take().filter(|(before, _)| *before == issue).map(|(_, course)| course);
        let after = match &before {
            Some(before) => before.follow(spell),
            None => Course::first(reporter, spell),
        };
        tell(issue, before.as_ref(), &after);
        last = Some((issue, after));
    }
    Ok(())
}

fn read(row: &PgRow) -> Result<(IssueId, UserId, Spell), sqlx::Error> {
    fn word<T: std::str::FromStr<Err = tracker_domain::error::AppError>>(
        row: &PgRow,
        name: &str,
    ) -> Result<T, sqlx::Error> {
        row.try_get::<&str, _>(name)?
            .parse()
            .map_err(|_| sqlx::Error::Decode("a spell has an unknown word".into()))
    }
    let place = Place {
        project: ProjectId(row.try_get("project_id")?),
        severity: word(row, "severity")?,
        status: word(row, "status")?,
        assignee: row.try_get::<Option<i64>, _>("assignee_id")?.map(UserId),
        tags: row.try_get("tags")?,
    };
    let spell = Spell {
        number: row.try_get("number")?,
        began: word(row, "began")?,
        at: Timestamp(row.try_get("at")?),
        seq: Seq(row.try_get("seq")?),
        place,
    };
    Ok((IssueId(row.try_get("issue_id")?), UserId(row.try_get("reporter_id")?), spell))
}

/// Issues with a spell that began on a day, UTC.
pub async fn of_day(connection: &mut PgConnection, org: OrgId, day: Day) -> Result<Vec<i64>, sqlx::Error> {
    let ids = sqlx::query_scalar!(
        "SELECT DISTINCT issue_id FROM spells
         WHERE org_id = $1 AND began = ANY (ARRAY['REPORTED', 'MOVED', 'CLOSED', 'REOPENED', 'EDITED'])
             AND at >= $2::date::timestamp AT TIME ZONE 'UTC' AND at < ($2::date + 1)::timestamp AT TIME ZONE 'UTC'",
        org.0,
        day.0
    );
    ids.fetch_all(connection).await
}

/// Some issues of an organization: a run of them that begins by chance.
pub async fn some_issues(
    connection: &mut PgConnection,
    org: OrgId,
    most: i64,
) -> Result<Vec<i64>, sqlx::Error> {
    let ids = sqlx::query_scalar!(
        "SELECT id FROM issues
         WHERE org_id = $1 AND id >= (SELECT min(id) + (random() * greatest(max(id) - min(id) - $2 + 1, 0))::bigint FROM issues WHERE org_id = $1)
         ORDER BY id LIMIT $2",
        org.0,
        most
    );
    ids.fetch_all(connection).await
}

/// Spells of some issues whose end is not the beginning of the next one, or that were finished for good by mistake.
pub async fn torn(
    connection: &mut PgConnection,
    org: OrgId,
    issues: &[i64],
) -> Result<Vec<i64>, sqlx::Error> {
    let ids = sqlx::query_scalar!(
        "SELECT DISTINCT s.issue_id FROM spells s
         LEFT JOIN spells n ON n.org_id = s.org_id AND n.issue_id = s.issue_id AND n.number = s.number + 1
         WHERE s.org_id = $1 AND s.issue_id = ANY ($2)
             AND (s.until IS DISTINCT FROM n.at OR s.until_seq IS DISTINCT FROM n.seq
                  OR s.undone_seq IS DISTINCT FROM CASE WHEN s.began = 'CLOSED' THEN
                      (SELECT min(r.seq) FROM spells r WHERE r.org_id = s.org_id AND r.issue_id = s.issue_id
                           AND r.number > s.number AND r.began = 'REOPENED') END)
         ORDER BY s.issue_id",
        org.0,
        issues
    );
    ids.fetch_all(connection).await
}

/// How far the courses of some issues have come.
pub async fn courses(
    connection: &mut PgConnection,
    org: OrgId,
    issues: &[i64],
) -> Result<HashMap<IssueId, Course>, sqlx::Error> {
    let mut courses = HashMap::new();
    let tell = |issue, _: Option<&Course>, after: &Course| {
        courses.insert(issue, after.clone());
    };
    each_step(connection, org, Lives::Issues(issues), Seq(i64::MAX), tell).await?;
    Ok(courses)
}

/// Writes what became of spells that were there.
pub async fn end(connection: &mut PgConnection, org: OrgId, endings: &[Ending]) -> Result<(), sqlx::Error> {
    let issues: Vec<_> = endings.iter().map(|ending| ending.issue.0).collect();
    let numbers: Vec<_> = endings.iter().map(|ending| ending.number).collect();
    let until: Vec<_> = endings.iter().map(|ending| ending.end.map(|(at, _)| at.0)).collect();
    let seqs: Vec<_> = endings.iter().map(|ending| ending.end.map(|(_, seq)| seq.0)).collect();
    let undone: Vec<_> = endings.iter().map(|ending| ending.undone.map(|seq| seq.0)).collect();
    sqlx::query!(
        "UPDATE spells s SET until = coalesce(e.until, s.until), until_seq = coalesce(e.until_seq, s.until_seq),
                             undone_seq = coalesce(e.undone_seq, s.undone_seq)
         FROM unnest($2::bigint[], $3::int[], $4::timestamptz[], $5::bigint[], $6::bigint[])
              AS e (issue_id, number, until, until_seq, undone_seq)
         WHERE s.org_id = $1 AND s.issue_id = e.issue_id AND s.number = e.number",
        org.0,
        &issues,
        &numbers,
        &until as _,
        &seqs as _,
        &undone as _
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes new spells, column by column.
pub async fn add(connection: &mut PgConnection, org: OrgId, rows: &[SpellRow]) -> Result<(), sqlx::Error> {
    macro_rules! column {
        ($row:ident => $value:expr) => {
            &rows.iter().map(|$row| $value).collect::<Vec<_>>()
        };
    }
    sqlx::query!(
        "INSERT INTO spells (org_id, issue_id, number, began, at, until, seq, until_seq, undone_seq, project_id, reporter_id,
                             assignee_id, severity, status, tags, created_at, triaged_at, started_at, status_at)
         SELECT $1, n.issue_id, n.number, n.began, n.at, n.until, n.seq, n.until_seq, n.undone_seq, n.project_id,
                n.reporter_id, n.assignee_id, n.severity, n.status, ARRAY(SELECT jsonb_array_elements_text(n.tags)),
                n.created_at, n.triaged_at, n.started_at, n.status_at
         FROM unnest($2::bigint[], $3::int[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::bigint[], $8::bigint[],
                     $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::text[], $14::text[], $15::jsonb[],
                     $16::timestamptz[], $17::timestamptz[], $18::timestamptz[], $19::timestamptz[])
              AS n (issue_id, number, began, at, until, seq, until_seq, undone_seq, project_id, reporter_id, assignee_id,
                    severity, status, tags, created_at, triaged_at, started_at, status_at)",
        org.0,
        column!(row => row.issue.0),
        column!(row => row.course.spell.number),
        column!(row => row.course.spell.began.word().to_owned()),
        column!(row => row.course.spell.at.0),
        column!(row => row.end.map(|(at, _)| at.0)) as _,
        column!(row => row.course.spell.seq.0),
        column!(row => row.end.map(|(_, seq)| seq.0)) as _,
        column!(row => row.undone.map(|seq| seq.0)) as _,
        column!(row => row.course.spell.place.project.0),
        column!(row => row.course.reporter.0),
        column!(row => row.course.spell.place.assignee.map(|user| user.0)) as _,
        column!(row => row.course.spell.place.severity.word().to_owned()),
        column!(row => row.course.spell.place.status.word().to_owned()),
        column!(row => serde_json::json!(row.course.spell.place.tags)),
        column!(row => row.course.created_at.0),
        column!(row => row.course.triaged_at.map(|at| at.0)) as _,
        column!(row => row.course.started_at.map(|at| at.0)) as _,
        column!(row => row.course.status_at.0)
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets the spells of an organization.
pub async fn clear(connection: &mut PgConnection, org: OrgId) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM spells WHERE org_id = $1", org.0).execute(connection).await?;
    Ok(())
}
