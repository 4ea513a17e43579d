//! A page of the list, in one statement: the frame, the rows and the count of open issues at one position.
//!
//! The statement is put together from fixed parts, since its order and filter vary; values are always bound. A page
//! is found by its keyset, so any depth costs the same; one row more than shown tells whether there is another page.

use serde::Deserialize;
use sqlx::{Postgres, QueryBuilder, Row, types::Json};
use tracker_domain::{
    error::AppError,
    id::UserId,
    issue::{IssueList, IssueRow, PAGE_ROWS},
    page::{Cursor, SortKey},
    query::{Facts, Query},
    time::Timestamp,
};

use super::{Tx, db, frame::PageRow, query as conditions};
use crate::session::SessionHash;

/// What a page of the list is asked for.
#[derive(Debug)]
pub struct ListQuery<'a> {
    /// Which issues, in which order.
    pub query: &'a Query,
    /// What ages in the query are measured from.
    pub now: Timestamp,
    /// From where.
    pub after: Option<&'a Cursor>,
    /// What a form left behind: its id and owner.
    pub flash: (&'a str, Option<SessionHash>),
}

#[derive(Deserialize)]
struct Listed {
    id: i64,
    project_id: i64,
    #[serde(flatten)]
    row: IssueRow,
}

/// The columns that a sort key orders by, each with how its cursor's text is read.
fn key_columns(key: SortKey) -> &'static [(&'static str, &'static str)] {
    match key {
        SortKey::Key => &[
            ("i.project_id", "split_part(@, '.', 1)::bigint"),
            ("i.number", "split_part(@, '.', 2)::bigint"),
        ],
        SortKey::Title => &[("i.title", "@")],
        SortKey::Status => &[("i.status_rank", "@::smallint")],
        SortKey::Severity => &[("i.severity_rank", "@::smallint")],
        SortKey::Created => &[("i.created_at", "tracker_micros(@::bigint)")],
        SortKey::Updated => &[("i.updated_at", "tracker_micros(@::bigint)")],
    }
}

/// A row's own value of the sort key, as its cursor carries it.
fn key_value(key: SortKey, listed: &Listed) -> String {
    let row = &listed.row;
    match key {
        SortKey::Key => format!("{}.{}", listed.project_id, row.key.number),
        SortKey::Title => row.title.clone(),
        SortKey::Status => (row.status as i16).to_string(),
        SortKey::Severity => (row.severity as i16).to_string(),
        SortKey::Created => row.created_at.micros().to_string(),
        SortKey::Updated => row.updated_at.micros().to_string(),
    }
}

/// Whether a cursor's text can be read as the sort key's type; PostgreSQL would fail on one that cannot.
fn readable(key: SortKey, value: &str) -> bool {
    match key {
        SortKey::Title => true,
        SortKey::Key => {
            value.split_once('.').is_some_and(|(a, b)| a.parse::<i64>().is_ok() && b.parse::<i64>().is_ok())
        }
        SortKey::Status | SortKey::Severity => value.parse::<i16>().is_ok(),
        SortKey::Created | SortKey::Updated => value.parse().ok().and_then(Timestamp::from_micros).is_some(),
    }
}

/// The rows of the page as a sub-select that gives one JSON array.
fn push_rows(builder: &mut QueryBuilder<Postgres>, query: &ListQuery<'_>, member_scope: &str) {
    let backwards = query.after.is_some_and(|cursor| cursor.backwards);
    let sort = query.query.order();
    let descending = sort.descending != backwards;
    let (direction, comparison) = if descending { ("DESC", "<") } else { ("ASC", ">") };
    let columns = key_columns(sort.key);
    let names: Vec<_> = columns.iter().map(|(name, _)| *name).chain(["i.id"]).collect();
    let order: Vec<_> = names.iter().map(|name| format!("{name} {direction}")).collect();

    builder.push("SELECT i.* FROM issues i WHERE i.org_id = tracker_org()").push(member_scope);
    if let Some(cursor) = query.after {
        builder.push(format!(" AND ({}) {comparison} (", names.join(", ")));
        for (_, read) in columns {
            let (before, after) = read.split_once('@').unwrap_or((read, ""));
            builder.push(before).push_bind(cursor.value.clone()).push("::text").push(after).push(", ");
        }
        builder.push_bind(cursor.id).push(")");
    }
    conditions::push(builder, query.query, query.now);
    builder.push(format!(" ORDER BY {} LIMIT {}", order.join(", "), PAGE_ROWS + 1));
}

/// Reads a page of the list.
pub async fn page(tx: &mut Tx, query: &ListQuery<'_>) -> Result<PageRow<IssueList>, AppError> {
    if query.after.is_some_and(|cursor| !readable(query.query.order().key, &cursor.value)) {
        return Err(AppError::invalid(
            "after",
            "This page link does not fit the order. Start from the first page.",
        ));
    }
    let own = " AND (current_setting('tracker.role') <> 'REPORTER' OR i.reporter_id = tracker_user())";
    let mut builder = QueryBuilder::new("SELECT tracker_user() AS user_id, tracker_frame() AS frame, ");
    builder.push("(SELECT f.flash FROM flashes f WHERE f.id = ").push_bind(query.flash.0.to_owned());
    builder.push(" AND f.owner = ").push_bind(query.flash.1.map(|hash| hash.0.to_vec())).push(") AS flash, ");
    builder
        .push("(SELECT count(*) FROM issues i WHERE i.org_id = tracker_org() AND i.status <> 'DONE'")
        .push(own);
    builder.push(") AS open, (SELECT coalesce(json_agg(tracker_row(i)), '[]') FROM (");
    push_rows(&mut builder, query, own);
    builder.push(") i) AS rows, ");
    conditions::push_people(&mut builder, query.query);
    builder.push(" AS people");

    let found = builder.build().fetch_one(tx.connection()?).await.map_err(db)?;
    let rows: Json<Vec<Listed>> = found.try_get("rows").map_err(db)?;
    let people: Json<Vec<(String, Vec<UserId>)>> = found.try_get("people").map_err(db)?;
    let user: Option<i64> = found.try_get("user_id").map_err(db)?;
    let facts = Facts { me: UserId(user.unwrap_or_default()), people: people.0, now: query.now };
    let view = into_page(query, rows.0, facts, found.try_get("open").map_err(db)?);
    Ok(PageRow {
        user,
        frame: found.try_get("frame").map_err(db)?,
        flash: found.try_get("flash").map_err(db)?,
        view,
    })
}

fn into_page(query: &ListQuery<'_>, mut listed: Vec<Listed>, facts: Facts, open: i64) -> IssueList {
    let backwards = query.after.is_some_and(|cursor| cursor.backwards);
    let more = listed.len() > usize::from(PAGE_ROWS);
    listed.truncate(usize::from(PAGE_ROWS));
    if backwards {
        listed.reverse();
    }
    let sort = query.query.order();
    let cursor = |row: Option<&Listed>, backwards| {
        row.map(|row| Cursor { backwards, id: row.id, value: key_value(sort.key, row) })
    };
    let (has_next, has_previous) = if backwards { (true, more) } else { (more, query.after.is_some()) };
    let next = cursor(listed.last(), false).filter(|_| has_next);
    let previous = cursor(listed.first(), true).filter(|_| has_previous);
    let rows = listed.into_iter().map(|listed| listed.row).collect();
    IssueList { rows, query: query.query.clone(), facts, sort, next, previous, open }
}
