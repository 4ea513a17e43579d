//! The page of one issue, in one statement at one position.

use serde::Deserialize;
use sqlx::types::Json;
use tracker_domain::{
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
    links: Vec<IssueLink>,
}

/// Reads the page; the view is `None` when there is no such issue for this viewer.
pub async fn page(
    tx: &mut Tx,
    key: &IssueKey,
    flash: (&str, Option<SessionHash>),
) -> Result<PageRow<Option<IssuePage>>, AppError> {
    let owner = flash.1.map(|hash| hash.0.to_vec());
    let found = sqlx::query!(
        r#"SELECT tracker_user() AS user_id, tracker_frame() AS frame,
               (SELECT f.flash FROM flashes f WHERE f.id = $3 AND f.owner = $4) AS flash,
               (SELECT json_build_object(
                    'row', tracker_row(i), 'description', i.description, 'description_html', i.description_html,
                    'timeline', (
                        SELECT coalesce(json_agg(json_build_object(
                            'seq', e.seq, 'at', e.at, 'actor', json_build_object('id', u.id, 'name', u.name),
                            'change', json_build_object('kind', e.kind, 'data', e.payload -> 'data'),
                            'comment_html', c.body_html) ORDER BY e.seq), '[]')
                        FROM events e
                        JOIN users u ON u.id = e.actor_id
                        LEFT JOIN comments c ON c.org_id = e.org_id AND e.kind = 'comment_added'
                            AND c.id = (e.payload -> 'data' ->> 'comment')::bigint
                        WHERE e.org_id = i.org_id AND e.issue_id = i.id),
                    'links', tracker_links(i.org_id, i.id))
                FROM issues i JOIN projects p ON p.org_id = i.org_id AND p.id = i.project_id
                WHERE i.org_id = tracker_org() AND p.key = $1 AND i.number = $2) AS "found: Json<Found>",
               (SELECT coalesce(json_agg(json_build_object('id', u.id, 'name', u.name) ORDER BY u.name, u.id), '[]')
                FROM memberships m JOIN users u ON u.id = m.user_id
                WHERE m.org_id = tracker_org() AND m.role <> 'REPORTER' AND m.disabled_at IS NULL
                    AND current_setting('tracker.role') <> 'REPORTER') AS "people!: Json<Vec<Person>>",
               ARRAY(SELECT t.name FROM tags t WHERE t.org_id = tracker_org()
                    AND current_setting('tracker.role') <> 'REPORTER' ORDER BY t.name LIMIT 200) AS "known_tags!""#,
        key.project.as_str(),
        key.number,
        flash.0,
        owner
    )
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
