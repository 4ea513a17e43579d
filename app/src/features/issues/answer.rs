//! What the server answers when the list is asked for.

use tracker_domain::{issue::IssueList, org::Framed};

use super::list_query::ListQuery;
use crate::{
    api::{ApiError, blank_issue, list_issues},
    ui::plural,
};

/// A page of the list, without rows when its query cannot be read.
pub(super) type Answer = Result<Framed<Option<IssueList>>, ApiError>;

/// Asks for a page of the list; when its query cannot be read, for what stands around it.
pub(super) async fn fetch(org: String, query: ListQuery, flash: String) -> Answer {
    let (frame, ListQuery { q, after }) = (org.clone(), query);
    let none = String::new;
    match list_issues(org, q, none(), none(), none(), after, flash.clone(), None).await {
        Ok(Framed { frame, view }) => Ok(Framed { frame, view: Some(view) }),
        Err(error) if error.0.about("q").is_some() => {
            blank_issue(frame, flash).await.map(|blank| Framed { frame: blank.frame, view: None })
        }
        Err(error) => Err(error),
    }
}

/// How much a page has, in words.
pub(super) fn found(list: &IssueList) -> String {
    match list.rows.len() as i64 {
        0 => "No issues found".to_owned(),
        rows if list.next.is_some() => format!("The first {rows} issues"),
        rows => plural(rows, "issue", "issues"),
    }
}
