//! A page of the list, in one statement: the frame, the rows and the count of open issues at one position.
//!
//! The statement is put together from fixed parts, since its order and filter vary; values are always bound. A page
//! is found by its keyset, so any depth costs the same; one row more than shown tells whether there is another page.

use serde::Deserialize;
use sqlx::{Postgres, QueryBuilder, Row, types::Json};
use tracker_domain::{
    error::AppError,
    id::{ProjectKey, UserId},
    issue::{IssueList, IssueRow, OPEN_COUNTED},
    page::{Cursor, SortKey},
    query::{Facts, Query},
    time::Timestamp,
};

use super::{
    Tx, db,
    frame::PageRow,
    query as conditions,
    search::{self, Hit},
};
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
    /// How many.
    pub limit: u16,
    /// What a form left behind: its id and owner.
    pub flash: (&'a str, Option<SessionHash>),
}

/// An issue of the page, with what a cursor needs.
#[derive(Deserialize)]
struct Listed {
    id: i64,
    project_id: i64,
    row: IssueRow,
    hit: Option<Hit>,
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
        SortKey::Relevance => &[("s.rank", "@::real")],
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
        SortKey::Relevance => listed.hit.as_ref().map_or(0.0, |hit| hit.rank).to_string(),
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
        SortKey::Relevance => value.parse::<f32>().is_ok_and(f32::is_finite),
        SortKey::Created | SortKey::Updated => value.parse().ok().and_then(Timestamp::from_micros).is_some(),
    }
}

/// The issues of the page, in order; one more than it shows.
fn push_page(builder: &mut QueryBuilder<Postgres>, query: &ListQuery<'_>, scope: &str) {
    let backwards = query.after.is_some_and(|cursor| cursor.backwards);
    let sort = query.query.order();
    let descending = sort.descending != backwards;
    let (direction, comparison) = if descending { ("DESC", "<") } else { ("ASC", ">") };
    let columns = key_columns(sort.key);
    let names: Vec<_> = columns.iter().map(|(name, _)| *name).chain(["i.id"]).collect();
    let order: Vec<_> = names.iter().map(|name| format!("{name} {direction}")).collect();

    builder.push("SELECT i.id, i.org_id, i.project_id, i.number, i.title, i.status, i.severity, i.reporter_id, i.assignee_id, i.comment_count, i.created_at, i.updated_at, i.closed_at, i.version");
    match query.query.searched() {
        Some(text) => {
            builder.push(search::COLUMNS).push(" FROM issues i");
            search::push_join(builder, &text, query.query.is_search());
        }
        None => {
            builder.push(" FROM issues i");
        }
    }
    builder.push(" WHERE i.org_id = tracker_org()").push(scope);
    if let Some(cursor) = query.after {
        builder.push(format!(" AND ({}) {comparison} (", names.join(", ")));
        for (_, read) in columns {
            let (before, after) = read.split_once('@').unwrap_or((read, ""));
            builder.push(before).push_bind(cursor.value.clone()).push("::text").push(after).push(", ");
        }
        builder.push_bind(cursor.id).push(")");
    }
    conditions::push(builder, query.query, query.now);
    builder.push(format!(" ORDER BY {} LIMIT {}", order.join(", "), query.limit + 1));
}

/// The rows as one JSON array: see [`Listed`]. Joined once for the page, tags too, not by `tracker_row` once a row: each
/// call begins a statement and unpacks the issue's texts.
fn push_rows(builder: &mut QueryBuilder<Postgres>, query: &ListQuery<'_>, scope: &str) {
    let searched = query.query.searched();
    builder.push("(WITH page AS MATERIALIZED (SELECT i.*, row_number() OVER () AS place FROM (");
    push_page(builder, query, scope);
    builder.push(
        ") i), labels AS MATERIALIZED (
             SELECT it.issue_id, json_agg(t.name ORDER BY t.name) AS names
             FROM issue_tags it JOIN tags t ON t.org_id = it.org_id AND t.id = it.tag_id
             WHERE it.org_id = tracker_org() AND it.issue_id = ANY (ARRAY(SELECT id FROM page))
             GROUP BY it.issue_id)
         SELECT coalesce(json_agg(json_build_object('id', i.id, 'project_id', i.project_id, 'row', json_build_object(
            'key', p.key || '-' || i.number, 'title', i.title, 'status', i.status, 'severity', i.severity,
            'reporter', json_build_object('id', r.id, 'name', r.name),
            'assignee', CASE WHEN a.id IS NOT NULL THEN json_build_object('id', a.id, 'name', a.name) END,
            'tags', coalesce(l.names, '[]'), 'comments', i.comment_count, 'created_at', i.created_at,
            'updated_at', i.updated_at, 'closed_at', i.closed_at, 'version', i.version)",
    );
    if searched.is_some() {
        builder.push(search::MEMBERS);
    }
    builder.push(
        ") ORDER BY i.place), '[]')
         FROM page i
         JOIN projects p ON p.org_id = tracker_org() AND p.id = i.project_id
         JOIN users r ON r.id = i.reporter_id
         LEFT JOIN users a ON a.id = i.assignee_id
         LEFT JOIN labels l ON l.issue_id = i.id",
    );
    if let Some(text) = searched {
        search::push_marks(builder, &text);
    }
    builder.push(") AS rows");
}

/// The page's one statement. `own` is whether the viewer sees only what they reported: row-level security holds that
/// anyway, but only a condition of its own leads to the index by reporter.
pub(super) fn push_statement(builder: &mut QueryBuilder<Postgres>, query: &ListQuery<'_>, own: bool) {
    let scope = if own { " AND i.reporter_id = tracker_user()" } else { "" };
    builder.push("SELECT tracker_user() AS user_id, tracker_frame() AS frame, ");
    builder.push("(SELECT f.flash FROM flashes f WHERE f.id = ").push_bind(query.flash.0.to_owned());
    builder.push(" AND f.owner = ").push_bind(query.flash.1.map(|hash| hash.0.to_vec())).push(") AS flash, ");
    builder.push(
        "(SELECT count(*) FROM (SELECT FROM issues i WHERE i.org_id = tracker_org() AND i.status <> 'DONE'",
    );
    builder.push(scope).push(format!(" LIMIT {OPEN_COUNTED}) o) AS open, "));
    match query.query.searched() {
        Some(text) => builder.push("(SELECT m.stems FROM tracker_marks(").push_bind(text).push(") m)"),
        None => builder.push("NULL::text[]"),
    };
    builder.push(" AS stems, ");
    push_rows(builder, query, scope);
    builder.push(", ");
    conditions::push_people(builder, query.query);
    builder.push(" AS people, ");
    conditions::push_owned(builder, query.query);
    builder.push(" AS owned");
}

/// Reads a page of the list.
pub async fn page(tx: &mut Tx, query: &ListQuery<'_>) -> Result<PageRow<IssueList>, AppError> {
    if query.after.is_some_and(|cursor| !readable(query.query.order().key, &cursor.value)) {
        return Err(AppError::invalid(
            "after",
            "This page link does not fit the order. Start from the first page.",
        ));
    }
    let mut statement = QueryBuilder::default();
    push_statement(&mut statement, query, !tx.sees_all());
    let found = statement.build().fetch_one(tx.connection()?).await.map_err(db)?;
    let rows: Json<Vec<Listed>> = found.try_get("rows").map_err(db)?;
    let stems: Option<Vec<String>> = found.try_get("stems").map_err(db)?;
    let open = found.try_get("open").map_err(db)?;
    let people: Json<Vec<(String, Vec<UserId>)>> = found.try_get("people").map_err(db)?;
    let user: Option<i64> = found.try_get("user_id").map_err(db)?;
    let owned: Json<Vec<(String, Vec<ProjectKey>)>> = found.try_get("owned").map_err(db)?;
    let me = UserId(user.unwrap_or_default());
    let facts = Facts { me, people: people.0, teams: owned.0, now: query.now };
    let view = into_page(query, rows.0, facts, &stems.unwrap_or_default(), open);
    Ok(PageRow {
        user,
        frame: found.try_get("frame").map_err(db)?,
        flash: found.try_get("flash").map_err(db)?,
        view,
    })
}

fn into_page(
    query: &ListQuery<'_>,
    mut listed: Vec<Listed>,
    facts: Facts,
    stems: &[String],
    open: i64,
) -> IssueList {
    let sort = query.query.order();
    let backwards = query.after.is_some_and(|cursor| cursor.backwards);
    let more = listed.len() > usize::from(query.limit);
    listed.truncate(usize::from(query.limit));
    if backwards {
        listed.reverse();
    }
    let cursor = |row: Option<&Listed>, backwards| {
        row.map(|row| Cursor { backwards, id: row.id, value: key_value(sort.key, row) })
    };
    let (has_next, has_previous) = if backwards { (true, more) } else { (more, query.after.is_some()) };
    let next = cursor(listed.last(), false).filter(|_| has_next);
    let previous = cursor(listed.first(), true).filter(|_| has_previous);
    let alone = query.query.is_search();
    // What was looked at has said so itself, unless the other conditions left none of it.
    let capped = match listed.first() {
        Some(first) => first.hit.as_ref().is_some_and(|hit| hit.capped),
        None => query.query.searched().is_some() && !alone,
    };
    let looked_at = capped.then_some(search::cap(alone));
    let snippet = |listed: &Listed| {
        let snippet = listed.hit.as_ref()?.snippet(&listed.row.title, stems)?;
        Some((listed.row.key.clone(), snippet))
    };
    let snippets = listed.iter().filter_map(snippet).collect();
    let rows = listed.into_iter().map(|listed| listed.row).collect();
    IssueList { rows, query: query.query.clone(), facts, sort, next, previous, open, snippets, looked_at }
}
