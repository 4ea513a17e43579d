//! Writing the rows of files of an export: beside [`super::import_dump_log`]. Their bytes are in the store by then.

use sqlx::PgConnection;
use std::collections::HashMap;
use tracker_domain::id::{CommentId, IssueId};

use super::{
    import::Place,
    import_dump::{Names, wrong},
    import_dump_log::issue,
};
use crate::export::{
    ExportError,
    line::{AttachmentLine, EventLine},
    names::file_of,
};

/// The kind of the events that name files first.
const ADDED: &str = "attachment_added";

/// A file that is in the store.
#[derive(Debug)]
pub struct Received {
    /// The number of its line.
    pub number: u64,
    /// What it says.
    pub line: AttachmentLine,
    /// Of its bytes.
    pub sha256: [u8; 32],
    /// Where the store has it.
    pub object: String,
    /// Whether there is a small picture beside it.
    pub thumbnail: bool,
}

/// Writes the rows of files whose events are among these. Gives the id of each file that they name by the position at which
/// it was added; one that was taken away has an id and no row, like where it came from.
pub(super) async fn insert(
    connection: &mut PgConnection,
    place: &Place,
    names: &Names,
    (issues, comments): (&HashMap<String, IssueId>, &HashMap<i64, CommentId>),
    (files, events): (&[Received], &[(u64, EventLine)]),
) -> Result<HashMap<i64, i64>, ExportError> {
    let ids = ids(connection, place, events).await?;
    let last = events.last().map_or(0, |(_, event)| event.position);
    for file in files.iter().filter(|file| file.line.position <= last) {
        let (number, line) = (file.number, &file.line);
        let said = |(_, event): &&(u64, EventLine)| {
            let named = (event.kind == ADDED).then(|| file_of(&event.kind, &event.data)).flatten();
            named == Some(line.position) && event.issue.as_ref() == Some(&line.issue)
        };
        let id = events.iter().find(said).and_then(|_| ids.get(&line.position));
        let id = id.ok_or_else(|| {
            let position = line.position;
            wrong(number, format!("the event at position {position} does not say that this file was added"))
        })?;
        let comment = match line.comment {
            Some(position) => Some(comment_at(connection, place, comments, (number, position)).await?),
            None => None,
        };
        let uploader = names.person(number, &line.uploader)?;
        let about = (*id, issue(issues, number, &line.issue)?, comment, uploader.0);
        insert_row(connection, place, about, file).await?;
    }
    Ok(ids)
}

async fn insert_row(
    connection: &mut PgConnection,
    place: &Place,
    (id, issue, comment, uploader): (i64, IssueId, Option<i64>, i64),
    file: &Received,
) -> Result<(), ExportError> {
    let line = &file.line;
    sqlx::query!(
        "INSERT INTO attachments (org_id, id, issue_id, comment_id, uploader_id, name, media_type, size, sha256, width, height,
                                  state, finding, object, thumbnail, created_at, hidden_at)
         OVERRIDING SYSTEM VALUE
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        place.org.0,
        id,
        issue.0,
        comment,
        uploader,
        line.name,
        line.media_type,
        line.size,
        &file.sha256[..],
        line.width,
        line.height,
        line.state,
        line.finding,
        file.object,
        file.thumbnail,
        line.created_at,
        line.hidden_at
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// An id for each file that these events name: new ones for those that they say were added.
async fn ids(
    connection: &mut PgConnection,
    place: &Place,
    events: &[(u64, EventLine)],
) -> Result<HashMap<i64, i64>, ExportError> {
    let (mut added, mut named) = (Vec::new(), Vec::new());
    for (number, event) in events {
        let Some(position) = file_of(&event.kind, &event.data) else { continue };
        if event.kind != ADDED {
            named.push((*number, position));
        } else if position == event.position {
            added.push(position);
        } else {
            return Err(wrong(*number, "a file that is added is named by this position"));
        }
    }
    let new = sqlx::query_scalar!(
        r#"SELECT nextval(pg_get_serial_sequence('attachments', 'id')) AS "id!" FROM generate_series(1, $1::bigint)"#,
        added.len() as i64
    );
    let new = new.fetch_all(&mut *connection).await?;
    let mut ids: HashMap<i64, i64> = added.into_iter().zip(new).collect();
    let elsewhere: Vec<i64> =
        named.iter().map(|(_, position)| *position).filter(|position| !ids.contains_key(position)).collect();
    ids.extend(told_before(connection, place, (ADDED, &elsewhere)).await?);
    match named.iter().find(|(_, position)| !ids.contains_key(position)) {
        Some((number, position)) => Err(wrong(*number, format!("no file was added at position {position}"))),
        None => Ok(ids),
    }
}

async fn comment_at(
    connection: &mut PgConnection,
    place: &Place,
    comments: &HashMap<i64, CommentId>,
    (number, position): (u64, i64),
) -> Result<i64, ExportError> {
    if let Some(comment) = comments.get(&position) {
        return Ok(comment.0);
    }
    let before = told_before(connection, place, ("comment_added", &[position])).await?;
    let comment = before.get(&position).copied();
    comment.ok_or_else(|| wrong(number, format!("no comment was added at position {position}")))
}

/// What events that are written already say was added, by position.
async fn told_before(
    connection: &mut PgConnection,
    place: &Place,
    (kind, positions): (&str, &[i64]),
) -> Result<HashMap<i64, i64>, sqlx::Error> {
    if positions.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query!(
        r#"SELECT seq, coalesce(payload -> 'data' -> 'comment', payload -> 'data' -> 'attachment')::bigint AS "id!"
           FROM events WHERE org_id = $1 AND kind = $2 AND seq = ANY ($3)"#,
        place.org.0,
        kind,
        positions
    );
    let rows = rows.fetch_all(connection).await?;
    Ok(rows.into_iter().map(|row| (row.seq, row.id)).collect())
}

/// Lets a scanner look at those that had still to be checked. Not before all events are there: what comes of it is one more.
pub async fn queue_checks(connection: &mut PgConnection, place: &Place) -> Result<(), sqlx::Error> {
    let org = place.org.0.to_string();
    sqlx::query!("SELECT set_config('tracker.org', $1, true)", org).fetch_one(&mut *connection).await?;
    sqlx::query!(
        "SELECT tracker_queue_check(id) FROM attachments
         WHERE org_id = $1 AND state = 'CHECKING' AND issue_id IS NOT NULL AND removed_at IS NULL",
        place.org.0
    )
    .execute(connection)
    .await?;
    Ok(())
}
