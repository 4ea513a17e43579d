//! Members of an organization, as an ADMIN keeps them.

use sqlx::types::Json;
use tracker_domain::{
    error::AppError,
    id::UserId,
    member::{MemberList, MemberView},
    org::Role,
    page::Cursor,
    time::Timestamp,
};

use super::{Tx, db, frame::PageRow, keyset};
use crate::{fault::fault, session::SessionHash};

/// What a page of the members is asked for.
#[derive(Debug)]
pub struct MemberQuery<'a> {
    /// A part of their name or address.
    pub q: &'a str,
    /// Only these.
    pub role: Option<Role>,
    /// From where.
    pub after: Option<&'a Cursor>,
    /// How many.
    pub limit: u16,
    /// What a form left behind: its id and owner.
    pub flash: (&'a str, Option<SessionHash>),
}

/// Reads a page in one statement.
pub async fn page(tx: &mut Tx, query: &MemberQuery<'_>) -> Result<PageRow<MemberList>, AppError> {
    let backwards = query.after.is_some_and(|cursor| cursor.backwards);
    let row = sqlx::query_file!(
        "src/storage/members.sql",
        query.flash.0,
        query.flash.1.map(|hash| hash.0.to_vec()),
        query.q,
        query.role.map_or("", Role::word),
        query.after.map(|cursor| cursor.id),
        backwards,
        i64::from(query.limit) + 1,
    )
    .fetch_one(tx.connection()?)
    .await
    .map_err(db)?;
    let cursor = |member: &MemberView, backwards| Cursor { backwards, id: member.id.0, value: String::new() };
    let (members, [previous, next]) = keyset::cut(row.members.0, query.limit, query.after, cursor);
    let view = MemberList { members, previous, next };
    Ok(PageRow { user: row.user_id, frame: row.frame, flash: row.flash, view })
}

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Done {
        /// The role before.
        from: Role,
        /// The address of the member.
        address: String,
    },
    /// They were like that already.
    Same,
    /// There is no such member.
    NoMember,
    /// They are the last ADMIN, and there must be one.
    LastAdmin,
    /// Who asks is no ADMIN any more.
    NotAdmin,
}

impl Outcome {
    /// What `tracker_change_member` answered; `None` is an answer that it cannot give.
    pub(super) fn read(word: Option<&str>, role: Option<&str>, address: Option<String>) -> Option<Self> {
        Some(match word? {
            "DONE" => Self::Done { from: role?.parse().ok()?, address: address? },
            "SAME" => Self::Same,
            "NO_MEMBER" => Self::NoMember,
            "LAST_ADMIN" => Self::LastAdmin,
            "NOT_ADMIN" => Self::NotAdmin,
            _ => return None,
        })
    }
}

/// Gives a member of the transaction's organization another role, or shuts them out or lets them in; what is `None`
/// stays.
pub async fn change(
    tx: &mut Tx,
    whom: UserId,
    role: Option<Role>,
    shut: Option<bool>,
    now: Timestamp,
) -> Result<Outcome, AppError> {
    let row = sqlx::query!(
        "SELECT outcome, role_before, address FROM tracker_set_member($1, $2, $3, $4)",
        whom.0,
        role.map(Role::word),
        shut,
        now.0
    )
    .fetch_one(tx.connection()?)
    .await
    .map_err(db)?;
    Outcome::read(row.outcome.as_deref(), row.role_before.as_deref(), row.address)
        .ok_or_else(|| fault(&"the change of a member has no outcome"))
}

/// Notes that the person of the transaction is in its organization now.
pub async fn use_org(tx: &mut Tx, now: Timestamp) -> Result<(), AppError> {
    sqlx::query!("SELECT tracker_use_org($1)", now.0).execute(tx.connection()?).await.map_err(db)?;
    Ok(())
}
