//! What the page of insights reads: what it begins with and the cells in one statement, the open issues in another, and the rows
//! behind a number. Everything is as it was known at one position of the log, so the statements need not be of one moment.

use sqlx::{Postgres, QueryBuilder, Row, types::Json};
use std::collections::HashMap;
use time::{OffsetDateTime, macros::date};
use tracker_domain::{
    error::AppError,
    id::{OrgId, ProjectId, ProjectKey, Seq, UserId},
    insight::{Ages, AskRows, Bin, Count, Counted, NUMBER_ROWS, NumberRow, Oldest},
    page::Cursor,
    query::Query,
    time::{Day, Timestamp},
    workflow::Status,
};

use super::{Tx, db, frame::PageRow, query as conditions};
use crate::{fault::fault, session::SessionHash, worker::INSIGHTS};

/// Which rows of cells are read.
#[derive(Debug, Clone, Default)]
pub struct Cut {
    /// A kind of slice; `TEAM` is the projects of the query's teams, `SCOPE` all that the viewer may see, `NONE` nothing.
    pub kind: &'static str,
    /// Their names, as the query has them.
    pub names: Vec<String>,
    /// The first and the last day, UTC.
    pub days: Option<(Day, Day)>,
    /// Whether the ages of what is open now are read too.
    pub ages: bool,
}

/// What a page of insights begins with.
#[derive(Debug)]
pub struct Base {
    /// The organization; nothing that is one for those who are none of its members.
    pub org: OrgId,
    /// The time zone of the viewer, or of the organization.
    pub zone: String,
    /// How far the reader of the log has come.
    pub seq: Seq,
    /// Whether the viewer is a token of some projects.
    pub limited: bool,
    /// Every project.
    pub projects: HashMap<ProjectId, ProjectKey>,
    /// Whom the query's words mean.
    pub people: Vec<(String, Vec<UserId>)>,
    /// What its teams own.
    pub teams: Vec<(String, Vec<ProjectKey>)>,
    /// Rows of cells: their day, whether they are the ages of what is open now, and what is in them.
    pub cells: Vec<(Day, bool, Vec<u8>)>,
}

/// Reads it.
pub async fn base(
    tx: &mut Tx,
    query: &Query,
    cut: &Cut,
    flash: (&str, Option<SessionHash>),
) -> Result<PageRow<Base>, AppError> {
    let owner = flash.1.map(|hash| hash.0.to_vec());
    // Without days there is none.
    let (from, to) = cut.days.unwrap_or((Day(date!(2000 - 01 - 02)), Day(date!(2000 - 01 - 01))));
    let row = sqlx::query_file!(
        "src/storage/insights.sql",
        flash.0,
        owner,
        INSIGHTS,
        &query.people(),
        &query.teams(),
        cut.kind,
        &cut.names,
        from.0,
        to.0,
        cut.ages
    )
    .fetch_one(tx.connection()?)
    .await
    .map_err(db)?;
    let days = row.days.into_iter().map(Day).zip(row.ages).zip(row.bodies);
    let view = Base {
        org: OrgId(row.org_id.unwrap_or_default()),
        zone: row.zone,
        seq: Seq(row.seq),
        limited: row.limited,
        projects: json::<Vec<(ProjectId, ProjectKey)>>(row.projects)?.into_iter().collect(),
        people: json(row.people)?,
        teams: json(row.teams)?,
        cells: days.map(|((day, age), body)| (day, age, body)).collect(),
    };
    Ok(PageRow { user: row.user_id, frame: row.frame, flash: row.flash, view })
}

fn json<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> Result<T, AppError> {
    serde_json::from_value(value).map_err(|error| fault(&error))
}

/// About which moment, and as known at which position.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// What happened before this.
    pub before: Timestamp,
    /// Ages are measured up to here.
    pub at: Timestamp,
    /// And was known here.
    pub seq: Seq,
}

/// The open issues of a moment.
#[derive(Debug)]
pub struct OpenIssues {
    /// How old they all are; nothing if that was not asked for.
    pub ages: Ages,
    /// The oldest, with what they are called now.
    pub oldest: Vec<(Oldest, String)>,
}

/// What is asked of the open issues.
#[derive(Debug, Clone, Copy)]
pub struct OpenQuery<'a> {
    /// Which, and up to when ages are measured that it asks for.
    pub query: (&'a Query, Timestamp),
    /// When.
    pub moment: Moment,
    /// How many of the oldest are named.
    pub named: i64,
    /// Whether the ages of all are read, one by one: those of the present are in cells.
    pub ages: bool,
}

/// Adds ` AND …` about spells `i`.
type Conditions<'a> = &'a dyn Fn(&mut QueryBuilder<Postgres>);

/// The spells in which issues were at a moment, those that meet the conditions, with some columns of `i`. Most are those that have
/// not ended; of the others the one after came to be known later, or began later. The parts have nothing in common, and no more
/// columns than are asked for, so that the index of open issues alone answers for those. `oldest` reads so many of each part only.
fn push_standing(
    builder: &mut QueryBuilder<Postgres>,
    columns: &str,
    moment: Moment,
    conditions: Conditions<'_>,
    oldest: Option<i64>,
) {
    let then = |builder: &mut QueryBuilder<Postgres>| {
        builder
            .push(" AND i.at < ")
            .push_bind(moment.before.0)
            .push(" AND i.seq <= ")
            .push_bind(moment.seq.0);
        conditions(builder);
        if let Some(most) = oldest {
            builder.push(" ORDER BY i.created_at, i.issue_id LIMIT ").push_bind(most);
        }
    };
    let ended = format!(
        ") UNION ALL (SELECT {columns} FROM spells n JOIN spells i ON i.org_id = n.org_id AND i.issue_id = n.issue_id AND i.number = n.number - 1 WHERE n.org_id = tracker_org()"
    );
    builder
        .push(format!("((SELECT {columns} FROM spells i WHERE i.org_id = tracker_org() AND i.until IS NULL"));
    then(builder);
    builder.push(&ended).push(" AND n.seq > ").push_bind(moment.seq.0);
    then(builder);
    builder
        .push(&ended)
        .push(" AND n.began = ANY (ARRAY['MOVED', 'CLOSED', 'REOPENED', 'EDITED']) AND n.at >= ")
        .push_bind(moment.before.0)
        .push(" AND n.seq <= ")
        .push_bind(moment.seq.0);
    then(builder);
    builder.push(")) i");
}

/// Reads the open issues.
pub async fn open_issues(tx: &mut Tx, asked: OpenQuery<'_>) -> Result<OpenIssues, AppError> {
    let mut builder = QueryBuilder::new("");
    push_open(&mut builder, asked);
    let row = builder.build().fetch_one(tx.connection()?).await.map_err(db)?;
    let statuses: Vec<i32> = row.try_get("statuses").map_err(db)?;
    let created: Vec<OffsetDateTime> = row.try_get("created").map_err(db)?;
    let since: Vec<OffsetDateTime> = row.try_get("since").map_err(db)?;
    let mut ages = Ages::new(asked.moment.at);
    for ((status, created), since) in statuses.into_iter().zip(created).zip(since) {
        let Some(status) = usize::try_from(status).ok().and_then(|at| Status::ALL.get(at)) else { continue };
        ages.add(Timestamp(created), Counted::Standing, 1);
        ages.add(Timestamp(since), Counted::Waiting(*status), 1);
    }
    let Json(oldest): Json<Vec<Named>> = row.try_get("oldest").map_err(db)?;
    Ok(OpenIssues { ages, oldest: oldest.into_iter().map(|named| (named.oldest, named.title)).collect() })
}

/// The statement that reads the open issues.
pub(super) fn push_open(builder: &mut QueryBuilder<Postgres>, asked: OpenQuery<'_>) {
    let OpenQuery { query, moment, named, ages } = asked;
    builder.push("WITH open AS MATERIALIZED (SELECT i.* FROM ");
    let columns = "i.issue_id, i.status, i.created_at, i.status_at";
    let meets = |builder: &mut QueryBuilder<Postgres>| {
        builder.push(" AND i.status <> 'DONE'");
        conditions::push_then(builder, query.0, query.1);
    };
    push_standing(builder, columns, moment, &meets, (!ages).then_some(named));
    builder.push(
        ") SELECT a.*, coalesce((SELECT json_agg(json_build_object('oldest', json_build_object('key', p.key || '-' || n.number, 'status', o.status,
                     'since', o.status_at, 'created_at', o.created_at), 'title', n.title) ORDER BY o.created_at, o.issue_id)
             FROM (SELECT * FROM open ORDER BY created_at, issue_id LIMIT ",
    );
    builder.push_bind(named).push(
        ") o JOIN issues n ON n.org_id = tracker_org() AND n.id = o.issue_id
             JOIN projects p ON p.org_id = n.org_id AND p.id = n.project_id), '[]') AS oldest FROM ",
    );
    builder.push(if ages {
        "(SELECT coalesce(array_agg(array_position(ARRAY['OPEN', 'TRIAGED', 'IN_PROGRESS', 'DONE'], o.status) - 1), '{}') AS statuses,
                      coalesce(array_agg(o.created_at), '{}') AS created, coalesce(array_agg(o.status_at), '{}') AS since FROM open o) a"
    } else {
        "(SELECT '{}'::int[] AS statuses, '{}'::timestamptz[] AS created, '{}'::timestamptz[] AS since) a"
    });
}

#[derive(serde::Deserialize)]
struct Named {
    oldest: Oldest,
    title: String,
}

/// What a number of rows is asked for.
#[derive(Debug)]
pub struct NumberQuery<'a> {
    /// Which number.
    pub rows: &'a AskRows,
    /// Of which issues.
    pub query: &'a Query,
    /// Ages are measured up to here, and what was known.
    pub moment: Moment,
    /// From where on.
    pub after: Option<&'a Cursor>,
}

/// The rows behind a number: how many there are, those of one page, and where the next begins.
pub async fn number_rows(
    tx: &mut Tx,
    asked: &NumberQuery<'_>,
) -> Result<(i64, Vec<NumberRow>, Option<Cursor>), AppError> {
    let mut builder = QueryBuilder::new(
        "WITH counted AS MATERIALIZED (SELECT i.issue_id, i.number, i.at, i.status, i.severity, ",
    );
    push_counted(&mut builder, asked);
    builder.push(
        ") SELECT (SELECT count(*) FROM counted) AS total, coalesce(json_agg(json_build_object('id', c.issue_id, 'number', c.number,
            'row', json_build_object('key', p.key || '-' || n.number, 'title', n.title, 'at', c.at, 'status', c.status,
            'severity', c.severity, 'seconds', c.micros / 1000000.0)) ORDER BY c.at DESC, c.issue_id DESC, c.number DESC), '[]') AS rows
         FROM (SELECT * FROM counted c",
    );
    if let Some(cursor) = asked.after {
        let (micros, number) = place(cursor)?;
        builder.push(" WHERE (c.at, c.issue_id, c.number) < (tracker_micros(").push_bind(micros).push("), ");
        builder.push_bind(cursor.id).push(", ").push_bind(number).push(")");
    }
    builder.push(" ORDER BY c.at DESC, c.issue_id DESC, c.number DESC LIMIT ").push_bind(NUMBER_ROWS + 1);
    builder.push(
        ") c JOIN issues n ON n.org_id = tracker_org() AND n.id = c.issue_id
         JOIN projects p ON p.org_id = n.org_id AND p.id = n.project_id",
    );
    let row = builder.build().fetch_one(tx.connection()?).await.map_err(db)?;
    let Json(mut rows): Json<Vec<Listed>> = row.try_get("rows").map_err(db)?;
    let more = rows.len() as i64 > NUMBER_ROWS;
    rows.truncate(NUMBER_ROWS as usize);
    let next = rows.last().filter(|_| more).map(|last| Cursor {
        backwards: false,
        id: last.id,
        value: format!("{}.{}", last.row.at.micros(), last.number),
    });
    Ok((row.try_get("total").map_err(db)?, rows.into_iter().map(|listed| listed.row).collect(), next))
}

#[derive(serde::Deserialize)]
struct Listed {
    id: i64,
    number: i32,
    row: NumberRow,
}

fn place(cursor: &Cursor) -> Result<(i64, i32), AppError> {
    let read = || {
        let (micros, number) = cursor.value.split_once('.')?;
        let micros = micros.parse().ok().filter(|micros| Timestamp::from_micros(*micros).is_some())?;
        Some((micros, number.parse().ok()?))
    };
    read().ok_or_else(|| AppError::invalid("after", "This is no place in the list."))
}

/// The columns of [`NumberRow`] that depend on what is counted, and from where.
fn push_counted(builder: &mut QueryBuilder<Postgres>, asked: &NumberQuery<'_>) {
    let AskRows { count, from, to, status, severity, bins } = asked.rows;
    let moment = Moment { before: *to, ..asked.moment };
    let (micros, began, step) = what(*count);
    let micros = micros.replace("@at", &format!("tracker_micros({})", moment.at.micros()));
    let binned = binned(*count, &micros);
    builder.push(&micros).push(" AS micros FROM ");
    let meets = |builder: &mut QueryBuilder<Postgres>| {
        match (status, count) {
            (Some(status), Count::Left) => drop(builder.push(" AND b.status = ").push_bind(status.word())),
            (Some(status), _) => drop(builder.push(" AND i.status = ").push_bind(status.word())),
            (None, Count::Standing | Count::Waiting) => drop(builder.push(" AND i.status <> 'DONE'")),
            (None, _) => {}
        }
        if let Some(severity) = severity {
            builder.push(" AND i.severity = ").push_bind(severity.word());
        }
        if let Some((first, last)) = bins {
            for (sign, bin) in [(">=", *first), ("<", *last)] {
                let edge = if bin == 0 { i64::MIN } else { Bin(bin).first_micros() };
                builder.push(format!(" AND {binned} {sign} ")).push_bind(edge);
            }
        }
        conditions::push_then(builder, asked.query, moment.at);
    };
    if began.is_empty() {
        let columns = "i.issue_id, i.number, i.at, i.status, i.severity, i.created_at, i.status_at";
        return push_standing(builder, columns, moment, &meets, None);
    }
    builder.push("spells i ");
    if step {
        builder.push(
            "JOIN spells b ON b.org_id = i.org_id AND b.issue_id = i.issue_id AND b.number = i.number - 1 ",
        );
    }
    builder.push("WHERE i.org_id = tracker_org() AND i.seq <= ").push_bind(moment.seq.0);
    builder.push(" AND i.at >= ").push_bind(from.0).push(" AND i.at < ").push_bind(to.0);
    builder.push(" AND ").push(began.replace("@seq", &moment.seq.0.to_string()));
    meets(builder);
}

/// The duration by which it is in a bin: ages are counted as [`Ages`] counts them, from the quarter of an hour on.
fn binned(count: Count, micros: &str) -> String {
    let since = match count {
        Count::Standing => "i.created_at",
        Count::Waiting => "i.status_at",
        _ => return micros.to_owned(),
    };
    micros.replace(since, &format!("date_bin('15 minutes', {since}, TIMESTAMPTZ '2000-01-01Z')"))
}

/// Of what is counted: the duration that it is about, how its spells began (nothing for those that issues are in at the end), and
/// whether the spell before has to be known.
fn what(count: Count) -> (String, String, bool) {
    const FINISHED: &str = "i.began = 'CLOSED' AND (i.undone_seq IS NULL OR i.undone_seq > @seq)";
    let since = |from: &str, to: &str| format!("(extract(epoch FROM {to} - {from}) * 1000000)::bigint");
    let lead = || since("i.created_at", "i.at");
    let (micros, began, step) = match count {
        Count::Opened => ("NULL::bigint".to_owned(), "i.began = 'REPORTED'", false),
        Count::Closed => (lead(), "i.began = 'CLOSED'", false),
        Count::Reopened => (lead(), "i.began = 'REOPENED'", false),
        Count::Finished => (lead(), FINISHED, false),
        Count::Begun => {
            let began = format!("i.started_at IS NOT NULL AND {FINISHED}");
            return (since("i.started_at", "i.at"), began, false);
        }
        Count::NoStart => return (lead(), format!("i.started_at IS NULL AND {FINISHED}"), false),
        Count::Triaged => (
            lead(),
            "i.began IN ('MOVED', 'CLOSED') AND i.triaged_at IS NOT NULL AND b.triaged_at IS NULL",
            true,
        ),
        Count::Left => (since("b.status_at", "i.at"), "i.began IN ('MOVED', 'CLOSED', 'REOPENED')", true),
        Count::Standing => (since("i.created_at", "@at"), "", false),
        Count::Waiting => (since("i.status_at", "@at"), "", false),
    };
    (micros, began.to_owned(), step)
}
