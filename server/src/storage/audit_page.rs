//! Reading the audit trail. Row-level security shows it to ADMINs of the organization alone.
//!
//! The statement is put together from fixed parts, since its filter varies; values are always bound.

use serde::Deserialize;
use serde_json::Value;
use sqlx::{Postgres, QueryBuilder, Row, types::Json};
use tracker_domain::{audit::AuditAction, error::AppError, page::Cursor, time::Timestamp};

use super::{Tx, db, frame::PageRow, keyset};
use crate::session::SessionHash;

/// Which entries are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only those of this kind.
    pub action: Option<AuditAction>,
    /// Only what these did, or what was done to them: an address, the part of it before the `@`, or a name.
    pub person: Option<String>,
    /// From then on.
    pub from: Option<Timestamp>,
    /// Before then.
    pub until: Option<Timestamp>,
}

/// An entry as its row says.
#[derive(Debug, Clone, Deserialize)]
pub struct AuditRow {
    id: i64,
    /// When.
    pub at: Timestamp,
    /// Who did it: their name.
    pub name: Option<String>,
    /// Their address.
    pub email: Option<String>,
    /// What: a word of [`AuditAction`], maybe of a newer version of the program.
    pub action: String,
    /// To whom or what.
    pub target: String,
    /// From which machine.
    pub address: String,
    /// By which browser or program.
    pub agent: String,
    /// What else there is to know.
    pub details: Value,
}

impl AuditRow {
    /// The place of a page that begins after it.
    pub fn cursor(&self, backwards: bool) -> Cursor {
        Cursor { backwards, id: self.id, value: self.at.micros().to_string() }
    }
}

fn push_wanted(builder: &mut QueryBuilder<Postgres>, wanted: &Wanted) {
    if let Some(action) = wanted.action {
        builder.push(" AND a.action = ").push_bind(action.word());
    }
    if let Some(person) = &wanted.person {
        let word = person.to_lowercase();
        let people = |builder: &mut QueryBuilder<Postgres>, what: &str| {
            builder.push(format!("ARRAY(SELECT {what} FROM tracker_people("));
            builder.push_bind(vec![word.clone()]).push(") p JOIN users u ON u.id = p.user_id)");
        };
        builder.push(" AND (a.actor_id = ANY (");
        people(builder, "u.id");
        builder.push(") OR a.target = ANY (");
        people(builder, "u.email");
        builder.push(") OR a.target = ").push_bind(word.clone()).push(")");
    }
    if let Some(from) = wanted.from {
        builder.push(" AND a.at >= ").push_bind(from.0);
    }
    if let Some(until) = wanted.until {
        builder.push(" AND a.at < ").push_bind(until.0);
    }
}

/// The rows as one JSON array in their order, newest first unless it goes backwards.
fn push_rows(builder: &mut QueryBuilder<Postgres>, wanted: &Wanted, after: Option<&Cursor>, limit: i64) {
    let backwards = after.is_some_and(|cursor| cursor.backwards);
    let (direction, comparison) = if backwards { ("ASC", ">") } else { ("DESC", "<") };
    builder.push(
        "(SELECT coalesce(json_agg(json_build_object('id', a.id, 'at', a.at, 'name', u.name, 'email', u.email,
             'action', a.action, 'target', a.target, 'address', a.address, 'agent', a.agent, 'details', a.details)
             ORDER BY a.place), '[]')
          FROM (SELECT a.*, row_number() OVER () AS place FROM (
              SELECT a.* FROM audit a WHERE a.org_id = tracker_org()",
    );
    push_wanted(builder, wanted);
    if let Some(cursor) = after {
        builder.push(format!(" AND (a.at, a.id) {comparison} (tracker_micros("));
        builder.push_bind(cursor.value.parse::<i64>().unwrap_or_default());
        builder.push("), ").push_bind(cursor.id).push(")");
    }
    builder.push(format!(" ORDER BY a.at {direction}, a.id {direction} LIMIT {limit}) a) a"));
    builder.push(" LEFT JOIN users u ON u.id = a.actor_id) AS entries");
}

/// Refuses the place of another list.
fn check(after: Option<&Cursor>) -> Result<(), AppError> {
    let readable = |cursor: &Cursor| cursor.value.parse().ok().and_then(Timestamp::from_micros).is_some();
    if after.is_none_or(readable) {
        return Ok(());
    }
    Err(AppError::invalid("after", "This page link is not complete. Start from the first page."))
}

/// A page with what stands around it.
pub struct AuditPage {
    /// The entries.
    pub rows: Vec<AuditRow>,
    /// The pages before and after.
    pub pages: [Option<Cursor>; 2],
}

/// Reads a page of the trail in one statement.
pub async fn page(
    tx: &mut Tx,
    wanted: &Wanted,
    (after, size): (Option<&Cursor>, u16),
    flash: (&str, Option<SessionHash>),
) -> Result<PageRow<AuditPage>, AppError> {
    check(after)?;
    let mut builder = QueryBuilder::new("SELECT tracker_user() AS user_id, tracker_frame() AS frame, ");
    builder.push("(SELECT f.flash FROM flashes f WHERE f.id = ").push_bind(flash.0.to_owned());
    builder.push(" AND f.owner = ").push_bind(flash.1.map(|hash| hash.0.to_vec())).push(") AS flash, ");
    push_rows(&mut builder, wanted, after, i64::from(size) + 1);
    let found = builder.build().fetch_one(tx.connection()?).await.map_err(db)?;
    let rows: Json<Vec<AuditRow>> = found.try_get("entries").map_err(db)?;
    let (rows, pages) = keyset::cut(rows.0, size, after, AuditRow::cursor);
    Ok(PageRow {
        user: found.try_get("user_id").map_err(db)?,
        frame: found.try_get("frame").map_err(db)?,
        flash: found.try_get("flash").map_err(db)?,
        view: AuditPage { rows, pages },
    })
}

/// The next entries after a place, for taking them out.
pub async fn rows(
    tx: &mut Tx,
    wanted: &Wanted,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Vec<AuditRow>, AppError> {
    let mut builder = QueryBuilder::new("SELECT ");
    push_rows(&mut builder, wanted, after, limit);
    let found = builder.build().fetch_one(tx.connection()?).await.map_err(db)?;
    Ok(found.try_get::<Json<Vec<AuditRow>>, _>("entries").map_err(db)?.0)
}
