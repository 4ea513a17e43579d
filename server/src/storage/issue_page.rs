//! The page of one issue, in one statement at one position.

use serde::Deserialize;
use sqlx::types::Json;
use tracker_domain::{
    attachment::FileRow,
    error::AppError,
    id::IssueKey,
    issue::{IssueRow, TimelineEntry},
    link::IssueLink,
    org::Person,
};

use super::{Tx, db, frame::PageRow};
use crate::session::SessionHash;

/// What the page shows, before the policy has looked at it.
#[derive(Debug)]
pub struct IssuePage {
    /// All that a list shows of it.
    pub row: IssueRow,
    /// Markdown.
    pub description: String,
    /// The same as safe HTML.
    pub description_html: String,
    /// Comments and history, oldest first.
    pub timeline: Vec<TimelineEntry>,
    /// Its files, before the policy has looked at each.
    pub files: Vec<FileRow>,
    /// Issues it is tied to.
    pub links: Vec<IssueLink>,
    /// Who it can be assigned to.
    pub people: Vec<Person>,
    /// Tags in use.
    pub known_tags: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Found {
    row: IssueRow,
    description: String,
    description_html: String,
    timeline: Vec<TimelineEntry>,
    files: Vec<FileRow>,
    links: Vec<IssueLink>,
}

/// Reads the page; the view is `None` when there is no such issue for this viewer.
pub async fn page(
    tx: &mut Tx,
    key: &IssueKey,
    flash: (&str, Option<SessionHash>),
) -> Result<PageRow<Option<IssuePage>>, AppError> {
    let owner = flash.1.map(|hash| hash.0.to_vec());
    let found =
        sqlx::query_file!("src/storage/issue_page.sql", key.project.as_str(), key.number, flash.0, owner)
            .fetch_one(tx.connection()?)
            .await
            .map_err(db)?;
    let view = found.found.map(|Json(mut f)| {
        f.links.sort_by_key(IssueLink::order);
        IssuePage {
            row: f.row,
            description: f.description,
            description_html: f.description_html,
            timeline: f.timeline,
            files: f.files,
            links: f.links,
            people: found.people.0,
            known_tags: found.known_tags,
        }
    });
    Ok(PageRow { user: found.user_id, frame: found.frame, flash: found.flash, view })
}

/// The frame alone, for a page that shows nothing else.
pub async fn blank(tx: &mut Tx, flash: (&str, Option<SessionHash>)) -> Result<PageRow<()>, AppError> {
    let owner = flash.1.map(|hash| hash.0.to_vec());
    let found = sqlx::query!(
        "SELECT tracker_user() AS user_id, tracker_frame() AS frame,
                (SELECT f.flash FROM flashes f WHERE f.id = $1 AND f.owner = $2) AS flash",
        flash.0,
        owner
    )
    .fetch_one(tx.connection()?)
    .await
    .map_err(db)?;
    Ok(PageRow { user: found.user_id, frame: found.frame, flash: found.flash, view: () })
}
