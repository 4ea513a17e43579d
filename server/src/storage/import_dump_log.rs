//! Writing the issues and the log of an export: the second half of [`super::import_dump`].

use serde_json::json;
use sqlx::PgConnection;
use std::collections::{HashMap, HashSet};
use tracker_domain::{
    id::{CommentId, IssueId, IssueKey},
    text::{IssueTitle, Markdown, TagName},
    time::Timestamp,
};

use super::{
    import::Place,
    import_dump::{Names, Text, column, wrong},
    import_dump_files::{self, Received},
    import_issues::{self as rows, CommentRow, IssueRow},
};
use crate::export::{
    ExportError,
    line::{CommentLine, EventLine, IssueLine},
    names::{file_of, to_ids},
};

/// The ids of the issues that are there.
async fn issue_ids(
    connection: &mut PgConnection,
    place: &Place,
    names: &Names,
    keys: &[(u64, IssueKey)],
) -> Result<HashMap<String, IssueId>, ExportError> {
    let mut projects = Vec::with_capacity(keys.len());
    for (number, key) in keys {
        projects.push(names.project(*number, key.project.as_str())?.0);
    }
    let rows = sqlx::query!(
        r#"SELECT p.key || '-' || i.number AS "key!", i.id
           FROM unnest($2::bigint[], $3::bigint[]) AS asked (project_id, number)
           JOIN issues i ON i.org_id = $1 AND i.project_id = asked.project_id AND i.number = asked.number
           JOIN projects p ON p.org_id = i.org_id AND p.id = i.project_id"#,
        place.org.0,
        &projects,
        &column(keys, |(_, key)| key.number),
    );
    let rows = rows.fetch_all(connection).await?;
    Ok(rows.into_iter().map(|row| (row.key, IssueId(row.id))).collect())
}

fn key_of(number: u64, text: &str) -> Result<IssueKey, ExportError> {
    text.parse().map_err(|error| wrong(number, error))
}

/// Writes issues with their tags and ties.
pub async fn insert_issues(
    connection: &mut PgConnection,
    place: &Place,
    names: &Names,
    lines: &[Text<IssueLine>],
) -> Result<(), ExportError> {
    let keys: Vec<(u64, IssueKey)> = lines
        .iter()
        .map(|text| Ok((text.number, key_of(text.number, &text.line.key)?)))
        .collect::<Result<_, ExportError>>()?;
    let there = issue_ids(connection, place, names, &keys).await?;
    let new: Vec<(&Text<IssueLine>, &IssueKey)> = lines
        .iter()
        .zip(keys.iter().map(|(_, key)| key))
        .filter(|(text, _)| !there.contains_key(&text.line.key))
        .collect();
    let ids = rows::take_issue_ids(connection, new.len()).await?;
    let mut texts = Vec::with_capacity(new.len());
    for (text, _) in &new {
        let title = IssueTitle::parse(&text.line.title).map_err(|error| wrong(text.number, error))?;
        let description = Markdown::parse("description", &text.line.description);
        texts.push((title, description.map_err(|error| wrong(text.number, error))?));
    }
    let mut issues = Vec::with_capacity(new.len());
    for (((text, key), id), (title, description)) in new.iter().zip(&ids).zip(&texts) {
        let (number, line) = (text.number, &text.line);
        let assignee = line.assignee.as_deref().map(|address| names.person(number, address)).transpose()?;
        issues.push(IssueRow {
            id: *id,
            project: names.project(number, key.project.as_str())?,
            number: key.number,
            title,
            description,
            html: &text.html,
            status: line.status.parse().map_err(|error| wrong(number, error))?,
            severity: line.severity.parse().map_err(|error| wrong(number, error))?,
            reporter: names.person(number, &line.reporter)?,
            assignee,
            comments: line.comments,
            version: line.edition,
            created_at: Timestamp(line.created_at),
            updated_at: Timestamp(line.updated_at),
            closed_at: line.closed_at.map(Timestamp),
        });
    }
    rows::insert_issues(connection, place.org, &issues).await?;
    insert_ties(connection, place, &new, &ids).await
}

async fn insert_ties(
    connection: &mut PgConnection,
    place: &Place,
    new: &[(&Text<IssueLine>, &IssueKey)],
    ids: &[IssueId],
) -> Result<(), ExportError> {
    let (mut tagged, mut tags) = (Vec::new(), Vec::new());
    let (mut tied, mut relations, mut targets, mut here) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for ((text, _), id) in new.iter().zip(ids) {
        for tag in &text.line.tags {
            TagName::parse(tag).map_err(|error| wrong(text.number, error))?;
            tagged.push(id.0);
            tags.push(tag.clone());
        }
        for link in &text.line.links.0 {
            tied.push(id.0);
            relations.push(link.relation.clone());
            targets.push(link.target.clone());
            here.push(link.here);
        }
    }
    rows::insert_tags(connection, place.org, (&tagged, &tags)).await?;
    sqlx::query!(
        "INSERT INTO issue_links (org_id, issue_id, relation, target, target_id, source)
         SELECT $1, new.issue_id, new.relation, new.target, o.id, CASE WHEN new.here THEN $2 END
         FROM unnest($3::bigint[], $4::text[], $5::text[], $6::boolean[]) AS new (issue_id, relation, target, here)
         LEFT JOIN projects p ON new.here AND p.org_id = $1 AND p.key = split_part(new.target, '-', 1)
         LEFT JOIN issues o ON o.org_id = $1 AND o.project_id = p.id
             AND o.number = substring(new.target FROM '-([0-9]{1,18})$')::bigint",
        place.org.0,
        place.source,
        &tied,
        &relations,
        &targets,
        &here,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "UPDATE issue_links l SET target_id = new.id
         FROM unnest($3::text[], $4::bigint[]) AS new (key, id)
         WHERE l.org_id = $1 AND l.source = $2 AND l.target_id IS NULL AND l.target = new.key",
        place.org.0,
        place.source,
        &column(new, |(text, _)| text.line.key.clone()),
        &column(ids, |id| id.0),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The last position that is there.
pub async fn head(connection: &mut PgConnection, place: &Place) -> Result<i64, sqlx::Error> {
    let head = sqlx::query_scalar!("SELECT seq FROM org_heads WHERE org_id = $1", place.org.0);
    head.fetch_one(connection).await
}

/// Writes events at their positions, with the comments and files that they tell of; gives how many. Those that are there
/// already are left out.
pub async fn insert_log(
    connection: &mut PgConnection,
    place: &Place,
    names: &Names,
    (comments, files): (&[Text<CommentLine>], &[Received]),
    mut events: Vec<(u64, EventLine)>,
) -> Result<u64, ExportError> {
    let head = head(connection, place).await?;
    events.retain(|(_, event)| event.position > head);
    if events.is_empty() {
        return Ok(0);
    }
    // A comment without its event belongs to the next run: half a file can end between the two.
    let positions: HashSet<i64> = events.iter().map(|(_, event)| event.position).collect();
    let comments: Vec<&Text<CommentLine>> =
        comments.iter().filter(|comment| positions.contains(&comment.line.position)).collect();
    let named = events.iter().filter_map(|(number, event)| Some((event.issue.as_ref()?, number)));
    let named = named.chain(comments.iter().map(|text| (&text.line.issue, &text.number)));
    let named: HashMap<&String, &u64> = named.collect();
    let keys: Vec<_> = named
        .into_iter()
        .map(|(key, number)| Ok((*number, key_of(*number, key)?)))
        .collect::<Result<_, ExportError>>()?;
    let issues = issue_ids(connection, place, names, &keys).await?;
    let comments = insert_comments(connection, place, names, &issues, &comments).await?;
    let about = (&issues, &comments);
    let files = import_dump_files::insert(connection, place, names, about, (files, &events)).await?;
    insert_events(connection, place, names, &Ids { issues, comments, files }, (head, events)).await
}

/// What events can name.
struct Ids {
    /// By key.
    issues: HashMap<String, IssueId>,
    /// By the position at which they were added.
    comments: HashMap<i64, CommentId>,
    /// The same.
    files: HashMap<i64, i64>,
}

pub(super) fn issue(
    issues: &HashMap<String, IssueId>,
    number: u64,
    key: &str,
) -> Result<IssueId, ExportError> {
    issues.get(key).copied().ok_or_else(|| wrong(number, format!("there is no issue {key}")))
}

/// Gives the id of each by its position.
async fn insert_comments(
    connection: &mut PgConnection,
    place: &Place,
    names: &Names,
    issues: &HashMap<String, IssueId>,
    lines: &[&Text<CommentLine>],
) -> Result<HashMap<i64, CommentId>, ExportError> {
    let mut bodies = Vec::with_capacity(lines.len());
    for text in lines {
        bodies
            .push(Markdown::parse_some("body", &text.line.body).map_err(|error| wrong(text.number, error))?);
    }
    let ids = rows::take_comment_ids(connection, lines.len()).await?;
    let mut comments = Vec::with_capacity(lines.len());
    for ((text, body), id) in lines.iter().zip(&bodies).zip(&ids) {
        comments.push(CommentRow {
            id: *id,
            issue: issue(issues, text.number, &text.line.issue)?,
            author: names.person(text.number, &text.line.author)?,
            body,
            html: &text.html,
            at: Timestamp(text.line.created_at),
        });
    }
    rows::insert_comments(connection, place.org, &comments).await?;
    Ok(lines.iter().zip(ids).map(|(text, id)| (text.line.position, id)).collect())
}

async fn insert_events(
    connection: &mut PgConnection,
    place: &Place,
    names: &Names,
    ids: &Ids,
    (head, events): (i64, Vec<(u64, EventLine)>),
) -> Result<u64, ExportError> {
    let (mut actors, mut about, mut payloads) = (Vec::new(), Vec::new(), Vec::new());
    for (position, (number, event)) in (head + 1..).zip(&events) {
        if event.position != position {
            return Err(wrong(*number, format!("position {position} is missing before {}", event.position)));
        }
        actors.push(names.person(*number, &event.actor)?.0);
        about.push(
            event.issue.as_ref().map(|key| issue(&ids.issues, *number, key)).transpose()?.map(|id| id.0),
        );
        let comment = ids.comments.get(&event.position).map(|id| id.0);
        let file = file_of(&event.kind, &event.data).and_then(|position| ids.files.get(&position).copied());
        let mut data = event.data.clone();
        to_ids(&event.kind, &mut data, (comment, file), |address| names.people.get(address).copied())
            .ok_or_else(|| wrong(*number, "the event names somebody who is not there, or lacks a member"))?;
        let facts = event.facts.as_ref().map(|facts| names.facts(*number, facts)).transpose()?;
        payloads.push(json!({ "data": data, "facts": facts }));
    }
    let at = |event: &(u64, EventLine)| event.1.at;
    let last = sqlx::query_scalar!(
        "WITH head AS (
             UPDATE org_heads SET seq = seq + $3 WHERE org_id = $1 AND seq = $2 RETURNING seq
         ), written AS (
             INSERT INTO events (org_id, seq, at, recorded_at, actor_id, origin, issue_id, kind, version, payload)
             SELECT $1, $2 + new.position, new.at, new.recorded_at, new.actor_id, new.origin, new.issue_id, new.kind,
                    new.version, new.payload
             FROM head, unnest($4::timestamptz[], $5::timestamptz[], $6::bigint[], $7::text[], $8::bigint[], $9::text[],
                         $10::smallint[], $11::jsonb[])
                 WITH ORDINALITY AS new (at, recorded_at, actor_id, origin, issue_id, kind, version, payload, position)
         )
         SELECT seq FROM head",
        place.org.0,
        head,
        events.len() as i64,
        &column(&events, at),
        &column(&events, |event| event.1.recorded_at),
        &actors,
        &column(&events, |event| event.1.origin.clone()),
        &about as &[Option<i64>],
        &column(&events, |event| event.1.kind.clone()),
        &column(&events, |event| event.1.version),
        &payloads,
    )
    .fetch_optional(connection)
    .await?;
    match last {
        Some(_) => Ok(events.len() as u64),
        None => Err(ExportError::Refused(format!(
            "somebody else wrote into {} meanwhile; restore into an organization that nobody uses",
            place.slug
        ))),
    }
}
