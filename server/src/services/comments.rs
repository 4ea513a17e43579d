//! Comments.

use app::ports::{Caller, Comments};
use async_trait::async_trait;
use tracker_domain::{
    attachment::parse_ids,
    comment::{AddComment, CommentAdded},
    error::AppError,
    event::Change,
    id::IssueKey,
    policy::Action,
    text::Markdown,
};

use super::{files, once};
use crate::{
    App, markdown,
    storage::{NewEvent, comments, issues},
};

/// See the port.
#[derive(Debug)]
pub struct CommentsService(pub App);

#[async_trait]
impl Comments for CommentsService {
    async fn add(&self, caller: &Caller, command: AddComment) -> Result<CommentAdded, AppError> {
        let app = &self.0;
        let key: IssueKey = command.key.parse().map_err(|_| AppError::NotFound)?;
        let (mut tx, member) = app.write(caller, &command.org).await?;
        let scope = member.actor.user.to_string();
        let claim = once::claim(app, scope, "comments/add", &command, command.idempotency_key.as_deref())?;
        if let Some(answer) = once::before(app, &mut tx, claim.as_ref()).await? {
            return Ok(answer);
        }
        let issue = issues::resolve(&mut tx, &member, &key, Action::Comment).await?;
        let body = Markdown::parse_some("body", &command.body)?;
        let attached = parse_ids(&command.files)?;
        let now = app.clock.now();
        let id =
            comments::insert(&mut tx, &member, &issue, (&body, &markdown::render_apart(&body).await?), now)
                .await?;
        let added = Change::CommentAdded { comment: id };
        let mut events = vec![NewEvent { at: now, issue: Some((issue.id, issue.facts)), change: added }];
        events.extend(files::attach(&mut tx, &member, &issue, (Some(id), &attached), now).await?);
        let answer = CommentAdded { org: command.org, key, id };
        once::finish(app, tx, &member, claim.as_ref(), (answer, events)).await
    }
}
