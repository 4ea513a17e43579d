//! Accounts elsewhere that belong to accounts here, and sign-ins that are under way.

use serde::Deserialize;
use sqlx::types::Json;
use tracker_domain::{
    error::AppError,
    id::{OrgId, UserId},
    org::Role,
    policy::Actor,
    text::{DisplayName, Email, OrgSlug},
    time::Timestamp,
};

use super::{Member, Tx, db, frame::PageRow};
use crate::session::SessionHash;

/// An account elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct Elsewhere<'a> {
    /// The provider's name in the settings.
    pub provider: &'a str,
    /// The provider's own address.
    pub issuer: &'a str,
    /// The account's id there.
    pub subject: &'a str,
    /// What people know it by.
    pub email: &'a str,
}

/// A sign-in under way: by hashes of what comes back, and of what the browser keeps.
#[derive(Debug, Clone, Copy)]
pub struct Journey<'a> {
    /// What comes back.
    pub state: SessionHash,
    /// What the browser keeps.
    pub browser: SessionHash,
    /// To which provider.
    pub provider: &'a str,
}

/// Begins one until then; with `link_in` it links an account to the person of the transaction.
pub async fn begin(
    tx: &mut Tx,
    journey: &Journey<'_>,
    link_in: Option<&OrgSlug>,
    until: Timestamp,
) -> Result<(), AppError> {
    sqlx::query!(
        "SELECT tracker_provider_begin($1, $2, $3, $4, $5)",
        &journey.state.0[..],
        &journey.browser.0[..],
        journey.provider,
        link_in.map(OrgSlug::as_str),
        until.0
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(())
}

/// Whether it is under way.
pub async fn is_pending(tx: &mut Tx, journey: &Journey<'_>, now: Timestamp) -> Result<bool, AppError> {
    sqlx::query_scalar!(
        r#"SELECT tracker_provider_pending($1, $2, $3, $4) AS "pending!""#,
        &journey.state.0[..],
        &journey.browser.0[..],
        journey.provider,
        now.0
    )
    .fetch_one(tx.connection()?)
    .await
    .map_err(db)
}

/// What somebody set out for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// To sign in.
    SignIn,
    /// To link an account, in the settings of an organization.
    Link(UserId, String),
}

/// Ends it. `None`: there is none such.
pub async fn take(tx: &mut Tx, journey: &Journey<'_>, now: Timestamp) -> Result<Option<Purpose>, AppError> {
    let row = sqlx::query!(
        "SELECT user_id, org FROM tracker_provider_take($1, $2, $3, $4)",
        &journey.state.0[..],
        &journey.browser.0[..],
        journey.provider,
        now.0
    )
    .fetch_optional(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(row.map(|row| match row.user_id.zip(row.org) {
        Some((user, org)) => Purpose::Link(UserId(user), org),
        None => Purpose::SignIn,
    }))
}

/// The transaction speaks for this account from here on.
pub async fn speak_for(tx: &mut Tx, user: UserId) -> Result<(), AppError> {
    sqlx::query!("SELECT set_config('tracker.user', $1::bigint::text, true)", user.0)
        .fetch_one(tx.connection()?)
        .await
        .map_err(db)?;
    Ok(())
}

/// Whose account here it is.
pub async fn owner(tx: &mut Tx, account: &Elsewhere<'_>) -> Result<Option<UserId>, AppError> {
    let user = sqlx::query_scalar!(
        "SELECT tracker_provider_account($1, $2, $3)",
        account.provider,
        account.issuer,
        account.subject
    );
    Ok(user.fetch_one(tx.connection()?).await.map_err(db)?.map(UserId))
}

/// The account here that an address has.
#[derive(Debug, Clone, Copy)]
pub struct AtAddress {
    /// Who.
    pub user: UserId,
    /// Whether they showed that the address is theirs.
    pub verified: bool,
    /// Whether they have another account of the same provider.
    pub has_another: bool,
}

/// Looks it up.
pub async fn at_address(
    tx: &mut Tx,
    email: &Email,
    account: &Elsewhere<'_>,
) -> Result<Option<AtAddress>, AppError> {
    let row = sqlx::query!(
        r#"SELECT user_id AS "user_id!", verified AS "verified!", has_another AS "has_another!"
           FROM tracker_provider_address($1, $2, $3)"#,
        email.as_str(),
        account.provider,
        account.issuer
    )
    .fetch_optional(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(row.map(|row| AtAddress {
        user: UserId(row.user_id),
        verified: row.verified,
        has_another: row.has_another,
    }))
}

/// Makes an account with a verified address and no password. `None`: the address has an account.
pub async fn sign_up(
    tx: &mut Tx,
    (name, email): (&DisplayName, &Email),
    org: &OrgSlug,
    role: Role,
    now: Timestamp,
) -> Result<Option<Member>, AppError> {
    let row = sqlx::query!(
        r#"SELECT user_id AS "user_id!", org_id AS "org_id!", role AS "role!"
           FROM tracker_provider_sign_up($1, $2, $3, $4, $5)"#,
        email.as_str(),
        name.as_str(),
        org.as_str(),
        role.word(),
        now.0
    )
    .fetch_optional(tx.connection()?)
    .await
    .map_err(db)?;
    let Some(row) = row else { return Ok(None) };
    let actor = Actor { user: UserId(row.user_id), role: row.role.parse()? };
    Ok(Some(Member { org: OrgId(row.org_id), actor, name: name.to_string() }))
}

/// Ties an account elsewhere to the person of the transaction. `false`: one of the two is tied already.
pub async fn link(tx: &mut Tx, account: &Elsewhere<'_>, now: Timestamp) -> Result<bool, AppError> {
    let linked = sqlx::query!(
        "INSERT INTO provider_accounts (provider, issuer, subject, user_id, email, created_at, last_used_at)
         VALUES ($1, $2, $3, tracker_user(), left($4, 254), $5, $5) ON CONFLICT DO NOTHING",
        account.provider,
        account.issuer,
        account.subject,
        account.email,
        now.0
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(linked.rows_affected() == 1)
}

/// Notes that it was signed in with.
pub async fn used(tx: &mut Tx, account: &Elsewhere<'_>, now: Timestamp) -> Result<(), AppError> {
    sqlx::query!(
        "UPDATE provider_accounts SET email = left($4, 254), last_used_at = $5
         WHERE provider = $1 AND issuer = $2 AND subject = $3",
        account.provider,
        account.issuer,
        account.subject,
        account.email,
        now.0
    )
    .execute(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(())
}

/// Gives the person of the transaction a role, unless they are the last ADMIN; gives the one before when it changed.
pub async fn set_role(tx: &mut Tx, org: &OrgSlug, role: Role) -> Result<Option<Role>, AppError> {
    let before = sqlx::query_scalar!(
        r#"SELECT before AS "before!" FROM tracker_provider_role($1, $2)"#,
        org.as_str(),
        role.word()
    );
    let before = before.fetch_optional(tx.connection()?).await.map_err(db)?;
    before.map(|word| word.parse()).transpose()
}

/// An account elsewhere as its owner sees it.
#[derive(Debug, Clone, Deserialize)]
pub struct LinkedRow {
    /// The provider's name.
    pub provider: String,
    /// The provider's own address when it was linked.
    pub issuer: String,
    /// What people know it by.
    pub email: String,
    /// When it was linked.
    pub created_at: Timestamp,
    /// When it was used for the last time.
    pub last_used_at: Timestamp,
}

/// How somebody can sign in.
#[derive(Debug, Clone)]
pub struct Ways {
    /// By accounts elsewhere.
    pub linked: Vec<LinkedRow>,
    /// Whether by a password.
    pub has_password: bool,
    /// Whether by a passkey.
    pub has_passkey: bool,
}

/// Reads the page of a person's providers.
pub async fn page(tx: &mut Tx, flash: (&str, Option<SessionHash>)) -> Result<PageRow<Ways>, AppError> {
    let owner = flash.1.map(|hash| hash.0.to_vec());
    let found = sqlx::query!(
        r#"SELECT tracker_user() AS user_id, tracker_frame() AS frame,
                  (SELECT f.flash FROM flashes f WHERE f.id = $1 AND f.owner = $2) AS flash,
                  (SELECT coalesce(json_agg(row_to_json(a) ORDER BY a.provider), '[]') FROM provider_accounts a
                   WHERE a.user_id = tracker_user()) AS "linked!: Json<Vec<LinkedRow>>",
                  EXISTS (SELECT FROM credentials c WHERE c.user_id = tracker_user()) AS "has_password!",
                  EXISTS (SELECT FROM passkeys k WHERE k.user_id = tracker_user()) AS "has_passkey!""#,
        flash.0,
        owner
    )
    .fetch_one(tx.connection()?)
    .await
    .map_err(db)?;
    let view =
        Ways { linked: found.linked.0, has_password: found.has_password, has_passkey: found.has_passkey };
    Ok(PageRow { user: found.user_id, frame: found.frame, flash: found.flash, view })
}

/// How the person of the transaction can sign in; nobody unlinks any of it meanwhile.
pub async fn ways(tx: &mut Tx) -> Result<Ways, AppError> {
    let rows = sqlx::query!(
        "SELECT provider, issuer, email, created_at, last_used_at FROM provider_accounts
         WHERE user_id = tracker_user() ORDER BY provider FOR UPDATE"
    )
    .fetch_all(tx.connection()?)
    .await
    .map_err(db)?;
    let has = sqlx::query!(
        r#"SELECT EXISTS (SELECT FROM credentials WHERE user_id = tracker_user()) AS "password!",
                  EXISTS (SELECT FROM passkeys WHERE user_id = tracker_user()) AS "passkey!""#
    );
    let has = has.fetch_one(tx.connection()?).await.map_err(db)?;
    let linked = rows.into_iter().map(|row| LinkedRow {
        provider: row.provider,
        issuer: row.issuer,
        email: row.email,
        created_at: Timestamp(row.created_at),
        last_used_at: Timestamp(row.last_used_at),
    });
    Ok(Ways { linked: linked.collect(), has_password: has.password, has_passkey: has.passkey })
}

/// Unties a provider from the person of the transaction.
pub async fn unlink(tx: &mut Tx, provider: &str) -> Result<(), AppError> {
    sqlx::query!("DELETE FROM provider_accounts WHERE user_id = tracker_user() AND provider = $1", provider)
        .execute(tx.connection()?)
        .await
        .map_err(db)?;
    Ok(())
}
