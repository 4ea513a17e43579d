//! Reading the files of an organization for an export: what belongs to a page of the log. See [`super::export`].

use std::{collections::HashMap, ops::RangeInclusive};

use super::export::Reading;
use crate::export::line::AttachmentLine;

impl Reading<'_> {
    /// The files that were added at these positions and are there, with where the store has them.
    pub async fn files(
        &mut self,
        positions: &RangeInclusive<i64>,
    ) -> Result<HashMap<i64, (AttachmentLine, String)>, sqlx::Error> {
        let rows = sqlx::query!(
            r#"SELECT e.seq, p.key || '-' || i.number AS "issue!", u.email AS uploader, a.created_at, a.name,
                   a.media_type, a.size, encode(a.sha256, 'hex') AS "sha256!", a.width, a.height, a.state, a.finding,
                   a.hidden_at, a.object,
                   (SELECT min(c.seq) FROM events c
                    WHERE c.org_id = a.org_id AND c.issue_id = a.issue_id AND c.kind = 'comment_added'
                        AND (c.payload -> 'data' ->> 'comment')::bigint = a.comment_id) AS comment
               FROM events e
               JOIN attachments a ON a.org_id = e.org_id AND a.issue_id = e.issue_id
                   AND a.id = (e.payload -> 'data' ->> 'attachment')::bigint
               JOIN users u ON u.id = a.uploader_id
               JOIN issues i ON i.org_id = a.org_id AND i.id = a.issue_id
               JOIN projects p ON p.org_id = i.org_id AND p.id = i.project_id
               WHERE e.org_id = $1 AND e.seq BETWEEN $2 AND $3 AND e.kind = 'attachment_added' AND a.removed_at IS NULL"#,
            self.org.0,
            *positions.start(),
            *positions.end()
        );
        let rows = rows.fetch_all(&mut *self.connection).await?.into_iter();
        let file = rows.map(|row| {
            let line = AttachmentLine {
                issue: row.issue,
                position: row.seq,
                comment: row.comment,
                uploader: row.uploader,
                created_at: row.created_at,
                name: row.name,
                media_type: row.media_type,
                size: row.size,
                sha256: row.sha256,
                width: row.width,
                height: row.height,
                state: row.state,
                finding: row.finding,
                hidden_at: row.hidden_at,
            };
            (row.seq, (line, row.object))
        });
        Ok(file.collect())
    }

    /// For each event at these positions that names a file, the position at which that was added; of those that came
    /// from an export without files nothing is known. A file that is gone keeps its place in the log.
    pub async fn files_told(
        &mut self,
        positions: &RangeInclusive<i64>,
    ) -> Result<HashMap<i64, i64>, sqlx::Error> {
        let rows = sqlx::query!(
            r#"SELECT e.seq, added.seq AS "added!"
               FROM events e
               JOIN LATERAL (
                   SELECT min(f.seq) AS seq FROM events f
                   WHERE f.org_id = e.org_id AND f.issue_id = e.issue_id AND f.kind = 'attachment_added'
                       AND f.payload -> 'data' -> 'attachment' = e.payload -> 'data' -> 'attachment'
               ) added ON added.seq IS NOT NULL
               WHERE e.org_id = $1 AND e.seq BETWEEN $2 AND $3 AND e.kind LIKE 'attachment\_%'
                   AND e.payload -> 'data' ->> 'attachment' <> '0'"#,
            self.org.0,
            *positions.start(),
            *positions.end()
        );
        let rows = rows.fetch_all(&mut *self.connection).await?;
        Ok(rows.into_iter().map(|row| (row.seq, row.added)).collect())
    }

    /// How many files there are.
    pub async fn file_count(&mut self) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar!(
            r#"SELECT count(*) AS "count!" FROM attachments
               WHERE org_id = $1 AND issue_id IS NOT NULL AND removed_at IS NULL"#,
            self.org.0
        )
        .fetch_one(&mut *self.connection)
        .await
    }
}
