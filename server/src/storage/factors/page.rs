//! The page of one's factors, in one statement.

use serde::Deserialize;
use sqlx::types::Json;
use tracker_domain::{
    account::Flash, error::AppError, factor::PasskeyView, id::UserId, text::OrgSlug, time::Timestamp,
};

use crate::{
    session::SessionHash,
    storage::{Tx, db, frame::PageRow},
};

/// What the page shows, before what is sealed was opened.
#[derive(Debug, Deserialize)]
pub struct FactorsRow {
    /// The person's address.
    pub email: String,
    /// Since when an authenticator is on.
    pub totp_since: Option<Timestamp>,
    /// The passkeys.
    pub passkeys: Vec<PasskeyView>,
    /// Recovery codes that were not used.
    pub codes_left: i64,
    /// Whether there is a password.
    pub has_password: bool,
    /// The name of the organization that the person came in by.
    pub issuer: String,
    /// Where they belong.
    pub home: Option<String>,
}

/// A page's parts: whose it is, and what is sealed.
#[derive(Debug)]
pub struct FactorsPage {
    /// Whose.
    pub user: Option<UserId>,
    /// What can be read; nobody has nothing.
    pub row: Option<FactorsRow>,
    /// The secret of an authenticator that is being set up.
    pub setup: Option<Vec<u8>>,
    /// New recovery codes.
    pub sheet: Option<Vec<u8>>,
}

/// Reads it. An authenticator is being set up if it was begun after `since`.
pub async fn page(
    tx: &mut Tx,
    preferred: &OrgSlug,
    (flash, owner): (&str, Option<SessionHash>),
    (since, now): (Timestamp, Timestamp),
) -> Result<PageRow<FactorsPage>, AppError> {
    let owner = owner.map(|hash| hash.0.to_vec());
    let row =
        sqlx::query_file!("src/storage/factors/page.sql", flash, owner, since.0, now.0, preferred.as_str())
            .fetch_one(tx.connection()?)
            .await
            .map_err(db)?;
    let user = row.user_id.map(UserId);
    let found: Option<Json<FactorsRow>> = row.found;
    let view = FactorsPage { user, row: found.map(|json| json.0), setup: row.setup, sheet: row.sheet };
    Ok(PageRow { user: row.user_id, frame: row.frame, flash: row.flash, view })
}

impl PageRow<FactorsPage> {
    /// What a form left behind, outside of a frame.
    pub fn read_flash(&self) -> Option<Flash> {
        self.flash.clone().and_then(|value| serde_json::from_value(value).ok())
    }
}
