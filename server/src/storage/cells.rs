//! The cells of the insights: sums by slice and day.

use sqlx::PgConnection;
use std::collections::BTreeMap;
use tracker_domain::{
    id::OrgId,
    insight::{Cells, Layer, Slice, pack, unpack},
    time::Day,
};

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey {
    /// Of which issues.
    pub slice: Slice,
    /// What of it.
    pub layer: Layer,
    /// The day, or the first day of the month.
    pub day: Day,
}

/// How a slice is written: its kind and its name.
pub fn written(slice: &Slice) -> (&'static str, String) {
    match slice {
        Slice::All => ("ALL", String::new()),
        Slice::Project(id) => ("PROJECT", id.to_string()),
        Slice::Assignee(id) => ("ASSIGNEE", id.map(|id| id.to_string()).unwrap_or_default()),
        Slice::Tag(tag) => ("TAG", tag.clone()),
        Slice::Reporter(id) => ("REPORTER", id.to_string()),
    }
}

/// Adds to rows, which are locked for it. There is one reader of an organization at a time (its cursor's row says so), so
/// none comes in between.
pub async fn add(
    connection: &mut PgConnection,
    org: OrgId,
    more: &BTreeMap<RowKey, Cells>,
) -> Result<(), sqlx::Error> {
    let names: Vec<_> = more.keys().map(|key| written(&key.slice)).collect();
    let kinds: Vec<_> = names.iter().map(|(kind, _)| (*kind).to_owned()).collect();
    let names: Vec<_> = names.into_iter().map(|(_, name)| name).collect();
    let layers: Vec<_> = more.keys().map(|key| key.layer.word().to_owned()).collect();
    let days: Vec<_> = more.keys().map(|key| key.day.0).collect();
    let there = sqlx::query!(
        "SELECT n.at AS \"at!\", c.body
         FROM unnest($2::text[], $3::text[], $4::text[], $5::date[]) WITH ORDINALITY AS n (kind, name, layer, day, at)
         JOIN cells c ON c.org_id = $1 AND c.kind = n.kind AND c.name = n.name AND c.layer = n.layer AND c.day = n.day",
        org.0,
        &kinds,
        &names,
        &layers,
        &days
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut rows: Vec<Cells> = more.values().cloned().collect();
    for found in there {
        let Some(row) = usize::try_from(found.at - 1).ok().and_then(|at| rows.get_mut(at)) else { continue };
        unpack(&found.body, |key, count| *row.entry(key).or_default() += count).ok_or_else(unreadable)?;
        row.retain(|_, count| *count != 0);
    }
    let bodies: Vec<_> = rows.iter().map(pack).collect();
    sqlx::query!(
        "INSERT INTO cells (org_id, kind, name, layer, day, body)
         SELECT $1, n.* FROM unnest($2::text[], $3::text[], $4::text[], $5::date[], $6::bytea[]) AS n
         ON CONFLICT (org_id, kind, name, layer, day) DO UPDATE SET body = excluded.body",
        org.0,
        &kinds,
        &names,
        &layers,
        &days,
        &bodies
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Some days that have rows, by chance.
pub async fn some_days(
    connection: &mut PgConnection,
    org: OrgId,
    most: i64,
) -> Result<Vec<Day>, sqlx::Error> {
    let days = sqlx::query_scalar!(
        "SELECT day FROM cells WHERE org_id = $1 AND kind = 'ALL' AND layer = 'DAY' ORDER BY random() LIMIT $2",
        org.0,
        most
    );
    Ok(days.fetch_all(connection).await?.into_iter().map(Day).collect())
}

/// What the rows of a day say, by kind, name and layer; those of months are left out.
pub async fn of_day(
    connection: &mut PgConnection,
    org: OrgId,
    day: Day,
) -> Result<BTreeMap<(String, String, String), Cells>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT kind, name, layer, body FROM cells WHERE org_id = $1 AND layer <> 'MONTH' AND day = $2",
        org.0,
        day.0
    );
    let rows = rows.fetch_all(connection).await?;
    let mut all = BTreeMap::new();
    for row in rows {
        let mut cells = Cells::new();
        let read = unpack(&row.body, |key, count| {
            cells.insert(key, count);
        });
        read.ok_or_else(unreadable)?;
        all.insert((row.kind, row.name, row.layer), cells);
    }
    Ok(all)
}

fn unreadable() -> sqlx::Error {
    sqlx::Error::Decode("a row of cells cannot be read".into())
}

/// Forgets the cells of an organization.
pub async fn clear(connection: &mut PgConnection, org: OrgId) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM cells WHERE org_id = $1", org.0).execute(connection).await?;
    Ok(())
}
