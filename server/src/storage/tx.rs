//! A transaction that speaks for one person in one organization, and writes its events last.
//!
//! Beginning and saying who asks is one round trip. A request can be cancelled at any await, and sqlx 0.9.0 would put a
//! connection back into the pool that is inside a transaction: one whose beginning was given up is rolled back by a task,
//! one whose beginning failed is closed, and one that is dropped is rolled back before anybody else gets it.

use sqlx::{AssertSqlSafe, PgConnection, Postgres, Row, pool::PoolConnection};
use tracker_domain::{
    error::AppError,
    event::Change,
    id::{IssueId, OrgId, Seq, UserId},
    org::{Person, Role},
    policy::Actor,
    session::Session,
    text::OrgSlug,
    time::Timestamp,
};

use super::{db, events};
use crate::{fault::fault, session::SessionHash};

/// What a request shows to say who it is from. A new kind is a variant here, a function of the database that finds out
/// who that is, and a line in [`Identity::sql`] and in `App::credential`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// Nothing, or nothing that is good.
    Nobody,
    /// A session, by a token that we have signed.
    Session(Session),
    /// A token of a program, as its hash.
    Token(SessionHash),
}

/// Who asks: what a request brings along, before the database has said who that is.
#[derive(Debug, Clone)]
pub struct Identity {
    /// What it shows.
    pub credential: Credential,
    /// The organization that the request is about.
    pub org: OrgSlug,
    /// The present, for sessions that have ended.
    pub now: Timestamp,
}

impl Identity {
    /// The statement that finds out who asks. Everything in it is typed: hexadecimal, a checked slug, a number.
    pub(super) fn sql(&self) -> String {
        let who = match self.credential {
            Credential::Nobody => "session(NULL, NULL".to_owned(),
            Credential::Session(Session { id, user }) => format!("session({id}, {user}"),
            Credential::Token(hash) => format!("token('\\x{}'", hash.hex()),
        };
        let (org, micros) = (&self.org, self.now.micros());
        format!("SELECT tracker_identify_{who}, '{org}', tracker_micros({micros}))")
    }
}

/// Who the transaction speaks for.
#[derive(Debug, Clone)]
pub struct Member {
    /// In this organization.
    pub org: OrgId,
    /// This person, in this role.
    pub actor: Actor,
    /// Called so.
    pub name: String,
}

impl Member {
    /// As others see them.
    pub fn person(&self) -> Person {
        Person { id: self.actor.user, name: self.name.clone() }
    }
}

/// An event that is to be written when the transaction ends.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// When it happened.
    pub at: Timestamp,
    /// Which issue it is about, and what that is after it.
    pub issue: Option<(IssueId, tracker_domain::event::Facts)>,
    /// What happened.
    pub change: Change,
}

/// A connection on which a transaction is being begun; `None` once it is known how that went.
struct Beginning(Option<PoolConnection<Postgres>>);

impl Drop for Beginning {
    fn drop(&mut self) {
        self.0.take().into_iter().for_each(roll_back);
    }
}

/// The driver waits for what was sent before it sends the next.
fn roll_back(mut connection: PoolConnection<Postgres>) {
    tokio::spawn(async move {
        if sqlx::raw_sql("ROLLBACK").execute(&mut *connection).await.is_err() {
            connection.close_on_drop();
        }
    });
}

/// See the module.
#[derive(Debug)]
pub struct Tx {
    // `None` only after the transaction has ended.
    connection: Option<PoolConnection<Postgres>>,
    sees_all: bool,
}

impl Tx {
    /// Begins with a statement that is made of typed parts only.
    pub(super) async fn begin(pool: &sqlx::PgPool, sql: String) -> Result<Self, AppError> {
        let mut beginning = Beginning(Some(crate::metrics::waiting(pool.acquire()).await.map_err(db)?));
        let connection = beginning.0.as_deref_mut().ok_or_else(|| fault(&"there is no connection"))?;
        let begun = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_one(connection).await;
        let role = begun.and_then(|row| row.try_get::<Option<String>, _>(0));
        let mut connection = beginning.0.take();
        if let (Err(_), Some(connection)) = (&role, &mut connection) {
            connection.close_on_drop();
        }
        let sees_all = role.map_err(db)?.is_some_and(|role| role != Role::Reporter.word());
        Ok(Self { connection, sees_all })
    }

    /// The connection, for one statement.
    pub(crate) fn connection(&mut self) -> Result<&mut PgConnection, AppError> {
        self.connection.as_deref_mut().ok_or_else(|| fault(&"the transaction has ended"))
    }

    /// Whether the viewer's role sees the issues of others. For choosing a statement's form only: what it may read is
    /// held by row-level security.
    pub const fn sees_all(&self) -> bool {
        self.sees_all
    }

    /// Whose account this speaks for, in whatever organization; nobody is [`AppError::Unauthenticated`].
    pub async fn user(&mut self) -> Result<UserId, AppError> {
        let user = sqlx::query_scalar!("SELECT tracker_user()").fetch_one(self.connection()?).await;
        user.map_err(db)?.map(UserId).ok_or(AppError::Unauthenticated)
    }

    /// Who this speaks for: nobody is [`AppError::Unauthenticated`], a stranger to the organization finds nothing, and a
    /// member who is kept out of it hears why.
    pub async fn member(&mut self) -> Result<Member, AppError> {
        let row = sqlx::query!(
            r#"SELECT tracker_user() AS user_id, tracker_org() AS org_id, current_setting('tracker.role') AS "role!",
                      current_setting('tracker.blocked', true) = 'factor' AS factor_needed,
                      (SELECT name FROM users WHERE id = tracker_user()) AS name"#
        )
        .fetch_one(self.connection()?)
        .await
        .map_err(db)?;
        let (Some(user), Some(name)) = (row.user_id, row.name) else { return Err(AppError::Unauthenticated) };
        if row.factor_needed == Some(true) {
            return Err(AppError::FactorNeeded);
        }
        let Some(org) = row.org_id else { return Err(AppError::NotFound) };
        let role: Role = row.role.parse()?;
        Ok(Member { org: OrgId(org), actor: Actor { user: UserId(user), role }, name })
    }

    /// Writes the events, then ends the transaction. The position is taken last: its lock makes number order commit
    /// order, and everybody else of the organization waits for it.
    pub async fn commit(mut self, member: &Member, new: &[NewEvent]) -> Result<Seq, AppError> {
        let seq = if new.is_empty() { Seq(0) } else { events::append(&mut self, member, new).await? };
        self.end().await?;
        Ok(seq)
    }

    /// Ends the transaction without events.
    pub async fn end(mut self) -> Result<(), AppError> {
        sqlx::raw_sql("COMMIT").execute(self.connection()?).await.map_err(db)?;
        self.connection = None;
        Ok(())
    }

    /// Rolls back. Unlike with one that is dropped, its locks are free when this returns.
    pub async fn give_up(mut self) -> Result<(), AppError> {
        sqlx::raw_sql("ROLLBACK").execute(self.connection()?).await.map_err(db)?;
        self.connection = None;
        Ok(())
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        self.connection.take().into_iter().for_each(roll_back);
    }
}
