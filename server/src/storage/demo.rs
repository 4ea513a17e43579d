//! Filling an organization with a demonstration, as the owner of the database: people and projects by statements, the
//! rest by COPY, all of it in one transaction. It is there as a whole or not at all.
//!
//! A large one takes foreign keys and indexes off before and makes them anew afterwards, which is several times as
//! quick. They are read from the catalogue, so that a migration that adds one needs no change here.

mod batch;

pub use batch::{Batch, Table, Value, origin};
use sqlx::{AssertSqlSafe, PgConnection, PgPool, Postgres, Row, Transaction, postgres::PgPoolOptions};
use time::OffsetDateTime;
use tracker_domain::{
    org::Role,
    text::{OrgSlug, Secret},
    time::Timestamp,
};

use super::{ConnectError, options};

/// Connections as the owner: one that fills, one that reserves ids beside it.
pub async fn connect(url: &Secret) -> Result<PgPool, ConnectError> {
    let pool = PgPoolOptions::new().max_connections(2).acquire_timeout(super::ACQUIRE_TIMEOUT);
    pool.connect_with(options(url)?).await.map_err(ConnectError::Unreachable)
}

/// Somebody who is to be made.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// When they joined.
    pub joined: Timestamp,
    /// The hash of their password; without one they cannot sign in.
    pub hash: Option<String>,
}

/// A project of the organization.
#[derive(Debug, Clone, Copy)]
pub struct Project {
    /// Its id.
    pub id: i64,
    /// The number of its next issue.
    pub next_number: i64,
    /// Whether it is new.
    pub is_new: bool,
}

/// An organization that is being filled. Whatever else would write into it waits.
#[derive(Debug)]
pub struct Filling {
    transaction: Transaction<'static, Postgres>,
    /// Which organization.
    pub org: i64,
    /// The last position of its log.
    pub head: i64,
    /// When this began, by the clock of the database.
    pub begun: OffsetDateTime,
    /// What makes the indexes and keys anew that were taken off.
    anew: Vec<String>,
}

impl Filling {
    /// Finds the organization or makes it. `None`: something happened to issues there already.
    pub async fn begin(
        pool: &PgPool,
        slug: &OrgSlug,
        name: &str,
        created: Timestamp,
    ) -> Result<Option<Self>, sqlx::Error> {
        let mut transaction = pool.begin().await?;
        sqlx::raw_sql(
            "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL maintenance_work_mem = '512MB'",
        )
        .execute(&mut *transaction)
        .await?;
        sqlx::query!(
            "WITH made AS (
                 INSERT INTO organizations (slug, name, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id
             )
             INSERT INTO org_heads (org_id) SELECT id FROM made",
            slug.as_str(),
            name,
            created.0
        )
        .execute(&mut *transaction)
        .await?;
        let head = sqlx::query!(
            r#"SELECT h.org_id, h.seq, now() AS "now!" FROM org_heads h JOIN organizations o ON o.id = h.org_id
               WHERE o.slug = $1 FOR UPDATE OF h"#,
            slug.as_str()
        )
        .fetch_one(&mut *transaction)
        .await?;
        let occupied = sqlx::query_scalar!(
            r#"SELECT EXISTS (SELECT FROM issues WHERE org_id = $1)
                   OR EXISTS (SELECT FROM events WHERE org_id = $1 AND issue_id IS NOT NULL) AS "occupied!""#,
            head.org_id
        )
        .fetch_one(&mut *transaction)
        .await?;
        let filling =
            Self { transaction, org: head.org_id, head: head.seq, begun: head.now, anew: Vec::new() };
        Ok((!occupied).then_some(filling))
    }

    /// Makes people and gives their ids, in their order.
    pub async fn people(&mut self, people: &[NewPerson]) -> Result<Vec<i64>, sqlx::Error> {
        let mut ids = Vec::with_capacity(people.len());
        for person in people {
            let id = sqlx::query_scalar!(
                r#"WITH account AS (
                       INSERT INTO users (email, name, created_at) VALUES ($1, $2, $3) RETURNING id
                   ), secret AS (
                       INSERT INTO credentials (user_id, password_hash, updated_at)
                       SELECT id, $4::text, $3 FROM account WHERE $4::text IS NOT NULL
                   ), member AS (
                       INSERT INTO memberships (org_id, user_id, role, created_at) SELECT $5, id, $6, $3 FROM account
                   )
                   SELECT id FROM account"#,
                person.email,
                person.name,
                person.joined.0,
                person.hash.as_deref(),
                self.org,
                person.role.word()
            );
            ids.push(id.fetch_one(&mut *self.transaction).await?);
        }
        Ok(ids)
    }

    /// A project, which may be there already.
    pub async fn project(
        &mut self,
        key: &str,
        name: &str,
        created: Timestamp,
    ) -> Result<Project, sqlx::Error> {
        let row = sqlx::query!(
            r#"INSERT INTO projects (org_id, key, name, created_at) VALUES ($1, $2, $3, $4)
               ON CONFLICT (org_id, key) DO UPDATE SET key = excluded.key
               RETURNING id, next_number, (xmax = 0) AS "is_new!""#,
            self.org,
            key,
            name,
            created.0
        );
        let row = row.fetch_one(&mut *self.transaction).await?;
        Ok(Project { id: row.id, next_number: row.next_number, is_new: row.is_new })
    }

    /// The ids of tags, in their order; those that are not there are made.
    pub async fn tags(&mut self, names: &[&str]) -> Result<Vec<i64>, sqlx::Error> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        sqlx::query!(
            "INSERT INTO tags (org_id, name) SELECT $1, name FROM unnest($2::text[]) AS name ON CONFLICT DO NOTHING",
            self.org,
            &names
        )
        .execute(&mut *self.transaction)
        .await?;
        sqlx::query_scalar!(
            "SELECT t.id FROM unnest($2::text[]) WITH ORDINALITY AS n (name, position)
             JOIN tags t ON t.org_id = $1 AND t.name = n.name ORDER BY n.position",
            self.org,
            &names
        )
        .fetch_all(&mut *self.transaction)
        .await
    }

    /// Takes indexes and foreign keys off the tables that are filled, unless more is there than is to come. Everybody
    /// else who wants these tables waits until the end.
    pub async fn loosen(&mut self, issues: u64) -> Result<(), sqlx::Error> {
        let there = sqlx::query_scalar!(
            r#"SELECT greatest(reltuples, 0)::bigint AS "rows!" FROM pg_class WHERE oid = 'issues'::regclass"#
        );
        if there.fetch_one(&mut *self.transaction).await? as u64 > issues {
            return Ok(());
        }
        let parts = sqlx::query(LOOSE_PARTS).bind(&FILLED[..]).fetch_all(&mut *self.transaction).await?;
        for part in parts {
            let drop: String = part.try_get("off")?;
            self.anew.push(part.try_get("anew")?);
            sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut *self.transaction).await?;
        }
        Ok(())
    }

    /// Makes them anew.
    pub async fn tighten(&mut self) -> Result<(), sqlx::Error> {
        if !self.anew.is_empty() {
            sqlx::query(FILL_SEARCH).bind(self.org).execute(&mut *self.transaction).await?;
        }
        for make in std::mem::take(&mut self.anew) {
            sqlx::raw_sql(AssertSqlSafe(make)).execute(&mut *self.transaction).await?;
        }
        Ok(())
    }

    /// Writes rows.
    pub async fn copy(&mut self, batch: Batch) -> Result<(), sqlx::Error> {
        if batch.rows == 0 {
            return Ok(());
        }
        let mut copy = self.transaction.copy_in_raw(batch.table().copy()).await?;
        copy.send(batch.into_bytes()).await?;
        copy.finish().await?;
        Ok(())
    }

    /// Where what is derived from the log is written too.
    pub fn connection(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }

    /// Says how far the log and the numbers of the projects are, and ends.
    pub async fn finish(mut self, head: i64, projects: &[Project]) -> Result<(), sqlx::Error> {
        for project in projects {
            sqlx::query!(
                "UPDATE projects SET next_number = $3 WHERE org_id = $1 AND id = $2",
                self.org,
                project.id,
                project.next_number
            )
            .execute(&mut *self.transaction)
            .await?;
        }
        sqlx::query!("UPDATE org_heads SET seq = $2 WHERE org_id = $1", self.org, head)
            .execute(&mut *self.transaction)
            .await?;
        self.transaction.commit().await
    }
}

/// What triggers would write row by row, which takes longer than all the rest: see the migration of the search.
const FILL_SEARCH: &str = "
    INSERT INTO search_texts (org_id, issue_id, comment_id, reporter_id, title, doc)
    SELECT t.org_id, t.issue_id, t.comment_id, t.reporter_id, t.title, t.doc FROM (
        SELECT i.org_id, i.id AS issue_id, 0 AS comment_id, i.reporter_id, i.title, i.created_at,
               tracker_doc(i.title, i.description) AS doc
        FROM issues i WHERE i.org_id = $1
        UNION ALL
        SELECT c.org_id, c.issue_id, c.id, i.reporter_id, NULL, c.created_at, tracker_doc(c.body)
        FROM comments c JOIN issues i ON i.org_id = c.org_id AND i.id = c.issue_id WHERE c.org_id = $1) t
    ORDER BY t.created_at";

/// The tables that are filled, by COPY, by triggers, or by the readers of the log.
const FILLED: [&str; 7] = ["issues", "issue_tags", "comments", "events", "search_texts", "spells", "cells"];

/// Indexes come back before keys, which are checked by them.
const LOOSE_PARTS: &str = "
    WITH filled AS (SELECT to_regclass(name)::oid AS oid FROM unnest($1::text[]) AS name)
    SELECT 0 AS turn, format('ALTER TABLE %s DISABLE TRIGGER %I', t.tgrelid::regclass, t.tgname) AS off,
           format('ALTER TABLE %s ENABLE TRIGGER %I', t.tgrelid::regclass, t.tgname) AS anew
    FROM pg_trigger t JOIN filled f ON f.oid = t.tgrelid WHERE t.tgname = 'search_text'
    UNION ALL
    SELECT 1, format('DROP INDEX %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid)
    FROM pg_index i JOIN filled f ON f.oid = i.indrelid
    WHERE NOT i.indisunique AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
    UNION ALL
    SELECT 2, format('ALTER TABLE %s DROP CONSTRAINT %I', c.conrelid::regclass, c.conname),
           format('ALTER TABLE %s ADD CONSTRAINT %I %s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid))
    FROM pg_constraint c JOIN filled f ON f.oid = c.conrelid WHERE c.contype = 'f'
    ORDER BY turn";

/// Takes so many ids of issues and comments, each without gaps; gives the first ones.
pub async fn reserve(pool: &PgPool, issues: i64, comments: i64) -> Result<(i64, i64), sqlx::Error> {
    let mut transaction = pool.begin().await?;
    // Whoever inserts has the table before the id: nobody takes one between the two statements.
    sqlx::raw_sql("LOCK TABLE issues, comments IN SHARE ROW EXCLUSIVE MODE")
        .execute(&mut *transaction)
        .await?;
    let first = sqlx::query!(
        r#"SELECT nextval(pg_get_serial_sequence('issues', 'id')) AS "issue!",
                  nextval(pg_get_serial_sequence('comments', 'id')) AS "comment!""#
    )
    .fetch_one(&mut *transaction)
    .await?;
    sqlx::query!(
        "SELECT setval(pg_get_serial_sequence('issues', 'id'), $1) AS issue,
                setval(pg_get_serial_sequence('comments', 'id'), $2) AS comment",
        first.issue + issues.max(1) - 1,
        first.comment + comments.max(1) - 1
    )
    .fetch_one(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok((first.issue, first.comment))
}

/// Lets the database look at what is new, so that its plans suit.
pub async fn look_over(pool: &PgPool) -> Result<(), sqlx::Error> {
    let mut connection = pool.acquire().await?;
    sqlx::raw_sql("SET statement_timeout = 0").execute(&mut *connection).await?;
    for table in FILLED.iter().chain(&["tags", "users", "memberships", "projects"]) {
        let statement = AssertSqlSafe(format!("VACUUM (ANALYZE) {table}"));
        sqlx::raw_sql(statement).execute(&mut *connection).await?;
    }
    connection.close_on_drop();
    Ok(())
}
