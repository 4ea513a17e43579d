//! What `tracker doctor` asks the database, as its owner: each question finds what is wrong and gives a count with the
//! first few examples. PostgreSQL does the comparing, in one transaction that only reads, at one position.

use sqlx::{PgConnection, PgPool, Postgres, Row, Transaction, postgres::PgPoolOptions};
use time::OffsetDateTime;
use tracker_domain::text::Secret;

use super::{ACQUIRE_TIMEOUT, ConnectError, jobs, options};
use crate::insights::reconcile;

/// So many examples of each finding are given.
pub const EXAMPLES: usize = 5;

/// What was found by one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Which of the things that the question is about.
    pub kind: String,
    /// How many times.
    pub count: i64,
    /// The first ones.
    pub examples: Vec<String>,
}

/// A transaction that only reads.
#[derive(Debug)]
pub struct Examination {
    transaction: Transaction<'static, Postgres>,
}

/// What the server is.
#[derive(Debug, Clone, Copy)]
pub struct Server {
    /// `150004` is 15.4.
    pub version: i32,
    /// Its present.
    pub now: OffsetDateTime,
    /// Whether the user of `DATABASE_URL` may do everything.
    pub superuser: bool,
    /// Whether the sorting rules of the operating system changed after the database was made.
    pub other_collation: bool,
}

/// One of the roles of the program.
#[derive(Debug, Clone)]
pub struct RoleState {
    /// Its name.
    pub name: String,
    /// It is there.
    pub exists: bool,
    /// The user of `DATABASE_URL` may become it.
    pub usable: bool,
    /// Row-level security does not bind it: a superuser, exempt, or the owner of a table.
    pub unbound: bool,
}

/// A migration that was applied.
#[derive(Debug, Clone)]
pub struct Applied {
    /// Which.
    pub version: i64,
    /// What it was made of.
    pub checksum: Vec<u8>,
    /// Whether it was finished.
    pub success: bool,
}

impl Examination {
    /// Connects and begins.
    pub async fn begin(url: &Secret) -> Result<Self, ConnectError> {
        let pool: PgPool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_with(options(url)?)
            .await
            .map_err(ConnectError::Unreachable)?;
        Self::on(&pool).await.map_err(ConnectError::Unreachable)
    }

    async fn on(pool: &PgPool) -> Result<Self, sqlx::Error> {
        let mut transaction = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        sqlx::raw_sql("SET LOCAL statement_timeout = 0; SET LOCAL work_mem = '64MB'")
            .execute(&mut *transaction)
            .await?;
        Ok(Self { transaction })
    }

    fn connection(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }

    /// What the server is.
    pub async fn server(&mut self) -> Result<Server, sqlx::Error> {
        sqlx::query_as!(
            Server,
            r#"SELECT current_setting('server_version_num')::int AS "version!", clock_timestamp() AS "now!",
                      (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS "superuser!",
                      coalesce((SELECT datcollversion <> pg_database_collation_actual_version(oid)
                                FROM pg_database WHERE datname = current_database()), false) AS "other_collation!""#
        )
        .fetch_one(self.connection())
        .await
    }

    /// Whether the extension is there.
    pub async fn has_trigrams(&mut self) -> Result<bool, sqlx::Error> {
        sqlx::query_scalar!(
            r#"SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') AS "there!""#
        )
        .fetch_one(self.connection())
        .await
    }

    /// The roles of the program.
    pub async fn roles(&mut self) -> Result<Vec<RoleState>, sqlx::Error> {
        sqlx::query_as!(
            RoleState,
            r#"SELECT n.name AS "name!", r.oid IS NOT NULL AS "exists!",
                      coalesce(pg_has_role(current_user, r.oid, 'USAGE'), false) AS "usable!",
                      coalesce(r.rolsuper OR r.rolbypassrls OR EXISTS (
                          SELECT FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relowner = r.oid
                      ), false) AS "unbound!"
               FROM unnest(ARRAY['tracker_app', 'tracker_system']) AS n (name)
               LEFT JOIN pg_roles r ON r.rolname = n.name"#
        )
        .fetch_all(self.connection())
        .await
    }

    /// The migrations that were applied, in order; none when there never was one.
    pub async fn migrations(&mut self) -> Result<Vec<Applied>, sqlx::Error> {
        // Not checked queries: the table belongs to the migrator and is not there before its first run.
        let there: bool = sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
            .fetch_one(self.connection())
            .await?;
        if !there {
            return Ok(Vec::new());
        }
        let rows = sqlx::query("SELECT version, checksum, success FROM _sqlx_migrations ORDER BY version");
        let rows = rows.fetch_all(self.connection()).await?;
        rows.iter()
            .map(|row| {
                Ok(Applied {
                    version: row.try_get("version")?,
                    checksum: row.try_get("checksum")?,
                    success: row.try_get("success")?,
                })
            })
            .collect()
    }

    /// Whether the queue of jobs has its tables.
    pub async fn has_queue(&mut self) -> Result<bool, sqlx::Error> {
        sqlx::query_scalar!(r#"SELECT to_regnamespace($1) IS NOT NULL AS "there!""#, jobs::SCHEMA)
            .fetch_one(self.connection())
            .await
    }

    /// Tables of tenants and accounts without their wall, and indexes that are broken.
    pub async fn walls(&mut self) -> Result<Vec<Found>, sqlx::Error> {
        sqlx::query_as!(
            Found,
            r#"WITH wrong AS (
                   SELECT 'wall' AS kind, c.relname::text AS name FROM pg_class c
                   WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
                       AND (c.relname IN ('organizations', 'users', 'credentials', 'sessions', 'provider_accounts', 'provider_logins') OR EXISTS (
                           SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'org_id' AND NOT a.attisdropped))
                       AND (NOT c.relrowsecurity OR NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)
                           -- Without a policy a table is closed: right for one that is the owner's alone.
                           AND EXISTS (SELECT FROM pg_roles r WHERE r.rolname IN ('tracker_app', 'tracker_system')
                                       AND has_table_privilege(r.oid, c.oid, 'SELECT')))
                   UNION ALL
                   SELECT 'index', i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
                   WHERE c.relnamespace = 'public'::regnamespace AND NOT i.indisvalid
               )
               SELECT kind AS "kind!", count(*) AS "count!", (array_agg(name ORDER BY name))[1:5] AS "examples!"
               FROM wrong GROUP BY kind ORDER BY kind"#
        )
        .fetch_all(self.connection())
        .await
    }

    /// Organizations whose log has gaps, that nobody runs, or whose numbers would be given twice.
    pub async fn organizations(&mut self) -> Result<Vec<Found>, sqlx::Error> {
        sqlx::query_as!(
            Found,
            r#"WITH logs AS (
                   SELECT org_id, count(*) AS events, max(seq) AS last FROM events GROUP BY org_id
               ), numbers AS (
                   SELECT org_id, project_id, max(number) AS last FROM issues GROUP BY org_id, project_id
               ), wrong AS (
                   SELECT 'gaps' AS kind, format('%s: %s events up to position %s, and the head is %s', o.slug,
                              coalesce(l.events, 0), coalesce(l.last, 0), coalesce(h.seq::text, 'missing')) AS name
                   FROM organizations o LEFT JOIN org_heads h ON h.org_id = o.id LEFT JOIN logs l ON l.org_id = o.id
                   WHERE h.seq IS DISTINCT FROM coalesce(l.events, 0) OR h.seq <> coalesce(l.last, 0)
                   UNION ALL
                   SELECT 'admin', o.slug FROM organizations o
                   WHERE EXISTS (SELECT FROM memberships m WHERE m.org_id = o.id)
                       AND NOT EXISTS (SELECT FROM memberships m
                                       WHERE m.org_id = o.id AND m.role = 'ADMIN' AND m.disabled_at IS NULL)
                   UNION ALL
                   SELECT 'number', format('%s/%s: the next is %s, and %s is taken', o.slug, p.key, p.next_number, n.last)
                   FROM projects p JOIN organizations o ON o.id = p.org_id
                   JOIN numbers n ON n.org_id = p.org_id AND n.project_id = p.id
                   WHERE p.next_number <= n.last
               )
               SELECT kind AS "kind!", count(*) AS "count!", (array_agg(name ORDER BY name))[1:5] AS "examples!"
               FROM wrong GROUP BY kind ORDER BY kind"#
        )
        .fetch_all(self.connection())
        .await
    }

    /// Issues that are not what their events say.
    pub async fn issues(&mut self) -> Result<Vec<Found>, sqlx::Error> {
        sqlx::query_as!(
            Found,
            r#"WITH replay AS (
                   SELECT org_id, issue_id, min(seq) AS first,
                          max(seq) FILTER (WHERE kind = 'status_moved') AS moved,
                          max(seq) FILTER (WHERE kind = 'severity_set') AS weighed,
                          max(seq) FILTER (WHERE kind = 'assignee_set') AS given,
                          count(*) FILTER (WHERE kind = 'comment_added') AS comments
                   FROM events WHERE issue_id IS NOT NULL GROUP BY org_id, issue_id
               ), texts AS (
                   SELECT org_id, issue_id, count(*) AS comments FROM comments GROUP BY org_id, issue_id
               ), wrong AS (
                   SELECT looked.kind, o.slug || '/' || p.key || '-' || i.number AS name
                   FROM issues i
                   JOIN organizations o ON o.id = i.org_id
                   JOIN projects p ON p.org_id = i.org_id AND p.id = i.project_id
                   LEFT JOIN replay r ON r.org_id = i.org_id AND r.issue_id = i.id
                   LEFT JOIN texts t ON t.org_id = i.org_id AND t.issue_id = i.id
                   LEFT JOIN events f ON f.org_id = i.org_id AND f.seq = r.first
                   LEFT JOIN events m ON m.org_id = i.org_id AND m.seq = r.moved
                   LEFT JOIN events w ON w.org_id = i.org_id AND w.seq = r.weighed
                   LEFT JOIN events g ON g.org_id = i.org_id AND g.seq = r.given
                   CROSS JOIN LATERAL (VALUES
                       ('events', r.first IS NULL),
                       ('status', i.status <> coalesce(m.payload -> 'data' ->> 'to', f.payload -> 'facts' ->> 'status')),
                       ('severity', i.severity <> coalesce(w.payload -> 'data' ->> 'to', f.payload -> 'facts' ->> 'severity')),
                       ('assignee', r.first IS NOT NULL AND i.assignee_id IS DISTINCT FROM (g.payload -> 'data' -> 'to' ->> 'id')::bigint),
                       ('comments', r.first IS NOT NULL AND (i.comment_count <> coalesce(t.comments, 0) OR i.comment_count <> r.comments))
                   ) AS looked (kind, is_wrong)
                   WHERE looked.is_wrong
               )
               SELECT kind AS "kind!", count(*) AS "count!", (array_agg(name ORDER BY name))[1:5] AS "examples!"
               FROM wrong GROUP BY kind ORDER BY kind"#
        )
        .fetch_all(self.connection())
        .await
    }

    /// Rows of the statistics that are not what the events say which their reader has seen. What an event does is
    /// written down in `tracker_domain::insight`; that this says the same is held by the tests of the demonstration.
    pub async fn statistics(&mut self) -> Result<Vec<Found>, sqlx::Error> {
        let wrong = reconcile::differences(self.connection(), reconcile::THOROUGH).await?;
        let count = wrong.len() as i64;
        let examples = wrong.into_iter().take(EXAMPLES).collect();
        Ok(Vec::from_iter((count > 0).then(|| Found { kind: "statistics".to_owned(), count, examples })))
    }

    /// Readers of the log that wait, or are ahead of it, and leftovers that nobody cleans up.
    pub async fn background(
        &mut self,
        readers: &[String],
        now: OffsetDateTime,
    ) -> Result<Vec<Found>, sqlx::Error> {
        sqlx::query_as!(
            Found,
            r#"WITH wrong AS (
                   SELECT CASE WHEN coalesce(c.seq, 0) > h.seq THEN 'ahead' ELSE 'behind' END AS kind,
                          format('%s: %s is at %s of %s', o.slug, n.reader, coalesce(c.seq, 0), h.seq) AS name
                   FROM unnest($1::text[]) AS n (reader) CROSS JOIN org_heads h JOIN organizations o ON o.id = h.org_id
                   LEFT JOIN reader_cursors c ON c.org_id = h.org_id AND c.reader = n.reader
                   LEFT JOIN events e ON e.org_id = h.org_id AND e.seq = coalesce(c.seq, 0) + 1
                   WHERE coalesce(c.seq, 0) > h.seq OR e.recorded_at < clock_timestamp() - interval '1 minute'
                   UNION ALL
                   SELECT 'leftovers', 'a session that ended on ' || (expires_at AT TIME ZONE 'UTC')::date
                   FROM sessions WHERE expires_at < $2::timestamptz - interval '1 day'
                   UNION ALL
                   SELECT 'leftovers', 'an idempotency key of ' || (created_at AT TIME ZONE 'UTC')::date
                   FROM idempotency_keys WHERE created_at < $2::timestamptz - interval '3 days'
                   UNION ALL
                   SELECT 'leftovers', 'a flash of ' || (created_at AT TIME ZONE 'UTC')::date
                   FROM flashes WHERE created_at < $2::timestamptz - interval '2 days'
               )
               SELECT kind AS "kind!", count(*) AS "count!", (array_agg(name ORDER BY name))[1:5] AS "examples!"
               FROM wrong GROUP BY kind ORDER BY kind"#,
            readers,
            now
        )
        .fetch_all(self.connection())
        .await
    }
}
